import { ERROR_CODE, invalid, notAReply, type RecallError, windowOver } from './errors.js';
import { count, isConversation, type JSONObject, object, readAttachments, readError, readList, readMessage, readRevocation } from './frames.js';
import { type Call, Refusal } from './requests.js';
import type { Session } from './session.js';
import { mayYetSucceed, type Store, type UnansweredRevoke } from './store.js';
import type { Attachment, Message, RevokeResult } from './types.js';

const RECALLS_LIMIT = 10;
/** The clock learnt from `hello` may be off by half a round trip; only a window over for longer than this is sure to be. */
const WINDOW_TOLERANCE_MILLISECONDS = 2_000;
const UNKNOWN_OUTCOME: number[] = [ERROR_CODE.TIMEOUT, ERROR_CODE.NOT_LOGGED_IN, ERROR_CODE.TOKEN_EXPIRED];

/** Makes a message ID on the server's clock; before the first hello on the device's, which the server then corrects. */
export const newMessageID = (session: Session): string =>
  session.ids.next(session.clock.now() ?? session.options.clock.wall());

/** Sends. With `mayRenew`, a stale ID is replaced once, where it is sure that nothing was stored under it. */
export async function send(session: Session, message: Message, mayRenew: boolean): Promise<Message> {
  const { conversationID: conversation, ID: messageId } = message;
  const earlier = session.beginSend(messageId);
  let call: Call | undefined;
  try {
    if (session.store) await session.store.keepSend(message);
    if (session.over) throw session.over;
    call = session.requests.ask('send', fieldsOf(message));
    const stored = readStored(session, message, await call.reply);
    session.unanswered.delete(messageId);
    return keepOwn(session, stored);
  } catch (failure) {
    const error = asError(failure);
    if (UNKNOWN_OUTCOME.includes(error.code)) {
      await session.store?.failSend(message, error.code);
      throw error; // `unanswered` keeps the ID
    }
    session.unanswered.delete(messageId);
    session.store?.settle(conversation, messageId);
    if (error.code === ERROR_CODE.ALREADY_RECALLED) await session.store?.save(conversation);
    if (error.code !== ERROR_CODE.STALE_MESSAGE_ID || !error.serverTime) throw error;
    const now = session.options.clock.monotonic();
    session.clock.set(now, now, error.serverTime);
    session.ids.startOver();
    if (!mayRenew || earlier || call?.sent !== 1) throw error;
    message.ID = newMessageID(session);
    return send(session, message, false);
  }
}

/** The fields of the request that sends a message. */
function fieldsOf({ conversationID, ID, payload, replyTo, unlessRevoked, attachments }: Message): JSONObject {
  const optional = { ...(replyTo && { replyTo }), ...(unlessRevoked && { unlessRevoked }), ...(attachments && { attachments: attachmentFields(attachments) }) };
  return { conversation: conversationID, messageId: ID, body: payload, ...optional };
}

/** What a request says of attachments. */
const attachmentFields = (attachments: Attachment[]): JSONObject[] =>
  attachments.map(({ attachmentID: attachmentId, from }) => ({ attachmentId, ...(from && { from: { conversation: from.conversationID, messageId: from.ID } }) }));

/** Reads the reply to a send: the message as the server has stored it. */
function readStored(session: Session, message: Message, reply: JSONObject): Message {
  const stored = object(reply.message);
  if (stored?.messageId !== message.ID) throw notAReply('send');
  return {
    ...message, from: session.user, status: 'success', sentAt: count(stored.sentAt) ?? 0,
    recallableUntil: Number.isSafeInteger(stored.recallableUntil) ? (stored.recallableUntil as number) : 0,
    ...(message.attachments && { attachments: readAttachments(stored.attachments) }),
  };
}

/** Sends a message again that an earlier session has left. No call gets the result, so the events tell it. */
export async function resumeSend(session: Session, store: Store, conversation: string, message: Message): Promise<void> {
  const messageId = message.ID;
  try {
    const reply = await session.requests.ask('send', fieldsOf(message)).reply;
    const stored = readStored(session, message, reply);
    session.unanswered.delete(messageId);
    store.settle(conversation, messageId);
    session.change(conversation, (held) => {
      held.lastChangeAt = Math.max(held.lastChangeAt, stored.sentAt);
      return [held.learn(stored, 'event')];
    });
  } catch (failure) {
    const error = asError(failure);
    if (error.code === ERROR_CODE.ALREADY_RECALLED) {
      store.settle(conversation, messageId);
      await store.save(conversation);
    } else if (!mayYetSucceed(error)) await store.failSend(message, error.code);
  }
}

/** Repeats a recall that an earlier session has left. No call gets the result, so the events tell it. */
export async function resumeRevoke(session: Session, store: Store, conversation: string, revoke: UnansweredRevoke): Promise<void> {
  try {
    const results = await askRevoke(session, conversation, revoke);
    const again = results.some((result) => result.error !== undefined && readError(result.error).retryable);
    session.change(conversation, (held) =>
      results.flatMap((result, index) => {
        const messageId = revoke.messageIDs[index]!;
        const revoked = result.ok === true && readRevocation(result.revoked);
        if (result.error === undefined || !readError(result.error).retryable) store.settle(conversation, messageId);
        if (!revoked) return [];
        held.lastChangeAt = Math.max(held.lastChangeAt, revoked.at);
        return held.learnRevocation({ messageId, sender: revoked.role === 'sender' ? revoked.by : '', sentAt: 0, revoked }, 'event');
      }),
    );
    if (!again) await store.settleRevoke(conversation, revoke);
  } catch (failure) {
    if (!mayYetSucceed(asError(failure))) await store.settleRevoke(conversation, revoke);
  }
}

