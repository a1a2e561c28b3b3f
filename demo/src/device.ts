import { type Conversation, ERROR_CODE, EVENT, type Message, type NetworkState, Recall, RecallError } from 'recall-web';
import { Network } from './network.js';
import { earlierSubscription, isSupported, subscribe } from './notifications.js';
import { Pictures } from './pictures.js';
import { textOf } from './words.js';

/** A message of this device that is not stored yet, or whose recall is under way. */
export type Progress = 'sending' | 'failed' | 'recalling';

/** A notice at the bottom of the phone. `error` marks a failure; `message` is what it is about. */
export type Notice = { error?: unknown; message?: Message; recalled?: { done: number; all: number }; copied?: boolean };

interface SessionAnswer {
  url: string;
  token: string;
}

const HISTORY_PAGE = 30;

async function session(user: string): Promise<SessionAnswer> {
  const response = await fetch(`/session.json?user=${encodeURIComponent(user)}`);
  if (!response.ok) throw new Error(`session: ${response.status}`);
  return response.json();
}

/** One device of one user: its connection, what it shows, and what it does. */
export class Device {
  readonly network: Network;
  conversations: Conversation[] = [];
  state: NetworkState = 'connecting';
  ready = false;
  /** The page's server gave no session: nothing works until a reload. */
  unreachable = false;
  sessionOver = false;
  /** The conversation that is open, '' for the list. */
  open = '';
  notice: Notice | undefined;
  /** Whether this user gets notifications in this browser while they have no connection. */
  notifications: 'off' | 'asking' | 'on' = 'off';
  drafts = new Map<string, string>();
  replies = new Map<string, Message>();
  readonly pictures: Pictures;

