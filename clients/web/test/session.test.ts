import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ERROR_CODE, EVENT, Recall } from '../src/index.js';
import { failure, loggedIn, messageFrame, messageID, newAlice, Server, SERVER_TIME, wsClass } from './server.js';

/** A device's clock that a test moves. */
class TestClock {
  wallAt = 5_000_000; // decades wrong
  monotonicAt = 1_000;
  wall = () => this.wallAt;
  monotonic = () => this.monotonicAt;
}

const tokenUntil = (seconds: number) => `e30.${btoa(JSON.stringify({ sub: 'alice', exp: seconds })).replaceAll('=', '')}.signature`;

test('create refuses an address that is none, and one with a query, which would end up in logs', () => {
  for (const url of ['http://x', 'ws://x?token=secret', '']) {
    expect(() => Recall.create({ url, WebSocket: wsClass })).toThrowError(expect.objectContaining({ code: ERROR_CODE.INVALID_REQUEST }));
  }
});

test('the token goes into the subprotocol, and login resolves when everything was fetched', async () => {
  const server = await Server.start();
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 1 }] });
  server.answers.sync = () => ({ conversations: [{ conversation: 'c2c_bob', messages: [messageFrame(1).message], revocations: [], cursor: 'c', more: false, unread: 1 }] });
  const alice = await loggedIn(server);
  expect(server.handshakes[0]!.token).toBe('token');
  expect((await alice.recall.getConversationList()).data.conversationList).toMatchObject([{ conversationID: 'c2c_bob', unreadCount: 1, lastMessage: { ID: messageID(1) } }]);
  expect(alice.told.some(({ name }) => name === EVENT.MESSAGE_RECEIVED)).toBe(false); // what was there before is no news
  await alice.event(EVENT.SDK_READY);
  expect(alice.recall.recallWindowSeconds()).toBe(120);
});

test('a login with the token of somebody else is refused with 6017', async () => {
  const server = await Server.start();
  const { recall } = newAlice(server);
  await expect(recall.login({ userID: 'mallory', token: 'token' })).rejects.toMatchObject({ code: ERROR_CODE.INVALID_REQUEST });
});

test('after a loss it reconnects, and tells what was missed', async () => {
  const server = await Server.start();
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 0 }] });
  const alice = await loggedIn(server);
  server.answers.sync = ({ conversations }) => {
    expect(conversations).toEqual([{ conversation: 'c2c_bob', cursor: 'c1' }]);
    return { conversations: [{ conversation: 'c2c_bob', messages: [messageFrame(1).message], revocations: [], cursor: 'c2', more: false, unread: 1 }] };
  };
  server.sockets[0]!.terminate();
  expect(await alice.event(EVENT.MESSAGE_RECEIVED)).toMatchObject([{ ID: messageID(1) }]);
  const states = alice.told.filter(({ name }) => name === EVENT.NET_STATE_CHANGE).map(({ data }) => data.state);
  expect(states).toEqual(['connecting', 'connected', 'connecting', 'connected']);
});

test('a sync that has a message and not its recall, of which an event told meanwhile, is made again', async () => {
  const server = await Server.start();
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 0 }] });
  const revocation = { messageId: messageID(1), sender: 'bob', sentAt: 1, revoked: { at: 2, by: 'bob', role: 'sender' } };
  let asked = 0;
  server.answers.sync = () => {
    asked++;
    if (asked > 1) return { conversations: [{ conversation: 'c2c_bob', messages: [], revocations: [revocation], cursor: 'c2', more: false, unread: 0 }] };
    server.push(messageFrame(1));
    server.push({ type: 'revoked', conversation: 'c2c_bob', revocations: [revocation] });
    return { conversations: [{ conversation: 'c2c_bob', messages: [messageFrame(1).message], revocations: [], cursor: 'c1', more: false, unread: 1 }] };
  };
  const { recall } = await loggedIn(server);
  await server.next('sync', 2);
  await expect.poll(() => recall.getTotalUnreadMessageCount()).toBe(0);
});

