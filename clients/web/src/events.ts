import type { Conversation, Message } from './types.js';

/** Names of the events, as in Tencent's Web SDK. Use them with {@link Recall.on}. */
export const EVENT = {
  /** Logged in and synchronised: all calls work. `data` is undefined. */
  SDK_READY: 'sdkStateReady',
  /** Logged out. `data` is undefined. */
  SDK_NOT_READY: 'sdkStateNotReady',
  /** New messages, each told once. `data` is `Message[]`. */
  MESSAGE_RECEIVED: 'onMessageReceived',
  /** Messages that others, or this user's other devices, recalled. Each is reported once. `data` is `Message[]`, each `isRevoked`. */
  MESSAGE_REVOKED: 'onMessageRevoked',
  /** Unread numbers, order, previews or roles changed. `data` is `Conversation[]`: the whole list, latest change first. */
  CONVERSATION_LIST_UPDATED: 'onConversationListUpdated',
  /** The total of unread messages changed. `data` is a number. */
  TOTAL_UNREAD_MESSAGE_COUNT_UPDATED: 'onTotalUnreadMessageCountUpdated',
  /** The connection changed. `data` is {@link NetworkState}. */
  NET_STATE_CHANGE: 'netStateChange',
  /** The token has expired and no token provider gave a new one: log in again. `data` is undefined. */
  TOKEN_EXPIRED: 'tokenExpired',
  /** The server ended this device's session, and the client does not connect again: log in again. `data` is `{ reason }`, see {@link KickedReason}. */
  KICKED_OUT: 'kickedOut',
  /**
   * The stored conversations cannot be read or written, because the disk is full or another page uses them. Told once in a login. The client goes on in
   * memory: it sends and receives, but what is new is fetched again after the end of the page. `data` is `{ error }`.
   */
  STORAGE_FAILED: 'storageFailed',
} as const;

/** Why a device was kicked out: the user connected with more devices than are allowed and this was the oldest, or an administrator ended the user's sessions. Newer servers may know other reasons. */
export type KickedReason = 'connection_limit' | 'administrator' | (string & {});

/** Whether there is a connection: `connecting` also means trying again after a loss. */
export type NetworkState = 'connected' | 'connecting' | 'disconnected';

/** What each event carries. */
export interface EventData {
  /** Nothing: it is the moment that counts. */
  sdkStateReady: undefined;
  /** Nothing. */
  sdkStateNotReady: undefined;
  /** The new messages. */
  onMessageReceived: Message[];
  /** The tombstones of what was recalled. */
  onMessageRevoked: Message[];
  /** The whole list, latest change first. */
  onConversationListUpdated: Conversation[];
  /** The total now. */
  onTotalUnreadMessageCountUpdated: number;
  /** The state now. */
  netStateChange: { state: NetworkState };
  /** Nothing. */
  tokenExpired: undefined;
  /** Why. */
  kickedOut: { reason: KickedReason };
  /** What went wrong. */
  storageFailed: { error: unknown };
}

/** Name of an event: one of the values of {@link EVENT}. */
export type EventName = keyof EventData;
/** What a handler gets: the event's name and its data. */
export interface RecallEvent<Name extends EventName = EventName> {
  /** Which event it is. */
  name: Name;
  /** What it carries, by {@link EventData}. */
  data: EventData[Name];
}
/** A handler of one kind of event. */
export type EventHandler<Name extends EventName> = (event: RecallEvent<Name>) => void;

export class Emitter {
  #handlers = new Map<EventName, Set<EventHandler<never>>>();

  on<Name extends EventName>(name: Name, handler: EventHandler<Name>): void {
    if (!this.#handlers.has(name)) this.#handlers.set(name, new Set());
    this.#handlers.get(name)!.add(handler as EventHandler<never>);
  }

  off<Name extends EventName>(name: Name, handler: EventHandler<Name>): void {
    this.#handlers.get(name)?.delete(handler as EventHandler<never>);
  }

  clear(): void {
    this.#handlers.clear();
  }

  emit<Name extends EventName>(name: Name, data: EventData[Name]): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) {
      try {
        (handler as unknown as EventHandler<Name>)({ name, data });
      } catch (error) {
        // A fault in one handler must neither keep the others from being told nor stop the client.
        (globalThis.reportError ?? console.error)(error);
      }
    }
  }
}
