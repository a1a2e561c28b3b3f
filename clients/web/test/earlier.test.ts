// A client of an earlier version, as an application may have shipped it, against the server of today. The wire protocol is append-only,
// so what worked with the file earlier/recall.min.js works for ever. earlier/README.md says what that file is.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as today from '../src/index.js';
import type { Message, Recall, Storage } from '../src/index.js';
import { wsClass } from './server.js';
import { type Stack, startStack } from './stack.js';

type Client = Pick<typeof today, 'Recall' | 'EVENT'>;

const PREPARATION_MILLISECONDS = 300_000;
const TEST_MILLISECONDS = 120_000;
const PATIENCE = { timeout: 60_000 };
const earlier = (await import(new URL('earlier/recall.min.js', import.meta.url).href)) as Client;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, PREPARATION_MILLISECONDS);
afterAll(() => stack.stop());

/** What a device keeps between two logins. */
class Memory implements Storage {
  readonly #documents = new Map<string, string>();
  async load(): Promise<Map<string, string>> {
    return new Map(this.#documents);
  }
  async save(_user: string, conversation: string, document: string): Promise<void> {
    this.#documents.set(conversation, document);
  }
  async delete(_user: string, conversation: string): Promise<void> {
    this.#documents.delete(conversation);
  }
  async clear(): Promise<void> {
    this.#documents.clear();
  }
}

/** In the order of the conversation. That of two devices' messages depends on how well each knows the server's clock. */
const sorted = <Entry extends { ID: string }>(entries: Entry[]) => entries.toSorted((one, other) => (one.ID < other.ID ? -1 : 1));

interface Device {
  recall: Recall;
  received: Message[];
  revoked: Message[];
}

/** Logs a user in, with a client of the given version. */
async function device({ Recall: Class, EVENT }: Client, userID: string, storage: Storage | false = false): Promise<Device> {
  const { url, token } = (await (await fetch(`${stack.demo}session.json?user=${userID}`)).json()) as { url: string; token: string };
  const recall = Class.create({ url, WebSocket: wsClass, storage });
  const [received, revoked]: Message[][] = [[], []];
  // A sync may bring an own message before its send is answered.
  recall.on(EVENT.MESSAGE_RECEIVED, ({ data }) => void received!.push(...data.filter(({ flow }) => flow === 'in')));
  recall.on(EVENT.MESSAGE_REVOKED, ({ data }) => void revoked!.push(...data));
  await recall.login({ userID, token });
  return { recall, received: received!, revoked: revoked! };
}

const say = async ({ recall }: Device, to: string, text: string, replyTo?: string): Promise<Message> => {
  const message = recall.createTextMessage({ to, payload: { text }, ...(replyTo && { replyTo }) });
  return (await recall.sendMessage(message)).data.message;
};

describe.each([
  ['an earlier client sends to one of today', earlier, today],
  ['a client of today sends to an earlier one', today, earlier],
  ['two earlier clients talk', earlier, earlier],
])('%s', (_name, from, to) => {
  const prefix = randomUUID(); // so that nothing was said before
  const anna = `${prefix}-anna`;
  const ben = `${prefix}-ben`;

  test('a message, an answer and recalls arrive, and the history has the tombstones', async () => {
    const [sender, receiver] = [await device(from, anna), await device(to, ben)];
    const first = await say(sender, ben, 'to the wrong person');
    await expect.poll(() => receiver.received, PATIENCE).toMatchObject([{ ID: first.ID, from: anna, payload: { text: 'to the wrong person' } }]);
    const answer = await say(receiver, anna, 'who are you?', first.ID);
    await expect.poll(() => sender.received, PATIENCE).toMatchObject([{ ID: answer.ID, replyTo: first.ID }]);
    const [second, third] = [await say(sender, ben, '2'), await say(sender, ben, '3')];
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(3);

    await sender.recall.revokeMessage(first, { reason: 'wrong "chat" 😀' });
    const { results } = (await sender.recall.revokeMessages(`c2c_${ben}`, [second.ID, answer.ID])).data;
    expect(results).toMatchObject([{ ID: second.ID, message: { isRevoked: true } }, { ID: answer.ID, error: { code: 10032 } }]);
    const tombstones = [
      { ID: first.ID, isRevoked: true, payload: undefined, revokerInfo: { userID: anna, role: 'sender' }, revokeReason: 'wrong "chat" 😀' },
      { ID: second.ID, isRevoked: true, payload: undefined, revokerInfo: { userID: anna, role: 'sender' }, revokeReason: '' },
    ];
    await expect.poll(() => sorted(receiver.revoked), PATIENCE).toMatchObject(tombstones);
    await expect(sender.recall.revokeMessage({ conversationID: `c2c_${ben}`, ID: '01HF7YAT00000000000000B0B1' })).rejects.toMatchObject({ code: 20022 });

    expect((await receiver.recall.setMessageRead({ conversationID: `c2c_${anna}`, messageID: third.ID })).data.unreadCount).toBe(0);
    for (const [{ recall }, other] of [[sender, ben], [receiver, anna]] as const) {
      const { messageList, isCompleted } = (await recall.getMessageList({ conversationID: `c2c_${other}` })).data;
      expect(isCompleted).toBe(true);
      const expected = [...tombstones, { ID: answer.ID, replyTo: first.ID }, { ID: third.ID, payload: { text: '3' } }];
      expect(messageList).toMatchObject(sorted<{ ID: string }>(expected));
    }
    await Promise.all([sender.recall.logout(), receiver.recall.logout()]);
  }, TEST_MILLISECONDS);

  test('a device that was away continues at its cursor, and learns of the recall', async () => {
    const [carol, dan] = [`${prefix}-carol`, `${prefix}-dan`];
    const memory = new Memory();
    const sender = await device(from, carol);
    const [before, kept] = [await say(sender, dan, 'before'), await say(sender, dan, 'kept')];
    const away = await device(to, dan, memory);
    expect(away.recall.getHeldMessageList(`c2c_${carol}`)).toMatchObject([{ ID: before.ID }, { ID: kept.ID }]);
    await away.recall.logout();

    await sender.recall.revokeMessage(before);
    const after = await say(sender, dan, 'after');
    const back = await device(to, dan, memory);
    await expect.poll(() => [back.received, back.revoked], PATIENCE).toMatchObject([[{ ID: after.ID }], [{ ID: before.ID, revokerInfo: { userID: carol } }]]);
    expect((await back.recall.getConversationList()).data.conversationList).toMatchObject([{ conversationID: `c2c_${carol}`, unreadCount: 2 }]);
    await Promise.all([sender.recall.logout(), back.recall.logout()]);
  }, TEST_MILLISECONDS);
});
