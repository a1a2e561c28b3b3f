/**
 * Recall for browsers and Node: chat messages that can be recalled.
 * @packageDocumentation
 */
export { Recall, type LoginOptions, type NewFile, type NewMessage, type RecallOptions } from './recall.js';
export { EVENT, type EventData, type EventHandler, type EventName, type KickedReason, type NetworkState, type RecallEvent } from './events.js';
export { ERROR_CODE, RecallError } from './errors.js';
export { IndexedDBStorage, type Storage } from './storage.js';
export { TYPES, type Attachment, type Conversation, type Message, type Result, type RevokeResult, type RevokerRole, type UnsentMessage } from './types.js';
export type { OnProgress } from './attachments.js';
export type { PushSubscriptionLike } from './push.js';
export type { Clock } from './clock.js';
export type { TokenProvider } from './session.js';
export type { WebSocketConstructor, WebSocketLike } from './connection.js';
