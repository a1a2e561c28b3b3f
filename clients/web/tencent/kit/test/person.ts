import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { Network } from './network.js';

export const demo = inject('demo');
const pictures = fileURLToPath(new URL('../../build/pictures/', import.meta.url));
const PATIENCE_MILLISECONDS = 30_000;

/** What may stand in the browser's console as an error, and why. */
const EXPECTED_ERRORS: { text: RegExp; reason: string }[] = [];

let browser: Browser;
let made = 0;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet });
});
afterAll(() => browser.close());

/** User IDs that no other test has, and that read as names. */
export const users = (...names: string[]): string[] => {
  const mark = `${Date.now().toString(36)}${(made++).toString(36)}`;
  return names.map((name) => `${name}-${mark}`);
};

/** A browser of its own, which shares nothing with the others. */
export async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 820, height: 560 }, locale: 'en', ...options });
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  // The kit loads its pictures from Tencent's servers. A test asks nobody outside this machine.
  await context.route(/^https:/, (route) => route.fulfill({ contentType: 'image/svg+xml', body: PICTURE }));
  onTestFinished(() => context.close());
  return context;
}
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36"><rect width="36" height="36" rx="8" fill="#c9d6e8"/></svg>';

export interface Opened {
  /** The conversation that is shown, e.g. `C2Cbob`. */
  conversation?: string;
  language?: 'en' | 'zh';
  context?: BrowserContext;
}

/** A person in front of Tencent's chat UI. */
export class Person {
  readonly network = new Network();

  private constructor(readonly page: Page, readonly user: string) {}