test('the number of a sync that lacks a message, which an event told meanwhile, is never shown', async () => {
  const server = await Server.start();
  const answer = (number: number, unread: number) =>
    ({ conversations: [{ conversation: 'c2c_bob', messages: [messageFrame(number).message], revocations: [], cursor: `c${number}`, more: false, unread }] });
  let asked = 0;
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 1 }] });
  server.answers.sync = () => {
    asked++;
    if (asked > 1) return answer(2, 2);
    server.push(messageFrame(2));
    return answer(1, 1);
  };
  const { recall, told } = await loggedIn(server);
  await server.next('sync', 2);
  server.answers.read = () => ({ readUpTo: messageID(2), unread: 0 });
  await recall.setMessageRead({ conversationID: 'c2c_bob', messageID: messageID(2) }); // its reply comes after that of the second sync
  expect(told.filter(({ name }) => name === EVENT.TOTAL_UNREAD_MESSAGE_COUNT_UPDATED).map(({ data }) => data)).toEqual([1, 2, 0]);
  expect(server.asked('sync')).toHaveLength(2);
});

test('the number of a sync that was counted before a read is not taken, and the conversation is synchronised again', async () => {
  const server = await Server.start();
  const item = (more: object) => ({ conversation: 'c2c_bob', messages: [], revocations: [], cursor: 'c', more: false, ...more });
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 1 }] });
  let asked = 0;
  server.answers.sync = () => {
    asked++;
    if (asked > 1) return { conversations: [item({ unread: 0, readUpTo: messageID(1) })] };
    server.push({ type: 'read', conversation: 'c2c_bob', readUpTo: messageID(1), unread: 0 });
    return { conversations: [item({ messages: [messageFrame(1).message], unread: 1 })] };
  };
  const { recall } = await loggedIn(server);
  await server.next('sync', 2);
  await expect.poll(() => recall.getTotalUnreadMessageCount()).toBe(0);
});

test.each([
  ['lacks a message that is held', { read: 1, unread: 0, missed: [] }],
  ['has a message whose event is on its way', { read: 2, unread: 1, missed: [3] }],
])('a read whose number %s is followed by one sync, whose number counts', async (_name, { read, unread, missed }) => {
  const server = await Server.start();
  const answer = (numbers: number[], more: object) =>
    ({ conversations: [{ conversation: 'c2c_bob', messages: numbers.map((number) => messageFrame(number).message), revocations: [], cursor: 'c', more: false, ...more }] });
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 2 }] });
  server.answers.sync = () => answer([1, 2], { unread: 2 });
  const { recall } = await loggedIn(server);
  server.answers.sync = () => answer(missed, { unread: 1, readUpTo: messageID(read) });
  server.answers.read = () => ({ readUpTo: messageID(read), unread });
  expect((await recall.setMessageRead({ conversationID: 'c2c_bob', messageID: messageID(read) })).data.unreadCount).toBe(unread);
  await server.next('sync', 2);
  for (const number of missed) server.push(messageFrame(number));
  await recall.sendMessage(recall.createTextMessage({ to: 'carol', payload: { text: 'its reply comes after all of that' } }));
  expect(recall.getTotalUnreadMessageCount()).toBe(1);
  expect(server.asked('sync').filter(({ conversations }) => conversations[0].conversation === 'c2c_bob')).toHaveLength(2);
});

test('a read whose number is that of the messages held, or stands for more than 99, asks for nothing', async () => {
  const server = await Server.start();
  server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 2 }] });
  server.answers.sync = () => ({ conversations: [{ conversation: 'c2c_bob', messages: [messageFrame(1).message, messageFrame(2).message], revocations: [], cursor: 'c', more: false, unread: 2 }] });
  const { recall } = await loggedIn(server);
  for (const unread of [1, 100]) {
    server.answers.read = () => ({ readUpTo: messageID(1), unread });
    await recall.setMessageRead({ conversationID: 'c2c_bob', messageID: messageID(1) });
  }
  await recall.sendMessage(recall.createTextMessage({ to: 'bob', payload: { text: 'after what the reads would have asked' } }));
  expect(recall.getTotalUnreadMessageCount()).toBe(100);
  expect(server.asked('sync')).toHaveLength(1);
});

