import { watchForSleep } from './awake.js';
import { BackOff } from './backoff.js';
import { type Clock, ServerClock } from './clock.js';
import { Connection, HandshakeFailed, type WebSocketConstructor } from './connection.js';
import type { Change, ConversationView } from './conversation.js';
import { ERROR_CODE, invalid, kickedOut, notAReply, type RecallError, tokenOver } from './errors.js';
import { type Emitter, EVENT } from './events.js';
import { count, type JSONObject, object, parseFrame, text } from './frames.js';
import { receiveEvent } from './receive.js';
import { Refusal, Requests } from './requests.js';
import { Synchronisation } from './synchronise.js';
import { expiresAt } from './token.js';
import type { Conversation } from './types.js';
import type { Storage } from './storage.js';
import { Store } from './store.js';
import { MessageIDs } from './ulid.js';
import { View } from './view.js';
import type { Works } from './work.js';

/** All options, with their defaults filled in. */
export interface SessionOptions {
  url: string;
  webSocket: WebSocketConstructor;
  requestTimeout: number;
  reconnectMinimum: number;
  reconnectMaximum: number;
  pingInterval: number;
  clock: Clock;
  random: () => number;
  /** Without one nothing is stored. */
  storage: Storage | undefined;
}

/** Gets a new token, for example from the application's own server. */
export type TokenProvider = () => Promise<string> | string;

const KEEP_ALIVE_MILLISECONDS = 8 * 60_000;
const KEEP_ALIVE_SPREAD_MILLISECONDS = 60_000;
const CHECK_TIMEOUT_MILLISECONDS = 5_000;
/** A page cannot send pings. A hello in their place costs a message, so it is this many times as far apart. */
const HELLO_PER_PINGS = 4;
const TOKEN_TRIES = 3;
const UNANSWERED_LIMIT = 1_000;

/** How many messages are unread in all conversations together. */
export const totalUnread = (list: Conversation[]): number => list.reduce((sum, { unreadCount }) => sum + unreadCount, 0);

/** One login: the connection that is kept, what is held, and what is outstanding. */
export class Session {
  readonly view: View;
  readonly clock: ServerClock;
  readonly ids = new MessageIDs();
  readonly requests: Requests;
  readonly synchronisation: Synchronisation;
  readonly backOff: BackOff;
  /** What is stored; undefined if nothing is. */
  readonly store: Store | undefined;
  /** messageIds of sends whose outcome is unknown. */
  readonly unanswered = new Set<string>();
  /** messageIds that this client is recalling, with how many calls. */
  readonly revokeCalls = new Map<string, number>();
  /** From the last hello. */
  recallWindowSeconds: number | undefined;
  /** From the last hello; 0 if the deployment has no attachments. */
  maxAttachmentBytes = 0;
  /** From the last hello; empty if the deployment has no Web Push. */
  webPushKey = '';
  /** Resolves after the first synchronisation. */
  readonly ready: Promise<void>;
  /** Whether the first synchronisation is done. */
  isReady = false;

  #ended = new AbortController();
  #reason: RecallError | undefined;
  #connection: Connection | undefined;
  #skipPause: (() => void) | undefined;
  #checking = false;
  #checkAgain = false;
  #totalUnread = 0;
  #kicked = false;
  #telling: Promise<void> | undefined;
  #unwatch: () => void;
  #resolveReady!: () => void;
  #rejectReady!: (error: Error) => void;

