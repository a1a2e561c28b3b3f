import type { Clock } from './clock.js';

const LOOK_EVERY_MILLISECONDS = 5_000;
/** Browsers run the timers of hidden pages once a minute, so a timer that late says nothing. */
const SLEPT_MILLISECONDS = 75_000;
/** How far the two clocks may drift apart within one look before it counts as sleep. */
const DRIFT_MILLISECONDS = 2_000;

/**
 * Calls `check` when the connection may have died without a word: the device slept (the monotonic clock stood still, or
 * a timer came far too late), the network came, went or changed, or the page came back. Returns a function that ends it.
 */
export function watchForSleep(clock: Clock, check: () => void): () => void {
  let wall = clock.wall();
  let monotonic = clock.monotonic();
  const timer = setInterval(() => {
    const [slept, ran] = [clock.wall() - wall, clock.monotonic() - monotonic];
    wall += slept;
    monotonic += ran;
    if (Math.abs(slept - ran) > DRIFT_MILLISECONDS || ran > SLEPT_MILLISECONDS) check();
  }, LOOK_EVERY_MILLISECONDS);
  (timer as { unref?: () => void }).unref?.(); // in Node it keeps no process alive; the connection does
  const visible = () => document.visibilityState === 'visible' && check();
  const page = globalThis.document === undefined ? undefined : globalThis;
  for (const name of NETWORK_EVENTS) page?.addEventListener(name, check);
  page?.document.addEventListener('visibilitychange', visible);
  return () => {
    clearInterval(timer);
    for (const name of NETWORK_EVENTS) page?.removeEventListener(name, check);
    page?.document.removeEventListener('visibilitychange', visible);
  };
}

const NETWORK_EVENTS = ['online', 'offline', 'pageshow'] as const;
