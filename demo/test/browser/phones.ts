import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';

export const demo = inject('demo');
const screenshots = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const PATIENCE_MILLISECONDS = 20_000;

let browser: Browser;
let made = 0;

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet });
});
afterAll(() => browser.close());

/** User IDs that no other test has, and that read as names. */
export const users = (...names: string[]): string[] => {
  const mark = `${Date.now().toString(36)}${(made++).toString(36)}`;
  return names.map((name) => `${name}-${mark}`);
};
export const named = (user: string): string => user.charAt(0).toUpperCase() + user.slice(1);

/** A new browser context in English and light colours: a device of its own, which shares nothing with the others. */
export async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 900, height: 900 }, locale: 'en', colorScheme: 'light', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  onTestFinished(() => context.close());
  return context;
}

/** A phone on a page, and what a person does with it. */
export class PhonePage {
  readonly phone: Locator;
  readonly controls: Locator;

  constructor(readonly page: Page, user: string, device = 1) {
    this.phone = page.locator(`.phone[data-user="${user}"][data-device="${device}"]`);
    this.controls = page.locator('.place').filter({ has: this.phone }).locator('.controls');
  }

  static async open(user: string, peer = '', context?: BrowserContext, prepare: (page: Page) => Promise<unknown> = async () => {}, address = demo): Promise<PhonePage> {
    const page = await (context ?? (await newContext())).newPage();
    page.on('pageerror', (error) => expect.unreachable(`the page threw ${error}`));
    await prepare(page);
    await page.goto(`${address}?user=${user}${peer && `&with=${peer}`}`);
    const opened = new PhonePage(page, user);
    await opened.ready();
    return opened;
  }

  async ready(): Promise<void> {
    await this.phone.and(this.page.locator('[data-ready="true"]')).waitFor();
  }

  async send(text: string): Promise<void> {
    await this.phone.locator('textarea').fill(text);
    await this.phone.locator('textarea').press('Enter');
  }

  /** The row of the message with this text. */
  message(text: string): Locator {
    return this.phone.locator('.row').filter({ has: this.page.locator('.text', { hasText: text }) });
  }

  row(ID: string): Locator {
    return this.phone.locator(`[data-id="${ID}"]`);
  }

  async sent(text: string): Promise<Locator> {
    await this.send(text);
    await this.message(text).getByText('Sent', { exact: true }).waitFor({ state: 'attached' });
    return this.message(text);
  }

  async menu(text: string): Promise<Locator> {
    await this.message(text).locator('.bubble').click({ button: 'right' });
    return this.phone.getByRole('menu');
  }

  async recall(text: string): Promise<void> {
    await (await this.menu(text)).getByRole('menuitem', { name: /^Recall/ }).click();
  }

  tombstone(words: string | RegExp): Locator {
    return this.phone.locator('.tombstone').filter({ hasText: words });
  }

  async back(): Promise<void> {
    await this.phone.getByRole('button', { name: /^Back/ }).click();
  }

  chat(conversation: string): Locator {
    return this.phone.locator(`.chat[data-conversation="${conversation}"]`);
  }

  press(name: string): Promise<void> {
    return this.controls.getByRole('button', { name }).click();
  }

  /** No trace of a text, neither shown nor hidden. */
  async expectGone(text: string): Promise<void> {
    await this.message(text).waitFor({ state: 'detached' });
    expect(await this.phone.innerHTML()).not.toContain(text);
  }

  /** By how many pixels the page is larger than the window. */
  overflow(): Promise<{ x: number; y: number }> {
    return this.page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return { x: scrollWidth - innerWidth, y: scrollHeight - innerHeight };
    });
  }

  screenshot(name: string): Promise<unknown> {
    return this.page.screenshot({ path: `${screenshots}${name}.png` });
  }
}

/** Two people who talk to each other, in a browser context each. */
export async function twoPeople(): Promise<{ alice: PhonePage; bob: PhonePage; names: [string, string] }> {
  const [a, b] = users('alice', 'bob') as [string, string];
  const [alice, bob] = await Promise.all([PhonePage.open(a, b), PhonePage.open(b, a)]);
  return { alice, bob, names: [a, b] };
}

export async function admin(request: object): Promise<void> {
  const response = await fetch(`${demo}admin`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) });
  const reply = (await response.json()) as { ok: boolean; error?: object };
  expect(reply, JSON.stringify(reply.error)).toMatchObject({ ok: true });
}

/** Makes a group; the first member owns it. */
export async function group(members: string[], recallWindowSeconds?: number): Promise<string> {
  const id = users('group')[0]!;
  await admin({ action: 'putGroup', group: id, name: 'Book club', ...(recallWindowSeconds !== undefined && { recallWindowSeconds }) });
  for (const [index, user] of members.entries()) await admin({ action: 'putMember', group: id, user, role: index === 0 ? 'owner' : 'member' });
  return `group_${id}`;
}
