/**
 * Shows notifications in a service worker, and takes them away when their message is recalled.
 * @packageDocumentation
 */

/** What the server tells of a message in a notification. */
export interface PushedMessage {
  /** ID of the message. */
  messageId: string;
  /** `c2c_<user ID>` or `group_<group ID>`. */
  conversation: string;
  /** User ID of who sent it. */
  sender: string;
  /** The text, if the deployment shows texts in notifications. */
  text?: string;
}

/** A title, and what else `showNotification` takes. */
export type Shown = { title: string } & NotificationOptions;

/** Options of {@link handlePush}. */
export interface PushOptions {
  /** Makes the notification of a message. */
  show(message: PushedMessage): Shown;
  /**
   * Makes what takes the place of the notification of a recalled message. Without it the notification closes. Safari ends a subscription
   * after a few notifications for which nothing was shown, so give this there.
   */
  showRecalled?(messageId: string): Shown;
}

/** The parts of a service worker that this module uses. */
interface Worker {
  registration: ServiceWorkerRegistration;
  addEventListener(type: 'push', listener: (event: { data: { json(): unknown } | null; waitUntil(work: Promise<unknown>): void }) => void): void;
}

const DATABASE = 'recall-push';
const REVOKED = 'revoked';
/** For longer no push service keeps a notification. */
const REMEMBERED_MILLISECONDS = 7 * 24 * 3_600_000;

/**
 * Handles the `push` events of a service worker. A recall may arrive before the notification of its message. So the worker remembers
 * which messages were recalled, also when the browser ends it, and shows nothing for them.
 */
export function handlePush(options: PushOptions, worker: Worker = globalThis as unknown as Worker): void {
  worker.addEventListener('push', (event) => {
    const frame = read(event.data);
    if (typeof frame?.messageId !== 'string') return;
    if (frame.type === 'revoked') event.waitUntil(withdraw(worker.registration, options, frame.messageId));
    if (frame.type === 'message') event.waitUntil(show(worker.registration, options, frame));
  });
}

/** Reads what came. A notification of another server may be anything. */
function read(data: { json(): unknown } | null): ({ type?: string } & PushedMessage) | undefined {
  try {
    return data?.json() as { type?: string } & PushedMessage;
  } catch {
    return undefined;
  }
}

async function show(registration: ServiceWorkerRegistration, options: PushOptions, message: PushedMessage): Promise<void> {
  const { messageId: tag } = message;
  if (await isRevoked(tag)) return;
  const { title, ...rest } = options.show(message);
  await registration.showNotification(title, { data: message, ...rest, tag });
  // The recall may have come while this was on its way, and have found nothing to take away.
  if (await isRevoked(tag)) await takeAway(registration, options, tag);
}

async function withdraw(registration: ServiceWorkerRegistration, options: PushOptions, tag: string): Promise<void> {
  await remember(tag);
  await takeAway(registration, options, tag);
}

/** Closes the notification or replaces it, but never both: Chromium closes some time after `close`, and then what has the tag by that time. */
async function takeAway(registration: ServiceWorkerRegistration, options: PushOptions, tag: string): Promise<void> {
  if (options.showRecalled) {
    const { title, ...rest } = options.showRecalled(tag);
    return registration.showNotification(title, { ...rest, tag });
  }
  for (const notification of await registration.getNotifications({ tag })) notification.close();
}

const isRevoked = (messageId: string): Promise<boolean> =>
  database('readonly', (store, done) => (store.get(messageId).onsuccess = ({ target }) => done((target as IDBRequest).result !== undefined)));

/** Remembers a recall, and forgets those that are too old to matter. */
const remember = (messageId: string): Promise<undefined> =>
  database('readwrite', (store) => {
    const now = Date.now();
    store.put(now, messageId);
    store.openCursor().onsuccess = ({ target }) => {
      const cursor = (target as IDBRequest<IDBCursorWithValue | null>).result;
      if (!cursor) return;
      if (cursor.value < now - REMEMBERED_MILLISECONDS) cursor.delete();
      cursor.continue();
    };
  });

/** Works in one transaction, and resolves when it is written. */
function database<Outcome = undefined>(mode: IDBTransactionMode, work: (store: IDBObjectStore, done: (outcome: Outcome) => void) => void): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(REVOKED);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(REVOKED, mode);
      let outcome: Outcome;
      transaction.oncomplete = () => (opening.result.close(), resolve(outcome));
      transaction.onabort = () => (opening.result.close(), reject(transaction.error));
      work(transaction.objectStore(REVOKED), (value) => (outcome = value));
    };
  });
}
