import { count, isConversation, isMessageID, type JSONObject, readList, readMessage, readRevokedMessage, text } from './frames.js';
import type { Session } from './session.js';

/** Handles an event. Whatever is not understood is ignored. */
export function receiveEvent(session: Session, frame: JSONObject): void {
  switch (frame.type) {
    case 'message':
      return onMessage(session, frame);
    case 'revoked':
      return onRevoked(session, frame);
    case 'read':
      return takeRead(session, text(frame.conversation), frame);
    case 'conversation':
      return onConversation(session, frame);
    case 'kicked':
      return session.kick(text(frame.reason));
  }
}

function onMessage(session: Session, frame: JSONObject): void {
  const message = readMessage(frame.message, session.user);
  if (!message) return;
  session.unanswered.delete(message.ID);
  session.store?.settle(message.conversationID, message.ID);
  session.change(message.conversationID, (conversation) => {
    conversation.lastChangeAt = Math.max(conversation.lastChangeAt, message.sentAt);
    return [conversation.learn(message, 'event')];
  });
}

function onRevoked(session: Session, frame: JSONObject): void {
  const revocations = readList(frame.revocations, readRevokedMessage);
  if (revocations.length === 0) return;
  session.change(text(frame.conversation), (conversation) =>
    revocations.map((revocation) => {
      session.store?.settleRevoked(conversation.id, revocation.messageId);
      conversation.lastChangeAt = Math.max(conversation.lastChangeAt, revocation.revoked.at);
      return conversation.learnRevocation(revocation, 'event');
    }),
  );
}

/** Takes the server's read marker and unread number, from an event or a reply. Returns nothing where they are none. */
export function takeRead(session: Session, id: string, fields: JSONObject): void {
  const unread = count(fields.unread);
  const { readUpTo } = fields;
  if (unread === undefined || !isMessageID(readUpTo)) return;
  session.change(id, (conversation) => conversation.takeRead(readUpTo, unread));
}

function onConversation(session: Session, frame: JSONObject): void {
  const { conversation: id, change, user } = frame;
  if (!isConversation(id) || typeof change !== 'string') return;
  const mine = user === undefined || user === session.user;
  if (!mine || !['joined', 'left', 'role', 'settings'].includes(change)) return;
  if (change === 'left') return session.synchronisation.forget(id);
  session.change(id, (conversation) => {
    conversation.role = text(frame.role) || conversation.role;
    return [];
  });
  if (change === 'joined') session.synchronisation.want(id, 'history');
}
