import { RecallError } from './errors.js';
import type { Attachment, Message, RevokerRole } from './types.js';

// Everything from the network is hostile: a value is used only after its type was looked at here.

export type JSONObject = Record<string, unknown>;

/** Replies stay under 100 KB and events under API Gateway's 128 KB; more is not the server. */
const FRAME_LIMIT_CHARACTERS = 1_000_000;
/** The most files of one message. */
export const ATTACHMENTS_LIMIT = 10;
const NAME_LIMIT_CHARACTERS = 255;
const CONVERSATION = /^(c2c|group)_[A-Za-z0-9._@-]{1,64}$/;
const USER = /^[A-Za-z0-9._@-]{1,64}$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export interface RevokedMessage {
  messageId: string;
  sender: string;
  sentAt: number;
  revoked: Revocation;
}

export interface Revocation {
  at: number;
  by: string;
  role: RevokerRole;
  reason: string;
}

/** Reads a frame: undefined if it is not a JSON object in text. */
export function parseFrame(data: unknown): JSONObject | undefined {
  if (typeof data !== 'string' || data.length > FRAME_LIMIT_CHARACTERS) return undefined;
  try {
    // Only an escape can bring half a character into text; the slower way of reading is kept for frames that have one.
    return object(/\\u[dD]/.test(data) ? JSON.parse(data, refuseHalfCharacters) : JSON.parse(data));
  } catch {
    return undefined;
  }
}

function refuseHalfCharacters(_name: string, value: unknown): unknown {
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) throw new SyntaxError();
  return value;
}

export const object = (value: unknown): JSONObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JSONObject) : undefined;
export const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
export const isConversation = (value: unknown): value is string => typeof value === 'string' && CONVERSATION.test(value);
export const isMessageID = (value: unknown): value is string => typeof value === 'string' && ULID.test(value);
const isUser = (value: unknown): value is string => typeof value === 'string' && USER.test(value);

/** Reads a message or tombstone: undefined if it has no place in a view. `self` is the logged-in user. */
export function readMessage(value: unknown, self: string, conversation?: string): Message | undefined {
  const raw = object(value);
  if (!raw || !isMessageID(raw.messageId) || !isUser(raw.sender)) return undefined;
  const conversationID = conversation ?? raw.conversation;
  const sentAt = count(raw.sentAt);
  if (!isConversation(conversationID) || sentAt === undefined) return undefined;
  const revoked = readRevocation(raw.revoked);
  const payload = object(raw.body);
  if (raw.revoked === undefined || raw.revoked === null ? !payload : !revoked) return undefined;
  const message: Message = {
    ID: raw.messageId, conversationID, from: raw.sender, flow: raw.sender === self ? 'out' : 'in', sentAt,
    recallableUntil: Number.isSafeInteger(raw.recallableUntil) ? (raw.recallableUntil as number) : 0,
    payload, replyTo: isMessageID(raw.replyTo) ? raw.replyTo : undefined, status: 'success',
    isRevoked: false, revokerInfo: undefined, revokeReason: '', revokedAt: 0,
  };
  const attachments = readAttachments(raw.attachments);
  if (attachments) message.attachments = attachments;
  return revoked ? tombstone(message, revoked) : message;
}

/** Reads the attachments of a message, and leaves out what is none. Undefined if there are none. */
export function readAttachments(value: unknown): Attachment[] | undefined {
  const attachments = readList(value, readAttachment).slice(0, ATTACHMENTS_LIMIT);
  return attachments.length > 0 ? attachments : undefined;
}

function readAttachment(value: unknown): Attachment | undefined {
  const { attachmentId, name, type, size } = object(value) ?? {};
  if (!isMessageID(attachmentId) || !count(size) || !text(name) || !text(type) || text(name).length > NAME_LIMIT_CHARACTERS) return undefined;
  return { attachmentID: attachmentId, name: text(name), type: text(type), size: size as number };
}

/** The tombstone of a message: who recalled it, when and why, and neither text nor attachments. */
export function tombstone(message: Message, revoked: Revocation): Message {
  return {
    ...message, payload: undefined, attachments: undefined, isRevoked: true, status: 'success',
    revokerInfo: { userID: revoked.by, role: revoked.role }, revokeReason: revoked.reason, revokedAt: revoked.at,
  };
}

export function readRevocation(value: unknown): Revocation | undefined {
  const raw = object(value);
  const by = text(raw?.by); // an admin's operator may have a name that is no user ID
  if (!raw || by === '' || by.length > 256) return undefined;
  const role = raw.role === 'moderator' || raw.role === 'admin' ? raw.role : 'sender';
  return { at: count(raw.at) ?? 0, by, role, reason: text(raw.reason) };
}

export function readRevokedMessage(value: unknown): RevokedMessage | undefined {
  const raw = object(value);
  const revoked = readRevocation(raw?.revoked);
  if (!raw || !revoked || !isMessageID(raw.messageId)) return undefined;
  const sender = isUser(raw.sender) ? raw.sender : revoked.role === 'sender' ? revoked.by : '';
  return { messageId: raw.messageId, sender, sentAt: count(raw.sentAt) ?? 0, revoked };
}

/** Reads the good elements of a list and leaves the others out. */
export function readList<Element>(value: unknown, read: (element: unknown) => Element | undefined): Element[] {
  return array(value).map(read).filter((element) => element !== undefined);
}

/** Reads the error of a failed reply. */
export function readError(value: unknown): RecallError {
  const raw = object(value) ?? {};
  return new RecallError(
    count(raw.code) ?? 20005, text(raw.name) || 'internal', text(raw.desc) || 'the server gave no reason',
    raw.retryable === true, count(raw.serverTime),
  );
}
