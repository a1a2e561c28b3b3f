import { ERROR_CODE, type Message, RecallError } from 'recall-web';
import type { Texts } from './texts.js';

/** A length of time in words: the largest unit that divides it, so that a window of 90 seconds is not told as 1 minute. */
export function duration(texts: Texts, milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds >= 86_400 && seconds % 86_400 === 0) return texts.days(seconds / 86_400);
  if (seconds >= 3_600 && seconds % 3_600 === 0) return texts.hours(seconds / 3_600);
  if (seconds >= 60 && seconds % 60 === 0) return texts.minutes(seconds / 60);
  return texts.seconds(seconds);
}

/** The recall window that a message was sent with, in words. */
export const windowOf = (texts: Texts, message: Message): string => duration(texts, message.recallableUntil - message.sentAt);

/** Time left, as 1:58. */
export function countdown(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const last = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${last}` : `${minutes}:${last}`;
}

/** A number of unread messages. The server counts up to 100, by which it says that there are more than 99. */
export const unreadCount = (number: number): string => (number > 99 ? '99+' : String(number));

/** User IDs are names enough here: alice is Alice. */
export const nameOf = (user: string): string => user.charAt(0).toUpperCase() + user.slice(1);

/** Why a call failed, for a person. */
export function failure(texts: Texts, error: unknown, message?: Message): string {
  const words = texts.errors;
  // Only notifications fail with what the browser throws.
  if (error instanceof DOMException) return error.name === 'NotAllowedError' ? words.notificationsDenied : words.noPushService;
  if (!(error instanceof RecallError)) return words.other(0);
  switch (error.code) {
    case ERROR_CODE.RECALL_WINDOW_EXPIRED:
    case ERROR_CODE.GROUP_RECALL_WINDOW_EXPIRED:
    case ERROR_CODE.CLIENT_WINDOW_OVER:
      return message && message.recallableUntil > 0 ? words.window(windowOf(texts, message)) : words.never;
    case ERROR_CODE.ALREADY_RECALLED:
      return message?.revokerInfo ? words.already(nameOf(message.revokerInfo.userID)) : words.alreadySomeone;
    case ERROR_CODE.RECALL_DENIED:
    case ERROR_CODE.NOT_ALLOWED:
      return words.denied;
    case ERROR_CODE.MESSAGE_NOT_FOUND:
    case ERROR_CODE.GROUP_MESSAGE_NOT_FOUND:
      return words.notFound;
    case ERROR_CODE.CONVERSATION_NOT_FOUND:
      return words.gone;
    case ERROR_CODE.TIMEOUT:
      return words.noAnswer;
    case ERROR_CODE.TOO_MANY_REQUESTS:
      return words.tooMany;
    case ERROR_CODE.UNAVAILABLE:
    case ERROR_CODE.INTERNAL:
      return words.busy;
    case ERROR_CODE.ATTACHMENT_TOO_LARGE:
      return words.tooLargePicture;
    case ERROR_CODE.UPLOAD_FAILED:
    case ERROR_CODE.ATTACHMENT_NOT_FOUND:
      return words.upload;
    case ERROR_CODE.BODY_TOO_LARGE:
      return words.tooLong;
    case ERROR_CODE.TOKEN_EXPIRED:
    case ERROR_CODE.NOT_LOGGED_IN:
      return words.session;
  }
  return words.other(error.code);
}

/** What stands in place of a recalled message, as `viewer` sees it. */
export function tombstoneText(texts: Texts, message: Message, viewer: string): string {
  const by = message.revokerInfo?.userID ?? message.from;
  const role = message.revokerInfo?.role ?? 'sender';
  const sender = message.from === viewer ? texts.you : nameOf(message.from);
  if (role === 'sender' || by === message.from) return by === viewer ? texts.youRecalled : texts.theyRecalled(nameOf(by));
  if (role === 'admin') return texts.adminRecalled(sender);
  return by === viewer ? texts.youModerated(sender) : texts.moderatorRecalled(nameOf(by), sender);
}

/** What a message says, where there is room for words alone. */
export function summaryOf(texts: Texts, message: Message): string {
  const [file] = message.attachments ?? [];
  return textOf(message) || (file ? (file.type.startsWith('image/') ? texts.picture : file.name) : '');
}

/** The text of a message; other kinds of payload are none. */
export const textOf = (message: Message): string => (typeof message.payload?.text === 'string' ? message.payload.text : '');
