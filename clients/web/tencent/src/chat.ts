import { type Conversation as RecallConversation, ERROR_CODE, EVENT as RECALL_EVENT, type Message as RecallMessage, type Recall, type RecallError } from 'recall-web';
import { EMPTY_ANSWERS, REJECTED, THROWN } from './absent.js';
import { Emitter, type Handler } from './emitter.js';
import { ChatError, CODE, notHere, toChatError } from './errors.js';
import { Files, selected } from './files.js';
import { fromConversationID, toBody, toConversation, toConversationID, toGroup, toMessage, toProfile } from './forms.js';
import type { Conversation, Group, GroupMember, Message, Profile, Result } from './types.js';
import { EVENT, TYPES } from './values.js';

/** Options of {@link create}. */
export interface ChatOptions {
  /** Address of the WebSocket API, where Tencent's SDK takes the number of an application. */
  SDKAppID: string | number;
  /** The address, if `SDKAppID` has to be a number. */
  url?: string;
  /** Class that makes WebSockets. Default: the global one. In Node before version 22 pass the `ws` package's. */
  WebSocket?: unknown;
  /** How long one attempt of a request may take, in milliseconds (10,000). A request has three. */
  requestTimeout?: number;
  [other: string]: unknown;
}

/** What the create… calls take. */
export interface NewMessage {
  to: string;
  conversationType: string;
  payload: Record<string, any>;
  cloudCustomData?: string;
  /** Is told how much of a file is uploaded, from 0 to 1. */
  onProgress?: (part: number) => void;
  [other: string]: unknown;
}

/** Tencent's pages of history. */
const PAGE_DEFAULT = 15;
/** So many messages that this device sent keep their payload after their recall, for the person to edit them again. */
const SENT_LIMIT = 1_000;

const ok = <Data>(data: Data): Result<Data> => ({ code: 0, data });

/** One client: the calls of Tencent's Web SDK that a chat with texts, pictures and files makes, on the session of recall-web. */
export class Chat {
  readonly #recall: Recall;
  readonly #emitter = new Emitter();
  readonly #onDestroy: () => void;
  #user = '';
  #ready = false;
  #groups = '';
  readonly #drafts = new Map<string, string>();
  /** What this device made, by ID, with its payload. */
  readonly #sent = new Map<string, RecallMessage>();
  readonly #files: Files;

