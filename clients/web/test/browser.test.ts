import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Recall } from '../src/index.js';
import { messageFrame, messageID, revokedFrame, Server } from './server.js';

// In a real browser: what the page's IndexedDB keeps when the page ends, and files, which go to another origin.

declare const recall: Recall;
/** What the page of these tests adds to its window. */
declare const page: { told: { name: string; data: any; stored: string }[]; start(url: string): Promise<unknown> };

const PAGE = `<!doctype html><title>test</title><script type="module">
import { EVENT, Recall } from './recall.min.js';
const stored = () => new Promise((resolve) => {
  const opening = indexedDB.open('recall', 1);
  opening.onsuccess = () => {
    const all = opening.result.transaction('conversations').objectStore('conversations').getAll();
    all.onsuccess = () => (opening.result.close(), resolve(JSON.stringify(all.result)));
  };
});
window.page = {
  told: [],
  start(url) {
    window.recall = Recall.create({ url, reconnectMinimum: 1, reconnectMaximum: 50 });
    for (const name of Object.values(EVENT)) {
      recall.on(name, ({ data }) => {
        const entry = { name, data: structuredClone(data), stored: '' };
        if (name === EVENT.MESSAGE_REVOKED) stored().then((text) => { entry.stored = text; page.told.push(entry); });
        else page.told.push(entry);
      });
    }
    window.loggedIn = recall.login({ userID: 'alice', token: 'token', tokenProvider: () => 'token' });
    window.loggedIn.catch(() => {});
  },
  stored,
};
</script>`;

const folder = mkdtempSync(join(tmpdir(), 'recall-web-browser-'));
const site = createServer((request, response) => {
  const script = request.url === '/recall.min.js';
  response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
  response.end(script ? readFileSync(join(folder, 'recall.min.js')) : PAGE);
});
let browser: Browser;
let address: string;

beforeAll(async () => {
  await build({
    root: fileURLToPath(new URL('..', import.meta.url)), logLevel: 'error',
    build: { outDir: folder, emptyOutDir: false, target: 'es2022', lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'recall.min.js' } },
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
});
afterAll(async () => {
  await browser.close();
  site.close();
  rmSync(folder, { recursive: true });
});

/** A device: a profile of its own, in which pages share what is stored. */
async function device(): Promise<BrowserContext> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  return context;
}

/** A page with a client that has begun to log in. */
async function opened(context: BrowserContext, url: string): Promise<Page> {
  const made = await context.newPage();
  await made.goto(address);
  await made.waitForFunction(() => 'page' in window);
  await made.evaluate((to) => page.start(to), url);
  return made;
}

/** Waits until the database of the page has this text. waitForFunction does not serve here, because it takes a promise for true. */
const holds = (tab: Page, text: string) =>
  expect.poll(() => tab.evaluate(() => (page as any).stored())).toContain(text);
const messages = (tab: Page) => tab.evaluate(() => recall.getHeldMessageList('c2c_bob'));

async function serverWithBob(): Promise<Server> {
  const server = await Server.start();
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 0 }] });
  return server;
}

test('a page that is reloaded without a network shows the list, the messages and the tombstones', async () => {
  const server = await serverWithBob();
  const tab = await opened(await device(), server.url);
  await tab.evaluate(() => (window as any).loggedIn);
  server.push(messageFrame(1));
  server.push(messageFrame(2));
  server.push(revokedFrame(1));
  await holds(tab, 'wrong chat');
  await holds(tab, 'text 2');
  server.refuse = () => true;
  await tab.reload();
  await tab.waitForFunction(() => 'page' in window);
  await tab.evaluate((to) => page.start(to), server.url);
  await tab.waitForFunction(() => recall.getHeldMessageList('c2c_bob').length === 2);
  expect(await messages(tab)).toMatchObject([{ ID: messageID(1), isRevoked: true }, { ID: messageID(2), payload: { text: 'text 2' } }]);
  expect(await tab.evaluate(() => recall.getConversationList().then(({ data }) => data.conversationList))).toMatchObject([{ conversationID: 'c2c_bob', lastMessage: { ID: messageID(2) } }]);
});

test('a message that a page could not send before it was closed is sent once by the next page', async () => {
  const server = await serverWithBob();
  const { send } = server.answers;
  server.answers.send = () => null;
  const context = await device();
  const tab = await opened(context, server.url);
  await tab.evaluate(() => (window as any).loggedIn);
  await tab.evaluate(() => void recall.sendMessage(recall.createTextMessage({ to: 'bob', payload: { text: 'to be sent' } })).catch(() => {}));
  const first = await server.next('send');
  await tab.close();
  server.answers.send = send!;
  const next = await opened(context, server.url);
  expect(await server.next('send', 2)).toMatchObject({ messageId: first.messageId, body: { text: 'to be sent' } });
  await next.waitForFunction(() => recall.getHeldMessageList('c2c_bob').length === 1);
  await next.waitForFunction(() => recall.getUnsentMessageList('c2c_bob').length === 0);
  expect(server.asked('send')).toHaveLength(2);
});

test('a recalled text is not in the database when the page is told', async () => {
  const server = await serverWithBob();
  const tab = await opened(await device(), server.url);
  await tab.evaluate(() => (window as any).loggedIn);
  server.push(messageFrame(1));
  await holds(tab, 'text 1');
  server.push(revokedFrame(1));
  await tab.waitForFunction(() => page.told.some(({ name }) => name === 'onMessageRevoked'));
  const stored = await tab.evaluate(() => page.told.find(({ name }) => name === 'onMessageRevoked')!.stored);
  expect(stored).toContain('wrong chat');
  expect(stored).not.toContain('text 1');
});

