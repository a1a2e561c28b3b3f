/** What went wrong, with Tencent's number where Tencent has one for the case. Branch on `code` or `name`, show your own words. */
export class RecallError extends Error {
  /** Number of the error, see {@link ERROR_CODE}. */
  readonly code: number;
  /** Whether the same request may succeed later. The client has already repeated it, up to three attempts. */
  readonly retryable: boolean;
  /** The server's clock in milliseconds since 1970, where the error carries it (`STALE_MESSAGE_ID`). */
  readonly serverTime: number | undefined;

  constructor(code: number, name: string, message: string, retryable = false, serverTime?: number) {
    super(message);
    this.code = code;
    this.name = name;
    this.retryable = retryable;
    this.serverTime = serverTime;
  }
}

/**
 * The codes a {@link RecallError} can carry. Those from 6012 to 80002 are Tencent's (TIMErrorCode.h and the REST API's
 * list); 76xxx are this project's own.
 */
export const ERROR_CODE = {
  /** No reply after three attempts: the outcome is unknown. */
  TIMEOUT: 6012,
  /** A parameter is missing, of the wrong type or too long. */
  INVALID_REQUEST: 6017,
  /** The token has expired and no token provider gave a new one. */
  TOKEN_EXPIRED: 6206,
  /** The bytes of an attachment did not get to the bucket. */
  UPLOAD_FAILED: 6008,
  /** The bytes of an attachment did not come, or not all of them. */
  DOWNLOAD_FAILED: 6009,
  /** The client itself knows that the recall window is over, and did not ask. */
  CLIENT_WINDOW_OVER: 6223,
  /** The server does not know the action. */
  UNKNOWN_ACTION: 7014,
  /** Call `login` first. */
  NOT_LOGGED_IN: 9508,
  /** Reserved, no longer returned. */
  NOT_ALLOWED: 10007,
  /** The group was deleted. Only the admin function answers it. */
  GROUP_DELETED: 10010,
  /** No such group, or not a member of it. */
  CONVERSATION_NOT_FOUND: 10015,
  /** Too many requests of this user. */
  TOO_MANY_REQUESTS: 10023,
  /** No such message in the group. */
  GROUP_MESSAGE_NOT_FOUND: 10030,
  /** The recall window of a group message is over. */
  GROUP_RECALL_WINDOW_EXPIRED: 10031,
  /** Neither the sender nor a moderator. */
  RECALL_DENIED: 10032,
  /** A part of the server failed for a while. */
  UNAVAILABLE: 20004,
  /** A bug on the server, or a reply that is not one. */
  INTERNAL: 20005,
  /** The recall window of a one-to-one message is over. */
  RECALL_WINDOW_EXPIRED: 20016,
  /** No such message in the conversation. */
  MESSAGE_NOT_FOUND: 20022,
  /** Somebody else recalled the message before. */
  ALREADY_RECALLED: 20023,
  /** The time in the message's ID is too far from the server's clock. */
  STALE_MESSAGE_ID: 76001,
  /** That message ID belongs to another message. */
  MESSAGE_ID_TAKEN: 76002,
  /** The conversation takes no more. */
  CONVERSATION_FULL: 76003,
  /** The message that `unlessRevoked` of a send names was recalled, so nothing was stored. */
  OTHER_MESSAGE_RECALLED: 76004,
  /** The deployment has no attachments. */
  ATTACHMENTS_OFF: 76005,
  /** There is no such attachment, it is not the user's, or it is not uploaded completely. */
  ATTACHMENT_NOT_FOUND: 76006,
  /** The attachment is larger than the deployment allows. */
  ATTACHMENT_TOO_LARGE: 76007,
  /** The deployment sends no notifications of this kind. */
  PUSH_OFF: 76008,
  /** The body is over 12,288 bytes. */
  BODY_TOO_LARGE: 80002,
} as const;

export const timedOut = () =>
  new RecallError(ERROR_CODE.TIMEOUT, 'request_timeout', 'no reply after three attempts; the outcome is unknown, repeat the same call');
export const notLoggedIn = () => new RecallError(ERROR_CODE.NOT_LOGGED_IN, 'not_connected', 'not logged in: call login first');
export const tokenOver = () =>
  new RecallError(ERROR_CODE.TOKEN_EXPIRED, 'token_expired', 'the token has expired and no new one was provided: log in again');
export const kickedOut = () => new RecallError(ERROR_CODE.NOT_LOGGED_IN, 'not_connected', "the server ended this device's session: log in again");
export const windowOver = () =>
  new RecallError(ERROR_CODE.CLIENT_WINDOW_OVER, 'recall_window_expired', 'the message can no longer be recalled: its recallableUntil is past');
export const recalled = () => new RecallError(ERROR_CODE.OTHER_MESSAGE_RECALLED, 'other_message_recalled', 'the message was recalled');
export const alreadyRecalled = () => new RecallError(ERROR_CODE.ALREADY_RECALLED, 'already_recalled', 'the message was recalled');
export const notAReply = (action: string) =>
  new RecallError(ERROR_CODE.INTERNAL, 'internal', `the server's reply to ${action} is not one`);
export const invalid = (message: string) => new RecallError(ERROR_CODE.INVALID_REQUEST, 'invalid_request', message);