  constructor(
    readonly options: SessionOptions,
    readonly emitter: Emitter,
    works: Works,
    readonly user: string,
    private token: string,
    private readonly tokenProvider: TokenProvider | undefined,
    previous: Session | undefined,
  ) {
    this.view = previous?.view ?? new View(user);
    this.view.onRecalled = (conversationID, messageID) => works.forEach((each) => each(conversationID, messageID));
    this.store = options.storage && new Store(this, options.storage, previous?.store);
    this.clock = new ServerClock(options.clock);
    this.backOff = new BackOff(options.reconnectMinimum, options.reconnectMaximum, options.random);
    this.requests = new Requests(options.requestTimeout, this.backOff);
    this.synchronisation = new Synchronisation(this);
    this.requests.onOutcomeUnknown = (conversation) => this.synchronisation.want(conversation, 'unknown');
    this.ready = new Promise((resolve, reject) => ([this.#resolveReady, this.#rejectReady] = [resolve, reject]));
    this.ready.catch(() => {}); // whoever waits for it is told; that nobody waits is no fault
    this.#unwatch = watchForSleep(options.clock, () => void this.check());
    void this.#run();
  }

  /** Is aborted when the session is over. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Why the session is over, undefined while it is not. */
  get over(): RecallError | undefined {
    return this.#reason;
  }

  /** Ends the session; the first reason counts. */
  end(reason: RecallError): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#unwatch();
    this.#rejectReady(reason);
    this.requests.failAll(reason);
    this.#connection?.drop();
    this.#ended.abort();
    this.#skipPause?.();
  }

  /** The server ended this device's session: a new connection would only push out another device. No other event follows. */
  kick(reason: string): void {
    this.#kicked = true;
    this.end(kickedOut());
    this.emitter.emit(EVENT.KICKED_OUT, { reason });
  }

  /** Makes sure that the connection is alive, or makes one at once. */
  async check(): Promise<void> {
    this.#skipPause?.();
    const connection = this.#connection;
    if (!connection) return;
    // The answer to a look that is under way may have been sent before what this one is about.
    this.#checkAgain = this.#checking;
    if (this.#checking) return;
    this.#checking = true;
    try {
      await this.#greet(connection, Math.min(this.options.requestTimeout, CHECK_TIMEOUT_MILLISECONDS));
    } catch {
      connection.drop();
    } finally {
      this.#checking = false;
    }
    if (this.#checkAgain && !connection.isGone) void this.check();
  }

  /** Applies what was learnt of a conversation, and tells the application. Returns false where nothing can be held. */
  change(id: string, apply: (conversation: ConversationView) => Change[]): boolean {
    const conversation = this.view.open(id);
    if (!conversation) return false;
    const changes = apply(conversation);
    this.view.took(changes.length);
    this.store?.changed(id);
    const unsure = changes.some((change) => change.unsure);
    this.announce(id, changes);
    if (unsure || (conversation.cursor === '' && changes.length > 0)) this.synchronisation.want(id, 'unknown');
    this.announceList();
    return true;
  }

  /** Tells the application that the conversation list changed, and the total of unread messages if that did. */
  announceList(): void {
    this.#tell(() => {
      const list = this.view.list();
      this.emitter.emit(EVENT.CONVERSATION_LIST_UPDATED, list);
      const total = totalUnread(list);
      if (total === this.#totalUnread) return;
      this.#totalUnread = total;
      this.emitter.emit(EVENT.TOTAL_UNREAD_MESSAGE_COUNT_UPDATED, total);
    });
  }

  /** Tells the application that the storage failed, and that the client goes on in memory. */
  tellStorageFailed(error: unknown): void {
    this.emitter.emit(EVENT.STORAGE_FAILED, { error });
  }

  /** Calls the handlers: at once, or after `saved`. What comes later waits as well, so that the order stays. After a logout nothing is told any more. */
  #tell(emit: () => void, saved?: Promise<void>): void {
    if (!saved && !this.#telling) return emit();
    const before = this.#telling;
    const turn = (this.#telling = Promise.all([before, saved]).then(() => {
      if (this.#telling === turn) this.#telling = undefined;
      if (this.over?.code !== ERROR_CODE.NOT_LOGGED_IN || this.#kicked) emit();
    }));
  }

  /**
   * Tells the application, but not of recalls that this client asked for itself: those get their result. A recalled text is removed from the storage
   * before anybody is told.
   */
  announce(id: string, changes: Change[]): void {
    const received = changes.flatMap((change) => change.received ?? []);
    const revoked = changes
      .flatMap((change) => change.revoked ?? [])
      .filter((message) => !(message.revokerInfo?.userID === this.user && this.revokeCalls.has(message.ID)));
    const saved = changes.some((change) => change.revoked) ? this.store?.save(id) : undefined;
    if (received.length > 0) this.#tell(() => this.emitter.emit(EVENT.MESSAGE_RECEIVED, received));
    if (revoked.length > 0) this.#tell(() => this.emitter.emit(EVENT.MESSAGE_REVOKED, revoked), saved);
  }

  /** Notes a send without an answer. Returns whether there was one under this ID before. */
  beginSend(messageID: string): boolean {
    const earlier = this.unanswered.has(messageID);
    if (this.unanswered.size < UNANSWERED_LIMIT) this.unanswered.add(messageID);
    return earlier;
  }

  /** Waits; `check` and the end of the session cut it short. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds);
      const skip = this.#skipPause;
      this.#skipPause = done;
      const session = this;
      function done() {
        clearTimeout(timer);
        if (session.#skipPause === done) session.#skipPause = undefined;
        skip?.();
        resolve();
      }
    });
  }

  async #run(): Promise<void> {
    if (this.store) {
      await this.store.load();
      if (this.over) return;
      this.announceList();
    }
    this.emitter.emit(EVENT.NET_STATE_CHANGE, { state: 'connecting' });
    for (let repeat = 0; !this.over; repeat++) {
      const refused = this.token === '' || (await this.#connectAndServe(() => (repeat = 0)));
      if (this.over) return;
      if (refused && !(await this.#renewToken())) return;
      if (!refused || repeat > 0) await this.pause(this.backOff.delay(repeat));
    }
  }

  #isPast(time: number | undefined): boolean {
    return time !== undefined && time < (this.clock.now() ?? this.options.clock.wall());
  }

  /** Uses one connection until it is over. Returns true if a new token is needed. */
  async #connectAndServe(greeted: () => void): Promise<boolean> {
    const { webSocket, url, requestTimeout } = this.options;
    let connection: Connection;
    try {
      connection = await Connection.open(webSocket, url, this.token, requestTimeout, this.#ended.signal);
    } catch (error) {
      // A browser does not say why a handshake failed. With a token that is over, that is why. What is no HandshakeFailed
      // comes from the constructor: a token with characters that no token has.
      return !(error instanceof HandshakeFailed) || error.refused || this.#isPast(expiresAt(this.token));
    }
    connection.receive = (data) => this.#receive(connection, data);
    let connected = false;
    connection.lost = () => {
      this.#connection = undefined;
      this.requests.lost(connection);
      const state = this.over ? 'disconnected' : 'connecting';
      if (connected && !this.#kicked) this.emitter.emit(EVENT.NET_STATE_CHANGE, { state });
    };
    try {
      if (this.over) throw this.over;
      await this.#greet(connection);
      connected = true;
      greeted();
      await this.#serve(connection);
    } catch {
      // Whatever went wrong on this connection, the next one begins anew.
    }
    connection.drop();
    return connection.tokenExpired;
  }

  async #serve(connection: Connection): Promise<void> {
    this.#connection = connection;
    this.emitter.emit(EVENT.NET_STATE_CHANGE, { state: 'connected' });
    this.requests.ready(connection);
    await this.synchronisation.all(connection);
    this.isReady = true;
    this.#resolveReady();
    void this.store?.resume();
    const ends = [this.#keepAlive(connection), this.#lookForLife(connection)];
    await connection.gone;
    for (const end of ends) end();
  }

  /**
   * API Gateway ends a connection that is idle for 10 minutes, so a hello is sent when nothing else was sent for 8 to 9.
   * Devices that connected together should not speak together.
   */
  #keepAlive(connection: Connection): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => {
      clearTimeout(timer);
      const after = KEEP_ALIVE_MILLISECONDS + this.options.random() * KEEP_ALIVE_SPREAD_MILLISECONDS;
      timer = setTimeout(() => {
        this.#greet(connection).catch(() => connection.drop());
      }, after);
    };
    connection.wrote = again;
    again();
    return () => {
      connection.wrote = () => {};
      clearTimeout(timer);
    };
  }

  /** Notices a connection that fell silent, while the page can be seen. A frame saves the hello that would ask for one. */
  #lookForLife(connection: Connection): () => void {
    let timer: ReturnType<typeof setInterval> | undefined;
    const again = () => {
      clearInterval(timer);
      timer = setInterval(() => {
        if (globalThis.document?.visibilityState !== 'hidden') void this.check();
      }, this.options.pingInterval * HELLO_PER_PINGS);
    };
    connection.heard = again;
    again();
    return () => {
      connection.heard = () => {};
      clearInterval(timer);
    };
  }

  /** Says hello: learns the server's clock, and whose token this is. With `once`, one attempt of so many milliseconds. */
  async #greet(connection: Connection, once?: number): Promise<void> {
    const { clock } = this.options;
    const asked = clock.monotonic();
    const hello = await this.requests.ask('hello', {}, connection, once).reply;
    const serverTime = count(hello.serverTime);
    if (!serverTime) throw notAReply('hello');
    if (text(hello.user) !== '' && hello.user !== this.user) {
      this.end(invalid("the token is another user's: log in with the userID that the token was made for"));
      throw this.over;
    }
    this.clock.set(asked, clock.monotonic(), serverTime);
    this.maxAttachmentBytes = count(hello.maxAttachmentBytes) ?? 0;
    this.webPushKey = text(object(hello.push)?.webPushKey);
    if (Number.isSafeInteger(hello.recallWindowSeconds)) this.recallWindowSeconds = hello.recallWindowSeconds as number;
  }

