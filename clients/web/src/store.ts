import type { HeldDocument } from './conversation.js';
import { ERROR_CODE, type RecallError } from './errors.js';
import { isMessageID, object } from './frames.js';
import { resumeRevoke, resumeSend } from './send.js';
import type { Session } from './session.js';
import type { Storage } from './storage.js';
import type { Message, UnsentMessage } from './types.js';

const VERSION = 1;
/** How long a change that may be lost waits for others, so that one write serves them all. */
const SAVE_DELAY_MILLISECONDS = 100;
/** A storage that does not answer for so long has failed, so that it does not stop messages. */
const STORAGE_LIMIT_MILLISECONDS = 5_000;

/** A message whose send has no sure answer. */
interface UnansweredSend {
  message: Message;
  /** The code that the application knows; 0: go on sending. */
  failed: number;
}

/** A recall that has no answer. */
export interface UnansweredRevoke {
  messageIDs: string[];
  reason: string;
  unsent: boolean;
}

interface Document {
  version: number;
  held?: HeldDocument | undefined;
  sends: UnansweredSend[];
  revokes: UnansweredRevoke[];
}

type Outbox = Pick<Document, 'sends' | 'revokes'>;

/** What is stored of one user: the view, and what the server has not answered. */
export class Store {
  readonly #outboxes: Map<string, Outbox>;
  /** What a caller waits for. What an earlier session has left has no caller. */
  readonly #called = new Set<UnansweredSend | UnansweredRevoke>();
  readonly #changed = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #failed = false;
  #resuming = false;

  /** With `previous`, the store of a session of the same user that has ended, it goes on with what that one held. */
  constructor(private readonly session: Session, private readonly storage: Storage, private readonly previous: Store | undefined) {
    this.#outboxes = previous ? previous.#outboxes : new Map();
  }

  /** Reads what is stored. A storage that cannot be read is left alone: the session goes on in memory. */
  async load(): Promise<void> {
    try {
      const stored = await inTime(this.storage.load(this.session.user));
      if (this.previous) return;
      for (const [id, text] of stored) {
        if (!this.#read(id, text)) this.#changed.add(id); // The next save replaces it.
      }
    } catch (error) {
      this.#closed = true;
      this.#tellFailure(error);
    }
  }

  #read(id: string, text: string): boolean {
    try {
      const { version, held, sends, revokes }: Document = JSON.parse(text);
      if (version !== VERSION || !Array.isArray(sends) || !Array.isArray(revokes)) return false;
      if (object(held)) this.session.view.open(id)?.restore(held!);
      for (const { message } of sends) if (isMessageID(message.ID)) this.session.unanswered.add(message.ID);
      if (sends.length + revokes.length > 0) this.#outboxes.set(id, { sends, revokes });
      return true;
    } catch {
      return false;
    }
  }

