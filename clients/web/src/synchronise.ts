import { type Connection, ConnectionLost } from './connection.js';
import type { Origin } from './conversation.js';
import { ERROR_CODE, notAReply, type RecallError } from './errors.js';
import { EVENT } from './events.js';
import { array, count, isConversation, type JSONObject, object, readError, readList, readMessage, readRevokedMessage, text } from './frames.js';
import { Refusal } from './requests.js';
import type { Session } from './session.js';

const BATCH_LIMIT = 20;

/** Fetches what was missed. */
export class Synchronisation {
  #first = true;
  /** What is to be synchronised on this connection or, failing that, the next one. */
  #wanted = new Map<string, Origin>();
  /** The connection whose first synchronisation is done. */
  #attended: Connection | undefined;
  #running = false;

  constructor(private readonly session: Session) {}

  /** Asks for the conversation list and then for what was missed in every conversation, whatever the list says about the time of its last change. */
  async all(connection: Connection): Promise<void> {
    this.#attended = undefined;
    await this.#persist(connection, () => this.#list(connection));
    this.#wanted.clear();
    const origin: Origin = this.#first ? 'history' : 'unknown';
    await this.#run(connection, new Map(this.session.view.ids().map((id) => [id, origin])));
    if (this.#first) this.session.emitter.emit(EVENT.SDK_READY, undefined);
    this.#first = false;
    this.#attended = connection;
    this.#attend();
  }

  /** Asks for a synchronisation of one conversation. */
  want(id: string, origin: Origin): void {
    if (!this.#wanted.has(id)) this.#wanted.set(id, origin);
    this.#attend();
  }

  /** Lets a conversation go that the user is no longer in. */
  forget(id: string): void {
    this.session.view.remove(id);
    this.session.store?.forget(id);
    this.session.announceList();
  }

  #attend(): void {
    const connection = this.#attended;
    if (!connection || connection.isGone || this.#running || this.#wanted.size === 0) return;
    this.#running = true;
    const todo = this.#wanted;
    this.#wanted = new Map();
    this.#run(connection, todo)
      .catch(() => connection.drop()) // the next connection synchronises everything
      .finally(() => {
        this.#running = false;
        this.#attend();
      });
  }

  /** Repeats a step that failed for a while; it ends with the connection. A step without any reply ends the connection, which may be half dead. */
  async #persist(connection: Connection, step: () => Promise<void>): Promise<void> {
    for (let repeat = 1; ; repeat++) {
      try {
        return await step();
      } catch (error) {
        const { code } = (error instanceof Refusal ? error.error() : error) as RecallError;
        if (connection.isGone || this.session.over || code === ERROR_CODE.TIMEOUT) throw error;
        await this.session.pause(this.session.backOff.delay(repeat));
        if (connection.isGone) throw new ConnectionLost();
      }
    }
  }

  /** Fetches all pages of the conversation list. */
  async #list(connection: Connection): Promise<void> {
    const { view, requests } = this.session;
    for (let after = ''; ; ) {
      const page = await requests.ask('conversations', after ? { after } : {}, connection).reply;
      for (const entry of readList(page.conversations, object)) this.#takeEntry(entry);
      const next = text(page.next);
      if (next === '' || next === after || view.full) break;
      after = next;
    }
    this.session.announceList();
  }

