import { attach, checkAttachments, download, endedByRecall, type OnProgress } from './attachments.js';
import { deviceClock, type Clock } from './clock.js';
import type { WebSocketConstructor } from './connection.js';
import { invalid, notAReply, notLoggedIn, recalled } from './errors.js';
import { Emitter, EVENT, type EventHandler, type EventName } from './events.js';
import { count, isConversation, isMessageID, object } from './frames.js';
import { registerPush, type PushSubscriptionLike } from './push.js';
import { takeRead } from './receive.js';
import { asError, fetchPage, newMessageID, revoke, send } from './send.js';
import { Session, type SessionOptions, type TokenProvider, totalUnread } from './session.js';
import { IndexedDBStorage, type Storage } from './storage.js';
import type { Attachment, Conversation, Message, Result, RevokeResult, UnsentMessage } from './types.js';
import type { Works } from './work.js';

/** Options of {@link Recall.create}. */
export interface RecallOptions {
  /** Address of the WebSocket API, e.g. `wss://….execute-api.….amazonaws.com/prod`; locally `ws://127.0.0.1:3001/local`. */
  url: string;
  /** Class that makes WebSockets. Default: the global one. In Node before version 22 pass the `ws` package's. */
  WebSocket?: WebSocketConstructor;
  /** How long one attempt of a request may take, in milliseconds (10,000). A request has three. */
  requestTimeout?: number;
  /** The wait before the first reconnect is random up to this, in milliseconds (500), and up to twice as long before each further one. */
  reconnectMinimum?: number;
  /** No wait before a reconnect is longer than this, in milliseconds (30,000). */
  reconnectMaximum?: number;
  /**
   * The time between two WebSocket pings, in milliseconds (30,000), for platforms that have pings. A page has none: while it can be seen, a
   * request 4 times as far apart takes their place and tells whether the connection is alive.
   */
  pingInterval?: number;
  /**
   * Where conversations are kept, so that nothing is lost when the page ends. Default: an {@link IndexedDBStorage} where there is IndexedDB, and nothing
   * elsewhere. `false` stores nothing.
   */
  storage?: Storage | false;
  /** Where time comes from, for tests. */
  clock?: Clock;
  /** Numbers from 0 to below 1 for the back-off, for tests. */
  random?: () => number;
}

/** Parameters of {@link Recall.login}. */
export interface LoginOptions {
  /** The user; must be the one that the token was made for. */
  userID: string;
  /** The JWT. May be left out if there is a token provider. */
  token?: string;
  /** Called for a token at login without one, and when one is over. */
  tokenProvider?: TokenProvider;
}

/** Where a new message goes: `conversationID`, or `to` with `conversationType` as in Tencent's SDK. */
export interface NewMessage {
  /** `c2c_<user ID>` or `group_<group ID>`. */
  conversationID?: string;
  /** User ID or group ID. */
  to?: string;
  /** One of {@link TYPES}. */
  conversationType?: 'c2c' | 'group';
  /** ID of the message that this one answers. */
  replyTo?: string;
  /**
   * ID of another message of the conversation. The server stores this one only if that one is not recalled at that very moment. An
   * answer names the message that it answers, so that nobody answers what was recalled. See also {@link Recall.workOn}.
   */
  unlessRevoked?: string;
  /**
   * Up to 10 files: those that {@link Recall.uploadFile} gave, and those of another message that is forwarded, each with that message
   * in `from`. The server makes copies of the latter.
   */
  attachments?: Attachment[];
}

/** A file for {@link Recall.uploadFile}. */
export interface NewFile {
  /** A `File` has a name and a type of its own. */
  file: Blob;
  /** Name without a folder, up to 255 bytes. Default: that of the `File`. */
  name?: string;
  /** Such as `image/png`. Default: that of the Blob, and `application/octet-stream` if it has none. */
  type?: string;
  /** Is told how much is uploaded. */
  onProgress?: OnProgress;
  /** Ends the upload. */
  signal?: AbortSignal;
}

const PAGE_DEFAULT = 50;
const PAGE_LIMIT = 100;

/**
 * Sends, receives and recalls messages. One object is one device of one user; two tabs are two devices.
 * The calls are named as in Tencent's Web SDK, and their promises resolve to `{ code: 0, data }` or reject with a {@link RecallError}.
 */
