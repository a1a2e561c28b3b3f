import { tombstone, type RevokedMessage } from './frames.js';
import type { Conversation, Message } from './types.js';

/**
 * How the client learnt of something, which decides whether the application is told: a live event; a sync with a cursor
 * (what changed since); the first synchronisation (what was there before); a later sync without a cursor (a
 * conversation that began while nothing was held of it).
 */
export type Origin = 'event' | 'cursor' | 'history' | 'unknown';

/** What the application is told of one message or recall. */
export interface Change {
  received?: Message;
  revoked?: Message;
  /** The number of unread messages is not known any more: the server is asked for it. */
  unsure?: boolean;
}

const MESSAGES_LIMIT = 10_000;
/** How many of the newest messages are stored. */
const STORED_LIMIT = 200;
const TOUCHED_LIMIT = 1_000;
/** How far the server counts unread messages. The next number stands for all that are larger, so nothing can be subtracted from it. */
const UNREAD_EXACT_LIMIT = 99;

/** What is stored of a conversation. */
export interface HeldDocument {
  cursor: string;
  unread: number;
  readUpTo: string;
  lastChangeAt: number;
  role: string | undefined;
  name: string | undefined;
  history: boolean;
  /** Messages up to this one were let go. */
  floor: string;
  messages: Message[];
}

/** What is held of one conversation. */
export class ConversationView {
  cursor = '';
  unread = 0;
  readUpTo = '';
  lastChangeAt = 0;
  role: string | undefined;
  name: string | undefined;
  /** The first synchronisation, without a cursor, has pages left. */
  history = false;
  /** An earlier session told the application of something here before there was a cursor. */
  heard = false;

  readonly #messages = new Map<string, Message>();
  #order: string[] = [];
  /** Messages up to this one were let go; they are not taken in again. */
  #floor = '';
  /**
   * The messages that events brought while a sync is under way, and whether they brought the recall: the sync's unread number
   * may or may not include it.
   */
  #touched: Map<string, boolean> | undefined;
  /** `readUpTo` when that sync began. */
  #readBefore = '';

  constructor(readonly id: string, private readonly self: string, private readonly onRecalled: (messageID: string) => void) {}

  get size(): number {
    return this.#order.length;
  }

  get(messageID: string): Message | undefined {
    return this.#messages.get(messageID);
  }

  /** Copies of what is held, oldest first. */
  list(): Message[] {
    return this.#order.map((id) => ({ ...this.#messages.get(id)! }));
  }

  entry(): Conversation {
    const last = this.#messages.get(this.#order.at(-1) ?? '');
    return {
      conversationID: this.id, unreadCount: this.unread, lastMessage: last && { ...last },
      lastChangeAt: this.lastChangeAt, readUpTo: this.readUpTo, role: this.role, name: this.name,
    };
  }

  document(): HeldDocument {
    const { cursor, unread, readUpTo, lastChangeAt, role, name, history } = this;
    const over = this.#order.length - STORED_LIMIT;
    const floor = over > 0 ? this.#order[over - 1]! : this.#floor;
    return { cursor, unread, readUpTo, lastChangeAt, role, name, history, floor, messages: this.list().slice(-STORED_LIMIT) };
  }

  restore({ messages, floor, ...rest }: HeldDocument): void {
    Object.assign(this, rest);
    this.#floor = floor;
    for (const message of messages) this.#put(message);
    this.heard = this.cursor === '' && messages.length > 0;
  }

