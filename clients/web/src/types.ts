/** Kinds of conversation, for {@link Recall.createTextMessage}. */
export const TYPES = {
  /** One-to-one: `to` is a user ID. */
  CONV_C2C: 'c2c',
  /** Group: `to` is a group ID. */
  CONV_GROUP: 'group',
} as const;

/** Who recalled a message: the sender, a moderator of the group, or an administrator of the deployment. */
export type RevokerRole = 'sender' | 'moderator' | 'admin';

/** A file of a message, or one that {@link Recall.uploadFile} has uploaded for a message. */
export interface Attachment {
  /** ULID. */
  attachmentID: string;
  /** The file's name, without a folder. Another user may have chosen it. */
  name: string;
  /** Such as `image/png`. Another user may have chosen it. */
  type: string;
  /** Bytes. */
  size: number;
  /** In a message that forwards it: the message that has it. */
  from?: { conversationID: string; ID: string };
}

/** A message, or, after its recall, its tombstone: `isRevoked` is true and there is neither `payload` nor `attachments`. */
export interface Message {
  /** ULID; sorting by it gives the order of the conversation. */
  ID: string;
  /** `c2c_<user ID of the peer>` or `group_<group ID>`. */
  conversationID: string;
  /** User ID of the sender. */
  from: string;
  /** `out` if the logged-in user sent it, on whichever device. */
  flow: 'in' | 'out';
  /** The server's time of sending, milliseconds since 1970; 0 until sent. */
  sentAt: number;
  /** Until when the sender may recall it: server time, milliseconds since 1970. −1: no limit; 0: never (or not sent yet). */
  recallableUntil: number;
  /** What was sent, e.g. `{ text: 'hi' }`. Undefined in a tombstone. */
  payload: Record<string, unknown> | undefined;
  /** ID of the message that this one answers. */
  replyTo: string | undefined;
  /** Its files, where it has some; {@link Recall.downloadFile} fetches one. Undefined in a tombstone. */
  attachments?: Attachment[] | undefined;
  /** In a message that this client sends: ID of the message that must not be recalled when the server stores this one. */
  unlessRevoked?: string;
  /** `unSend` until the server answered, then `success`, or `fail`. */
  status: 'unSend' | 'success' | 'fail';
  /** Whether it was recalled. */
  isRevoked: boolean;
  /** In a tombstone: who recalled the message, and by what right. */
  revokerInfo: { userID: string; role: RevokerRole } | undefined;
  /** The reason of the recall; `''` without one. */
  revokeReason: string;
  /** Server time of the recall, milliseconds since 1970; 0 if not recalled. */
  revokedAt: number;
}

/** An entry of the conversation list. */
export interface Conversation {
  /** `c2c_<user ID of the peer>` or `group_<group ID>`. */
  conversationID: string;
  /** The number of unread messages of others, as the server counts them. Recalled messages do not count. */
  unreadCount: number;
  /** The newest message held, or its tombstone, for the preview. */
  lastMessage: Message | undefined;
  /** Server time of the last message or recall, milliseconds since 1970. */
  lastChangeAt: number;
  /** ID up to which the user has read; `''` if nothing. */
  readUpTo: string;
  /** The user's role in a group: `owner`, `admin` or `member`. */
  role: string | undefined;
  /** The group's name, where it has one. */
  name: string | undefined;
}

/** A message that is stored and that the server has not answered. */
export interface UnsentMessage {
  /** The message. Its status is `unSend` while the client goes on sending it, or `fail`. */
  message: Message;
  /** The code of the error with which its send ended, 0 while the client goes on. */
  failed: number;
}

/** The outcome of one of several recalls. */
export interface RevokeResult {
  /** ID of the message. */
  ID: string;
  /** The tombstone, if it was recalled. */
  message: Message | undefined;
  /** True if this user had recalled the message before. `message` then shows the first recall. */
  repeated: boolean;
  /** Why not, if it failed. */
  error: Error | undefined;
}

/** What every promise of the client resolves to, as in Tencent's Web SDK. */
export interface Result<Data> {
  /** Always 0: a failure rejects with a {@link RecallError}. */
  code: 0;
  /** What the call gives. */
  data: Data;
}