/** Puts a message of this client into the view. Returns what the view holds: the tombstone, if it was recalled meanwhile. */
function keepOwn(session: Session, message: Message): Message {
  let held: Message | undefined;
  session.change(message.conversationID, (conversation) => {
    session.store?.settle(conversation.id, message.ID);
    conversation.lastChangeAt = Math.max(conversation.lastChangeAt, message.sentAt);
    conversation.learn(message, 'history');
    held = conversation.get(message.ID);
    return [];
  });
  return { ...(held ?? message) };
}

/** Recalls 1 to 10 messages of a conversation, with a result for each in order. Rejects if there is no result for any. */
export async function revoke(session: Session, conversation: string, messageIDs: string[], reason: string): Promise<RevokeResult[]> {
  if (!isConversation(conversation)) throw invalid('conversationID must be c2c_<user ID> or group_<group ID>');
  if (messageIDs.length === 0 || messageIDs.length > RECALLS_LIMIT) throw invalid(`1 to ${RECALLS_LIMIT} messages can be recalled at once`);
  const one = messageIDs.length === 1;
  if (one && isWindowOver(session, conversation, messageIDs[0]!)) {
    throw windowOver();
  }
  const kept = { messageIDs, reason, unsent: messageIDs.some((id) => session.unanswered.has(id)) };
  for (const id of messageIDs) session.revokeCalls.set(id, (session.revokeCalls.get(id) ?? 0) + 1);
  try {
    if (session.store) await session.store.keepRevoke(conversation, kept);
    if (session.over) throw session.over;
    const results = await askRevoke(session, conversation, kept);
    return results.map((result, index) => takeResult(session, conversation, messageIDs[index]!, result));
  } finally {
    await session.store?.settleRevoke(conversation, kept);
    for (const id of messageIDs) {
      const calls = session.revokeCalls.get(id)! - 1;
      if (calls > 0) session.revokeCalls.set(id, calls);
      else session.revokeCalls.delete(id);
    }
  }
}

/** Asks for a recall. Rejects if there is no result for any message. */
async function askRevoke(session: Session, conversation: string, { messageIDs, reason, unsent }: UnansweredRevoke): Promise<JSONObject[]> {
  const one = messageIDs.length === 1;
  const fields: JSONObject = { conversation, ...(one ? { messageId: messageIDs[0] } : { messageIds: messageIDs }) };
  if (reason) fields.reason = reason;
  if (unsent) fields.unsent = true;
  const reply = await session.requests.ask('revoke', fields).reply.catch((failure) => {
    if (failure instanceof Refusal && Array.isArray(failure.reply.results)) return failure.reply;
    throw asError(failure);
  });
  const results = Array.isArray(reply.results) ? reply.results : [];
  if (results.length !== messageIDs.length) throw reply.ok === true ? notAReply('revoke') : asError(new Refusal(reply));
  return results.map((result) => object(result) ?? {});
}

/** Whether it is sure that the server will refuse. In groups the user may be a moderator, for whom there is no window. */
function isWindowOver(session: Session, conversation: string, messageID: string): boolean {
  const held = session.view.get(conversation)?.get(messageID);
  const now = session.clock.now();
  if (!held || now === undefined || !conversation.startsWith('c2c_')) return false;
  const mine = held.from === session.user && !held.isRevoked;
  return mine && held.recallableUntil >= 1 && now > held.recallableUntil + WINDOW_TOLERANCE_MILLISECONDS;
}

/** Turns what was recalled into a tombstone, at once and without an event. */
function takeResult(session: Session, conversation: string, ID: string, result: JSONObject): RevokeResult {
  const revoked = readRevocation(result.revoked);
  if (result.ok !== true || !revoked) {
    const error = asError(new Refusal(result));
    if (!error.retryable) session.store?.settleRefused(conversation, ID);
    return { ID, message: undefined, repeated: false, error };
  }
  const sender = revoked.role === 'sender' ? revoked.by : '';
  let message: Message | undefined;
  session.change(conversation, (held) => {
    session.unanswered.delete(ID);
    session.store?.settle(conversation, ID);
    held.lastChangeAt = Math.max(held.lastChangeAt, revoked.at);
    const { unsure } = held.learnRevocation({ messageId: ID, sender, sentAt: 0, revoked }, 'event');
    const tombstoned = held.get(ID);
    message = tombstoned && { ...tombstoned };
    return [{ unsure: unsure === true && sender !== session.user }];
  });
  return { ID, message, repeated: result.repeated === true, error: undefined };
}

/** Fetches a page of a conversation: the messages just before `before`, or the newest. It enters no view and moves no cursor. */
export async function fetchPage(session: Session, conversation: string, before: string, limit: number) {
  const item = { conversation, limit, ...(before && { before }) };
  const reply = await session.requests.ask('sync', { conversations: [item] }).reply.catch((failure) => {
    throw asError(failure);
  });
  const page = Array.isArray(reply.conversations) ? object(reply.conversations[0]) : undefined;
  if (!page) throw notAReply('sync');
  if (page.error !== undefined) throw asError(new Refusal(page));
  const held = session.view.get(conversation);
  const messages = readList(page.messages, (value) => readMessage(value, session.user, conversation)).map((message) => {
    const known = held?.get(message.ID); // the page may have been read before a recall that is known here
    return known?.isRevoked ? { ...known, from: message.from, flow: message.flow, sentAt: message.sentAt } : message;
  });
  return { messages, more: page.more === true || (before === '' && page.older === true) };
}

/** The error that a caller gets for a failure. */
export function asError(failure: unknown): RecallError {
  return failure instanceof Refusal ? failure.error() : (failure as RecallError);
}

