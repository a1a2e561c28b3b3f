import { describe, expect, test } from 'vitest';
import { group, named, newContext, PhonePage, demo, twoPeople, users } from './phones.js';

describe('two phones side by side', () => {
  test('sent and recalled, and both sides say so', async () => {
    const page = await (await newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    await page.goto(demo);
    const [alice, bob] = [new PhonePage(page, 'alice'), new PhonePage(page, 'bob')];
    await Promise.all([alice.ready(), bob.ready()]);
    await page.getByText('Try it: send a message on one phone, then recall it, and watch the other phone.').waitFor();

    const ID = (await (await alice.sent('The password is hunter2')).getAttribute('data-id'))!;
    await bob.message('hunter2').waitFor();
    await alice.screenshot('two-phones-sent');
    await alice.message('hunter2').locator('.chip.recall').click();

    await alice.row(ID).getByText('You recalled a message').waitFor();
    await bob.row(ID).getByText('Alice recalled a message').waitFor();
    await bob.expectGone('hunter2');
    await alice.expectGone('hunter2');
    await alice.screenshot('two-phones-recalled');
  });
});

describe('a recall', () => {
  test('is the second of two clicks, after a suggestion for an empty chat', async () => {
    const { alice, bob } = await twoPeople();
    await alice.phone.getByText('You can recall a message for 2 minutes after sending it.').waitFor();
    await alice.phone.getByRole('button', { name: 'The password is hunter2' }).click();
    await bob.message('hunter2').waitFor();
    await alice.phone.getByRole('button', { name: /^Recall/ }).click();
    await alice.tombstone('You recalled a message').waitFor();
    await bob.tombstone('recalled a message').waitFor();
    await bob.expectGone('hunter2');
  });

  test('is offered in the menu with the time that is left, counting down', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('wrong chat');
    await bob.message('wrong chat').waitFor();
    const item = (await alice.menu('wrong chat')).getByRole('menuitem', { name: /^Recall/ });
    const left = await item.innerText();
    expect(left).toMatch(/[12]:[0-5]\d left/);
    await alice.screenshot('menu');
    await expect.poll(() => item.innerText()).not.toBe(left);
    await item.click();
    await bob.tombstone('recalled a message').waitFor();
    expect(await bob.phone.innerHTML()).not.toContain('wrong chat');
  });

  test('is not offered to the one who only received the message', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('mine alone');
    const menu = await bob.menu('mine alone');
    await menu.getByRole('menuitem', { name: 'Reply' }).waitFor();
    expect(await menu.getByRole('menuitem', { name: /^Recall/ }).count()).toBe(0);
  });

  test('can be re-edited by its sender: the text is back in the field', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('Diner at eigth');
    await alice.recall('Diner at eigth');
    await alice.tombstone('You recalled a message').getByRole('button', { name: 'Re-edit' }).click();
    expect(await alice.phone.locator('textarea').inputValue()).toBe('Diner at eigth');
    await alice.send('Dinner at eight');
    await bob.message('Dinner at eight').waitFor();
    await bob.tombstone('recalled a message').waitFor();
    expect(await bob.phone.getByRole('button', { name: 'Re-edit' }).count()).toBe(0);
  });

  test('survives a reload on both sides, and the text is nowhere any more', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('stays');
    await alice.sent('goes away');
    await bob.message('goes away').waitFor();
    await alice.recall('goes away');
    await bob.tombstone('recalled a message').waitFor();
    for (const side of [alice, bob]) {
      await side.page.reload();
      await side.ready();
      await side.message('stays').waitFor();
      await side.tombstone('recalled a message').waitFor();
      expect(await side.page.content()).not.toContain('goes away');
    }
    expect(await alice.phone.getByRole('button', { name: 'Re-edit' }).count()).toBe(0);
  });

  test('takes the text out of quotes of the message and out of a half-written reply', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('the secret');
    await (await bob.menu('the secret')).getByRole('menuitem', { name: 'Reply' }).click();
    await bob.send('what did you say?');
    await alice.message('what did you say?').locator('.quote', { hasText: 'the secret' }).waitFor();
    await (await bob.menu('the secret')).getByRole('menuitem', { name: 'Reply' }).click();
    await bob.phone.locator('.replying', { hasText: 'the secret' }).waitFor();
    await alice.recall('the secret');
    for (const side of [alice, bob]) await side.message('what did you say?').getByText('The quoted message was recalled').waitFor();
    await bob.phone.locator('.replying').waitFor({ state: 'detached' });
    await bob.expectGone('the secret');
    await bob.screenshot('quote-of-recalled');
  });

  test('of several selected messages is one click', async () => {
    const { alice, bob } = await twoPeople();
    for (const text of ['one', 'two', 'three']) await alice.sent(text);
    await bob.message('three').waitFor();
    await (await alice.menu('one')).getByRole('menuitem', { name: 'Select' }).click();
    await alice.message('three').click();
    await alice.phone.getByText('2 selected').waitFor();
    await alice.screenshot('selection');
    await alice.phone.getByRole('button', { name: 'Recall 2' }).click();
    await alice.phone.getByText('2 messages recalled').waitFor();
    await expect.poll(() => bob.tombstone('recalled a message').count()).toBe(2);
    expect(await bob.message('two').count()).toBe(1);
  });

  test('follows on a second device of the same person, and in a second tab', async () => {
    const { alice, bob, names: [a, b] } = await twoPeople();
    await alice.press('Second device');
    const second = new PhonePage(alice.page, a, 2);
    await second.ready();
    const tab = await PhonePage.open(a, b, alice.page.context());
    await alice.sent('from the first device');
    await Promise.all([second.message('from the first device').waitFor(), tab.message('from the first device').waitFor()]);
    await second.recall('from the first device');
    for (const side of [alice, tab]) await side.tombstone('You recalled a message').waitFor();
    await bob.tombstone('recalled a message').waitFor();
    await second.press('Close device');
    await second.phone.waitFor({ state: 'detached' });
  });
});

