import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { violations } from './axe.js';
import { SpoiltNetwork } from './network.js';
import { demo, newContext, PhonePage, users } from './phones.js';

/** The default of AttachmentsMaximumBytes. */
const MAXIMUM_BYTES = 25 << 20;

/** Two people with a phone each. */
async function phones(options: Parameters<typeof newContext>[0] = {}) {
  const [a, b] = users('alice', 'bob') as [string, string];
  // From now on the browser gives the dialog for files to the test, which takes a moment to begin.
  const prepare = async (page: Page) => void page.on('filechooser', () => {});
  const [alice, bob] = await Promise.all([PhonePage.open(a, b, await newContext(options), prepare), PhonePage.open(b, a, await newContext(options), prepare)]);
  return { alice, bob };
}

/** Holds the uploads of a phone back, until the returned function is called. */
async function holdUploads(phone: PhonePage): Promise<() => void> {
  let go!: () => void;
  const held = new Promise<void>((resolve) => (go = resolve));
  // An upload that the page has ended cannot go on.
  await phone.page.route(/\/uploads\//, (route) => held.then(() => route.continue()).catch(() => {}));
  return go;
}

/** A picture of a sunset, as a file. */
async function sunset(phone: PhonePage, name: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const data = await phone.page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 416, height: 312 });
    const context = canvas.getContext('2d')!;
    const sky = context.createLinearGradient(0, 0, 0, 312);
    for (const [at, colour] of [[0, '#3d2a7d'], [0.6, '#f0806a'], [1, '#ffd27f']] as const) sky.addColorStop(at, colour);
    context.fillStyle = sky;
    context.fillRect(0, 0, 416, 312);
    context.fillStyle = '#fff3c4';
    context.arc(208, 200, 44, 0, 7);
    context.fill();
    return canvas.toDataURL('image/png');
  });
  return { name, mimeType: 'image/png', buffer: Buffer.from(data.split(',')[1]!, 'base64') };
}

const picture = (phone: PhonePage, name: string) => phone.phone.getByRole('img', { name: `Picture ${name}` });
const isShown = (phone: PhonePage, name: string) => picture(phone, name).evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth));

/** Gives the page a picture by a paste or a drop. */
const give = (phone: PhonePage, how: 'paste' | 'drop', { name, mimeType, buffer }: Awaited<ReturnType<typeof sunset>>) =>
  phone.phone.locator('textarea').evaluate((field, { how, name, mimeType, bytes }) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(bytes)], name, { type: mimeType }));
    const options = { bubbles: true, cancelable: true };
    field.dispatchEvent(how === 'paste' ? new ClipboardEvent('paste', { ...options, clipboardData: data }) : new DragEvent('drop', { ...options, dataTransfer: data }));
  }, { how, name, mimeType, bytes: [...buffer] });

describe.each([
  { name: 'light', options: {} },
  { name: 'dark', options: { colorScheme: 'dark' as const } },
  { name: 'phone-width', options: { viewport: { width: 390, height: 844 }, hasTouch: true } },
])('axe finds nothing wrong, $name:', ({ name, options }) => {
  test('a picture that is on its way, one that is there, and its line after the recall', async () => {
    const { alice } = await phones(options);
    const go = await holdUploads(alice);
    await alice.phone.locator('input[type=file]').setInputFiles(await sunset(alice, `${name}.png`));
    await alice.phone.locator('.picture progress').waitFor();
    expect(await violations(alice)).toEqual([]);
    go();
    await picture(alice, `${name}.png`).waitFor();
    await alice.phone.locator('.chip.recall').waitFor();
    expect(await violations(alice)).toEqual([]);
    expect(await alice.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
    await alice.screenshot(`picture-${name}`);
    await alice.phone.locator('.chip.recall').click();
    await alice.tombstone('You recalled a message').waitFor();
    expect(await violations(alice)).toEqual([]);
  });
});

describe('a picture', () => {
  test('is chosen by the keyboard alone', async () => {
    const { alice, bob } = await phones();
    await alice.phone.getByRole('button', { name: 'Send a picture' }).focus();
    const chooser = alice.page.waitForEvent('filechooser');
    await alice.page.keyboard.press('Enter');
    await (await chooser).setFiles(await sunset(alice, 'keys.png'));
    await expect.poll(() => isShown(bob, 'keys.png')).toBe(416);
    expect(await alice.page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  });

  test('is shown on both phones, and a recall takes it from both, and from its address', async () => {
    const page = await (await newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    await page.goto(demo);
    const [alice, bob] = [new PhonePage(page, 'alice'), new PhonePage(page, 'bob')];
    await Promise.all([alice.ready(), bob.ready()]);
    const name = `${users('sunset')[0]}.png`;
    await alice.phone.locator('input[type=file]').setInputFiles(await sunset(alice, name));
    for (const side of [alice, bob]) await expect.poll(() => isShown(side, name)).toBe(416);
    const row = alice.phone.locator('.row').filter({ has: page.getByRole('img', { name }) });
    const ID = (await row.getAttribute('data-id'))!;
    await row.locator('.chip.recall').waitFor();
    await alice.screenshot('picture-sent');
    await row.locator('.chip.recall').click();
    await alice.row(ID).getByText('You recalled a message').waitFor();
    await bob.row(ID).getByText('Alice recalled a message').waitFor();
    await bob.row(ID).getByText(/The picture’s address now answers 40[34]/).waitFor();
    await alice.screenshot('picture-recalled');
    for (const side of [alice, bob]) expect(await side.row(ID).innerHTML()).not.toMatch(/sunset|blob:/);
  });

  test.each(['paste', 'drop'] as const)('is sent by a %s, and the half-written text stays', async (how) => {
    const { alice, bob } = await phones();
    await alice.phone.locator('textarea').fill('look at');
    await give(alice, how, await sunset(alice, `${how}.png`));
    await expect.poll(() => isShown(bob, `${how}.png`)).toBe(416);
    expect(await alice.phone.locator('textarea').inputValue()).toBe('look at');
  });

  test('that is taken back during its upload is never sent', async () => {
    const { alice, bob } = await phones();
    const go = await holdUploads(alice);
    await alice.phone.locator('input[type=file]').setInputFiles(await sunset(alice, 'never.png'));
    await alice.phone.locator('.picture progress').waitFor();
    await alice.phone.locator('.bubble.with-picture').click({ button: 'right' });
    await alice.phone.getByRole('menuitem', { name: /^Recall/ }).click();
    await expect.poll(() => alice.phone.locator('.row').count()).toBe(0);
    go();
    await alice.sent('after the picture');
    await bob.message('after the picture').waitFor();
    expect(await picture(bob, 'never.png').count()).toBe(0);
  });

  test('that is too large is not uploaded, and the phone says why', async () => {
    const { alice } = await phones();
    const uploads: string[] = [];
    alice.page.on('request', (request) => void uploads.push(request.method()));
    await alice.phone.locator('input[type=file]').setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(MAXIMUM_BYTES + 1) });
    await alice.phone.getByText('The picture is too large.').waitFor();
    expect(uploads).toEqual([]);
  });
});

test('a deployment without attachments has no button for pictures', async () => {
  const network = new SpoiltNetwork();
  network.deliver = (frame) => [frame.replace(/"maxAttachmentBytes":\d+,?/, '').replace(/,}$/, '}')];
  const [a, b] = users('alice', 'bob') as [string, string];
  const alice = await PhonePage.open(a, b, undefined, (page) => network.spoil(page));
  await alice.sent('a text');
  expect(await alice.phone.getByRole('button', { name: 'Send a picture' }).count()).toBe(0);
});
