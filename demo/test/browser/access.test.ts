import { describe, expect, test } from 'vitest';
import { violations } from './axe.js';
import { demo, group, newContext, PhonePage, twoPeople, users } from './phones.js';

const looks = [
  { name: 'light', options: {}, language: 'en' },
  { name: 'dark', options: { colorScheme: 'dark' as const }, language: 'en' },
  { name: 'phone-width', options: { viewport: { width: 390, height: 844 }, hasTouch: true }, language: 'en' },
  { name: 'chinese', options: { colorScheme: 'dark' as const }, language: 'zh' },
];

describe.each(looks)('axe finds nothing wrong, $name:', ({ name, options, language }) => {
  test('chats, a chat with a recall and a quote, the menu, selection, frames, the banner', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const conversation = await group([a, b]);
    const page = await (await newContext(options)).newPage();
    await page.goto(`${demo}?user=${a}&lang=${language}`);
    const alice = new PhonePage(page, a);
    await alice.ready();
    const bob = await PhonePage.open(b);
    await bob.chat(conversation).click();
    await bob.sent('what do we read?');
    await alice.chat(conversation).locator('.badge').waitFor();
    expect(await violations(alice)).toEqual([]);

    await alice.chat(conversation).click();
    await (await alice.menu('what do we read?')).getByRole('menuitem', { name: language === 'zh' ? '引用' : 'Reply' }).click();
    await alice.send('Moby-Dick');
    await alice.message('Moby-Dick').locator('.chip.recall').click();
    await alice.phone.locator('.tombstone').waitFor();
    await alice.send('Emma');
    await alice.message('Emma').locator('.chip.recall').waitFor();
    expect(await violations(alice)).toEqual([]);
    await alice.screenshot(`group-${name}`);

    const menu = await alice.menu('Emma');
    await menu.waitFor();
    expect(await violations(alice)).toEqual([]);
    await menu.getByRole('menuitem').last().click();
    expect(await violations(alice)).toEqual([]);
    await alice.phone.locator('.selection .ghost').click();

    await alice.menu('what do we read?');
    await alice.phone.getByRole('menuitem', { name: language === 'zh' ? '撤回' : 'Recall' }).click();
    await alice.phone.getByRole('dialog').waitFor();
    expect(await violations(alice)).toEqual([]);
    await alice.page.keyboard.press('Escape');

    await alice.controls.getByRole('button').nth(2).click();
    await alice.controls.getByRole('button').nth(0).click();
    await alice.phone.locator('.banner').waitFor();
    expect(await violations(alice)).toEqual([]);
    await alice.screenshot(`frames-and-offline-${name}`);
  });
});

test('the keyboard alone is enough to send, walk the messages, recall and re-edit', async () => {
  const { alice, bob } = await twoPeople();
  const { keyboard } = alice.page;
  const focused = () => alice.page.evaluate(() => `${document.activeElement?.role ?? ''} ${document.activeElement?.textContent}`);
  const tabTo = async (selector: string) => {
    await expect.poll(async () => {
      await keyboard.press('Tab');
      return alice.page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    }, { interval: 20 }).toBe(true);
  };
  await tabTo('textarea');
  await keyboard.type('by hand');
  await keyboard.press('Enter');
  await keyboard.type('by mistake');
  await keyboard.press('Enter');
  await bob.message('by mistake').waitFor();
  await alice.message('by mistake').getByText('Sent', { exact: true }).waitFor({ state: 'attached' });
  await tabTo('[data-id]');
  expect(await focused()).toContain('by mistake');
  await keyboard.press('ArrowUp');
  expect(await focused()).toContain('by hand');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await alice.phone.getByRole('menu').waitFor();
  await expect.poll(focused).toMatch(/^menuitem +Recall/);
  await keyboard.press('ArrowDown');
  expect(await focused()).toMatch(/^menuitem +Reply/);
  await keyboard.press('Escape');
  expect(await focused()).toContain('by mistake');
  await keyboard.press('Shift+F10');
  await expect.poll(focused).toMatch(/^menuitem +Recall/);
  await keyboard.press('Enter');
  await bob.tombstone('recalled a message').waitFor();
  await alice.tombstone('You recalled a message').waitFor();
  await tabTo('.link');
  await keyboard.press('Enter');
  expect(await alice.phone.locator('textarea').inputValue()).toBe('by mistake');
  expect(await alice.page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
});

test('a finger held on a message opens its menu, and one that scrolls does not', async () => {
  const [a, b] = users('alice', 'bob') as [string, string];
  const alice = await PhonePage.open(a, b, await newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }));
  await alice.sent('hold me');
  const bubble = alice.message('hold me').locator('.bubble');
  const { x, y } = (await bubble.boundingBox())!;
  const touches = [{ identifier: 1, clientX: x + 10, clientY: y + 10 }];
  await bubble.dispatchEvent('touchstart', { touches });
  await bubble.dispatchEvent('touchmove', { touches });
  await bubble.dispatchEvent('touchstart', { touches });
  await alice.phone.getByRole('menu').waitFor();
  await bubble.dispatchEvent('touchend', { touches: [] });
  await alice.phone.getByRole('menuitem', { name: /^Recall/ }).click();
  await alice.tombstone('You recalled a message').waitFor();
});

test('it speaks Chinese where the browser does, and either language at a click', async () => {
  const [a, b] = users('alice', 'bob') as [string, string];
  const alice = await PhonePage.open(a, b, await newContext({ locale: 'zh-CN' }));
  expect(await alice.page.locator('html').getAttribute('lang')).toBe('zh-CN');
  await alice.page.getByText('试一试：发送一条消息，再撤回它，看着它消失。').waitFor();
  await alice.send('发错了');
  await alice.message('发错了').locator('.chip.recall', { hasText: '撤回' }).click();
  await alice.tombstone('你撤回了一条消息').waitFor();
  await alice.page.getByRole('button', { name: 'English' }).click();
  await alice.tombstone('You recalled a message').waitFor();
  await alice.page.reload();
  await alice.ready();
  await alice.tombstone('You recalled a message').waitFor();
});

test('light and dark follow the system until one is chosen', async () => {
  const [a] = users('alice') as [string];
  const alice = await PhonePage.open(a, '', await newContext({ colorScheme: 'dark' }));
  const theme = () => alice.page.locator('html').getAttribute('data-theme');
  await expect.poll(theme).toBe('dark');
  await alice.page.getByRole('button', { name: 'Switch to light colours' }).click();
  await expect.poll(theme).toBe('light');
  await alice.page.reload();
  await alice.ready();
  await expect.poll(theme).toBe('light');
});

test('the frames panel shows what goes over the wire, and no token', async () => {
  const { alice } = await twoPeople();
  await alice.press('Frames');
  await alice.sent('over the wire');
  await alice.recall('over the wire');
  const panel = alice.page.locator('.frames');
  await panel.getByText('reply · revoke').waitFor();
  await panel.locator('.frame.sent', { hasText: 'revoke' }).locator('summary').click();
  await panel.locator('.frame.sent pre', { hasText: '"action": "revoke"' }).waitFor();
  expect(await panel.innerText()).not.toMatch(/eyJ|bearer/);
});