  /** @internal Use `create`. */
  constructor(recall: Recall, onDestroy: () => void) {
    this.#recall = recall;
    this.#onDestroy = onDestroy;
    this.#files = new Files(recall, (message) => this.#emitter.emit(EVENT.MESSAGE_MODIFIED, [this.#show(recall.findMessage(message.ID) ?? message)]));
    recall.on(RECALL_EVENT.MESSAGE_RECEIVED, ({ data }) => this.#onReceived(data));
    recall.on(RECALL_EVENT.MESSAGE_REVOKED, ({ data }) => this.#emitter.emit(EVENT.MESSAGE_REVOKED, data.map(this.#show)));
    recall.on(RECALL_EVENT.CONVERSATION_LIST_UPDATED, ({ data }) => this.#onListUpdated(data));
    recall.on(RECALL_EVENT.TOTAL_UNREAD_MESSAGE_COUNT_UPDATED, ({ data }) => this.#emitter.emit(EVENT.TOTAL_UNREAD_MESSAGE_COUNT_UPDATED, data));
    recall.on(RECALL_EVENT.NET_STATE_CHANGE, ({ data }) => this.#emitter.emit(EVENT.NET_STATE_CHANGE, data));
    recall.on(RECALL_EVENT.TOKEN_EXPIRED, () => this.#onKickedOut(TYPES.KICKED_OUT_USERSIG_EXPIRED));
    recall.on(RECALL_EVENT.KICKED_OUT, ({ data }) => this.#onKickedOut(data.reason === 'administrator' ? TYPES.KICKED_OUT_REST_API : TYPES.KICKED_OUT_MULT_DEVICE));
    recall.on(RECALL_EVENT.SDK_NOT_READY, () => this.#onEnded());
  }

  // ---- Session -------------------------------------------------------------------------------------------------------------

  /** Logs in. `userSig` is the token, or a function that gets one: it is asked at login and whenever a token has expired. */
  async login({ userID, userSig }: { userID: string; userSig: string | (() => Promise<string> | string) }): Promise<Result> {
    if (this.#user && this.#user !== userID) throw new ChatError(CODE.REPEAT_LOGIN, `logged in as ${this.#user}: log out first`);
    if (this.#user && this.#recall.isReady()) return ok({ actionStatus: 'OK', errorCode: 0, errorInfo: 'logged in already', repeatLogin: true });
    this.#user = userID;
    try {
      await this.#recall.login(typeof userSig === 'string' ? { userID, token: userSig } : { userID, tokenProvider: userSig });
    } catch (error) {
      this.#user = '';
      throw toChatError(error);
    }
    // Tencent's login resolves before the SDK is ready, and Tencent's own login code waits for the event only after that.
    setTimeout(() => {
      if (!this.#recall.isReady()) return;
      this.#ready = true;
      this.#emitter.emit(EVENT.SDK_READY);
    });
    return ok({ actionStatus: 'OK', errorCode: 0, errorInfo: '', repeatLogin: false });
  }

  async logout(): Promise<Result> {
    await this.#recall.logout();
    return ok({});
  }

  /** Logs out and lets go of the handlers. */
  async destroy(): Promise<Result> {
    await this.#recall.destroy();
    this.#emitter.emit(EVENT.SDK_DESTROY);
    this.#emitter.clear();
    this.#onDestroy();
    return ok({});
  }

  isReady(): boolean {
    return this.#ready && this.#recall.isReady();
  }

  getLoginUser(): string {
    return this.#user;
  }

  /** The server's time in seconds. */
  getServerTime(): number {
    return Math.floor((this.#recall.serverTime() ?? Date.now()) / 1000);
  }

  on(name: string, handler: Handler, context?: unknown): void {
    this.#emitter.on(name, handler, context);
  }

  off(name: string, handler: Handler, context?: unknown): void {
    this.#emitter.off(name, handler, context);
  }

  /** Plugins of Tencent's SDK have nothing to do here. */
  use(_plugins: unknown): void {}
  registerPlugin(_plugins: unknown): void {}
  setLogLevel(_level: number): void {}
  addSignalingListener(): void {}
  removeSignalingListener(): void {}

  /** Answers what the kit asks of it: no feature that is paid for is on, and the modules for groups and friends are loaded. */
  callExperimentalAPI(name: string, _parameters?: unknown): Promise<Result> | boolean {
    return name === 'canIUseModule' ? true : Promise.resolve(ok({ enabled: false }));
  }

  // ---- Messages ------------------------------------------------------------------------------------------------------------

  createTextMessage(message: NewMessage): Message {
    return this.#create(TYPES.MSG_TEXT, message);
  }

  /** A text in which people are mentioned; the mention is kept, but nobody is told of it in particular. */
  createTextAtMessage(message: NewMessage): Message {
    return this.#create(TYPES.MSG_TEXT, message);
  }

  createCustomMessage(message: NewMessage): Message {
    return this.#create(TYPES.MSG_CUSTOM, message);
  }

  /** A picture. `payload.file` is a File, or the input element with which it was chosen. It is uploaded by `sendMessage`. */
  createImageMessage(message: NewMessage): Message {
    return this.#createWithFile(TYPES.MSG_IMAGE, message);
  }

  /** A file of any type, given in the same way. */
  createFileMessage(message: NewMessage): Message {
    return this.#createWithFile(TYPES.MSG_FILE, message);
  }

  /** Sends. A message only for who is online, such as "is typing", is not sent: there is nothing on the server for it, and it must not be stored. */
  async sendMessage(message: Message, { onlineUserOnly = false }: { onlineUserOnly?: boolean } = {}): Promise<Result<{ message: Message }>> {
    const made = this.#sent.get(message.ID);
    if (!made) throw new ChatError(CODE.MESSAGE_INSTANCE_REQUIRED, 'send a message that one of the create calls made', message);
    if (onlineUserOnly) return ok({ message: Object.assign(message, { status: 'success' }) });
    message.status = 'unSend';
    try {
      await this.#files.upload(made);
      await this.#recall.sendMessage(made);
    } catch (error) {
      if (made.isRevoked) return ok({ message: Object.assign(message, this.#show(made)) });
      const held = this.#recall.findMessage(made.ID);
      // This device recalled the message before the server had it: there is nothing left to report.
      if ((error as RecallError).code === ERROR_CODE.ALREADY_RECALLED && held?.isRevoked) return ok({ message: Object.assign(message, this.#show(held)) });
      throw toChatError(error, Object.assign(message, { status: 'fail' }));
    }
    return ok({ message: Object.assign(message, this.#show(this.#recall.findMessage(made.ID) ?? made)) });
  }

  resendMessage(message: Message, options?: { onlineUserOnly?: boolean }): Promise<Result<{ message: Message }>> {
    return this.sendMessage(message, options);
  }

  /** Recalls a message. A message that is still being sent can be recalled, too. */
  async revokeMessage(message: Message): Promise<Result<{ message: Message }>> {
    const made = this.#sent.get(message.ID);
    if (made && this.#files.cancel(made)) {
      Object.assign(made, { isRevoked: true, payload: undefined, revokerInfo: { userID: this.#user, role: 'sender' } });
      this.#sent.delete(made.ID);
      return ok({ message: Object.assign(message, this.#show(made)) });
    }
    try {
      const { data } = await this.#recall.revokeMessage({ conversationID: fromConversationID(message.conversationID), ID: message.ID });
      const { isRevoked, revoker, revokerInfo, revokeReason, type, payload, cloudCustomData, atUserList, status } = this.#show(data.message);
      // Of an old message the answer names neither sender nor time, but the application has the message.
      return ok({ message: { ...message, isRevoked, revoker, revokerInfo, revokeReason, type, payload, cloudCustomData, atUserList, status } });
    } catch (error) {
      throw toChatError(error, message);
    }
  }

  findMessage(ID: string): Message | null {
    const held = this.#recall.findMessage(ID) ?? this.#sent.get(ID);
    return held ? this.#show(held) : null;
  }

  async getMessageList({ conversationID, nextReqMessageID = '', count = PAGE_DEFAULT }: { conversationID: string; nextReqMessageID?: string; count?: number }): Promise<Result> {
    try {
      const { data } = await this.#recall.getMessageList({ conversationID: fromConversationID(conversationID), nextReqMessageID, count });
      const { messageList, isCompleted } = data;
      return ok({ messageList: messageList.map(this.#display), isCompleted, nextReqMessageID: isCompleted ? '' : data.nextReqMessageID });
    } catch (error) {
      throw toChatError(error);
    }
  }

  /** There are no signals, so that no message is one. */
  getSignalingInfo(_message: Message): null {
    return null;
  }

  // ---- Conversations -------------------------------------------------------------------------------------------------------

  /** The list, all of it, or what an array of conversation IDs or `type` and `hasUnreadCount` select. */
  async getConversationList(wanted: string[] | { type?: string; hasUnreadCount?: boolean } = {}): Promise<Result<{ conversationList: Conversation[]; isSyncCompleted: boolean }>> {
    const conversationList = this.#list(await this.#held()).filter(({ conversationID, type, unreadCount }) => {
      if (Array.isArray(wanted)) return wanted.includes(conversationID);
      return (!wanted.type || wanted.type === type) && (!wanted.hasUnreadCount || unreadCount > 0);
    });
    return ok({ conversationList, isSyncCompleted: true });
  }

  /** One conversation. With a user there need not be one yet; of a group the user must be a member. */
  async getConversationProfile(conversationID: string): Promise<Result<{ conversation: Conversation }>> {
    const held = this.#list(await this.#held()).find((each) => each.conversationID === conversationID);
    if (!held && conversationID.startsWith(TYPES.CONV_GROUP)) throw new ChatError(CODE.GROUP_NOT_FOUND, 'no such group, or not a member of it');
    const none = { conversationID: fromConversationID(conversationID), unreadCount: 0, lastMessage: undefined, role: undefined, name: undefined };
    return ok({ conversation: held ?? toConversation(none, this.#user, this.#drafts.get(conversationID) ?? '', this.#show) });
  }

  /** Keeps a draft on this page; it is not sent anywhere. */
  async setConversationDraft({ conversationID, draftText }: { conversationID: string; draftText: string }): Promise<Result<{ conversation: Conversation }>> {
    if (draftText) this.#drafts.set(conversationID, draftText);
    else this.#drafts.delete(conversationID);
    this.#onListUpdated(await this.#held());
    return this.getConversationProfile(conversationID);
  }

  async setMessageRead({ conversationID }: { conversationID: string }): Promise<Result> {
    const [held] = (await this.getConversationList([conversationID])).data.conversationList;
    if (!held?.unreadCount) return ok({ conversationID });
    try {
      await this.#recall.setMessageRead({ conversationID: fromConversationID(conversationID) });
    } catch (error) {
      throw toChatError(error);
    }
    return ok({ conversationID });
  }

  getTotalUnreadMessageCount(): number {
    return this.#recall.getTotalUnreadMessageCount();
  }

  // ---- People and groups ---------------------------------------------------------------------------------------------------

  async getMyProfile(): Promise<Result<Profile>> {
    return ok(toProfile(this.#user));
  }

  async getUserProfile({ userIDList }: { userIDList: string[] }): Promise<Result<Profile[]>> {
    return ok(userIDList.map(toProfile));
  }

  async getGroupList(): Promise<Result<{ groupList: Group[] }>> {
    return ok({ groupList: this.#groupList(await this.#held()) });
  }

  async getGroupProfile({ groupID }: { groupID: string }): Promise<Result<{ group: Group }>> {
    const group = (await this.getGroupList()).data.groupList.find((each) => each.groupID === groupID);
    if (!group) throw new ChatError(CODE.GROUP_NOT_FOUND, 'no such group, or not a member of it');
    return ok({ group });
  }

  /** Only this user: the server does not tell clients who else is a member. */
  async getGroupMemberList({ groupID }: { groupID: string }): Promise<Result<{ memberList: GroupMember[]; offset: number }>> {
    const { data } = await this.getGroupProfile({ groupID });
    return ok({ memberList: [data.group.selfInfo], offset: 0 });
  }

  async getGroupMemberProfile({ groupID, userIDList }: { groupID: string; userIDList: string[] }): Promise<Result<{ memberList: GroupMember[] }>> {
    const { data } = await this.getGroupMemberList({ groupID });
    return ok({ memberList: data.memberList.filter(({ userID }) => userIDList.includes(userID)) });
  }

  // ---- What happens --------------------------------------------------------------------------------------------------------

  /** A message in Tencent's form, with its text if this device sent it. Nothing stays of the file of a recalled message. */
  readonly #show = (message: RecallMessage): Message => {
    const made = this.#sent.get(message.ID);
    const hadFile = made?.attachments !== undefined;
    if (message.isRevoked) this.#files.drop(message.ID);
    return toMessage(message, this.#user, message.payload ?? (hadFile ? undefined : made?.payload), this.#files.get(message.ID));
  };

  /** The same for a message that the application may put on the screen. Its file is downloaded. */
  readonly #display = (message: RecallMessage): Message => {
    const shown = this.#show(message);
    if (shown.type === TYPES.MSG_IMAGE || shown.type === TYPES.MSG_FILE) this.#files.fetch(message);
    return shown;
  };

  #createWithFile(type: string, message: NewMessage): Message {
    const file = selected(message.payload, type === TYPES.MSG_IMAGE);
    return this.#create(type, message, (ID) => this.#files.add(ID, file, (part) => message.onProgress?.(part)));
  }

  #create(type: string, { to, conversationType, payload, cloudCustomData }: NewMessage, begin: (ID: string) => void = () => {}): Message {
    try {
      const conversationID = fromConversationID(`${conversationType}${to}`);
      const made = this.#recall.createCustomMessage({ conversationID, payload: toBody(type, payload, cloudCustomData) });
      this.#sent.set(made.ID, made);
      if (this.#sent.size > SENT_LIMIT) this.#sent.delete(this.#sent.keys().next().value!);
      begin(made.ID);
      return { ...this.#show(made), time: this.getServerTime() };
    } catch (error) {
      throw toChatError(error);
    }
  }

  async #held(): Promise<RecallConversation[]> {
    try {
      return (await this.#recall.getConversationList()).data.conversationList;
    } catch (error) {
      throw toChatError(error);
    }
  }

  #list(held: RecallConversation[]): Conversation[] {
    return held.map((each) => toConversation(each, this.#user, this.#drafts.get(toConversationID(each.conversationID)) ?? '', this.#show));
  }

  #groupList(held: RecallConversation[]): Group[] {
    return held.filter(({ conversationID }) => conversationID.startsWith('group_')).map((each) => toGroup(each, this.#user));
  }

  /** A message that this device made and could not be sure of is no new one: it turned out to be stored. */
  #onReceived(messages: RecallMessage[]): void {
    const [mine, others] = [messages.filter(({ ID }) => this.#sent.has(ID)), messages.filter(({ ID }) => !this.#sent.has(ID))];
    if (mine.length > 0) this.#emitter.emit(EVENT.MESSAGE_MODIFIED, mine.map(this.#display));
    if (others.length > 0) this.#emitter.emit(EVENT.MESSAGE_RECEIVED, others.map(this.#display));
  }

  #onListUpdated(held: RecallConversation[]): void {
    this.#emitter.emit(EVENT.CONVERSATION_LIST_UPDATED, this.#list(held));
    const groupList = this.#groupList(held);
    const groups = JSON.stringify(groupList);
    if (groups === this.#groups) return;
    this.#groups = groups;
    this.#emitter.emit(EVENT.GROUP_LIST_UPDATED, groupList);
  }

  #onKickedOut(type: string): void {
    this.#emitter.emit(EVENT.KICKED_OUT, { type });
    this.#onEnded();
  }

  #onEnded(): void {
    this.#user = '';
    this.#ready = false;
    this.#groups = '';
    this.#drafts.clear();
    this.#sent.clear();
    this.#files.clear();
    this.#emitter.emit(EVENT.SDK_NOT_READY);
  }
}

const others = Chat.prototype as unknown as Record<string, (...parameters: unknown[]) => unknown>;
for (const [name, answer] of Object.entries(EMPTY_ANSWERS)) others[name] = async () => ok(answer());
for (const name of REJECTED) others[name] = () => Promise.reject(notHere(name));
for (const name of THROWN) {
  others[name] = () => {
    throw notHere(name);
  };
}