  #outbox(id: string): Outbox {
    return this.#outboxes.get(id) ?? { sends: [], revokes: [] };
  }

  #openOutbox(id: string): Outbox {
    const outbox = this.#outbox(id);
    this.#outboxes.set(id, outbox);
    return outbox;
  }

  unsent(id: string): UnsentMessage[] {
    return this.#outbox(id).sends.map(({ message, failed }) => ({ message: { ...message, status: failed ? 'fail' : 'unSend' }, failed }));
  }

  /** Notes that a conversation changed. It is saved soon. */
  changed(id: string): void {
    if (this.#closed) return;
    this.#changed.add(id);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.saveAll();
    }, SAVE_DELAY_MILLISECONDS);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Saves a conversation if it changed. Saves run one after another, so an older document never replaces a newer one. Never rejects. */
  save(id: string): Promise<void> {
    return (this.#last = this.#last.then(() => this.#write(id)));
  }

  async #write(id: string): Promise<void> {
    if (this.#closed || !this.#changed.delete(id)) return;
    const { user, view } = this.session;
    const conversation = view.get(id);
    const { sends, revokes } = this.#outbox(id);
    try {
      if (!conversation && sends.length + revokes.length === 0) await inTime(this.storage.delete(user, id));
      else await inTime(this.storage.save(user, id, JSON.stringify({ version: VERSION, held: conversation?.document(), sends, revokes } satisfies Document)));
    } catch (error) {
      this.#changed.add(id); // The next save tries again.
      this.#tellFailure(error);
    }
  }

  async saveAll(): Promise<void> {
    await Promise.all([...this.#changed].map((id) => this.save(id)));
  }

  /** Tells the application once that the session goes on in memory. */
  #tellFailure(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.session.tellStorageFailed(error);
  }

  /** Ends every call, which has failed, and saves for the last time. Another session may use the storage after it. */
  async close(reason: RecallError): Promise<void> {
    if (this.#closed) return this.storage.release?.(this.session.user);
    for (const [id, outbox] of this.#outboxes) {
      for (const each of outbox.sends) if (this.#called.delete(each)) this.#fail(id, each, reason.code);
      outbox.revokes = outbox.revokes.filter((each) => !this.#called.delete(each));
      this.#changed.add(id);
    }
    await this.saveAll();
    this.#closed = true;
    clearTimeout(this.#timer);
    this.storage.release?.(this.session.user);
  }

  /** Lets go of a conversation that the user is no longer in. */
  forget(id: string): void {
    this.#outboxes.delete(id);
    this.changed(id);
  }

  /** Notes a message, and resolves when it is on the disk. */
  keepSend(message: Message): Promise<void> {
    const id = message.conversationID;
    const kept: UnansweredSend = { message: { ...message }, failed: 0 };
    const outbox = this.#openOutbox(id);
    outbox.sends = [...outbox.sends.filter((each) => each.message.ID !== message.ID), kept].sort((a, b) => (a.message.ID < b.message.ID ? -1 : 1));
    this.#called.add(kept);
    this.changed(id);
    return this.save(id);
  }

  /** Notes that the application is told of an unsure end of a send. */
  failSend(message: Message, code: number): Promise<void> {
    const id = message.conversationID;
    for (const each of this.#outbox(id).sends) if (each.message.ID === message.ID) this.#fail(id, each, code);
    return this.save(id);
  }

  #fail(id: string, kept: UnansweredSend, code: number): void {
    kept.failed = code;
    this.#called.delete(kept);
    this.changed(id);
  }

  /** Notes that the outcome of a send is known. */
  settle(id: string, messageID: string): void {
    const outbox = this.#outbox(id);
    const kept = outbox.sends.find((each) => each.message.ID === messageID);
    if (!kept) return;
    this.#called.delete(kept);
    outbox.sends = outbox.sends.filter((each) => each !== kept);
    this.changed(id);
  }

  /** Notes that a message is recalled: neither its text nor the wish to recall it is kept. */
  settleRevoked(id: string, messageID: string): void {
    this.settle(id, messageID);
    const outbox = this.#outbox(id);
    outbox.revokes = outbox.revokes.filter((each) => this.#called.has(each) || each.messageIDs.length > 1 || each.messageIDs[0] !== messageID);
    this.changed(id);
  }

  /** Forgets a message that failed and that the server refuses to recall: the application has dealt with it. */
  settleRefused(id: string, messageID: string): void {
    const kept = this.#outbox(id).sends.find((each) => each.message.ID === messageID);
    if (kept && !this.#called.has(kept)) this.settle(id, messageID);
  }

  /** Notes a recall, and resolves when it is on the disk. */
  async keepRevoke(id: string, revoke: UnansweredRevoke): Promise<void> {
    this.#openOutbox(id).revokes.push(revoke);
    this.#called.add(revoke);
    this.changed(id);
    await this.save(id);
  }

  /** Forgets a recall that has ended, and resolves when its outcome is on the disk. */
  async settleRevoke(id: string, revoke: UnansweredRevoke): Promise<void> {
    const outbox = this.#outbox(id);
    this.#called.delete(revoke);
    outbox.revokes = outbox.revokes.filter((each) => each !== revoke);
    this.changed(id);
    await this.save(id);
  }

  /** Ends what an earlier session began: its recalls first, then its messages in their order. */
  async resume(): Promise<void> {
    if (this.#resuming) return;
    this.#resuming = true;
    const outboxes = [...this.#outboxes];
    for (const [id, { revokes }] of outboxes) {
      for (const each of [...revokes]) if (!this.#called.has(each)) await resumeRevoke(this.session, this, id, each);
    }
    for (const [id, outbox] of outboxes) {
      for (const each of [...outbox.sends]) {
        const recalled = outbox.revokes.some(({ messageIDs }) => messageIDs.includes(each.message.ID));
        if (!this.#called.has(each) && each.failed === 0 && !recalled && outbox.sends.includes(each)) await resumeSend(this.session, this, id, each.message);
      }
    }
    this.#resuming = false;
  }
}

/** Waits for a storage, but not for ever. */
function inTime<Result>(work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the storage does not answer')), STORAGE_LIMIT_MILLISECONDS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Whether a request that failed is made again after the next connect. */
export const mayYetSucceed = (error: RecallError): boolean =>
  error.retryable || ([ERROR_CODE.TIMEOUT, ERROR_CODE.NOT_LOGGED_IN, ERROR_CODE.TOKEN_EXPIRED] as number[]).includes(error.code);