test('a second page of the same user stores nothing and is told so, until the first is closed', async () => {
  const server = await serverWithBob();
  const context = await device();
  const first = await opened(context, server.url);
  await first.evaluate(() => (window as any).loggedIn);
  const second = await opened(context, server.url);
  await second.evaluate(() => (window as any).loggedIn);
  const failures = () => second.evaluate(() => page.told.filter(({ name }) => name === 'storageFailed').length);
  expect(await failures()).toBe(1);
  server.push(messageFrame(1));
  await second.waitForFunction(() => recall.getHeldMessageList('c2c_bob').length === 1);
  await first.close();
  await second.evaluate(() => recall.logout());
  await second.evaluate((to) => page.start(to), server.url);
  await second.evaluate(() => (window as any).loggedIn);
  expect(await failures()).toBe(1);
});

test('a page that logs out while it waits for the first page does not take the stored conversations later', async () => {
  const server = await serverWithBob();
  const context = await device();
  const first = await opened(context, server.url);
  await first.evaluate(() => (window as any).loggedIn);
  const second = await opened(context, server.url);
  const locks = () => second.evaluate(() => navigator.locks.query().then(({ held, pending }) => ({ held: held!.length, pending: pending!.length })));
  await second.evaluate(() => recall.logout());
  await first.close();
  await expect.poll(locks).toEqual({ held: 0, pending: 0 });
});

/** A bucket of another origin, which keeps what is uploaded. `answers` false: it never answers an upload. */
async function bucket(answers = true): Promise<{ url: string; uploads: { headers: IncomingMessage['headers']; bytes: Buffer }[]; begun: Promise<void> }> {
  const uploads: { headers: IncomingMessage['headers']; bytes: Buffer }[] = [];
  let begin!: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const server = createServer(async (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', '*').setHeader('Access-Control-Allow-Methods', 'PUT');
    if (request.method === 'PUT') {
      begin();
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      uploads.push({ headers: request.headers, bytes: Buffer.concat(parts) });
      if (!answers) return;
    }
    response.end(request.method === 'GET' ? uploads.at(-1)!.bytes : undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/1?signature=s`, uploads, begun };
}

async function withBucket(url: string): Promise<{ server: Server; tab: Page }> {
  const server = await serverWithBob();
  server.answers.attach = () => ({ attachmentId: messageID(90), upload: { method: 'PUT', url, headers: { 'content-type': 'image/png', 'content-length': '3', 'x-amz-meta-name': 'cat.png' } }, uploadUntil: 1 });
  server.answers.download = () => ({ url, downloadUntil: 1 });
  const tab = await opened(await device(), server.url);
  await tab.evaluate(() => (window as any).loggedIn);
  return { server, tab };
}

test('a page uploads a picture and is told of the progress, and shows it after a download, until its message is recalled', async () => {
  const { url, uploads } = await bucket();
  const { server, tab } = await withBucket(url);
  const sent = await tab.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 });
    const file: Blob = await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob!)));
    const progress: number[] = [];
    const { data } = await recall.uploadFile({ file, name: 'cat.png', onProgress: (done, size) => progress.push(done, size) });
    return { ...data.attachment, progress };
  });
  expect(uploads).toHaveLength(1);
  expect(uploads[0]!.headers).toMatchObject({ 'content-type': 'image/png', 'x-amz-meta-name': 'cat.png', 'content-length': String(sent.size) });
  expect(sent).toMatchObject({ attachmentID: messageID(90), name: 'cat.png', type: 'image/png', size: uploads[0]!.bytes.length });
  expect(sent.progress.slice(-2)).toEqual([sent.size, sent.size]);
  server.push(messageFrame(1, { attachments: [{ attachmentId: messageID(90), name: 'cat.png', type: 'image/png', size: sent.size }] }));
  await tab.waitForFunction(() => recall.getHeldMessageList('c2c_bob').length === 1);
  const shown = await tab.evaluate(async () => {
    const [message] = recall.getHeldMessageList('c2c_bob');
    const { data } = await recall.downloadFile(message!, message!.attachments![0]!);
    const image = new Image();
    image.src = URL.createObjectURL(data.blob);
    await image.decode();
    return { width: image.naturalWidth, type: data.blob.type };
  });
  expect(shown).toEqual({ width: 300, type: 'image/png' });
  server.push(revokedFrame(1));
  await tab.waitForFunction(() => recall.getHeldMessageList('c2c_bob')[0]!.isRevoked);
  const late = await tab.evaluate(async () => {
    const [message] = recall.getHeldMessageList('c2c_bob');
    const failed = await recall.downloadFile(message!, { attachmentID: '01HF7YAT000000000000000090' }).catch(({ code }) => code);
    return { attachments: message!.attachments, failed };
  });
  expect(late).toEqual({ failed: 20023 });
});

test('a page ends an upload that is under way', async () => {
  const { url, begun } = await bucket(false);
  const { tab } = await withBucket(url);
  const ended = tab.evaluate(async () => {
    const controller = ((window as any).controller = new AbortController());
    return recall.uploadFile({ file: new Blob(['cat'], { type: 'image/png' }), signal: controller.signal }).catch(({ name }) => name);
  });
  await begun;
  await tab.evaluate(() => (window as any).controller.abort());
  expect(await ended).toBe('AbortError');
});
