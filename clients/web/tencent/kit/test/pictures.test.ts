import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Person, twoPeople, users } from './person.js';

// 64 by 48 points.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAEAAAAAwCAIAAAAuKetIAAAAQ0lEQVR42u3PQQkAAAgEsAtmMBObwwp+hcEKLNP1WgQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQErha95zke+CGgpgAAAABJRU5ErkJggg==';
const PICTURE = { name: 'sunset.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') };
const PLAN = { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the secret plan') };

/** Notes the addresses that the server gives for downloads. */
function addressesOf(person: Person): string[] {
  const addresses: string[] = [];
  person.network.deliver = (frame) => {
    const { action, url } = JSON.parse(frame);
    if (action === 'download' && url) addresses.push(url);
    return frame;
  };
  return addresses;
}

/** Neither a picture nor a file is on the page, nor an address of one. */
async function expectNoFile({ page }: Person): Promise<void> {
  expect(await page.locator('.progress-message').count()).toBe(0);
  expect(await page.content()).not.toMatch(/blob:|sunset|plan\.txt/);
}

test('a picture is sent with the kit\'s button and shown on the other side, and its recall takes it from both', async () => {
  const { alice, bob, names: [a, b] } = await twoPeople();
  const addresses = addressesOf(bob);
  const ID = await alice.sendFile('image', PICTURE);
  expect(await alice.shownPicture(ID)).toEqual([64, 48]);
  expect(await bob.shownPicture(ID)).toEqual([64, 48]);
  await bob.preview(a).filter({ hasText: '[Image]' }).waitFor();
  await bob.picture('receiver-image');
  expect((await fetch(addresses[0]!)).status).toBe(200);
  await alice.recallFile(ID);
  await alice.tombstone(ID, 'You recalled a message');
  await bob.tombstone(ID, `${a} recalled a message`);
  await alice.preview(b).filter({ hasText: /^\s*recalled a message\s*$/ }).waitFor();
  await bob.preview(a).filter({ hasText: /^\s*recalled a message\s*$/ }).waitFor();
  await expectNoFile(alice);
  await expectNoFile(bob);
  await expect.poll(async () => (await fetch(addresses[0]!)).status).toBeGreaterThanOrEqual(400);
});

test('a picture that is looked at as large as the screen is gone after the recall, too', async () => {
  const { alice, bob, names: [a] } = await twoPeople();
  const ID = await alice.sendFile('image', PICTURE);
  await bob.shownPicture(ID);
  await bob.row(ID).locator('.image-container').dispatchEvent('click');
  await bob.page.locator('.image-previewer .image-item img').waitFor();
  await alice.recallFile(ID);
  await bob.tombstone(ID, `${a} recalled a message`);
  await bob.page.locator('.image-previewer .image-item img').waitFor({ state: 'detached' });
  await expectNoFile(bob);
});

test('a file is saved by a click, and its recall takes it from both sides', async () => {
  const { alice, bob, names: [a] } = await twoPeople();
  const ID = await alice.sendFile('file', PLAN);
  const saved = async () => {
    const download = bob.page.waitForEvent('download');
    await bob.row(ID).locator('.file-message-montainer').click();
    return download;
  };
  await bob.row(ID).filter({ hasText: 'plan.txt' }).waitFor();
  await expect.poll(() => bob.page.evaluate((id) => window.TUIStore.getMessageModel(id).payload.fileUrl, ID)).toContain('blob:');
  const download = await saved();
  expect(download.suggestedFilename()).toBe('plan.txt');
  expect(await readFile(await download.path(), 'utf8')).toBe('the secret plan');
  await bob.preview(a).filter({ hasText: '[File]' }).waitFor();
  await alice.recallFile(ID);
  await alice.tombstone(ID, 'You recalled a message');
  await bob.tombstone(ID, `${a} recalled a message`);
  await expectNoFile(alice);
  await expectNoFile(bob);
});

test('who opens the chat later sees the picture, and who opens it after the recall does not', async () => {
  const [a, b] = users('alice', 'bob') as [string, string];
  const alice = await Person.open(a, { conversation: `C2C${b}` });
  const ID = await alice.sendFile('image', PICTURE);
  const bob = await Person.open(b, { conversation: `C2C${a}` });
  expect(await bob.shownPicture(ID)).toEqual([64, 48]);
  await alice.reload();
  expect(await alice.shownPicture(ID)).toEqual([64, 48]);
  await alice.recallFile(ID);
  await bob.tombstone(ID, `${a} recalled a message`);
  await bob.reload();
  await bob.tombstone(ID, `${a} recalled a message`);
  await expectNoFile(bob);
});
