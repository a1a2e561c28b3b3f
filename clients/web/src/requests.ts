import type { BackOff } from './backoff.js';
import { ConnectionLost, type Connection } from './connection.js';
import { timedOut } from './errors.js';
import { readError, text, type JSONObject } from './frames.js';

const ATTEMPTS_LIMIT = 3;

/** One request until its outcome is known. Its frame never changes, so that a repeat is the same request. */
export interface Call {
  readonly reply: Promise<JSONObject>;
  /** How often the frame was written, also after a reconnect. */
  sent: number;
}

interface Outstanding extends Call {
  id: string;
  /** The conversation that it changes, '' if none. */
  changed: string;
  frame: string;
  /** The only connection it belongs to. Without one it is the application's and outlives connections. */
  bound: Connection | undefined;
  attempts: number;
  limit: number;
  timeout: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the timer is that of the wait before the next attempt. */
  backingOff: boolean;
  resolve(reply: JSONObject): void;
  reject(error: Error): void;
}

/** A reply that refused: the error, and what else it carries. */
export class Refusal extends Error {
  constructor(readonly reply: JSONObject) {
    super();
  }
  readonly error = () => readError(this.reply.error);
}

/** The requests without an answer: repeats them where the protocol says so, until each has an outcome. */
export class Requests {
  readonly #outstanding = new Map<string, Outstanding>();
  /** Conversations of calls that were given up on this connection, by the calls' IDs. */
  readonly #givenUp = new Map<string, string>();
  #connection: Connection | undefined;
  #made = 0;
  /** Called where a call that was given up may have changed a conversation: no event tells the asking connection of it. */
  onOutcomeUnknown: (conversation: string) => void = () => {};

  constructor(private readonly requestTimeout: number, private readonly backOff: BackOff) {}

  /** Asks, on the connection that is ready or comes next; with `bound` on that one only. Rejects with a RecallError, Refusal or ConnectionLost. */
  ask(action: string, fields: JSONObject, bound?: Connection, once?: number): Call {
    const id = String(++this.#made);
    let resolve!: (reply: JSONObject) => void;
    let reject!: (error: Error) => void;
    const reply = new Promise<JSONObject>((yes, no) => ([resolve, reject] = [yes, no]));
    const changed = action === 'send' || action === 'revoke' ? text(fields.conversation) : '';
    const call: Outstanding = {
      id, changed, reply, sent: 0, frame: JSON.stringify({ action, id, ...fields }), bound, attempts: 0,
      limit: once ? 1 : ATTEMPTS_LIMIT, timeout: once ?? this.requestTimeout, timer: undefined, backingOff: false,
      resolve: (answer) => this.#settle(id, call, () => resolve(answer)),
      reject: (error) => this.#settle(id, call, () => reject(error)),
    };
    this.#outstanding.set(id, call);
    this.#attempt(call);
    return call;
  }

  #settle(id: string, call: Outstanding, finish: () => void): void {
    clearTimeout(call.timer);
    if (this.#outstanding.delete(id)) finish();
  }

  /** Uses up one attempt and writes the frame where there is a connection. Without one it goes out after the next hello. */
  #attempt(call: Outstanding): void {
    call.attempts++;
    call.backingOff = false;
    clearTimeout(call.timer);
    call.timer = setTimeout(() => {
      if (call.attempts < call.limit) return this.#attempt(call);
      call.reject(timedOut());
      this.#giveUp(call);
    }, call.timeout);
    this.#write(call, call.bound ?? this.#connection);
  }

  /** Its late answer says that there is something to learn, once more. */
  #giveUp(call: Outstanding): void {
    if (call.changed === '' || call.sent === 0 || !this.#connection) return;
    this.#givenUp.set(call.id, call.changed);
    this.onOutcomeUnknown(call.changed);
  }

  #lookAgain(ids: Iterable<string>): void {
    const changed = new Set<string>();
    for (const id of ids) {
      const conversation = this.#givenUp.get(id);
      if (this.#givenUp.delete(id)) changed.add(conversation!);
    }
    for (const conversation of changed) this.onOutcomeUnknown(conversation);
  }

  #write(call: Outstanding, connection: Connection | undefined): void {
    if (!connection) return;
    call.sent++;
    connection.write(call.frame);
  }

  /** Hands a reply to its call. A reply to nothing, or a second one, is dropped. */
  answer(reply: JSONObject): void {
    this.#lookAgain([text(reply.id)]);
    const call = this.#outstanding.get(text(reply.id));
    if (!call) return;
    if (reply.ok === true) return call.resolve(reply);
    const error = readError(reply.error);
    if (!error.retryable) return call.reject(new Refusal(reply));
    if (call.attempts >= call.limit) {
      call.reject(new Refusal(reply));
      return this.#giveUp(call);
    }
    this.#repeat(call);
  }

  /** Begins the next attempt after the back-off, which nothing makes longer. */
  #repeat(call: Outstanding): void {
    if (call.backingOff) return;
    call.backingOff = true;
    clearTimeout(call.timer);
    call.timer = setTimeout(() => this.#attempt(call), this.backOff.delay(call.attempts - 1));
  }

  /**
   * Sends every outstanding call again, after the back-off: a frame without type says that one of them failed, but not which.
   * After the last attempt its reply may still come before the time-out.
   */
  repeatAll(): void {
    this.#lookAgain([...this.#givenUp.keys()]);
    for (const call of this.#outstanding.values()) if (call.sent > 0 && call.attempts < call.limit) this.#repeat(call);
  }

  /** Lets calls use the connection, and sends what is unanswered in the order in which it was asked. */
  ready(connection: Connection): void {
    this.#connection = connection;
    for (const call of [...this.#outstanding.values()]) if (!call.bound) this.#write(call, connection);
  }

  /** Takes a connection out of use; what was asked of it alone fails. */
  lost(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
    this.#givenUp.clear(); // events tell the next connection of what this one asked for
    for (const call of [...this.#outstanding.values()]) if (call.bound === connection) call.reject(new ConnectionLost());
  }

  /** Ends all calls. */
  failAll(error: Error): void {
    this.#connection = undefined;
    for (const call of [...this.#outstanding.values()]) call.reject(error);
  }
}
