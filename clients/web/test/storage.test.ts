import { expect, onTestFinished, test, vi } from 'vitest';
import { ERROR_CODE, EVENT, type Storage } from '../src/index.js';
import { type Alice, failure, type Frame, loggedIn, messageFrame, messageID, newAlice, revokedFrame, Server, SERVER_TIME } from './server.js';

/** A storage in memory, which can fail, and which takes a moment for each write. */
class MemoryStorage implements Storage {
  documents = new Map<string, string>();
  broken = false;
  writes = 0;

  async load(user: string): Promise<Map<string, string>> {
    this.#check();
    return new Map([...this.documents].filter(([key]) => key.startsWith(`${user} `)).map(([key, document]) => [key.split(' ')[1]!, document]));
  }

  async save(user: string, conversation: string, document: string): Promise<void> {
    this.#check();
    await new Promise((done) => setImmediate(done));
    this.writes++;
    this.documents.set(`${user} ${conversation}`, document);
  }

  async delete(user: string, conversation: string): Promise<void> {
    this.#check();
    this.documents.delete(`${user} ${conversation}`);
  }

  async clear(user: string): Promise<void> {
    for (const key of this.documents.keys()) if (key.startsWith(`${user} `)) this.documents.delete(key);
  }

  has = (text: string): boolean => [...this.documents.values()].some((document) => document.includes(text));

  #check(): void {
    if (this.broken) throw new Error('the disk is full');
  }
}

const listed = (server: Server) => {
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 0 }] });
};

/** Starts the application again with what a kill has left: a copy, since the killed one still runs. */
const startAgain = (storage: MemoryStorage): MemoryStorage => {
  const copy = new MemoryStorage();
  copy.documents = new Map(storage.documents);
  return copy;
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((done) => setTimeout(done, 1));
};

const say = ({ recall }: Alice, text: string) => recall.sendMessage(recall.createTextMessage({ to: 'bob', payload: { text } }));

test('a login shows what is stored before there is a connection', async () => {
  const server = await Server.start();
  listed(server);
  const storage = new MemoryStorage();
  await loggedIn(server, { storage });
  server.push(messageFrame(1));
  server.push(messageFrame(2));
  server.push(revokedFrame(1));
  await until(() => storage.has('text 2') && storage.has('wrong chat'));
  server.refuse = () => true;
  const again = newAlice(server, { storage: startAgain(storage) });
  again.recall.login({ userID: 'alice', tokenProvider: () => 'token' }).catch(() => {});
  await again.event(EVENT.CONVERSATION_LIST_UPDATED);
  expect(again.recall.getHeldMessageList('c2c_bob')).toMatchObject([
    { ID: messageID(1), isRevoked: true, revokeReason: 'wrong chat' }, { ID: messageID(2), payload: { text: 'text 2' } },
  ]);
});

test('a message is stored before its frame leaves, and a recall as well', async () => {
  const server = await Server.start();
  const storage = new MemoryStorage();
  const stored: boolean[] = [];
  const { send, revoke } = server.answers;
  server.answers.send = (frame, socket) => (stored.push(storage.has('kept in time')), send!(frame, socket));
  server.answers.revoke = (frame, socket) => (stored.push(storage.has('a reason')), revoke!(frame, socket));
  const alice = await loggedIn(server, { storage });
  const { data } = await say(alice, 'kept in time');
  await alice.recall.revokeMessage(data.message, { reason: 'a reason' });
  expect(stored).toEqual([true, true]);
  expect(storage.has('kept in time')).toBe(false); // the result is told after the text is gone
});

test('a recalled text is gone when the application is told, and what is told later keeps its order', async () => {
  const server = await Server.start();
  const storage = new MemoryStorage();
  const alice = await loggedIn(server, { storage });
  server.push(messageFrame(1));
  await until(() => storage.has('text 1'));
  const order: string[] = [];
  alice.recall.on(EVENT.MESSAGE_REVOKED, () => order.push(storage.has('text 1') ? 'revoked too early' : 'revoked'));
  alice.recall.on(EVENT.MESSAGE_RECEIVED, () => order.push('received'));
  server.push(revokedFrame(1));
  server.push(messageFrame(2));
  await until(() => order.length === 2);
  expect(order).toEqual(['revoked', 'received']);
});

test('a disk that fails is told once, and messages go on', async () => {
  const server = await Server.start();
  const storage = new MemoryStorage();
  const alice = await loggedIn(server, { storage });
  storage.broken = true;
  await say(alice, 'one');
  const { data } = await say(alice, 'two');
  await alice.recall.revokeMessage(data.message);
  expect(alice.told.filter(({ name }) => name === EVENT.STORAGE_FAILED)).toMatchObject([{ data: { error: { message: 'the disk is full' } } }]);
  storage.broken = false;
  await say(alice, 'three');
  await until(() => storage.has('three') && storage.has('one'));
});

test('a storage that cannot be read is told once, and is not written', async () => {
  const server = await Server.start();
  const storage = new MemoryStorage();
  storage.broken = true;
  const alice = await loggedIn(server, { storage });
  storage.broken = false;
  await say(alice, 'one');
  await alice.recall.logout();
  expect(alice.told.filter(({ name }) => name === EVENT.STORAGE_FAILED)).toHaveLength(1);
  expect(storage.writes).toBe(0);
});

test('a storage that never answers has failed, and stops neither a login nor a message', async () => {
  const server = await Server.start();
  const storage = new MemoryStorage();
  const alice = newAlice(server, { storage });
  storage.load = () => new Promise(() => {});
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const login = alice.recall.login({ userID: 'alice', token: 'token' });
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  await login;
  await say(alice, 'one');
  expect(alice.told.filter(({ name }) => name === EVENT.STORAGE_FAILED)).toHaveLength(1);
});