  static async open(user: string, { conversation = '', language = 'en', context }: Opened = {}): Promise<Person> {
    const page = await (context ?? (await newContext())).newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(`thrown: ${error.stack ?? JSON.stringify(error)}`));
    page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
    onTestFinished(() => expect(errors.filter((error) => !EXPECTED_ERRORS.some(({ text }) => text.test(error))), `the console of ${user}`).toEqual([]));
    const person = new Person(page, user);
    await person.network.stand(page);
    await page.goto(`${demo}tencent/?user=${user}&lang=${language}${conversation && `&conversation=${conversation}`}`);
    await person.ready();
    return person;
  }

  async ready(): Promise<void> {
    await this.page.locator('html[data-ready="true"]').waitFor();
  }

  get editor(): Locator {
    return this.page.locator('.ProseMirror[contenteditable="true"]');
  }

  /** Writes and sends, as a hand does. */
  async send(text: string): Promise<void> {
    await this.editor.click();
    await this.page.keyboard.insertText(text);
    await this.page.keyboard.press('Enter');
  }

  /** Sends, and waits until the server has the message. Returns its ID. */
  async sent(text: string): Promise<string> {
    await this.send(text);
    await this.message(text).waitFor();
    await this.message(text).locator('.loading-circle').waitFor({ state: 'detached' });
    return (await this.message(text).getAttribute('id'))!.replace('tui-', '');
  }

  /** Chooses a file with the kit's button, and waits until the server has the message. Returns its ID. */
  async sendFile(button: 'image' | 'file', file: { name: string; mimeType: string; buffer: Buffer }): Promise<string> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.locator('.toolbar-item-container').filter({ has: this.page.locator(`.${button}-upload`) }).locator('.toolbar-item-container-icon').click();
    await (await chooser).setFiles(file);
    const row = this.page.locator('.message-li').filter({ has: this.page.locator('.progress-message') }).last();
    const ID = (await row.getAttribute('id'))!.replace('tui-', '');
    await expect.poll(() => this.page.evaluate((id) => window.TUIStore.getMessageModel(id).status, ID)).toBe('success');
    return ID;
  }

  /** Waits until the picture of a message is decoded and shown, and returns its width and height. */
  async shownPicture(ID: string): Promise<number[]> {
    const shown = this.row(ID).locator('.message-image');
    const size = () => shown.evaluate((element) => [(element as HTMLImageElement).naturalWidth, (element as HTMLImageElement).naturalHeight]);
    await expect.poll(async () => (await size())[0]).toBeGreaterThan(0);
    return size();
  }

  /** Recalls a message with a file, by the kit's menu. */
  async recallFile(ID: string): Promise<void> {
    await this.row(ID).locator('.progress-message').click({ button: 'right' });
    await this.page.locator('.message-tool .list-item').filter({ hasText: 'Recall' }).click();
  }

  /** The bubble with this text. */
  message(text: string): Locator {
    return this.page.locator('.message-li').filter({ has: this.page.locator('.message-text-container', { hasText: text }) });
  }

  row(ID: string): Locator {
    return this.page.locator(`#tui-${ID}`);
  }

  /** The kit's menu of a message. */
  async menu(text: string): Promise<Locator> {
    await this.message(text).locator('.message-text-container').click({ button: 'right' });
    return this.page.locator('.message-tool');
  }

  async choose(text: string, item: string): Promise<void> {
    await (await this.menu(text)).locator('.list-item').filter({ hasText: item }).click();
  }

  recall(text: string): Promise<void> {
    return this.choose(text, 'Recall');
  }

  /** The kit's line in the place of a recalled message. */
  get tombstones(): Locator {
    return this.page.locator('.message-li .revoke');
  }

  /** Waits until the row of a message is a tombstone with these words. */
  async tombstone(ID: string, words: string): Promise<void> {
    const parts = this.row(ID).locator('.revoke > span');
    await expect.poll(async () => (await parts.allTextContents()).map((part) => part.trim()).join(' ')).toBe(words);
  }

  /** The entry of the conversation list with this name. */
  chat(name: string): Locator {
    return this.page.locator('.tui-conversation-item').filter({ has: this.page.locator('.name', { hasText: name }) });
  }

  preview(name: string): Locator {
    return this.chat(name).locator('.middle-box-content');
  }

  unread(name: string): Locator {
    return this.chat(name).locator('.num');
  }

  toast(words: string): Locator {
    return this.page.locator('.message > p').filter({ hasText: words });
  }

  /** Nothing of a text is on the page, neither shown nor hidden. */
  async expectNoTrace(text: string): Promise<void> {
    await this.message(text).waitFor({ state: 'detached' });
    expect(await this.page.content()).not.toContain(text);
  }

  /** Recalls where the kit has no button for it, through the kit's own service. Returns the error's code, 0 if there was none. */
  recallByID(ID: string): Promise<number> {
    return this.page.evaluate(
      async (id) => window.TUIStore.getMessageModel(id).revokeMessage().then(() => 0, ({ code }: { code: number }) => code),
      ID,
    );
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  picture(name: string): Promise<unknown> {
    return this.page.screenshot({ path: `${pictures}${name}.png` });
  }
}

declare global {
  interface Window {
    TUIStore: any;
    TUILogin: any;
  }
}

/** Two people who talk to each other, in a browser each. */
export async function twoPeople(options: Opened = {}): Promise<{ alice: Person; bob: Person; names: [string, string] }> {
  const [a, b] = users('alice', 'bob') as [string, string];
  const [alice, bob] = await Promise.all([Person.open(a, { conversation: `C2C${b}`, ...options }), Person.open(b, { conversation: `C2C${a}`, ...options })]);
  return { alice, bob, names: [a, b] };
}

export async function admin(request: object): Promise<void> {
  const response = await fetch(`${demo}admin`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) });
  const reply = (await response.json()) as { ok: boolean; error?: object };
  expect(reply, JSON.stringify(reply.error)).toMatchObject({ ok: true });
}

/** Makes a group; the first member owns it. Returns its ID. */
export async function group(members: string[], recallWindowSeconds?: number): Promise<string> {
  const id = users('group')[0]!;
  await admin({ action: 'putGroup', group: id, name: 'Book club', ...(recallWindowSeconds !== undefined && { recallWindowSeconds }) });
  for (const [index, user] of members.entries()) await admin({ action: 'putMember', group: id, user, role: index === 0 ? 'owner' : 'member' });
  return id;
}
