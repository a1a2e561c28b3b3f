import { describe, expect, test } from 'vitest';
import { Recall } from '../../../src/index.js';
import { wsClass } from '../../../test/server.js';
import { admin, demo, group, Person, twoPeople, users } from './person.js';

describe('two people', () => {
  test('a message is sent and recalled, and both chats and both lists say so without a trace of the text', async () => {
    const { alice, bob, names: [a, b] } = await twoPeople();
    await alice.sent('Dinner at 8?');
    await bob.message('Dinner at 8?').waitFor();
    await bob.sent('Yes! The usual place');
    const ID = await alice.sent('The password is hunter2');
    await bob.message('hunter2').waitFor();
    await bob.preview(a).filter({ hasText: 'The password is hunter2' }).waitFor();
    await alice.menu('hunter2');
    await alice.page.locator('.message-tool').waitFor();
    await alice.picture('sender-menu');
    await bob.picture('receiver-sent');
    await alice.page.locator('.message-tool .list-item').filter({ hasText: 'Recall' }).click();
    await alice.tombstone(ID, 'You recalled a message Re-edit');
    await bob.tombstone(ID, `${a} recalled a message`);
    await alice.preview(b).filter({ hasText: /^\s*recalled a message\s*$/ }).waitFor();
    await bob.preview(a).filter({ hasText: /^\s*recalled a message\s*$/ }).waitFor();
    await alice.picture('sender-recalled');
    await bob.picture('receiver-recalled');
    await bob.expectNoTrace('hunter2');
    await alice.expectNoTrace('hunter2');
  });

  test('"Re-edit" puts the text back for its sender, and for nobody else', async () => {
    const { alice, bob, names: [a] } = await twoPeople();
    const ID = await alice.sent('Diner at eigth');
    await bob.message('Diner at eigth').waitFor();
    await alice.recall('Diner at eigth');
    await bob.tombstone(ID, `${a} recalled a message`);
    await alice.row(ID).locator('.edit').click();
    await expect.poll(() => alice.editor.textContent()).toBe('Diner at eigth');
    await alice.page.keyboard.press('Control+A');
    await alice.sent('Dinner at eight');
    await bob.message('Dinner at eight').waitFor();
    expect(await bob.page.locator('.edit').count()).toBe(0);
  });

  test('too late by what the client itself knows, the kit says so in a toast, and the message stays on both sides', async () => {
    const { alice, bob } = await twoPeople();
    alice.network.deliver = (frame) => frame.replace(/"recallableUntil":\d+/, '"recallableUntil":1');
    await alice.sent('for ever');
    await bob.message('for ever').waitFor();
    await alice.recall('for ever');
    await alice.toast('Withdrawal deadline has passed').waitFor();
    await alice.picture('too-late');
    await alice.message('for ever').waitFor();
    await bob.message('for ever').waitFor();
    expect(await alice.tombstones.count()).toBe(0);
  });

  test('who was offline at the recall learns of it when they come back', async () => {
    const { alice, bob, names: [a] } = await twoPeople();
    const ID = await alice.sent('said too much');
    await bob.message('said too much').waitFor();
    await bob.network.cut();
    await alice.recall('said too much');
    await alice.tombstone(ID, 'You recalled a message Re-edit');
    expect(await bob.message('said too much').count()).toBe(1);
    await bob.network.mend();
    await bob.tombstone(ID, `${a} recalled a message`);
    await bob.expectNoTrace('said too much');
    await bob.preview(a).filter({ hasText: 'recalled a message' }).waitFor();
  });

  test('who was offline at the message and its recall never sees the text', async () => {
    const { alice, bob, names: [a] } = await twoPeople();
    await alice.sent('before');
    await bob.message('before').waitFor();
    await bob.network.cut();
    const ID = await alice.sent('never to be seen');
    await alice.recall('never to be seen');
    await alice.tombstone(ID, 'You recalled a message Re-edit');
    await alice.sent('after');
    await bob.network.mend();
    await bob.message('after').waitFor();
    await bob.expectNoTrace('never to be seen');
    await bob.preview(a).filter({ hasText: 'after' }).waitFor();
  });

  test('a message that is still being sent can be recalled: nobody ever sees it', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('first');
    await bob.message('first').waitFor();
    alice.network.holdMessages();
    await alice.send('on its way');
    await alice.message('on its way').locator('.loading-circle').waitFor();
    const ID = (await alice.message('on its way').getAttribute('id'))!.replace('tui-', '');
    await expect.poll(() => alice.network.isHolding).toBe(true);
    expect(await alice.recallByID(ID)).toBe(0);
    await alice.tombstone(ID, 'You recalled a message Re-edit');
    alice.network.release();
    await alice.sent('last');
    await bob.message('last').waitFor();
    await bob.expectNoTrace('on its way');
    await alice.tombstone(ID, 'You recalled a message Re-edit');
    await alice.preview(bob.user).filter({ hasText: 'last' }).waitFor();
  });

  test('the number of unread messages follows a recall, and is gone once the chat is opened', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const [alice, bob] = await Promise.all([Person.open(a, { conversation: `C2C${b}` }), Person.open(b)]);
    await alice.sent('one');
    await alice.sent('two');
    await bob.unread(a).filter({ hasText: '2' }).waitFor();
    await bob.picture('unread');
    await alice.recall('two');
    await bob.unread(a).filter({ hasText: '1' }).waitFor();
    await bob.preview(a).filter({ hasText: 'recalled a message' }).waitFor();
    await bob.chat(a).click();
    await bob.message('one').waitFor();
    await bob.unread(a).waitFor({ state: 'detached' });
    await bob.reload();
    await bob.chat(a).waitFor();
    expect(await bob.unread(a).count()).toBe(0);
  });

  test('a reload keeps messages and tombstones, and the text does not come back', async () => {
    const { alice, bob, names: [a] } = await twoPeople();
    const ID = await alice.sent('gone for good');
    await alice.sent('here to stay');
    await bob.message('here to stay').waitFor();
    await alice.recall('gone for good');
    await bob.tombstone(ID, `${a} recalled a message`);
    await Promise.all([alice.reload(), bob.reload()]);
    for (const person of [alice, bob]) await person.message('here to stay').waitFor();
    await alice.tombstone(ID, 'You recalled a message');
    await bob.tombstone(ID, `${a} recalled a message`);
    for (const person of [alice, bob]) await person.expectNoTrace('gone for good');
  });

  test('a quote of a recalled message says that it is withdrawn, on both sides and after a reload', async () => {
    const { alice, bob } = await twoPeople();
    const ID = await alice.sent('what do we read?');
    await bob.message('what do we read?').waitFor();
    await bob.choose('what do we read?', 'Reference');
    await bob.page.locator('.input-quote-content').waitFor();
    await bob.sent('Moby-Dick');
    await alice.message('Moby-Dick').locator('.reference-content').filter({ hasText: 'what do we read?' }).waitFor();
    await alice.picture('quoted');
    await alice.page.locator(`#tui-${ID} .message-event-bind-div .message-text-container`).click({ button: 'right' });
    await alice.page.locator('.message-tool .list-item').filter({ hasText: 'Recall' }).click();
    for (const person of [alice, bob]) await person.message('Moby-Dick').locator('.reference-content').filter({ hasText: 'The quoted message has been withdrawn' }).waitFor();
    await bob.picture('quote-of-recalled');
    await Promise.all([alice.reload(), bob.reload()]);
    for (const person of [alice, bob]) {
      await person.message('Moby-Dick').locator('.reference-content').filter({ hasText: 'The quoted message has been withdrawn' }).waitFor();
      expect(await person.page.locator('#app').innerText()).not.toContain('what do we read?');
    }
  });

  test('a text with HTML in it stays text', async () => {
    const { alice, bob } = await twoPeople();
    const html = '<img src=x onerror="document.title=\'owned\'"><b>bold</b>';
    await alice.sent(html);
    await bob.message('onerror').waitFor();
    expect((await bob.message('onerror').locator('.message-text-container').textContent())!.trim()).toBe(html);
    expect((await bob.preview(alice.user).textContent())!.trim()).toBe(html);
    for (const person of [alice, bob]) expect(await person.page.title()).not.toBe('owned');
    const ID = (await alice.message('onerror').getAttribute('id'))!.replace('tui-', '');
    await alice.recall('onerror');
    await bob.tombstone(ID, `${alice.user} recalled a message`);
  });

  test('the kit speaks Chinese or English, each of its own', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const [alice, bob] = await Promise.all([Person.open(a, { conversation: `C2C${b}`, language: 'zh' }), Person.open(b, { conversation: `C2C${a}` })]);
    const ID = await alice.sent('发错了');
    await bob.message('发错了').waitFor();
    await alice.choose('发错了', '撤回');
    await alice.tombstone(ID, '您 撤回了一条消息 重新编辑');
    await bob.tombstone(ID, `${a} recalled a message`);
    await alice.preview(b).filter({ hasText: '撤回了一条消息' }).waitFor();
    await alice.picture('chinese');
  });

  test('a draft waits in the list while another chat is open', async () => {
    const [a, b, c] = users('alice', 'bob', 'carol') as [string, string, string];
    const bob = await Person.open(b, { conversation: `C2C${a}` });
    await bob.sent('hello');
    const carol = await Person.open(c, { conversation: `C2C${a}` });
    await carol.sent('hello too');
    const alice = await Person.open(a, { conversation: `C2C${b}` });
    await alice.editor.click();
    await alice.page.keyboard.insertText('half a thought');
    await alice.chat(c).click();
    await alice.chat(b).locator('.middle-box-draft').filter({ hasText: '[Drafts]' }).waitFor();
    await alice.message('hello too').waitFor();
    await alice.chat(b).click();
    await expect.poll(() => alice.editor.textContent()).toBe('half a thought');
    expect(await bob.page.content()).not.toContain('half a thought');
  });

  test('a text that is too long is refused in words, and can be seen not to have gone', async () => {
    const { alice, bob } = await twoPeople();
    await alice.send('x'.repeat(12_500));
    await alice.page.locator('.message-label.fail').waitFor();
    await alice.toast('body').waitFor();
    await alice.sent('shorter');
    await bob.message('shorter').waitFor();
    expect(await bob.page.locator('.message-li').count()).toBe(1);
  });

  test('200 messages come in pages, in order, with what was recalled among them', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const { url, token } = (await (await fetch(`${demo}session.json?user=${b}`)).json()) as { url: string; token: string };
    const bob = Recall.create({ url, WebSocket: wsClass });
    await bob.login({ userID: b, token });
    const texts = Array.from({ length: 200 }, (_, number) => `number ${number + 1}.`);
    const IDs: string[] = [];
    for (const text of texts) IDs.push((await bob.sendMessage(bob.createTextMessage({ to: a, payload: { text } }))).data.message.ID);
    await bob.revokeMessage({ conversationID: `c2c_${a}`, ID: IDs[99]! });
    await bob.logout();
    const alice = await Person.open(a, { conversation: `C2C${b}` });
    await alice.message('number 200.').waitFor();
    const shown = alice.page.locator('.message-li');
    for (let before = await shown.count(); before < 200; before = await shown.count()) {
      await alice.page.locator('.message-more').click();
      await expect.poll(() => shown.count()).toBeGreaterThan(before);
    }
    await alice.page.locator('.message-more').waitFor({ state: 'detached' });
    const seen = await shown.evaluateAll((rows) => rows.map((row) => row.querySelector('.message-text-container, .revoke')!.textContent!.replace(/\s+/g, ' ').trim()));
    expect(seen).toEqual(texts.map((text, index) => (index === 99 ? `${b} recalled a message` : text)));
  });
});

