import { invalid } from './errors.js';
import { object, text } from './frames.js';
import { asError } from './send.js';
import type { Session } from './session.js';

/** What a browser's `PushSubscription` has. One that was made with `toJSON` is accepted as well. */
export interface PushSubscriptionLike {
  /** Address of the push service. */
  endpoint: string;
  /** Present in what `toJSON` made. */
  keys?: Record<string, string>;
  /** Present in the browser's own object. */
  toJSON?(): { endpoint?: string; keys?: Record<string, string> };
}

/** Registers a browser for notifications, or removes it. */
export async function registerPush(session: Session, subscription: PushSubscriptionLike, remove: boolean): Promise<void> {
  const { endpoint, keys } = object(subscription.toJSON?.() ?? subscription) ?? {};
  const { p256dh, auth } = object(keys) ?? {};
  if (!text(endpoint) || !text(p256dh) || !text(auth)) throw invalid('subscription must be a PushSubscription');
  try {
    await session.requests.ask('push', { device: { kind: 'webpush', endpoint, p256dh, auth }, ...(remove && { remove }) }).reply;
  } catch (failure) {
    throw asError(failure);
  }
}