  /** Takes in a message or tombstone. A repeat changes nothing, and a tombstone stays one. */
  learn(message: Message, origin: Origin): Change {
    if (message.isRevoked) {
      return this.#learnTombstone(message, origin);
    }
    this.#touch(message.ID, false, origin);
    if (this.#messages.has(message.ID) || message.ID <= this.#floor) return {};
    this.#put(message);
    if (origin === 'event' && this.#counts(message)) this.unread++;
    return origin === 'history' ? {} : { received: { ...message } };
  }

  /** Turns a message into its tombstone, or keeps the tombstone of one that is not held, so that its body is not shown when it comes late. */
  learnRevocation(revocation: RevokedMessage, origin: Origin): Change {
    const held = this.#messages.get(revocation.messageId) ?? {
      ID: revocation.messageId, conversationID: this.id, from: revocation.sender,
      flow: revocation.sender === this.self ? 'out' : 'in', sentAt: revocation.sentAt, recallableUntil: 0,
      payload: undefined, replyTo: undefined, status: 'success', isRevoked: false, revokerInfo: undefined,
      revokeReason: '', revokedAt: 0,
    };
    return this.#learnTombstone(tombstone(held, revocation.revoked), origin);
  }

  #learnTombstone(gone: Message, origin: Origin): Change {
    this.#touch(gone.ID, true, origin);
    this.onRecalled(gone.ID);
    const held = this.#messages.get(gone.ID);
    if (held?.isRevoked) return {};
    const counted = held !== undefined && origin === 'event' && this.#counts(held);
    const isMore = counted && this.unread > UNREAD_EXACT_LIMIT;
    if (counted && !isMore) this.unread = Math.max(0, this.unread - 1);
    if (held || gone.ID > this.#floor) this.#put(gone);
    const change: Change = { unsure: isMore || (!held && origin === 'event' && gone.ID > this.readUpTo) };
    if (held || origin !== 'history') change.revoked = { ...gone };
    return change;
  }

  /** Whether an unrecalled message is one of the unread ones. */
  #counts(message: Message): boolean {
    return message.from !== this.self && message.ID > this.readUpTo;
  }

  #put(message: Message): void {
    if (!this.#messages.has(message.ID)) this.#order.splice(this.#place(message.ID), 0, message.ID);
    this.#messages.set(message.ID, message);
    if (this.#order.length > MESSAGES_LIMIT) this.letGo(MESSAGES_LIMIT / 10);
  }

  #place(id: string): number {
    let low = 0;
    for (let high = this.#order.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#order[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets the oldest messages. They stay known by the floor, so that a late repeat is not taken for a new one. */
  letGo(number: number): void {
    const gone = this.#order.splice(0, number);
    for (const id of gone) this.#messages.delete(id);
    this.#floor = gone.at(-1) ?? this.#floor;
  }

  #touch(id: string, revoked: boolean, origin: Origin): void {
    const touched = this.#touched;
    if (origin === 'event' && touched && touched.size < TOUCHED_LIMIT) touched.set(id, revoked || touched.get(id) === true);
  }

  beginSync(): void {
    if (this.#touched) return;
    this.#touched = new Map();
    this.#readBefore = this.readUpTo;
  }

  /**
   * Notes that a sync's reply has a message, or its recall, that an event may have brought too. A reply that has the message
   * and not yet the recall does not know all that the event told.
   */
  included(id: string, revoked: boolean): void {
    if (revoked || !this.#touched?.get(id)) this.#touched?.delete(id);
  }

  /**
   * Takes the server's read marker and unread number at the end of a sync. Returns true if the client has learnt something
   * meanwhile that the replies did not have: a message or recall from an event, or that the user has read further. Then the
   * client keeps the number that it counted itself, and the conversation is to be synchronised again.
   */
  endSync(readUpTo: string, unread: number | undefined): boolean {
    const readMeanwhile = this.readUpTo > this.#readBefore && this.readUpTo > readUpTo;
    const unsure = (this.#touched?.size ?? 0) > 0 || readMeanwhile;
    if (unread !== undefined) this.setRead(readUpTo, unsure ? this.unread : unread);
    this.#touched = undefined;
    this.history = false;
    return unsure;
  }

  /**
   * Takes the server's read marker and unread number from the reply to a read, or from the event of one. The client cannot
   * know which of the events before and after it the server has counted. So if the number is not that of the messages held,
   * the server is asked for it: the number of a sync belongs to the messages of the same reply.
   */
  takeRead(readUpTo: string, unread: number): Change[] {
    this.setRead(readUpTo, unread);
    const sure = unread > UNREAD_EXACT_LIMIT || unread === this.#unreadHeld();
    return sure ? [] : [{ unsure: true }];
  }

  /** How many of the messages held are unread. It counts no further than the server does. */
  #unreadHeld(): number {
    let number = 0;
    for (let place = this.#order.length - 1; place >= 0 && number <= UNREAD_EXACT_LIMIT; place--) {
      const message = this.#messages.get(this.#order[place]!)!;
      if (message.ID <= this.readUpTo) break;
      if (!message.isRevoked && this.#counts(message)) number++;
    }
    return number;
  }

  /** Takes the server's read marker, which never moves back, and its unread number. */
  setRead(readUpTo: string, unread: number): void {
    if (readUpTo > this.readUpTo) this.readUpTo = readUpTo;
    this.unread = unread;
  }
}