describe('devices of one person', () => {
  test('a recall shows on all of them, and only the one that sent the message offers to edit it again', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const conversation = `C2C${b}`;
    const phone = await Person.open(a, { conversation });
    const laptop = await Person.open(a, { conversation });
    const context = laptop.page.context();
    const tab = await Person.open(a, { conversation, context });
    const ID = await phone.sent('on all my screens');
    for (const other of [laptop, tab]) await other.message('on all my screens').waitFor();
    await laptop.recall('on all my screens');
    for (const other of [laptop, tab]) await other.tombstone(ID, 'You recalled a message');
    await phone.tombstone(ID, 'You recalled a message Re-edit');
    for (const other of [laptop, tab]) await other.expectNoTrace('on all my screens');
  });

  test('one that an administrator disconnects is kicked out and stays out', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('hello');
    await bob.message('hello').waitFor();
    const before = alice.network.connections;
    await admin({ action: 'disconnect', user: alice.user });
    await expect.poll(() => alice.page.evaluate(() => window.TUIStore.getData('user', 'kickedOut'))).toBe('REST_API_Kick');
    expect(await alice.page.evaluate(() => window.TUILogin.getContext().chat.isReady())).toBe(false);
    await bob.sent('still here');
    expect(alice.network.connections).toBe(before);
  });
});

