import { describe, expect, test } from 'vitest';
import { demo, named, newContext, PhonePage, twoPeople, users } from './phones.js';

const TOUCH_PIXELS = 44;

/** The page with both phones, as it is opened first. */
async function bothPhones(options: Parameters<typeof newContext>[0]): Promise<{ alice: PhonePage; bob: PhonePage }> {
  const page = await (await newContext(options)).newPage();
  await page.goto(demo);
  const [alice, bob] = [new PhonePage(page, 'alice'), new PhonePage(page, 'bob')];
  for (const each of [alice, bob]) await each.phone.and(page.locator('[data-ready="true"]')).waitFor({ state: 'attached' });
  return { alice, bob };
}

/** What has the focus: its tag, and the message that it is of. */
const focused = (phone: PhonePage): Promise<string> =>
  phone.page.evaluate(() => `${document.activeElement!.tagName} ${document.activeElement!.getAttribute('data-id') ?? ''}`);

describe('the focus of the keyboard, after a recall', () => {
  test.each(['the menu', 'the button beside the message', 'a selection'])('by %s, stays on the line of that message', async (by) => {
    const { alice, bob } = await twoPeople();
    const ID = (await (await alice.sent('by mistake')).getAttribute('data-id'))!;
    const { keyboard } = alice.page;
    if (by === 'the button beside the message') {
      await alice.row(ID).locator('.chip.recall').focus();
      await keyboard.press('Enter');
    } else {
      await alice.row(ID).focus();
      await keyboard.press('Enter');
      await alice.phone.getByRole('menu').waitFor();
      await alice.phone.getByRole('menuitem', { name: by === 'the menu' ? /^Recall/ : 'Select' }).press('Enter');
      if (by === 'a selection') await alice.phone.getByRole('button', { name: 'Recall 1' }).press('Enter');
    }
    await alice.row(ID).getByText('You recalled a message').waitFor();
    await bob.tombstone('recalled a message').waitFor();
    expect(await focused(alice)).toBe(`LI ${ID}`);
    await keyboard.press('Tab');
    expect(await alice.page.evaluate(() => document.activeElement!.textContent)).toBe('Re-edit');
  });

  test('goes to the button that opened what is closed again', async () => {
    const { alice } = await twoPeople();
    const button = (name: string) => alice.controls.getByRole('button', { name });
    await button('Frames').press('Enter');
    await alice.page.locator('.frames').getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect.poll(() => button('Frames').evaluate((element) => element === document.activeElement)).toBe(true);
  });
});

describe('at the width of a phone', () => {
  const narrow = { viewport: { width: 390, height: 844 }, hasTouch: true };

  test('the field of the phone that was hidden can be written in', async () => {
    const { alice, bob } = await bothPhones(narrow);
    await alice.page.getByRole('button', { name: 'Bob' }).click();
    await bob.phone.waitFor();
    expect((await bob.phone.locator('textarea').boundingBox())!.height).toBeGreaterThan(20);
    const text = users('hello')[0]!;
    await bob.sent(text);
    await alice.message(text).waitFor({ state: 'attached' });
  });

  test.each(['light', 'dark'] as const)('the chosen tab is brighter than its track, %s', async (colorScheme) => {
    const { alice } = await bothPhones({ ...narrow, colorScheme });
    const [track, tab] = await alice.page.evaluate(() =>
      ['.tabs', '.tabs button[aria-pressed="true"]'].map((selector) => {
        const numbers = getComputedStyle(document.querySelector(selector)!).backgroundColor.match(/[\d.]+/g)!.map(Number);
        return numbers[0]! + numbers[1]! + numbers[2]!;
      }));
    expect(tab).toBeGreaterThan(track!);
  });
});

describe.each([[390, 844], [768, 1024], [1280, 800]])('in a window of %i by %i', (width, height) => {
  test('the page fits, with one device or two of Alice, and fingers find the buttons', async () => {
    const { alice } = await bothPhones({ viewport: { width, height } });
    expect(await alice.overflow()).toEqual({ x: 0, y: 0 });
    await alice.press('Second device');
    const second = new PhonePage(alice.page, 'alice', 2);
    await second.ready();
    expect(await alice.overflow()).toEqual({ x: 0, y: 0 });
    const heights = await alice.page.locator('.controls :is(button, a), .tabs button, .settings button').evaluateAll((buttons) =>
      buttons.filter((button) => (button as HTMLElement).offsetParent).map((button) => (button as HTMLElement).offsetHeight));
    expect(heights.length).toBeGreaterThan(5);
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(TOUCH_PIXELS);
    await alice.screenshot(`second-device-${width}`);
  });
});

test('with a second device all phones are in sight, told apart, and the frames stand beside their phone', async () => {
  const { alice, bob } = await bothPhones({ viewport: { width: 1280, height: 800 } });
  await alice.press('Second device');
  const second = new PhonePage(alice.page, 'alice', 2);
  await second.ready();
  await alice.phone.locator('.status-bar', { hasText: 'Alice · device 1' }).waitFor();
  await second.phone.locator('.status-bar', { hasText: 'Alice · device 2' }).waitFor();
  expect(await bob.phone.locator('.status-bar').innerText()).toBe('Bob');
  for (const each of [alice, second]) expect(await each.phone.locator('.status-bar span').first().evaluate((name) => name.scrollWidth - name.clientWidth)).toBe(0);
  await alice.press('Frames');
  const frames = alice.page.locator('.frames');
  await frames.getByRole('heading', { name: 'Frames of Alice · device 1' }).waitFor();
  const boxes = await Promise.all([alice.phone, frames, second.phone, bob.phone].map(async (each) => (await each.boundingBox())!));
  for (const [index, box] of boxes.entries()) {
    expect(box.y).toBe(boxes[0]!.y);
    expect(box.x).toBeGreaterThan(index === 0 ? 0 : boxes[index - 1]!.x + boxes[index - 1]!.width - 1);
    expect(box.x + box.width).toBeLessThanOrEqual(1280);
  }
  await alice.screenshot('second-device-with-frames');
});

test('a page with one phone does not speak of another', async () => {
  const [a] = users('alice') as [string];
  const alice = await PhonePage.open(a);
  await alice.page.getByText('Try it: send a message, then recall it, and watch it disappear.').waitFor();
  expect(await alice.page.getByText('watch the other phone').count()).toBe(0);
  expect(await alice.phone.locator('.status-bar').innerText()).toBe(named(a));
});
