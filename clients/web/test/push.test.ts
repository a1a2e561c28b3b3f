import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Message, Recall } from '../src/index.js';
import { PushService, vapidKeys } from './pushservice.js';
import { loggedIn, Server, wsClass } from './server.js';
import { type Stack, startStack } from './stack.js';

// Notifications from end to end: the client registers, the functions of the local stack encrypt and sign, a push service on this machine checks and
// decrypts, and a service worker of a real browser shows. Only the way from the push service to the browser is the test's: the DevTools protocol.

declare const recall: Recall;

/** The worker says what it has done, so that a test can wait for it. */
const WORKER = `import { handlePush } from './recall-push.js';
const counts = { handled: 0, shown: 0 };
const showNotification = self.registration.showNotification.bind(self.registration);
self.registration.showNotification = (...all) => (counts.shown++, showNotification(...all));
const { waitUntil } = ExtendableEvent.prototype;
ExtendableEvent.prototype.waitUntil = function (work) { waitUntil.call(this, work.finally(() => { if (this.type === 'push') counts.handled++; })); };
self.addEventListener('message', ({ ports }) => ports[0].postMessage(counts));
const replaces = self.location.search === '?replaces';
handlePush({
  show: ({ sender, text }) => ({ title: sender, body: text ?? 'New message' }),
  ...(replaces && { showRecalled: () => ({ title: 'Message recalled' }) }),
});`;
const PAGE = `<!doctype html><title>test</title><script type="module">
import { Recall } from './recall.min.js';
window.Recall = Recall;
</script>`;

const files = mkdtempSync(join(tmpdir(), 'recall-web-push-'));
const site = createServer(({ url }, response) => {
  const [path = ''] = url!.split('?');
  const script = path.endsWith('.js');
  response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
  response.end(path === '/worker.js' ? WORKER : script ? readFileSync(join(files, path)) : PAGE);
});
const PREPARATION_MILLISECONDS = 300_000;
const keys = vapidKeys();
let browser: Browser;
let stack: Stack;
let address: string;

beforeAll(async () => {
  for (const [entry, file] of [['src/index.ts', 'recall.min.js'], ['src/recall-push.ts', 'recall-push.js']] as const) {
    await build({
      root: fileURLToPath(new URL('..', import.meta.url)), logLevel: 'error',
      build: { outDir: files, emptyOutDir: false, target: 'es2022', lib: { entry, formats: ['es'], fileName: () => file } },
    });
  }
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  address = `http://localhost:${(site.address() as AddressInfo).port}`;
  stack = await startStack({
    AllowedOrigins: address, Push: 'webpush', WebPushKey: keys.publicKey, WebPushContact: 'mailto:push@example.com', WebPushHosts: 'localhost',
    PushSecret: JSON.stringify({ webPush: { privateKey: keys.privateKey } }),
  });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
}, PREPARATION_MILLISECONDS);
afterAll(async () => {
  await browser?.close();
  site.close();
  await stack?.stop();
  rmSync(files, { recursive: true });
});

interface Phone {
  tab: Page;
  devtools: CDPSession;
  registrationId: string;
}

/** A page whose service worker handles notifications. */
async function phone(worker = '/worker.js'): Promise<Phone> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  await context.grantPermissions(['notifications'], { origin: address });
  const tab = await context.newPage();
  const devtools = await context.newCDPSession(tab);
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId));
  });
  await devtools.send('ServiceWorker.enable');
  await tab.goto(address);
  await tab.waitForFunction(() => 'Recall' in window);
  await tab.evaluate(async (script) => {
    await navigator.serviceWorker.register(script, { type: 'module' });
    await navigator.serviceWorker.ready;
  }, worker);
  return { tab, devtools, registrationId: await registered };
}

