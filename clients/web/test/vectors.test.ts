import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERROR_CODE } from '../src/errors.js';
import { isConversation, isMessageID, parseFrame, readError, readMessage, readRevokedMessage } from '../src/frames.js';
import { EVENT } from '../src/index.js';
import { MessageIDs } from '../src/ulid.js';
import { type Frame, loggedIn, messageFrame, revokedFrame, Server } from './server.js';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../../protocol/vectors/${file}.json`, import.meta.url), 'utf8'));

describe('replies', () => {
  test.each(read('replies') as { name: string; frame: Frame }[])('$name', ({ frame }) => {
    expect(parseFrame(JSON.stringify(frame))).toEqual(frame);
    for (const conversation of frame.conversations ?? []) {
      for (const message of conversation.messages ?? []) {
        expect(readMessage(message, 'alice')).toMatchObject({
          ID: message.messageId, from: message.sender, flow: message.sender === 'alice' ? 'out' : 'in', sentAt: message.sentAt,
          recallableUntil: message.recallableUntil, payload: message.body, replyTo: message.replyTo, isRevoked: message.revoked !== undefined,
        });
      }
      for (const revocation of conversation.revocations ?? []) expect(readRevokedMessage(revocation)).toMatchObject({ messageId: revocation.messageId, sender: revocation.sender });
    }
    if (frame.error) expect(readError(frame.error)).toMatchObject({ code: frame.error.code, name: frame.error.name, message: frame.error.desc, retryable: frame.error.retryable });
  });
});

describe('events', () => {
  test.each(read('events') as { name: string; frame: Frame }[])('$name', ({ frame }) => {
    expect(parseFrame(JSON.stringify(frame))).toEqual(frame);
    if (frame.message) expect(readMessage(frame.message, 'alice')).toMatchObject({ ID: frame.message.messageId, payload: frame.message.body });
    for (const revocation of frame.revocations ?? []) {
      expect(readRevokedMessage(revocation)).toMatchObject({ ...revocation, revoked: { ...revocation.revoked, reason: revocation.revoked.reason ?? '' } });
    }
  });
});

test.each(read('errors') as { name: string; code: number; groupCode: number }[])('the package knows the codes of $name', ({ code, groupCode }) => {
  const known: number[] = Object.values(ERROR_CODE);
  expect(known).toContain(code);
  expect(known).toContain(groupCode);
});

test('identifiers: what is valid is taken and what is not is refused', () => {
  const { conversations, messageIds } = read('identifiers');
  for (const each of conversations.valid) expect(isConversation(each), each).toBe(true);
  for (const each of conversations.invalid.filter((invalid: unknown) => invalid !== 'c2c_alice')) expect(isConversation(each), JSON.stringify(each)).toBe(false);
  for (const each of messageIds.valid) expect(isMessageID(each.messageId ?? each), JSON.stringify(each)).toBe(true);
  for (const each of messageIds.invalid) expect(isMessageID(each.messageId ?? each), JSON.stringify(each)).toBe(false);
});

test('message IDs are made so that the time in them is the vectors\' time', () => {
  for (const { messageId, at } of read('identifiers').messageIds.valid.filter(({ at }: { at: number }) => at > 0)) {
    expect(new MessageIDs().next(at).slice(0, 10)).toBe(messageId.slice(0, 10));
  }
});

test('a frame of more than a million characters is not read, nor one that is no text', () => {
  expect(parseFrame(JSON.stringify({ type: 'x'.repeat(999_000) }))).toBeDefined();
  expect(parseFrame(JSON.stringify({ type: 'x'.repeat(1_000_000) }))).toBeUndefined();
  expect(parseFrame(Buffer.from('{}'))).toBeUndefined();
});

interface Hostile {
  name: string;
  raw?: string;
  base64?: string;
  before?: string;
  repeated?: string;
  times?: number;
  after?: string;
  lenient?: boolean;
}
const bytes = ({ raw, base64, before = '', repeated = '', times = 0, after = '' }: Hostile): string | Buffer =>
  base64 ? Buffer.from(base64, 'base64') : (raw ?? before + repeated.repeat(times) + after);

describe('hostile frames', () => {
  const hostile: Hostile[] = read('hostile');
  test.each(hostile)('$name: nothing is told, nothing changes, and the next frame is handled', async (vector) => {
    const server = await Server.start();
    server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 1, unread: server.asked('conversations').length - 1 }] });
    const alice = await loggedIn(server);
    server.answers.sync = () => ({ conversations: [{ conversation: 'c2c_bob', messages: [], revocations: [], cursor: 'c2', more: false, unread: 1 }] });
    server.push(messageFrame(1));
    await alice.event(EVENT.MESSAGE_RECEIVED);
    const before = alice.recall.getHeldMessageList('c2c_bob');
    const conversations = (await alice.recall.getConversationList()).data;
    server.pushText(bytes(vector));
    await alice.recall.setMessageRead({ conversationID: 'c2c_carol', messageID: messageFrame(1).message.messageId }); // also after a new connection
    const told = alice.told.filter(({ name }) => name === EVENT.MESSAGE_RECEIVED || name === EVENT.MESSAGE_REVOKED);
    if (!vector.lenient) {
      expect(told).toHaveLength(1);
      expect(alice.recall.getHeldMessageList('c2c_bob')).toEqual(before);
      expect((await alice.recall.getConversationList()).data.conversationList.filter((each) => each.conversationID !== 'c2c_carol')).toEqual(conversations.conversationList);
    }
    server.push(revokedFrame(1));
    expect((await alice.event(EVENT.MESSAGE_REVOKED)).some((message) => message.ID === messageFrame(1).message.messageId)).toBe(true);
  });
});
