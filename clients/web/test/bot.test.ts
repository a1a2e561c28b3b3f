// The example bot, started as a person starts it, against the local stack.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT, type Message, Recall } from '../src/index.js';
import { wsClass } from './server.js';
import { type Stack, startStack } from './stack.js';

const PREPARATION_MILLISECONDS = 300_000;
const TEST_MILLISECONDS = 120_000;
const PATIENCE = { timeout: 60_000 };
const program = fileURLToPath(new URL('../examples/bot.sh', import.meta.url));

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, PREPARATION_MILLISECONDS);
afterAll(() => stack.stop());

async function login(userID: string): Promise<Recall> {
  const { url, token } = (await (await fetch(`${stack.demo}session.json?user=${userID}`)).json()) as { url: string; token: string };
  const recall = Recall.create({ url, WebSocket: wsClass });
  await recall.login({ userID, token });
  return recall;
}

/** Starts a bot for a user. Returns what it prints, and returns when it listens. */
async function startBot(userID: string, seconds: string): Promise<{ bot: ChildProcess; lines: string[] }> {
  const bot = spawn(program, [userID, seconds], { env: { ...process.env, RECALL_DEMO: stack.demo }, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: bot.stdout! }).on('line', (line) => {
      lines.push(line);
      if (line.includes('is a bot now')) resolve();
    });
    bot.once('exit', (code) => reject(new Error(`the bot ended with ${code}`)));
  });
  return { bot, lines };
}

/** A user ID that no other run has. */
const user = (name: string) => `${name}-${randomUUID()}`;

/** Asks the bot, and waits for its first sentence. */
async function ask(alice: Recall, bot: string): Promise<{ question: Message; first: Message }> {
  const answered = new Promise<Message>((resolve) => {
    alice.on(EVENT.MESSAGE_RECEIVED, ({ data }) => data.filter(({ flow }) => flow === 'in').forEach(resolve));
  });
  const { data } = await alice.sendMessage(alice.createTextMessage({ to: bot, payload: { text: 'what is six times seven?' } }));
  return { question: data.message, first: await answered };
}

const texts = (recall: Recall, peer: string) => recall.getHeldMessageList(`c2c_${peer}`).map(({ isRevoked, payload }) => (isRevoked ? 'recalled' : payload?.text));

test('the example bot stops in mid-answer when its question is recalled, and takes back what it has said', async () => {
  // The pause before the second sentence is longer than any test: only the recall can end it.
  const [name, asker] = [user('bot'), user('alice')];
  const { bot, lines } = await startBot(name, '3600');
  const alice = await login(asker);
  const { question, first } = await ask(alice, name);
  expect(first).toMatchObject({ payload: { text: 'You wrote: “what is six times seven?”' }, replyTo: question.ID });
  await alice.revokeMessage(question);
  await expect.poll(() => texts(alice, name), PATIENCE).toEqual(['recalled', 'recalled']);
  await expect.poll(() => lines.at(-1), PATIENCE).toBe(`${asker} recalled the question, so the bot stopped in mid-answer and took back what it had said`);
  await alice.logout();
  bot.kill();
  if (bot.exitCode === null) await once(bot, 'exit');
}, PREPARATION_MILLISECONDS + TEST_MILLISECONDS);

test('the example bot answers a question that nobody recalls to the end', async () => {
  const name = user('bot');
  const { bot } = await startBot(name, '0');
  const alice = await login(user('alice'));
  await ask(alice, name);
  // The question, and the six sentences of the answer.
  await expect.poll(() => [texts(alice, name).length, texts(alice, name).at(-1)], PATIENCE).toEqual([7, 'So my answer is 42.']);
  await alice.logout();
  bot.kill();
  if (bot.exitCode === null) await once(bot, 'exit');
}, PREPARATION_MILLISECONDS + TEST_MILLISECONDS);