describe('a group', () => {
  test('learns of a recall by the sender', async () => {
    const [a, b, c] = users('alice', 'bob', 'carol') as [string, string, string];
    const conversation = `GROUP${await group([a, b, c])}`;
    const [alice, bob, carol] = await Promise.all([a, b, c].map((user) => Person.open(user, { conversation })) as [Promise<Person>, Promise<Person>, Promise<Person>]);
    const ID = await bob.sent('wrong group');
    for (const other of [alice, carol]) await other.message('wrong group').waitFor();
    await bob.recall('wrong group');
    await bob.tombstone(ID, 'You recalled a message Re-edit');
    for (const other of [alice, carol]) {
      await other.tombstone(ID, `${b} recalled a message`);
      await other.preview('Book club').filter({ hasText: new RegExp(`${b}: *recalled a message`) }).waitFor();
      await other.expectNoTrace('wrong group');
    }
    await carol.picture('group');
  });

  test('learns of a recall by its owner, for which the kit has no button', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const conversation = `GROUP${await group([a, b])}`;
    const [alice, bob] = await Promise.all([Person.open(a, { conversation }), Person.open(b, { conversation })]);
    const ID = await bob.sent('off topic');
    await alice.message('off topic').waitFor();
    await (await alice.menu('off topic')).locator('.list-item').filter({ hasText: 'Copy' }).waitFor();
    expect(await alice.page.locator('.message-tool .list-item').filter({ hasText: 'Recall' }).count()).toBe(0);
    expect(await alice.recallByID(ID)).toBe(0);
    await alice.tombstone(ID, `${b} recalled a message`);
    await bob.tombstone(ID, `${a} recalled a message Re-edit`);
    await alice.expectNoTrace('off topic');
  });

  test('learns of a recall by the admin command, and a member cannot recall what another sent', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const id = await group([a, b]);
    const [alice, bob] = await Promise.all([a, b].map((user) => Person.open(user, { conversation: `GROUP${id}` })) as [Promise<Person>, Promise<Person>]);
    const ID = await alice.sent('against the rules');
    await bob.message('against the rules').waitFor();
    expect(await bob.recallByID(ID)).toBe(10032);
    await admin({ action: 'revoke', conversation: { group: id }, messageIds: [ID], reason: 'legal', operator: 'moderation' });
    await alice.tombstone(ID, 'moderation recalled a message Re-edit');
    await bob.tombstone(ID, `${a} recalled a message`);
    await bob.expectNoTrace('against the rules');
  });

  test('whose window is over says so in the kit\'s toast, by the server\'s word', async () => {
    const [a, b] = users('alice', 'bob') as [string, string];
    const conversation = `GROUP${await group([a, b], 0)}`;
    const [alice, bob] = await Promise.all([Person.open(a, { conversation }), Person.open(b, { conversation })]);
    await bob.sent('no way back');
    await alice.message('no way back').waitFor();
    await bob.recall('no way back');
    await bob.toast('Withdrawal deadline has passed').waitFor();
    await alice.message('no way back').waitFor();
  });
});

test('what was written without a network goes out when it is back', async () => {
  const { alice, bob } = await twoPeople();
  await alice.sent('before');
  await bob.message('before').waitFor();
  await alice.network.cut();
  await alice.send('into the void');
  await alice.message('into the void').locator('.loading-circle').waitFor();
  await alice.network.mend();
  await alice.message('into the void').locator('.loading-circle').waitFor({ state: 'detached' });
  await bob.message('into the void').waitFor();
});