  #takeEntry(entry: JSONObject): void {
    const conversation = this.session.view.open(text(entry.conversation));
    if (!conversation) return;
    const before = JSON.stringify(conversation.entry());
    conversation.lastChangeAt = Math.max(conversation.lastChangeAt, count(entry.lastChangeAt) ?? 0);
    conversation.role = text(entry.role) || undefined;
    conversation.name = text(entry.name) || undefined;
    conversation.setRead('', count(entry.unread) ?? conversation.unread);
    if (JSON.stringify(conversation.entry()) !== before) this.session.store?.changed(conversation.id);
  }

  /** Asks for what changed, in batches, until each conversation is complete. The origin is that of what comes for one without a cursor. */
  async #run(connection: Connection, todo: Map<string, Origin>): Promise<void> {
    while (todo.size > 0) {
      const batch = [...todo.keys()].slice(0, BATCH_LIMIT);
      await this.#persist(connection, () => this.#batch(connection, batch, todo));
    }
  }

  /** Makes one sync request and takes in its reply. What is complete leaves `todo`. */
  async #batch(connection: Connection, batch: string[], todo: Map<string, Origin>): Promise<void> {
    const conversations = batch.filter((id) => todo.has(id)).map((id) => {
      const held = this.session.view.open(id);
      held?.beginSync();
      return held?.cursor ? { conversation: id, cursor: held.cursor } : { conversation: id };
    });
    const reply = await this.session.requests.ask('sync', { conversations }, connection).reply;
    let answered = 0;
    let failed: RecallError | undefined;
    for (const item of readList(array(reply.conversations), object)) {
      const id = item.conversation;
      if (!isConversation(id) || !batch.includes(id) || !todo.has(id)) continue;
      const error = item.error === undefined ? undefined : readError(item.error);
      if (error?.retryable) {
        failed = error;
        continue;
      }
      answered++;
      if (error && this.#forgetsCursor(id, error)) {
        todo.set(id, 'unknown');
        continue;
      }
      if (error) this.#refused(id, error);
      if (error || this.#take(id, item, todo.get(id)!, conversations.length === 1)) todo.delete(id);
    }
    this.session.announceList();
    if (answered === 0) throw failed ?? notAReply('sync');
  }

  /** Forgets a cursor that the server does not know, so that the conversation is asked for without one. Returns whether there was one. */
  #forgetsCursor(id: string, error: RecallError): boolean {
    const conversation = this.session.view.get(id);
    if (error.code !== ERROR_CODE.INVALID_REQUEST || !conversation?.cursor) return false;
    conversation.cursor = '';
    conversation.history = false;
    return true;
  }

  #refused(id: string, error: RecallError): void {
    if (error.code === ERROR_CODE.CONVERSATION_NOT_FOUND) return this.forget(id);
    this.session.view.get(id)?.endSync('', undefined);
  }

  /**
   * Takes in one conversation of a sync reply. Returns whether the conversation is complete. One that did not fit into the
   * reply has `more` and no new cursor: it is asked for again, unless it was asked for alone and so will never fit.
   */
  #take(id: string, item: JSONObject, wanted: Origin, alone: boolean): boolean {
    const conversation = this.session.view.open(id);
    if (!conversation) return true;
    const { unanswered, user, store } = this.session;
    let origin = wanted;
    if (conversation.cursor !== '' && !conversation.history) origin = 'cursor';
    else if (conversation.heard) origin = 'unknown';
    else if (origin === 'history') conversation.history = true;
    const messages = readList(item.messages, (value) => readMessage(value, user, id));
    const revocations = readList(item.revocations, readRevokedMessage);
    const learnt = [
      ...messages.map((message) => {
        unanswered.delete(message.ID);
        store?.settle(id, message.ID);
        conversation.included(message.ID, message.isRevoked);
        return conversation.learn(message, origin);
      }),
      ...revocations.map((revocation) => {
        store?.settleRevoked(id, revocation.messageId);
        conversation.included(revocation.messageId, true);
        return conversation.learnRevocation(revocation, origin);
      }),
    ];
    const cursor = text(item.cursor);
    const stuck = cursor === '' || cursor === conversation.cursor;
    const complete = item.more !== true || (stuck && alone);
    conversation.cursor = cursor || conversation.cursor;
    conversation.heard = false;
    const { unread, readUpTo } = conversation;
    const unsure = complete && conversation.endSync(text(item.readUpTo), count(item.unread));
    const moved = !stuck || learnt.length > 0 || unread !== conversation.unread || readUpTo !== conversation.readUpTo;
    if (moved) store?.changed(id);
    this.session.view.took(learnt.length);
    this.session.announce(id, learnt);
    if (unsure) this.want(id, origin);
    return complete;
  }
}
