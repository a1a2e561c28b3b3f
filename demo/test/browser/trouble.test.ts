import { describe, expect, test } from 'vitest';
import { SpoiltNetwork } from './network.js';
import { newContext, PhonePage, twoPeople, users } from './phones.js';

async function behind(network: SpoiltNetwork) {
  const [a, b] = users('alice', 'bob') as [string, string];
  const [alice, bob] = await Promise.all([PhonePage.open(a, b), PhonePage.open(b, a, undefined, (page) => network.spoil(page))]);
  return { alice, bob };
}
const typeOf = (frame: string): string => JSON.parse(frame).type;

describe('a phone that is offline', () => {
  test('says so, keeps a recall made meanwhile, and carries it out when it is back', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('recalled in a tunnel');
    await bob.message('recalled in a tunnel').waitFor();
    await alice.press('Go offline');
    await alice.phone.getByText('You are offline. What you send or recall waits until you are back.').waitFor();
    await alice.recall('recalled in a tunnel');
    await alice.message('recalled in a tunnel').getByText('Recalling…').waitFor({ state: 'attached' });
    await alice.screenshot('offline');
    expect(await bob.message('recalled in a tunnel').count()).toBe(1);
    await alice.press('Go online');
    await alice.tombstone('You recalled a message').waitFor();
    await bob.tombstone('recalled a message').waitFor();
    await alice.phone.locator('.banner').waitFor({ state: 'detached' });
  });

  test('learns of a recall when it is back, and does not show the text again', async () => {
    const { alice, bob } = await twoPeople();
    await alice.sent('seen before');
    await bob.message('seen before').waitFor();
    await bob.press('Go offline');
    await alice.sent('never seen');
    for (const text of ['seen before', 'never seen']) await alice.recall(text);
    await expect.poll(() => alice.tombstone('You recalled').count()).toBe(2);
    await bob.message('seen before').waitFor();
    await bob.press('Go online');
    await expect.poll(() => bob.tombstone('recalled a message').count()).toBe(2);
    for (const text of ['seen before', 'never seen']) await bob.expectGone(text);
  });

  test('sends what was written meanwhile once, and can recall it before it was ever sent', async () => {
    const { alice, bob } = await twoPeople();
    await alice.press('Go offline');
    await alice.send('written in a tunnel');
    await alice.send('regretted in a tunnel');
    await alice.message('regretted').getByText('Sending').waitFor({ state: 'attached' });
    await alice.recall('regretted in a tunnel');
    await alice.press('Go online');
    await bob.message('written in a tunnel').waitFor();
    await alice.tombstone('You recalled a message').waitFor();
    expect(await bob.message('written in a tunnel').count()).toBe(1);
    expect(await bob.phone.innerHTML()).not.toContain('regretted in a tunnel');
  });

  test('comes back at once when the browser says that the network is back', async () => {
    const { alice, bob } = await twoPeople();
    await bob.page.context().setOffline(true);
    await bob.page.context().setOffline(false);
    await alice.sent('hello again');
    await bob.message('hello again').waitFor();
  });
});

test('a laptop that slept finds its connection dead, makes a new one and shows the recall it slept through', async () => {
  const network = new SpoiltNetwork();
  const [a, b] = users('alice', 'bob') as [string, string];
  const context = await newContext();
  const bob = await PhonePage.open(b, a, context, async (page) => {
    await page.clock.install();
    await network.spoil(page);
  });
  const alice = await PhonePage.open(a, b);
  await alice.sent('gone when you wake up');
  await bob.message('gone when you wake up').waitFor();
  network.sleep();
  await alice.recall('gone when you wake up');
  await alice.tombstone('You recalled').waitFor();
  await bob.message('gone when you wake up').waitFor();
  await bob.page.clock.fastForward('03:00:00');
  await expect.poll(async () => {
    await bob.page.clock.runFor(1_000);
    return bob.tombstone('recalled a message').count();
  }, { timeout: 30_000 }).toBe(1);
  expect(network.connections).toBeGreaterThan(1);
  await bob.expectGone('gone when you wake up');
});

describe('a network that', () => {
  test('repeats every frame shows each message and each recall once', async () => {
    const network = new SpoiltNetwork();
    network.deliver = (frame) => [frame, frame, frame];
    const { alice, bob } = await behind(network);
    await alice.sent('once');
    await alice.sent('twice');
    await bob.message('twice').waitFor();
    await alice.recall('twice');
    await bob.tombstone('recalled a message').waitFor();
    expect(await bob.message('once').count()).toBe(1);
    expect(await bob.tombstone('recalled a message').count()).toBe(1);
  });

  test('lets a recall overtake its message never shows the text', async () => {
    const network = new SpoiltNetwork();
    const { alice, bob } = await behind(network);
    const held: string[] = [];
    network.deliver = (frame) => {
      if (typeOf(frame) !== 'message') return [frame];
      held.push(frame);
      return [];
    };
    await alice.sent('overtaken');
    await expect.poll(() => held.length).toBe(1);
    await alice.recall('overtaken');
    await bob.tombstone('recalled a message').waitFor();
    network.deliver = (frame) => [frame];
    network.release(held);
    await alice.sent('the next one');
    await bob.message('the next one').waitFor(); // what was released came before it
    expect(await bob.page.content()).not.toContain('overtaken');
    expect(await bob.tombstone('recalled a message').count()).toBe(1);
  });

  test('holds frames back and gives them out in reverse shows messages in the order sent', async () => {
    const network = new SpoiltNetwork();
    const { alice, bob } = await behind(network);
    const held: string[] = [];
    network.deliver = (frame) => (typeOf(frame) === 'reply' ? [frame] : (held.push(frame), []));
    for (const text of ['one', 'two', 'three']) await alice.sent(text);
    await alice.recall('two');
    await alice.tombstone('You recalled').waitFor();
    await expect.poll(() => held.length).toBe(4);
    network.deliver = (frame) => [frame];
    network.release(held.reverse());
    await bob.tombstone('recalled a message').waitFor();
    await bob.message('one').waitFor();
    expect(await bob.phone.locator('.row').evaluateAll((rows) => rows.map((row) => row.querySelector('.text, .tombstone-text')!.textContent?.replace(/^\S+ /, '')))).toEqual(['one', 'recalled a message', 'three']);
  });
});