  #receive(connection: Connection, data: unknown): void {
    const frame = parseFrame(data);
    if (!frame) return;
    if (frame.type === undefined) {
      this.requests.repeatAll();
    } else if (frame.type === 'reply') {
      this.#receiveReply(connection, frame);
    } else {
      receiveEvent(this, frame);
    }
  }

  #receiveReply(connection: Connection, frame: JSONObject): void {
    if (frame.ok !== true && new Refusal(frame).error().code === ERROR_CODE.TOKEN_EXPIRED) {
      connection.tokenExpired = true; // what was asked goes out again on the next connection
      connection.drop();
    } else {
      this.requests.answer(frame);
    }
  }

  /** Asks the provider for a token. Without one the session is over, and the application is told. */
  async #renewToken(): Promise<boolean> {
    // A laptop that wakes up has no network yet, so one failure is not the end.
    for (let repeat = 0; this.tokenProvider && repeat < TOKEN_TRIES && !this.over; repeat++) {
      try {
        this.token = await this.tokenProvider();
        if (this.token) return true;
      } catch {
        await this.pause(this.backOff.delay(repeat + 1));
      }
    }
    if (!this.over) {
      this.end(tokenOver());
      this.emitter.emit(EVENT.NET_STATE_CHANGE, { state: 'disconnected' });
      this.emitter.emit(EVENT.TOKEN_EXPIRED, undefined);
    }
    return false;
  }
}
