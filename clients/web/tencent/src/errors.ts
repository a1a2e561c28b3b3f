import { ERROR_CODE, type RecallError } from 'recall-web';
import type { Message } from './types.js';

/** Codes of Tencent's Web SDK that this package gives. */
export const CODE = {
  REPEAT_LOGIN: 2025,
  MESSAGE_INSTANCE_REQUIRED: 2105,
  IMAGE_NOT_SELECTED: 2251,
  IMAGE_TYPE: 2252,
  FILE_NOT_SELECTED: 2401,
  NETWORK_TIMEOUT: 2801,
  /** Tencent's code where a module of the SDK is not loaded: the server has nothing for this call. */
  NO_MODULE: 2998,
  SDK_IS_NOT_READY: 2999,
  GROUP_NOT_FOUND: 10010,
  RECALL_WINDOW_EXPIRED: 20016,
  USER_SIG_EXPIRED: 70001,
} as const;

/** An error as Tencent's SDK rejects with: `code`, `message`, and, if it is about a message, `data.message`. */
export class ChatError extends Error {
  readonly code: number;
  readonly data: { message?: Message };

  constructor(code: number, text: string, message?: Message) {
    super(text);
    this.code = code;
    this.data = message ? { message } : {};
  }
}

/** Where Tencent's Web SDK has another number than recall-web for the same error. All other codes are the same. */
const TENCENT_CODES = new Map<number, number>([
  [ERROR_CODE.CLIENT_WINDOW_OVER, CODE.RECALL_WINDOW_EXPIRED], // recall-web gives it for one-to-one messages only
  [ERROR_CODE.CONVERSATION_NOT_FOUND, CODE.GROUP_NOT_FOUND],
  [ERROR_CODE.NOT_LOGGED_IN, CODE.SDK_IS_NOT_READY],
  [ERROR_CODE.TIMEOUT, CODE.NETWORK_TIMEOUT],
  [ERROR_CODE.TOKEN_EXPIRED, CODE.USER_SIG_EXPIRED],
]);

/** The error of recall-web as Tencent's. */
export function toChatError(error: unknown, message?: Message): ChatError {
  const { code, message: text } = error as RecallError;
  return new ChatError(TENCENT_CODES.get(code) ?? code, text, message);
}

/** What a call rejects with for which the server has nothing. */
export const notHere = (call: string) => new ChatError(CODE.NO_MODULE, `${call} is not supported by recall-web-tencent`);