  #recall: Recall | undefined;
  #watchers = new Set<() => void>();
  /** Own messages that the server has not answered for, by conversation. */
  #outgoing = new Map<string, Message[]>();
  #progress = new Map<string, Progress>();
  #older = new Map<string, { messages: Message[]; isCompleted: boolean }>();
  /** Texts that this device recalled, for Re-edit. They never leave it. */
  #recalledTexts = new Map<string, { text: string; until: number }>();
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(readonly user: string, readonly number: number) {
    this.pictures = new Pictures(() => this.#changed());
    this.network = new Network(() => this.#changed(), (text) => this.pictures.note(text));
    void this.#start();
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #changed(): void {
    if (this.#recall) this.pictures.dropRecalled(this.#recall);
    for (const watcher of this.#watchers) watcher();
  }

  async #start(): Promise<void> {
    try {
      const { url, token } = await session(this.user);
      if (this.#closed) return;
      const recall = (this.#recall = Recall.create({ url, WebSocket: this.network.WebSocket, reconnectMaximum: 5_000, storage: false }));
      recall.on(EVENT.NET_STATE_CHANGE, ({ data }) => this.#update(() => (this.state = data.state)));
      recall.on(EVENT.CONVERSATION_LIST_UPDATED, ({ data }) => this.#update(() => (this.conversations = data)));
      recall.on(EVENT.MESSAGE_RECEIVED, () => this.#markRead());
      recall.on(EVENT.MESSAGE_REVOKED, ({ data }) => this.#update(() => this.#forgetReplies(data)));
      recall.on(EVENT.TOKEN_EXPIRED, () => this.#update(() => (this.sessionOver = true)));
      await recall.login({ userID: this.user, token, tokenProvider: async () => (await session(this.user)).token });
      this.#update(() => (this.ready = true));
      void this.#keepNotifications(recall);
      this.#markRead();
    } catch (error) {
      if (!(error instanceof RecallError)) this.#update(() => (this.unreachable = true));
    }
  }

  /** Whether the deployment sends notifications to browsers, and this browser shows them. */
  get canNotify(): boolean {
    return isSupported() && Boolean(this.#recall?.webPushKey());
  }

  /** Registers what an earlier visit has subscribed to, as an application does at each start. */
  async #keepNotifications(recall: Recall): Promise<void> {
    if (!this.canNotify) return;
    try {
      const subscription = await earlierSubscription(this.user, recall.webPushKey());
      if (!subscription) return;
      await recall.registerPush(subscription);
      this.#update(() => (this.notifications = 'on'));
    } catch {
      // The button shows that there are none, and can be pressed again.
    }
  }

  /** Switches the notifications of this browser on or off. */
  async switchNotifications(): Promise<void> {
    const recall = this.#recall!;
    const before = this.notifications;
    this.#update(() => (this.notifications = 'asking'));
    try {
      if (before === 'on') {
        const subscription = await earlierSubscription(this.user, recall.webPushKey());
        if (subscription) await recall.unregisterPush(subscription);
        await subscription?.unsubscribe();
      } else await recall.registerPush(await subscribe(this.user, recall.webPushKey()));
      this.#update(() => (this.notifications = before === 'on' ? 'off' : 'on'));
    } catch (error) {
      this.#update(() => (this.notifications = before));
      this.notify({ error });
    }
  }

  #update(apply: () => void): void {
    apply();
    this.#changed();
  }

  close(): void {
    this.#closed = true;
    this.pictures.close();
    void this.#recall?.logout();
  }

  show(conversation: string): void {
    this.#update(() => (this.open = conversation));
    this.#markRead();
  }

  #markRead(): void {
    const unread = this.conversations.find((each) => each.conversationID === this.open)?.unreadCount ?? 0;
    // Not marked now, it is marked when the next message comes or the chat is opened again.
    if (unread > 0) this.#recall?.setMessageRead({ conversationID: this.open }).catch(() => {});
    this.#changed();
  }

  entry(conversation: string): Conversation | undefined {
    return this.conversations.find((each) => each.conversationID === conversation);
  }

  /** What is shown of a conversation: pages of history, what the client holds, and what is on its way. */
  messages(conversation: string): Message[] {
    const held = this.#recall?.getHeldMessageList(conversation) ?? [];
    const byID = new Map<string, Message>();
    for (const message of this.#older.get(conversation)?.messages ?? []) byID.set(message.ID, message);
    for (const message of this.#outgoing.get(conversation) ?? []) byID.set(message.ID, message);
    for (const message of held) byID.set(message.ID, message);
    return [...byID.values()].sort((a, b) => (a.ID < b.ID ? -1 : 1));
  }

  find(conversation: string, ID: string): Message | undefined {
    return this.messages(conversation).find((message) => message.ID === ID);
  }

  progress(message: Message): Progress | undefined {
    return this.#progress.get(message.ID);
  }

  /** The window for messages sent now; 0 before the first connection. */
  get recallWindowSeconds(): number {
    return this.#recall?.recallWindowSeconds() ?? 0;
  }

  /** The largest picture that can be sent; 0 if none can. */
  get maxPictureBytes(): number {
    return this.#recall?.maxAttachmentBytes() ?? 0;
  }

  /** Fetches the picture of a message that is shown. */
  fetchPicture(message: Message): void {
    if (this.#recall) this.pictures.fetch(this.#recall, message);
  }

  recallableFor(message: Message): number {
    return this.#recall?.recallableFor(message) ?? 0;
  }

  isModerator(conversation: string): boolean {
    return ['owner', 'admin'].includes(this.entry(conversation)?.role ?? '');
  }

  /** Whether this user may recall the message, as far as roles go; the window is another matter. */
  mayRecall(message: Message): boolean {
    if (message.isRevoked) return false;
    return message.flow === 'out' || this.isModerator(message.conversationID);
  }

  setDraft(conversation: string, text: string): void {
    this.#update(() => this.drafts.set(conversation, text));
  }

  setReply(conversation: string, message: Message | undefined): void {
    this.#update(() => (message ? this.replies.set(conversation, message) : this.replies.delete(conversation)));
  }

  #forgetReplies(recalled: Message[]): void {
    for (const { conversationID, ID } of recalled) {
      if (this.replies.get(conversationID)?.ID === ID) this.replies.delete(conversationID);
    }
  }

  send(conversation: string, text: string): void {
    if (!this.#recall || !text.trim()) return;
    const replyTo = this.replies.get(conversation)?.ID;
    try {
      const message = this.#recall.createTextMessage({ conversationID: conversation, payload: { text: text.trim() }, ...(replyTo && { replyTo }) });
      this.replies.delete(conversation);
      this.drafts.delete(conversation);
      void this.deliver(message);
    } catch (error) {
      this.notify({ error });
    }
  }

  /** Sends a picture. It is shown at once, and its message is sent when it is uploaded. */
  sendPicture(conversation: string, file: File): void {
    if (!this.#recall || this.maxPictureBytes === 0) return;
    try {
      if (file.size > this.maxPictureBytes) throw new RecallError(ERROR_CODE.ATTACHMENT_TOO_LARGE, 'attachment_too_large', 'the picture is too large');
      const message = this.#recall.createTextMessage({ conversationID: conversation, payload: { text: '' } });
      this.pictures.add(message.ID, file);
      void this.deliver(message);
    } catch (error) {
      this.notify({ error });
    }
  }

  /** Sends a message, or sends it again: it is the same message, stored once. */
  async deliver(message: Message): Promise<void> {
    const { conversationID: conversation } = message;
    const first = message.ID;
    const others = (this.#outgoing.get(conversation) ?? []).filter((each) => each.ID !== first);
    this.#update(() => {
      this.#outgoing.set(conversation, [...others, { ...message }]);
      this.#progress.set(first, 'sending');
    });
    try {
      await this.pictures.upload(this.#recall!, message);
      await this.#recall!.sendMessage(message);
      this.pictures.rename(first, message.ID);
      this.pictures.sent(message.ID);
      this.#settle(conversation, first);
    } catch (error) {
      if (!this.#progress.has(first)) return; // It was taken back during the upload.
      const { code } = error as RecallError;
      if (code === ERROR_CODE.ALREADY_RECALLED) return this.#settle(conversation, first);
      if (code === ERROR_CODE.STALE_MESSAGE_ID) {
        // It was surely not stored under its old ID, which is too old to be stored now.
        this.#settle(conversation, first);
        const again = this.#recall!.createTextMessage({ conversationID: conversation, payload: { text: textOf(message) } });
        this.pictures.rename(first, again.ID);
        return this.deliver({ ...again, replyTo: message.replyTo });
      }
      this.#update(() => this.#progress.set(first, 'failed'));
      if (code !== ERROR_CODE.TIMEOUT) this.notify({ error, message });
    }
  }

  #settle(conversation: string, ID: string): void {
    this.#update(() => {
      this.#progress.delete(ID);
      this.#outgoing.set(conversation, (this.#outgoing.get(conversation) ?? []).filter((message) => message.ID !== ID));
    });
  }

  /** Recalls messages of one conversation, with a notice for what failed. */
  async recallAll(conversation: string, messages: Message[], reason = ''): Promise<void> {
    const recall = this.#recall;
    if (!recall || messages.length === 0) return;
    const uploading = messages.filter(({ ID }) => this.pictures.cancel(ID));
    for (const { ID } of uploading) this.#settle(conversation, ID);
    messages = messages.filter((message) => !uploading.includes(message));
    if (messages.length === 0) return;
    const before = new Map(messages.map((message) => [message.ID, this.#progress.get(message.ID)]));
    this.#update(() => messages.forEach((message) => this.#progress.set(message.ID, 'recalling')));
    const failures: { error: unknown; message: Message }[] = [];
    try {
      const { data } = await recall.revokeMessages(conversation, messages.map((message) => message.ID), { reason });
      data.results.forEach((result, index) => {
        const message = messages[index]!;
        if (result.error) failures.push({ error: result.error, message: this.find(conversation, message.ID) ?? message });
        else this.#keepText(message);
      });
    } catch (error) {
      failures.push(...messages.map((message) => ({ error, message })));
    }
    const failed = new Set(failures.map(({ message }) => message.ID));
    for (const message of messages) {
      const progress = before.get(message.ID);
      if (failed.has(message.ID) && progress) this.#progress.set(message.ID, progress);
      else this.#progress.delete(message.ID);
      if (!failed.has(message.ID)) this.#settle(conversation, message.ID);
    }
    this.#markRecalled(conversation);
    const recalled = { done: messages.length - failures.length, all: messages.length };
    if (failures[0]) this.notify({ ...failures[0], ...(messages.length > 1 && { recalled }) });
    else if (messages.length > 1) this.notify({ recalled });
    this.#changed();
  }

  /** Pages of history that this device fetched show a recall too. */
  #markRecalled(conversation: string): void {
    const older = this.#older.get(conversation);
    if (!older || !this.#recall) return;
    const held = new Map(this.#recall.getHeldMessageList(conversation).map((message) => [message.ID, message]));
    older.messages = older.messages.map((message) => held.get(message.ID) ?? message);
  }

  #keepText(message: Message): void {
    if (message.flow !== 'out' || !textOf(message)) return;
    const until = message.recallableUntil || message.sentAt;
    this.#recalledTexts.set(message.ID, { text: textOf(message), until });
  }

  /** The text for Re-edit: of what this device recalled itself, and only within the message's window. */
  textToReEdit(message: Message): string | undefined {
    const kept = this.#recalledTexts.get(message.ID);
    if (!kept || message.revokerInfo?.userID !== this.user) return undefined;
    const now = this.#recall?.serverTime() ?? 0;
    if (kept.until < 0 || now < kept.until) return kept.text;
    this.#recalledTexts.delete(message.ID);
    return undefined;
  }

  get hasOlder(): boolean {
    return this.ready && !this.#older.get(this.open)?.isCompleted && this.messages(this.open).length >= HISTORY_PAGE;
  }

  async fetchOlder(): Promise<void> {
    const conversation = this.open;
    const oldest = this.messages(conversation)[0]?.ID;
    if (!oldest || !this.#recall) return;
    try {
      const { data } = await this.#recall.getMessageList({ conversationID: conversation, nextReqMessageID: oldest, count: HISTORY_PAGE });
      const known = this.#older.get(conversation)?.messages ?? [];
      this.#update(() => this.#older.set(conversation, { messages: [...data.messageList, ...known], isCompleted: data.isCompleted }));
    } catch (error) {
      this.notify({ error });
    }
  }

  notify(notice: Notice): void {
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => this.#update(() => (this.notice = undefined)), 6_000);
    this.#update(() => (this.notice = notice));
  }
}
