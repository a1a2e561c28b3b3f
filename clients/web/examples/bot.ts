/**
 * An example bot: bot.js [USER] [SECONDS]. It answers whoever writes to USER (bob if left out), one sentence every SECONDS (2 if left out). When its
 * question is recalled, it stops in mid-answer and takes back the sentences that it has sent.
 */
import { setTimeout as wait } from 'node:timers/promises';
// An application imports from 'recall-web'.
import { ERROR_CODE, EVENT, type Message, Recall, RecallError } from '../src/index.js';

const [userID = 'bob', seconds = '2'] = process.argv.slice(2);
const demo = process.env.RECALL_DEMO ?? 'http://127.0.0.1:3000/';

async function session(): Promise<{ url: string; token: string }> {
  return (await fetch(new URL(`session.json?user=${userID}`, demo))).json();
}

const { url } = await session().catch(() => {
  console.error(`bot: nothing answers at ${demo}; start the local stack with: make run`);
  process.exit(1);
});
const recall = Recall.create({ url });

recall.on(EVENT.MESSAGE_RECEIVED, ({ data }) => {
  for (const question of data) {
    if (question.from === userID || !question.conversationID.startsWith('c2c_')) continue; // an own message of another device, or a group's
    recall.workOn(question, (signal) => answer(question, signal)).catch((error: unknown) => console.error('bot:', error));
  }
});
await recall.login({ userID, tokenProvider: async () => (await session()).token });
console.log(`${userID} is a bot now. Write to it, and recall your message while it answers. Ctrl-C ends.`);

async function answer(question: Message, signal: AbortSignal): Promise<void> {
  const sentences = [
    `You wrote: “${question.payload?.text}”`,
    'That is a good question.',
    'Let me think about it.',
    'There is much to say for it.',
    'There is as much to say against it.',
    'So my answer is 42.',
  ];
  const said: Message[] = [];
  try {
    for (const sentence of sentences) {
      if (said.length > 0) await wait(Number(seconds) * 1000, undefined, { signal });
      said.push(await say(sentence, question));
      console.log(`sentence ${said.length} of ${sentences.length} to ${question.from}`);
    }
  } catch (error) {
    const isRecalled = signal.aborted || (error instanceof RecallError && error.code === ERROR_CODE.OTHER_MESSAGE_RECALLED);
    if (!isRecalled) throw error;
    for (const sentence of said) await recall.revokeMessage(sentence);
    console.log(`${question.from} recalled the question, so the bot stopped in mid-answer and took back what it had said`);
  }
}

/** Sends a sentence, unless the question is recalled at that very moment. */
async function say(text: string, { conversationID, ID }: Message): Promise<Message> {
  const sentence = recall.createTextMessage({ conversationID, payload: { text }, replyTo: ID, unlessRevoked: ID });
  return (await recall.sendMessage(sentence)).data.message;
}