const deliver = ({ devtools, registrationId }: Phone, data: string) => devtools.send('ServiceWorker.deliverPushMessage', { origin: address, registrationId, data });
const shown = ({ tab }: Phone) => tab.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag }) => ({ title, body, tag })));
const counts = ({ tab }: Phone) => tab.evaluate(async () => {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<{ handled: number; shown: number }>((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  active!.postMessage('', [port2]);
  return answer;
});

let users = 0;

/** Bob's browser is registered and has no connection, and Alice sends Bob a message. */
async function notified(): Promise<{ alice: Recall; bob: Phone; message: Message; service: PushService }> {
  const [sender, receiver] = [`alice-${++users}`, `bob-${users}`];
  const service = await PushService.start(keys.publicKey);
  onTestFinished(() => service.stop());
  const bob = await phone();
  const session = async (user: string) => (await (await fetch(`${stack.demo}session.json?user=${user}`)).json()) as { url: string; token: string };
  await bob.tab.evaluate(async ({ url, token, userID, subscription }) => {
    window.recall = window.Recall.create({ url, storage: false });
    await recall.login({ userID, token });
    await recall.registerPush(subscription);
    window.key = recall.webPushKey();
    await recall.logout();
  }, { ...(await session(receiver)), userID: receiver, subscription: service.subscription });
  expect(await bob.tab.evaluate(() => window.key)).toBe(keys.publicKey);
  const { url, token } = await session(sender);
  const alice = Recall.create({ url, WebSocket: wsClass });
  onTestFinished(async () => void (await alice.destroy()));
  await alice.login({ userID: sender, token });
  // The server forgets Bob's connection a moment after it has ended.
  await expect.poll(async () => (await stack.admin('disconnect', receiver)).disconnected).toBe(0);
  const { data: { message } } = await alice.sendMessage(alice.createTextMessage({ to: receiver, payload: { text: 'not for a locked screen' } }));
  await expect.poll(() => service.taken.length).toBe(1);
  expect(service.complaints).toEqual([]);
  return { alice, bob, message, service };
}

declare global {
  interface Window {
    Recall: typeof Recall;
    recall: Recall;
    key: string;
  }
}

test('the notification of a message appears, and closes when the message is recalled', async () => {
  const { alice, bob, message, service } = await notified();
  expect(service.taken[0]!.topic).toBe(message.ID);
  await deliver(bob, service.taken[0]!.payload);
  await expect.poll(() => shown(bob)).toEqual([{ title: message.from, body: 'New message', tag: message.ID }]);
  await alice.revokeMessage(message);
  await expect.poll(() => service.taken.length).toBe(2);
  expect(service.taken[1]).toEqual({ topic: message.ID, payload: `{"type":"revoked","messageId":"${message.ID}"}` });
  await deliver(bob, service.taken[1]!.payload);
  await expect.poll(() => shown(bob)).toEqual([]);
  expect(service.complaints).toEqual([]);
}, 60_000);

test('a recall that arrives before its message lets nothing be shown, also after the browser has ended the worker', async () => {
  const { alice, bob, message, service } = await notified();
  await alice.revokeMessage(message);
  await expect.poll(() => service.taken.length).toBe(2);
  await deliver(bob, service.taken[1]!.payload);
  await expect.poll(async () => (await counts(bob)).handled).toBe(1);
  await bob.devtools.send('ServiceWorker.stopAllWorkers');
  await deliver(bob, service.taken[0]!.payload);
  // The worker that was started again counts from the beginning.
  await expect.poll(() => counts(bob)).toEqual({ handled: 1, shown: 0 });
  expect(await shown(bob)).toEqual([]);
}, 60_000);

const pushed = (type: string, messageId: string, more = {}) => JSON.stringify({ type, messageId, ...more });
const from = { conversation: 'c2c_alice', sender: 'alice', text: 'hello' };

test('a notification of one message stays when another is recalled, and one that comes twice shows once', async () => {
  const bob = await phone();
  for (const id of ['one', 'two', 'two']) await deliver(bob, pushed('message', id, from));
  await deliver(bob, pushed('revoked', 'one'));
  await expect.poll(async () => (await counts(bob)).handled).toBe(4);
  expect(await shown(bob)).toEqual([{ title: 'alice', body: 'hello', tag: 'two' }]);
});

test('an application can have the notification of a recalled message replaced', async () => {
  const bob = await phone('/worker.js?replaces');
  await deliver(bob, pushed('message', 'one', from));
  await deliver(bob, pushed('revoked', 'one'));
  await expect.poll(async () => (await counts(bob)).handled).toBe(2);
  expect(await shown(bob)).toEqual([{ title: 'Message recalled', body: '', tag: 'one' }]);
});

test('a notification that is not of this server is left alone', async () => {
  const bob = await phone();
  for (const foreign of ['not JSON', '7', 'null', '{"type":"message"}', '{"type":"other","messageId":"one"}']) await deliver(bob, foreign);
  await deliver(bob, pushed('message', 'one', from));
  await expect.poll(async () => (await counts(bob)).handled).toBe(1);
  expect(await shown(bob)).toHaveLength(1);
});

test('a subscription is registered and removed with what the browser gives', async () => {
  const server = await Server.start();
  server.answers.push = () => ({ registered: true });
  const { recall: alice } = await loggedIn(server);
  const json = { endpoint: 'https://push.example.com/1', keys: { p256dh: 'key', auth: 'auth' } };
  await alice.registerPush({ endpoint: json.endpoint, toJSON: () => json });
  await alice.unregisterPush(json);
  const device = { kind: 'webpush', endpoint: json.endpoint, ...json.keys };
  expect(server.asked('push')).toMatchObject([{ device }, { device, remove: true }]);
  expect(server.asked('push')[0]).not.toHaveProperty('remove');
  await expect(alice.registerPush({ endpoint: 'https://push.example.com/1' })).rejects.toMatchObject({ code: 6017 });
  expect(alice.webPushKey()).toBe('');
});
