/**
 * Tencent's Web SDK for chat, as far as texts, pictures, files and their recall go, on a backend of Recall.
 * @packageDocumentation
 */
import { Recall, type RecallOptions } from 'recall-web';
import { Chat, type ChatOptions } from './chat.js';
import { EVENT, TSignaling, TYPES } from './values.js';

export { type Chat, type Chat as ChatSDK, type ChatOptions, type NewMessage } from './chat.js';
export { ChatError } from './errors.js';
export type { ChatEvent, Conversation, Group, GroupMember, Message, Profile, Result } from './types.js';
export { EVENT, TSignaling, TYPES } from './values.js';

/** The version of Tencent's SDK whose names and values this package has. */
export const VERSION = '3.6.6';

const made = new Map<string, Chat>();

/** Makes a client, or returns the one that there is for the address, as Tencent's does for an SDKAppID. */
export function create({ SDKAppID, url = String(SDKAppID), WebSocket, requestTimeout }: ChatOptions): Chat {
  const known = made.get(url);
  if (known) return known;
  // Tencent's SDK for the web stores nothing.
  const options = { url, storage: false, ...(WebSocket !== undefined && { WebSocket }), ...(requestTimeout !== undefined && { requestTimeout }) };
  const chat = new Chat(Recall.create(options as RecallOptions), () => made.delete(url));
  made.set(url, chat);
  return chat;
}

export default { create, EVENT, TYPES, TSignaling, VERSION };