test('a token that is over is renewed by the callback, and what was asked goes out with the new one', async () => {
  const server = await Server.start();
  const send = server.answers.send!;
  server.answers.send = (frame, socket) => (server.handshakes.at(-1)!.token === 'first' ? failure(6206, 'token_expired') : send(frame, socket));
  const { recall } = newAlice(server);
  const tokens = ['first', 'second'];
  await recall.login({ userID: 'alice', tokenProvider: async () => tokens.shift()! });
  const { data } = await recall.sendMessage(recall.createTextMessage({ to: 'bob', payload: { text: 'hi' } }));
  expect(server.handshakes.map(({ token }) => token)).toEqual(['first', 'second']);
  expect(server.asked('send').map(({ messageId }) => messageId)).toEqual([data.message.ID, data.message.ID]);
});

test('a handshake refused for its token asks for a new one, and without a callback the application is told', async () => {
  const server = await Server.start();
  server.refuse = (token) => token === 'old';
  const renewed = newAlice(server);
  await renewed.recall.login({ userID: 'alice', token: 'old', tokenProvider: () => 'new' });
  const alone = newAlice(server);
  await expect(alone.recall.login({ userID: 'alice', token: 'old' })).rejects.toMatchObject({ code: ERROR_CODE.TOKEN_EXPIRED });
  await alone.event(EVENT.TOKEN_EXPIRED);
});

test('where the browser hides why a handshake failed, a token that is over is taken for the reason', async () => {
  const server = await Server.start();
  server.refuse = (token) => token !== 'new';
  class Secretive extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.on('error', () => {});
      Object.defineProperty(this, 'onerror', { set: () => {} });
    }
  }
  const { recall } = newAlice(server, { WebSocket: Secretive as never });
  await recall.login({ userID: 'alice', token: tokenUntil(1), tokenProvider: () => 'new' });
  expect(server.handshakes.at(-1)!.token).toBe('new');
});

test('the server\'s clock decides how long a message can be recalled, and the device\'s is not asked', async () => {
  const server = await Server.start();
  const clock = new TestClock();
  const { recall } = await loggedIn(server, { clock });
  expect(recall.serverTime()).toBe(SERVER_TIME);
  const { data } = await recall.sendMessage(recall.createTextMessage({ to: 'bob', payload: { text: 'hi' } }));
  expect(recall.recallableFor(data.message)).toBe(120_000);
  clock.wallAt += 10 * 3_600_000; // somebody sets the device's clock
  expect(recall.recallableFor(data.message)).toBe(120_000);
  clock.monotonicAt += 119_999;
  expect(recall.recallableFor(data.message)).toBe(1);
  clock.monotonicAt += 1;
  expect(recall.recallableFor(data.message)).toBe(0);
  clock.monotonicAt += 5_000;
  await expect(recall.revokeMessage(data.message)).rejects.toMatchObject({ code: ERROR_CODE.CLIENT_WINDOW_OVER });
  expect(server.asked('revoke')).toHaveLength(0);
  expect(recall.recallableFor({ ...data.message, recallableUntil: -1 })).toBe(Infinity);
  expect(recall.recallableFor({ ...data.message, recallableUntil: 0 })).toBe(0);
});

test('after a sleep, during which a device\'s monotonic clock may stand still, the connection is looked after at once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const server = await Server.start();
    const clock = new TestClock();
    await loggedIn(server, { clock });
    await vi.advanceTimersByTimeAsync(5_000);
    clock.wallAt += 3 * 3_600_000;
    await vi.advanceTimersByTimeAsync(5_000);
    await server.next('hello', 2);
  } finally {
    vi.useRealTimers();
  }
});

test('a hello is sent when nothing else was sent for eight to nine minutes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const server = await Server.start();
    const { recall } = await loggedIn(server);
    for (let time = 1; time <= 3; time++) {
      await vi.advanceTimersByTimeAsync(7 * 60_000);
      await recall.setMessageRead({ conversationID: 'c2c_bob', messageID: messageID(1) });
      await server.next('read', time);
    }
    expect(server.asked('hello')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    await server.next('hello', 2);
  } finally {
    vi.useRealTimers();
  }
});

test('a page sends no hello to a server that speaks', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const server = await Server.start();
    const alice = await loggedIn(server);
    for (let time = 1; time <= 3; time++) {
      await vi.advanceTimersByTimeAsync(119_999);
      server.sockets[0]!.send(JSON.stringify(messageFrame(time)));
      await alice.event(EVENT.MESSAGE_RECEIVED);
    }
    expect(server.asked('hello')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(240_000); // The answer to a sync may still have come.
    await server.next('hello', 2);
  } finally {
    vi.useRealTimers();
  }
});

