/**
 * Keeps what the client holds of each conversation, so that nothing is lost when the page or the process ends at any moment. The documents are JSON
 * that the client writes and reads. A promise that resolves means that the work is done for good.
 */
export interface Storage {
  /** Gives the document of every stored conversation of a user, and takes the storage of this user into use. Rejects if somebody else uses it. */
  load(user: string): Promise<Map<string, string>>;
  /** Replaces the document of a conversation as a whole. */
  save(user: string, conversationID: string, document: string): Promise<void>;
  /** Removes the document of a conversation. It is no error if there is none. */
  delete(user: string, conversationID: string): Promise<void>;
  /** Removes all documents of a user. */
  clear(user: string): Promise<void>;
  /** Ends the use of the storage of a user. */
  release?(user: string): void;
}

const STORE = 'conversations';
/** A browser gives back the lock of a page that was closed or reloaded only some time after the page has ended. */
const LOCK_LIMIT_MILLISECONDS = 1_000;

/**
 * A {@link Storage} in the browser's IndexedDB, one for each origin. While one page uses it for a user, another page is refused for the same user, where
 * the browser has locks (`navigator.locks`, in pages from https or localhost).
 */
export class IndexedDBStorage implements Storage {
  #database: Promise<IDBDatabase> | undefined;
  #release = new Map<string, () => void>();

  constructor(private readonly name = 'recall') {}

  async load(user: string): Promise<Map<string, string>> {
    await this.#lock(user);
    const rows = await this.#do('readonly', (store) => store.getAll(ofUser(user)));
    return new Map((rows as { conversation: string; document: string }[]).map((row) => [row.conversation, row.document]));
  }

  async save(user: string, conversation: string, document: string): Promise<void> {
    await this.#do('readwrite', (store) => store.put({ user, conversation, document }));
  }

  async delete(user: string, conversation: string): Promise<void> {
    await this.#do('readwrite', (store) => store.delete([user, conversation]));
  }

  async clear(user: string): Promise<void> {
    await this.#do('readwrite', (store) => store.delete(ofUser(user)));
  }

  release(user: string): void {
    this.#release.get(user)?.();
    this.#release.delete(user);
  }

  /** Takes the lock of a user, which the browser gives back when the page ends. */
  async #lock(user: string): Promise<void> {
    if (!globalThis.navigator?.locks || this.#release.has(user)) return;
    const waiting = new AbortController();
    const stopWaiting = () => waiting.abort();
    this.#release.set(user, stopWaiting);
    const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(LOCK_LIMIT_MILLISECONDS)]);
    await new Promise<void>((resolve, reject) => {
      const taken = navigator.locks.request(`${this.name} ${user}`, { signal }, () =>
        new Promise<void>((release) => {
          this.#release.set(user, release);
          resolve();
        }));
      taken.catch(() => {
        if (this.#release.get(user) === stopWaiting) this.#release.delete(user);
        reject(new Error('another page of this origin uses the stored conversations of this user'));
      });
    });
  }

  /** Makes one request in a transaction of its own, and waits until the transaction is on the disk. */
  async #do(mode: IDBTransactionMode, make: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    this.#database ??= open(this.name);
    const transaction = (await this.#database).transaction(STORE, mode, { durability: 'strict' });
    return new Promise((resolve, reject) => {
      const request = make(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  }
}

const ofUser = (user: string) => IDBKeyRange.bound([user], [user, []]);

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ['user', 'conversation'] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