describe('the chat list', () => {
  test('counts what is unread, shows the last message, and does not count what was recalled', async () => {
    const { alice, bob, names: [a, b] } = await twoPeople();
    await bob.back();
    await alice.sent('first');
    await alice.sent('second');
    const line = bob.chat(`c2c_${a}`);
    await line.getByText('2 unread').waitFor({ state: 'attached' });
    expect(await line.innerText()).toContain('second');
    await bob.screenshot('chats');
    await alice.recall('second');
    await line.getByText('1 unread').waitFor({ state: 'attached' });
    await line.getByText(`${named(a)} recalled a message`).waitFor();
    await line.click();
    await bob.message('first').waitFor();
    await bob.back();
    await line.locator('.badge').waitFor({ state: 'detached' });
    await alice.back();
    await alice.chat(`c2c_${b}`).getByText('You recalled a message').waitFor();
  });
});

describe('a group', () => {
  test('a moderator recalls the message of another with a reason, and everybody reads who did it', async () => {
    const [a, b, c] = users('alice', 'bob', 'carol') as [string, string, string];
    const conversation = await group([a, b, c]);
    const [alice, bob, carol] = await Promise.all([PhonePage.open(a), PhonePage.open(b), PhonePage.open(c)]);
    for (const each of [alice, bob, carol]) {
      await each.chat(conversation).getByText('Book club').waitFor();
      await each.chat(conversation).click();
    }
    await bob.sent('spoiler: the butler did it');
    await alice.message('spoiler').waitFor();
    await carol.message('spoiler').getByText(named(b)).waitFor();
    await alice.recall('spoiler');
    await alice.phone.getByRole('dialog').getByRole('textbox').fill('no spoilers');
    await alice.screenshot('moderator-reason');
    await alice.phone.getByRole('dialog').getByRole('button', { name: 'Recall' }).click();
    await alice.tombstone(`You recalled a message of ${named(b)}: “no spoilers”`).waitFor();
    await carol.tombstone(`${named(a)} recalled a message of ${named(b)}: “no spoilers”`).waitFor();
    await bob.tombstone(new RegExp(`${named(a)} recalled a message of you`, 'i')).waitFor();
    await carol.expectGone('butler');
  });

  test('a recall after the window says in words why it failed, and the message stays', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const conversation = await group([a, b], 1);
    const bob = await PhonePage.open(b);
    await bob.chat(conversation).click();
    await bob.sent('too late');
    await (await bob.menu('too late')).getByText('Sent more than 1 second ago').waitFor();
    await bob.phone.getByRole('menuitem', { name: /^Recall/ }).click();
    await bob.phone.getByText('It was sent more than 1 second ago and can no longer be recalled.').waitFor();
    await bob.message('too late').waitFor();
    await bob.screenshot('window-over');
  });
});