test('a connection that is dead when the device wakes up is replaced, and what was missed is fetched', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const server = await Server.start();
    server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 7, unread: 0 }] });
    const clock = new TestClock();
    const alice = await loggedIn(server, { clock, requestTimeout: 50 });
    const hello = server.answers.hello!;
    const dead = server.sockets.at(-1); // on a busy machine the login may have needed more than one
    server.answers.hello = (frame, socket) => (socket === dead ? null : hello(frame, socket));
    server.answers.sync = () => ({ conversations: [{ conversation: 'c2c_bob', messages: [messageFrame(1).message], revocations: [], cursor: 'c2', more: false, unread: 1 }] });
    clock.wallAt += 3 * 3_600_000;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await alice.event(EVENT.MESSAGE_RECEIVED)).toMatchObject([{ ID: messageID(1) }]);
    expect(server.sockets.length).toBeGreaterThan(1);
  } finally {
    vi.useRealTimers();
  }
});

test('is ready from the end of the first synchronisation until the logout', async () => {
  const server = await Server.start();
  const { recall } = newAlice(server);
  let ready: boolean | undefined;
  server.answers.conversations = () => {
    ready = recall.isReady();
    return { conversations: [] };
  };
  await recall.login({ userID: 'alice', token: 'token' });
  expect(ready).toBe(false);
  expect(recall.isReady()).toBe(true);
  await recall.logout();
  expect(recall.isReady()).toBe(false);
});

test('after destroy there is no connection, and no handler is called any more', async () => {
  const server = await Server.start();
  const { recall, told, event } = await loggedIn(server);
  await event(EVENT.SDK_READY);
  const closed = once(server.sockets[0]!, 'close');
  await recall.destroy();
  await closed;
  expect(told.at(-1)!.name).toBe(EVENT.SDK_NOT_READY);
  const before = told.length;
  await recall.login({ userID: 'alice', token: 'token' });
  expect(told).toHaveLength(before);
  await recall.logout();
});

test.each(['connection_limit', 'administrator', 'a newer reason'])('kicked out (%s), it tells the application why and does not connect again', async (reason) => {
  const server = await Server.start();
  const { recall, told, event } = await loggedIn(server);
  server.push({ type: 'kicked', reason });
  expect(await event(EVENT.KICKED_OUT)).toEqual({ reason });
  expect(recall.isReady()).toBe(false);
  await expect(recall.getConversationList()).rejects.toMatchObject({ code: ERROR_CODE.NOT_LOGGED_IN });
  expect(told.at(-1)!.name).toBe(EVENT.KICKED_OUT); // and nothing of a lost connection besides
  await recall.login({ userID: 'alice', token: 'again' }); // only a new login connects
  expect(server.handshakes.map(({ token }) => token)).toEqual(['token', 'again']);
});

test.each(['online', 'offline', 'pageshow'])('the browser\'s event %s has the connection looked after at once', async (name) => {
  const page = new EventTarget();
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  try {
    const server = await Server.start();
    const { recall } = await loggedIn(server);
    page.dispatchEvent(new Event(name));
    await server.next('hello', 2);
    await recall.logout();
  } finally {
    vi.unstubAllGlobals();
  }
});

test('a fault in one handler neither keeps the others from being told nor stops the client', async () => {
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
  const server = await Server.start();
  const { recall, event } = await loggedIn(server);
  recall.on(EVENT.MESSAGE_REVOKED, () => {
    throw new Error('of the application');
  });
  const later: string[] = [];
  recall.on(EVENT.MESSAGE_REVOKED, ({ data }) => later.push(...data.map(({ ID }) => ID)));
  server.push({ type: 'revoked', conversation: 'c2c_bob', revocations: [{ messageId: messageID(1), sender: 'bob', sentAt: 1, revoked: { at: 2, by: 'bob', role: 'sender' } }] });
  await event(EVENT.MESSAGE_REVOKED);
  expect(later).toEqual([messageID(1)]);
  expect(reported).toHaveBeenCalledOnce();
  reported.mockRestore();
});
