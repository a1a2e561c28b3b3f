import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { PushService } from '../../../clients/web/test/pushservice.js';
import { type Stack, startStack } from '../../../clients/web/test/stack.js';
import { named, newContext, PhonePage, users } from './phones.js';

// The stack has the parameters of `make run ARGS=--push`. There is no internet in a test. So the page's browser gets the subscription of a push service on
// this machine, and what that takes is brought to the browser by the DevTools protocol.

const PREPARATION_MILLISECONDS = 300_000;
let stack: Stack;
let publicKey: string;

beforeAll(async () => {
  const printed = execFileSync(fileURLToPath(new URL('../../push.sh', import.meta.url)), { encoding: 'utf8' });
  const parameters = Object.fromEntries([...printed.matchAll(/--parameter (\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]));
  publicKey = parameters.WebPushKey!;
  stack = await startStack({ ...parameters, WebPushHosts: 'localhost' });
}, PREPARATION_MILLISECONDS);
afterAll(() => stack?.stop());

/** Has the browser subscribe to a push service on this machine, or fail as it does without the internet. */
const subscribesTo = (service: PushService | undefined) => (page: Page) => page.addInitScript((subscription) => {
  PushManager.prototype.subscribe = async (options) => {
    if (!subscription) throw new DOMException('Registration failed - push service error', 'AbortError');
    window.subscribedWith = String(options!.applicationServerKey);
    return { endpoint: subscription.endpoint, toJSON: () => subscription } as unknown as PushSubscription;
  };
}, service?.subscription);

declare global {
  interface Window {
    subscribedWith: string;
  }
}

async function open(user: string, peer: string, prepare?: (page: Page) => Promise<unknown>): Promise<PhonePage> {
  const context = await newContext();
  await context.grantPermissions(['notifications'], { origin: new URL(stack.demo).origin });
  return PhonePage.open(user, peer, context, prepare, stack.demo);
}

/** Brings what the push service took to the worker of the page. */
async function workerOf({ page }: PhonePage): Promise<(payload: string) => Promise<unknown>> {
  const devtools: CDPSession = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId));
  });
  await devtools.send('ServiceWorker.enable');
  const registrationId = await registered;
  return (data) => devtools.send('ServiceWorker.deliverPushMessage', { origin: new URL(stack.demo).origin, registrationId, data });
}

const shownOn = ({ page }: PhonePage) => page.evaluate(async () => {
  const [registration] = await navigator.serviceWorker.getRegistrations();
  return (await registration!.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
});

test('the notification of a message to a phone that is offline appears, and disappears when the message is recalled', async () => {
  const [a, b] = users('alice', 'bob') as [string, string];
  const service = await PushService.start(publicKey);
  onTestFinished(() => service.stop());
  const [alice, bob] = await Promise.all([open(a, b), open(b, a, subscribesTo(service))]);
  await bob.press('Notify me');
  await bob.controls.getByRole('button', { name: 'Notified', pressed: true }).waitFor();
  expect(await bob.page.evaluate(() => window.subscribedWith)).toBe(publicKey);
  const deliver = await workerOf(bob);
  await bob.press('Go offline');
  // The server forgets Bob's connection a moment after it has ended.
  await expect.poll(async () => (await stack.admin('disconnect', b)).disconnected).toBe(0);
  await alice.sent('the secret');
  await expect.poll(() => service.taken.length).toBe(1);
  const { topic: ID, payload } = service.taken[0]!;
  expect(payload).not.toContain('secret');
  await deliver(payload);
  await expect.poll(() => shownOn(bob)).toEqual([{ title: named(a), body: 'New message', tag: ID }]);
  await alice.recall('the secret');
  await alice.tombstone('You recalled a message').waitFor();
  await expect.poll(() => service.taken.length).toBe(2);
  expect(service.taken[1]).toEqual({ topic: ID, payload: `{"type":"revoked","messageId":"${ID}"}` });
  await deliver(service.taken[1]!.payload);
  await expect.poll(() => shownOn(bob)).toEqual([]);
  expect(service.complaints).toEqual([]);
});

const hangs = (page: Page) => page.addInitScript(() => {
  PushManager.prototype.subscribe = () => new Promise(() => {});
});

test.each([
  { how: 'refuses', prepare: subscribesTo(undefined) },
  { how: 'never answers', prepare: hangs },
])('if the browser $how because there is no internet, the page says that its push service cannot be reached', async ({ prepare }) => {
  const [a, b] = users('alice', 'bob') as [string, string];
  const bob = await open(b, a, prepare);
  await bob.press('Notify me');
  await bob.phone.getByText('Your browser cannot reach its push service. It needs the internet.').waitFor();
  await bob.controls.getByRole('button', { name: 'Notify me', pressed: false }).waitFor();
});

test('a browser that does not permit notifications is told so in words', async () => {
  const [a, b] = users('alice', 'bob') as [string, string];
  const context = await newContext();
  await context.grantPermissions([], { origin: new URL(stack.demo).origin });
  const bob = await PhonePage.open(b, a, context, undefined, stack.demo);
  await bob.press('Notify me');
  await bob.phone.getByText('This browser does not let the page show notifications.').waitFor();
});

test('a deployment without notifications has no button for them', async () => {
  const [a, b] = users('alice', 'bob') as [string, string];
  const bob = await PhonePage.open(b, a);
  await bob.controls.getByRole('button', { name: 'Frames' }).waitFor();
  expect(await bob.controls.getByRole('button', { name: 'Notify me' }).count()).toBe(0);
});

test.each([[390, 844], [1280, 800]])('the page with the button fits into a window of %i by %i', async (width, height) => {
  const page = await (await newContext({ viewport: { width, height } })).newPage();
  await page.goto(stack.demo);
  const alice = new PhonePage(page, 'alice');
  await alice.controls.getByRole('button', { name: 'Notify me' }).waitFor();
  expect(await alice.overflow()).toEqual({ x: 0, y: 0 });
  await alice.screenshot(`notify-me-${width}`);
});
