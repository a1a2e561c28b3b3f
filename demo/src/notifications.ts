import worker from './worker.ts?worker&url';

/** Chromium without the internet still tries to reach its push service after a minute, and a person does not wait so long. */
const SUBSCRIPTION_LIMIT_MILLISECONDS = 10_000;

/** Each user of the page has a registration of their own, because a registration has one subscription, and a subscription belongs to one user. */
const scopeOf = (user: string): string => new URL(`notifications/${user}/`, new URL(worker, location.href)).href;

export const isSupported = (): boolean => 'PushManager' in window && 'serviceWorker' in navigator;

/** The subscription that this browser has for a user from an earlier visit, unless it was made with another key. */
export async function earlierSubscription(user: string, key: string): Promise<PushSubscription | undefined> {
  const registration = await navigator.serviceWorker.getRegistration(scopeOf(user));
  const subscription = await registration?.pushManager.getSubscription();
  return subscription && keyOf(subscription) === key ? subscription : undefined;
}

/** Asks the user for permission, and the browser's push service for a subscription. Rejects with a DOMException. */
export async function subscribe(user: string, key: string): Promise<PushSubscription> {
  if ((await Notification.requestPermission()) !== 'granted') throw new DOMException('notifications are not permitted', 'NotAllowedError');
  const registration = await navigator.serviceWorker.register(worker, { scope: scopeOf(user) });
  await activated(registration);
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  return Promise.race([registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }), timeOut()]);
}

const timeOut = (): Promise<never> => new Promise((_, reject) => {
  setTimeout(() => reject(new DOMException('the push service does not answer', 'TimeoutError')), SUBSCRIPTION_LIMIT_MILLISECONDS);
});

async function activated({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const coming = active ? undefined : (installing ?? waiting);
  if (!coming || coming.state === 'activated') return;
  await new Promise<void>((resolve) => coming.addEventListener('statechange', () => coming.state === 'activated' && resolve()));
}

/** The key of a subscription, as the server tells it. */
const keyOf = ({ options }: PushSubscription): string =>
  btoa(String.fromCharCode(...new Uint8Array(options.applicationServerKey!))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