test.each([['not JSON', 'not JSON'], ['one of a newer client', '{"version":2,"held":{},"sends":[],"revokes":[]}']])('a document that is %s is dropped and fetched again', async (_kind, document) => {
  const server = await Server.start();
  listed(server);
  const storage = new MemoryStorage();
  storage.documents.set('alice c2c_bob', document);
  const alice = await loggedIn(server, { storage });
  expect(server.asked('sync')[0]!.conversations).toEqual([{ conversation: 'c2c_bob' }]);
  await alice.recall.logout();
  expect(storage.has('"cursor":"c1"')).toBe(true);
});

test('a login after a kick goes on with what is held and unsent', async () => {
  const server = await Server.start();
  const storage = new MemoryStorage();
  server.answers.send = () => null;
  const alice = await loggedIn(server, { storage });
  const sending = say(alice, 'unanswered');
  await server.next('send');
  server.push({ type: 'kicked', reason: 'administrator' });
  await expect(sending).rejects.toMatchObject({ code: ERROR_CODE.NOT_LOGGED_IN });
  await alice.recall.login({ userID: 'alice', token: 'token' });
  expect(alice.recall.getUnsentMessageList('c2c_bob')).toMatchObject([{ failed: ERROR_CODE.NOT_LOGGED_IN, message: { status: 'fail', payload: { text: 'unanswered' } } }]);
});

/** Ends the life of an application at one of its writes: from then on it writes and sends nothing. */
class MortalStorage extends MemoryStorage {
  died: () => void = () => {};
  dead = false;
  #count = 0;

  constructor(private readonly dieAt: number, private readonly after: boolean) {
    super();
  }

  override async save(user: string, conversation: string, document: string): Promise<void> {
    if (!this.dead && ++this.#count !== this.dieAt) return super.save(user, conversation, document);
    if (!this.dead && this.after) await super.save(user, conversation, document);
    this.dead = true;
    this.died();
    await new Promise(() => {});
  }
}

test.each([false, true])('after a kill at any write nothing is lost and nothing is stored twice (the write is done: %s)', async (after) => {
  for (let dieAt = 1, died = true; died; dieAt++) {
    const server = await Server.start();
    listed(server);
    const kept = new Map<string, { body?: Frame; revoked?: Frame }>();
    server.answers.send = ({ messageId, body }) => {
      const duplicate = kept.has(messageId);
      if (!duplicate) kept.set(messageId, { body });
      return { message: { messageId, conversation: 'c2c_bob', sender: 'alice', sentAt: SERVER_TIME, recallableUntil: SERVER_TIME + 120_000 }, duplicate };
    };
    server.answers.revoke = ({ messageId }) => {
      const revoked = { at: SERVER_TIME, by: 'alice', role: 'sender' };
      kept.set(messageId, { revoked });
      return { results: [{ messageId, ok: true, revoked }] };
    };
    server.answers.sync = () => {
      const known = [...kept].map(([messageId, fields]) => ({ messageId, conversation: 'c2c_bob', sender: 'alice', sentAt: SERVER_TIME, recallableUntil: SERVER_TIME + 120_000, ...fields }));
      const revocations = known.filter(({ revoked }) => revoked);
      return { conversations: [{ conversation: 'c2c_bob', messages: known.filter(({ revoked }) => !revoked), revocations, cursor: 'c1', more: false, unread: 0 }] };
    };
    const storage = new MortalStorage(dieAt, after);
    const ended = new Promise<void>((resolve) => (storage.died = resolve));
    const first = await loggedIn(server, { storage });
    const life = (async () => {
      await say(first, 'the first text');
      const { data } = await say(first, 'the second text');
      await first.recall.revokeMessage(data.message);
      expect(storage.has('the second text')).toBe(false);
      await first.recall.logout();
    })();
    await Promise.race([life, ended]);
    died = storage.dead;
    for (const socket of server.sockets) socket.terminate();
    server.refuse = (token) => token !== 'again';
    const survivor = startAgain(storage);
    const sends = survivor.has('the first text');
    const again = newAlice(server, { storage: survivor });
    await again.recall.login({ userID: 'alice', token: 'again' });
    await until(() => again.recall.getUnsentMessageList('c2c_bob').length === 0);
    const texts = [...kept.values()].map(({ body }) => body?.text);
    expect(texts.filter((text) => text === 'the first text').length, `write ${dieAt}`).toBe(sends || !died ? 1 : texts.includes('the first text') ? 1 : 0);
    const agrees = () => again.recall.getHeldMessageList('c2c_bob').every(({ ID, isRevoked }) => isRevoked === (kept.get(ID)?.revoked !== undefined));
    await until(() => agrees() && again.recall.getHeldMessageList('c2c_bob').length === kept.size);
    await again.recall.logout();
    expect(survivor.has('the second text')).toBe([...kept.values()].some(({ body }) => body?.text === 'the second text'));
    expect(dieAt).toBeLessThan(50);
  }
});

test('what the server refuses after a start is kept with the error', async () => {
  const server = await Server.start();
  const storage = new MemoryStorage();
  server.answers.send = () => null;
  const alice = await loggedIn(server, { storage });
  void say(alice, 'too old').catch(() => {});
  await server.next('send');
  server.answers.send = () => failure(ERROR_CODE.STALE_MESSAGE_ID, 'stale_message_id', false, { serverTime: SERVER_TIME });
  const again = await loggedIn(server, { storage: startAgain(storage) });
  await until(() => again.recall.getUnsentMessageList('c2c_bob')[0]?.failed === ERROR_CODE.STALE_MESSAGE_ID);
  expect(server.asked('send')).toHaveLength(2);
});