export class Recall {
  readonly #emitter = new Emitter();
  readonly #options: SessionOptions;
  /** They stay when a session ends, so that the next session can end them. */
  readonly #works: Works = new Set();
  #session: Session | undefined;

  private constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Makes a client. It does nothing until {@link Recall.login}. Throws 6017 for a bad address, or where there is no WebSocket class. */
  static create(options: RecallOptions): Recall {
    const webSocket = options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketConstructor | undefined);
    if (!webSocket) throw invalid('this platform has no WebSocket: pass one as the option WebSocket, e.g. that of the ws package');
    if (!/^wss?:\/\/[^\s#?]+$/.test(options.url)) throw invalid('url must begin with ws:// or wss:// and have no query');
    return new Recall({
      url: options.url,
      webSocket,
      requestTimeout: options.requestTimeout ?? 10_000,
      reconnectMinimum: options.reconnectMinimum ?? 500,
      reconnectMaximum: options.reconnectMaximum ?? 30_000,
      pingInterval: options.pingInterval ?? 30_000,
      clock: options.clock ?? deviceClock,
      random: options.random ?? Math.random,
      storage: options.storage === false ? undefined : (options.storage ?? (globalThis.indexedDB ? new IndexedDBStorage() : undefined)),
    });
  }

  /**
   * Connects, and resolves when everything missed was fetched. Until the server can be reached it keeps trying
   * ({@link EVENT}.NET_STATE_CHANGE tells); {@link Recall.logout} gives up. A login ends the one before it. Where the server ended
   * that one, as after {@link EVENT}.KICKED_OUT, a login of the same user goes on with what is held.
   * Rejects with 6206 if the token has expired, 6017 if it is another user's, 9508 after a logout.
   */
  async login({ userID, token = '', tokenProvider }: LoginOptions): Promise<Result<undefined>> {
    if (!token && !tokenProvider) throw invalid('login needs a token or a tokenProvider');
    const previous = this.#session;
    const goesOn = previous?.over && previous.user === userID;
    previous?.end(notLoggedIn());
    if (previous?.store) await previous.store.close(previous.over!);
    if (this.#session !== previous) this.#session?.end(notLoggedIn()); // Another login has begun meanwhile.
    const session = (this.#session = new Session(this.#options, this.#emitter, this.#works, userID, token, tokenProvider, goesOn ? previous : undefined));
    await session.ready;
    return { code: 0, data: undefined };
  }

  /** Ends the connection and forgets what is held. What is stored stays there, until {@link Recall.clearStorage}. Outstanding calls reject with 9508. */
  async logout(): Promise<Result<undefined>> {
    const session = this.#session;
    this.#session = undefined;
    const over = session?.over;
    session?.end(notLoggedIn());
    await session?.store?.close(session.over!);
    if (session && !over) {
      this.#emitter.emit(EVENT.NET_STATE_CHANGE, { state: 'disconnected' });
      this.#emitter.emit(EVENT.SDK_NOT_READY, undefined);
    }
    return { code: 0, data: undefined };
  }

  /**
   * Makes sure at once that the connection is alive, or makes one: a request that has 5 s, and no wait before the next connection. A page need not call it,
   * since the client looks by itself when the network changes, the page comes back or the device wakes up. Call it where a web view knows more.
   */
  checkConnection(): void {
    void this.#session?.check();
  }

  /** Whether {@link Recall.login} has resolved and the session goes on, though perhaps without a network just now. */
  isReady(): boolean {
    return this.#session?.isReady === true && !this.#session.over;
  }

  /** Logs out, and lets go of all handlers. */
  async destroy(): Promise<Result<undefined>> {
    const result = await this.logout();
    this.#emitter.clear();
    return result;
  }

  /** Has a handler called at every event of that name; see {@link EVENT}. */
  on<Name extends EventName>(name: Name, handler: EventHandler<Name>): void {
    this.#emitter.on(name, handler);
  }

  /** Ends what {@link Recall.on} began. */
  off<Name extends EventName>(name: Name, handler: EventHandler<Name>): void {
    this.#emitter.off(name, handler);
  }

  /** Makes a text message, ready for {@link Recall.sendMessage}: its payload is `{ text }`. Throws 9508 or 6017. */
  createTextMessage(message: NewMessage & { payload: { text: string } }): Message {
    return this.createCustomMessage(message);
  }

  /** Makes a message whose payload is any object, up to 12,288 bytes as JSON; the server does not look into it. Throws 9508 or 6017. */
  createCustomMessage({ conversationID, to, conversationType = 'c2c', replyTo, unlessRevoked, attachments, payload }: NewMessage & { payload: Record<string, unknown> }): Message {
    const session = this.#current();
    const conversation = conversationID ?? `${conversationType}_${to ?? ''}`;
    if (!isConversation(conversation)) throw invalid('conversationID must be c2c_<user ID> or group_<group ID>');
    if (!object(payload)) throw invalid("payload must be an object, e.g. { text: 'hi' }");
    if ([replyTo, unlessRevoked].some((id) => id !== undefined && !isMessageID(id))) throw invalid('replyTo and unlessRevoked must be message IDs');
    return {
      ID: newMessageID(session), conversationID: conversation, from: session.user, flow: 'out', sentAt: 0, recallableUntil: 0,
      payload, replyTo, status: 'unSend', isRevoked: false, revokerInfo: undefined, revokeReason: '', revokedAt: 0,
      ...(unlessRevoked && { unlessRevoked }),
      ...(attachments?.length && { attachments: checkAttachments(attachments) }),
    };
  }

  /**
   * Sends a message made by a create… method and resolves to it as stored. The same message may be sent again after a
   * failure: it is stored and delivered once. The object passed gets the new status too, and in the rare case that the
   * server refuses its ID's time, a new ID.
   *
   * Rejects with 6012 (outcome unknown: send it again, or recall it, which works for both outcomes), 20023 if it was recalled
   * before it was stored, 10015, 80002, 76001, 76002, 76003, 6206, 9508, 10023, 20004 or 20005. With `unlessRevoked` also with 76004 (that message was
   * recalled) or 20022 / 10030 (there is no such message). With `attachments` also with 76005 or 76006, and with 76004 if a message that it
   * forwards from was recalled.
   */
  async sendMessage(message: Message): Promise<Result<{ message: Message }>> {
    const session = this.#current();
    if (!isMessageID(message.ID) || !object(message.payload)) throw invalid('send a message made by createTextMessage');
    message.status = 'unSend';
    try {
      Object.assign(message, await send(session, message, true));
      return { code: 0, data: { message: { ...message } } };
    } catch (failure) {
      message.status = 'fail';
      throw asError(failure);
    }
  }

  /**
   * Does work on a message, such as an answer that takes its time. `work` gets a signal, which is aborted when the client learns that
   * the message is recalled; pass it to `fetch` and the like. Its reason is a {@link RecallError} with code 76004. If the message is
   * recalled already, the signal is aborted from the beginning. Resolves or rejects as `work` does.
   *
   * A client without a connection learns of the recall when it has one again, and the recall may be on its way when the answer is
   * sent. So make the answer with `unlessRevoked`.
   */
  async workOn<Outcome>(message: Pick<Message, 'conversationID' | 'ID'>, work: (signal: AbortSignal) => Promise<Outcome>): Promise<Outcome> {
    const { conversationID, ID } = message;
    const controller = new AbortController();
    const end = () => controller.abort(recalled());
    if (this.#session?.view.get(conversationID)?.get(ID)?.isRevoked) end();
    const onRecalled = (conversation: string, messageID: string) => {
      // What listens to the signal is called when the client has taken in all that it learns now.
      if (conversation === conversationID && messageID === ID) queueMicrotask(end);
    };
    this.#works.add(onRecalled);
    try {
      return await work(controller.signal);
    } finally {
      this.#works.delete(onRecalled);
    }
  }

  /**
   * Uploads a file for a message that is made with it in `attachments`. A file is uploaded before its message is sent, so a message
   * that has no answer, and is sent again after the next start, never waits for a file. An upload that no message names is removed
   * after a day. The bytes go to the deployment's bucket by HTTP, not over the connection.
   *
   * Rejects with 76005 (the deployment has no attachments), 76007 (too large), 6008 (the bytes did not get there), 6017, 6012, 6206, 9508, 10023, 20004 or
   * 20005, and with the signal's reason after an abort.
   */
  async uploadFile({ file, name = (file as File).name ?? 'file', type = file.type.split(';')[0] || 'application/octet-stream', onProgress = () => {}, signal }: NewFile): Promise<Result<{ attachment: Attachment }>> {
    return { code: 0, data: { attachment: await attach(this.#current(), file, name, type, onProgress, signal) } };
  }

  /**
   * Downloads an attachment of a message, as a Blob for `URL.createObjectURL`. The Blob has the attachment's type only if the type is
   * that of an image (but not SVG), of audio, of video or `text/plain`; otherwise it has `application/octet-stream`, because a page
   * that opens a Blob of the sender's HTML would run it. The download ends when the client learns that the message is recalled; let go
   * of what was downloaded before at {@link EVENT}.MESSAGE_REVOKED.
   *
   * Rejects with 20023 (the message is recalled), 76006 (no such attachment), 20022 / 10030 (no such message), 6009 (the bytes did not come), 76005, 10015,
   * 6017, 6012, 6206, 9508, 10023, 20004 or 20005, and with the signal's reason after an abort.
   */
  async downloadFile(
    message: Pick<Message, 'conversationID' | 'ID'>, { attachmentID, type = '' }: { attachmentID: string; type?: string },
    { onProgress = () => {}, signal }: { onProgress?: OnProgress; signal?: AbortSignal } = {},
  ): Promise<Result<{ blob: Blob }>> {
    const session = this.#current();
    const { conversationID, ID } = message;
    try {
      const blob = await this.workOn(message, (recalled) =>
        download(session, conversationID, ID, attachmentID, type, onProgress, signal ? AbortSignal.any([signal, recalled]) : recalled));
      return { code: 0, data: { blob } };
    } catch (failure) {
      throw endedByRecall(failure);
    }
  }

  /** The size of the largest file that the deployment takes, as of the last connection: 0 if it has no attachments, and before the first connection. */
  maxAttachmentBytes(): number {
    return this.#session?.maxAttachmentBytes ?? 0;
  }

  /** The key with which a page subscribes for notifications (`applicationServerKey`), as of the last connection. Empty if the deployment has no Web Push, and before the first connection. */
  webPushKey(): string {
    return this.#session?.webPushKey ?? '';
  }

  /**
   * Registers this browser for notifications, which its user gets while they have no open connection. Register at every start, because
   * subscriptions change. The service worker handles them with `handlePush` of `recall-web/recall-push`.
   *
   * Rejects with 76008 (the deployment has no Web Push), 6017 (not a subscription, or of a push service that the deployment does not know), 6012, 6206, 9508,
   * 10023, 20004 or 20005.
   */
  async registerPush(subscription: PushSubscriptionLike): Promise<Result<undefined>> {
    await registerPush(this.#current(), subscription, false);
    return { code: 0, data: undefined };
  }

  /** Ends the notifications of this browser, for example when its user signs out. Rejects as {@link Recall.registerPush} does. */
  async unregisterPush(subscription: PushSubscriptionLike): Promise<Result<undefined>> {
    await registerPush(this.#current(), subscription, true);
    return { code: 0, data: undefined };
  }

  /** Sends a message again that failed: the same as {@link Recall.sendMessage}, under Tencent's name for it. */
  resendMessage(message: Message): Promise<Result<{ message: Message }>> {
    return this.sendMessage(message);
  }

  /**
   * Recalls a message; the conversation's and the message's ID are enough. `reason` (up to 256 bytes) is shown to the
   * others. Resolves to the tombstone. A message whose sending got no answer can be recalled too: either it is
   * recalled, or it is never stored.
   *
   * Rejects with 20016 or, in groups, 10031 (window over), 6223 (the client knows that it is), 20022 / 10030 (no such
   * message), 20023 (recalled by someone else before), 10032 (neither sender nor moderator), 10015, 76003, 6017, 6012, 6206, 9508, 10023, 20004 or 20005.
   */
  async revokeMessage(message: Pick<Message, 'conversationID' | 'ID'>, { reason = '' }: { reason?: string } = {}): Promise<Result<{ message: Message }>> {
    const [result] = await revoke(this.#current(), message.conversationID, [message.ID], reason);
    if (!result?.message) throw result?.error ?? notAReply('revoke');
    return { code: 0, data: { message: result.message } };
  }

  /** Recalls 1 to 10 messages of a conversation. Each has its own result, in the order of the IDs. The promise rejects only if no message has a result, with the errors of {@link Recall.revokeMessage}. */
  async revokeMessages(conversationID: string, IDs: string[], { reason = '' }: { reason?: string } = {}): Promise<Result<{ results: RevokeResult[] }>> {
    return { code: 0, data: { results: await revoke(this.#current(), conversationID, IDs, reason) } };
  }

  /**
   * Fetches a page of a conversation from the server, oldest first, tombstones included: the newest `count` (1 to 100, default
   * 50), or those before `nextReqMessageID`. Pass the `nextReqMessageID` of the result to page on until `isCompleted`.
   * Rejects with 10015, 6017, 6012, 6206, 9508, 10023, 20004 or 20005.
   */
  async getMessageList({ conversationID, nextReqMessageID = '', count: limit = PAGE_DEFAULT }: { conversationID: string; nextReqMessageID?: string; count?: number }): Promise<
    Result<{ messageList: Message[]; nextReqMessageID: string; isCompleted: boolean }>
  > {
    if (!isConversation(conversationID)) throw invalid('conversationID must be c2c_<user ID> or group_<group ID>');
    const page = await fetchPage(this.#current(), conversationID, nextReqMessageID, Math.min(Math.max(1, limit), PAGE_LIMIT));
    const data = { messageList: page.messages, nextReqMessageID: page.messages[0]?.ID ?? nextReqMessageID, isCompleted: !page.more };
    return { code: 0, data };
  }

  /** What this client holds of a conversation now, oldest first; nothing is asked of the server. Own messages are in it once they are sent. */
  getHeldMessageList(conversationID: string): Message[] {
    return this.#session?.view.get(conversationID)?.list() ?? [];
  }

  /** The messages of a conversation that are stored and that the server has not answered, oldest first. Those that failed are not sent again by themselves: send them again, or recall them. */
  getUnsentMessageList(conversationID: string): UnsentMessage[] {
    return this.#session?.store?.unsent(conversationID) ?? [];
  }

  /** Removes everything that is stored of a user, for an application's "sign out and forget". The user is logged out first. */
  async clearStorage(userID: string): Promise<Result<undefined>> {
    if (this.#session?.user === userID) await this.logout();
    await this.#options.storage?.clear(userID);
    return { code: 0, data: undefined };
  }

  /** A message that this client holds, or its tombstone; undefined if it holds none with this ID. */
  findMessage(ID: string): Message | undefined {
    return this.#session?.view.find(ID);
  }

  /** How many messages are unread in all conversations together. */
  getTotalUnreadMessageCount(): number {
    return totalUnread(this.#session?.view.list() ?? []);
  }

  /** The conversation list as held now, latest change first. It is complete once {@link Recall.login} has resolved, and kept up to date. */
  async getConversationList(): Promise<Result<{ conversationList: Conversation[] }>> {
    return { code: 0, data: { conversationList: this.#current().view.list() } };
  }

  /**
   * Marks a conversation read up to a message, by default the newest held; resolves to what is unread after it. The marker never
   * moves back, and the user's other devices are told. Rejects with 10015, 20022 / 10030, 6017, 6012, 6206, 9508, 10023, 20004 or 20005.
   */
  async setMessageRead({ conversationID, messageID }: { conversationID: string; messageID?: string }): Promise<Result<{ unreadCount: number }>> {
    const session = this.#current();
    const messageId = messageID ?? session.view.get(conversationID)?.entry().lastMessage?.ID;
    if (!messageId) return { code: 0, data: { unreadCount: 0 } };
    try {
      const reply = await session.requests.ask('read', { conversation: conversationID, messageId }).reply;
      takeRead(session, conversationID, reply);
      return { code: 0, data: { unreadCount: count(reply.unread) ?? 0 } };
    } catch (failure) {
      throw asError(failure);
    }
  }

  /** The server's clock now, milliseconds since 1970, whatever the device's clock says; undefined before the first connect. */
  serverTime(): number | undefined {
    return this.#session?.clock.now();
  }

  /** The recall window in seconds for messages that are sent now, as of the last connection: −1 without limit, 0 never. A group may have its own. */
  recallWindowSeconds(): number | undefined {
    return this.#session?.recallWindowSeconds;
  }

  /**
   * For how many more milliseconds the sender may recall a message, by the server's clock: 0 if no more, Infinity without a
   * limit. For a countdown; the server decides.
   */
  recallableFor(message: Message): number {
    const now = this.serverTime();
    if (message.isRevoked || message.recallableUntil === 0 || now === undefined) return 0;
    return message.recallableUntil < 0 ? Infinity : Math.max(0, message.recallableUntil - now);
  }

  #current(): Session {
    if (!this.#session) throw notLoggedIn();
    if (this.#session.over) throw this.#session.over;
    return this.#session;
  }
}
