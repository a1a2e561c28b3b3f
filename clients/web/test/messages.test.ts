import { describe, expect, test } from 'vitest';
import { ERROR_CODE, EVENT, RecallError, TYPES } from '../src/index.js';
import { failure, type Frame, loggedIn, messageFrame, messageID, newAlice, revokedFrame, Server, SERVER_TIME } from './server.js';

describe('sending', () => {
  test('resolves to the message as stored, with the time until which it can be recalled', async () => {
    const server = await Server.start();
    const { recall } = await loggedIn(server);
    const message = recall.createTextMessage({ to: 'bob', conversationType: TYPES.CONV_C2C, payload: { text: 'hi' } });
    expect(message).toMatchObject({ conversationID: 'c2c_bob', from: 'alice', flow: 'out', status: 'unSend' });
    const { code, data } = await recall.sendMessage(message);
    expect(code).toBe(0);
    expect(data.message).toMatchObject({ ID: message.ID, status: 'success', sentAt: SERVER_TIME, recallableUntil: SERVER_TIME + 120_000 });
    expect(message.status).toBe('success');
    expect(await server.next('send')).toMatchObject({ conversation: 'c2c_bob', messageId: message.ID, body: { text: 'hi' } });
  });

  test('repeats an unanswered request under the same ID, and a second delivery of it is not told', async () => {
    const server = await Server.start();
    const answer = server.answers.send!;
    server.answers.send = (frame, socket) => (server.asked('send').length < 3 ? null : answer(frame, socket));
    const alice = await loggedIn(server, { requestTimeout: 20 });
    const { data } = await alice.recall.sendMessage(alice.recall.createTextMessage({ to: 'bob', payload: { text: 'hi' } }));
    expect(new Set(server.asked('send').map(({ messageId }) => messageId))).toEqual(new Set([data.message.ID]));
    server.push(messageFrame(0, { messageId: data.message.ID, sender: 'alice' }));
    server.push(messageFrame(1));
    expect((await alice.event(EVENT.MESSAGE_RECEIVED)).map(({ ID }) => ID)).toEqual([messageID(1)]);
    expect(alice.recall.getHeldMessageList('c2c_bob')).toHaveLength(2);
  });

  test('ends with 6012 after three attempts without an answer, and the same message can be sent again', async () => {
    const server = await Server.start();
    const answer = server.answers.send!;
    server.answers.send = () => null;
    const { recall } = await loggedIn(server, { requestTimeout: 10 });
    const message = recall.createTextMessage({ to: 'bob', payload: { text: 'hi' } });
    await expect(recall.sendMessage(message)).rejects.toMatchObject({ code: ERROR_CODE.TIMEOUT });
    expect(message.status).toBe('fail');
    expect(server.asked('send')).toHaveLength(3);
    server.answers.send = answer;
    const { data } = await recall.sendMessage(message);
    expect(data.message.ID).toBe(server.asked('send')[0]!.messageId);
  });

  test('goes out after the next connect when there is none', async () => {
    const server = await Server.start();
    const { recall, event } = await loggedIn(server, { requestTimeout: 600_000 }); // no second attempt could save it
    await event(EVENT.NET_STATE_CHANGE);
    server.sockets[0]!.terminate();
    const { data } = await recall.sendMessage(recall.createTextMessage({ to: 'bob', payload: { text: 'later' } }));
    expect(data.message.status).toBe('success');
    expect(server.sockets).toHaveLength(2);
  });

  test.each([
    ['no conversation', { to: 'a b', payload: { text: 'x' } }],
    ['a payload that is text', { to: 'bob', payload: 'x' as never }],
    ['a reply to what is no message', { to: 'bob', payload: { text: 'x' }, replyTo: '7' }],
  ])('refuses %s with 6017 before anything is asked', async (_name, message) => {
    const server = await Server.start();
    const { recall } = await loggedIn(server);
    expect(() => recall.createTextMessage(message)).toThrowError(expect.objectContaining({ code: ERROR_CODE.INVALID_REQUEST }));
  });

  test('reports the error of the server, with its code, name and words', async () => {
    const server = await Server.start();
    server.answers.send = () => failure(10015, 'conversation_not_found');
    const { recall } = await loggedIn(server);
    const sending = recall.sendMessage(recall.createTextMessage({ to: 'eng', conversationType: TYPES.CONV_GROUP, payload: { text: 'x' } }));
    await expect(sending).rejects.toBeInstanceOf(RecallError);
    await expect(sending).rejects.toMatchObject({ code: ERROR_CODE.CONVERSATION_NOT_FOUND, name: 'conversation_not_found', message: 'conversation_not_found' });
  });
});

describe('answering', () => {
  const held = async (server: Server) => {
    const alice = await loggedIn(server);
    server.push(messageFrame(1));
    await alice.event(EVENT.MESSAGE_RECEIVED);
    return alice;
  };
  const question = { conversationID: 'c2c_bob', ID: messageID(1) };

  test('names the message that must not be recalled, and reports that it is', async () => {
    const server = await Server.start();
    const { recall } = await held(server);
    server.answers.send = () => failure(76004, 'other_message_recalled');
    const answer = recall.createTextMessage({ to: 'bob', payload: { text: '42' }, unlessRevoked: question.ID });
    await expect(recall.sendMessage(answer)).rejects.toMatchObject({ code: ERROR_CODE.OTHER_MESSAGE_RECALLED });
    expect(await server.next('send')).toMatchObject({ unlessRevoked: question.ID, messageId: answer.ID });
    expect(server.asked('send')).toHaveLength(1);
    expect(() => recall.createTextMessage({ to: 'bob', payload: { text: '42' }, unlessRevoked: '7' })).toThrowError(
      expect.objectContaining({ code: ERROR_CODE.INVALID_REQUEST }),
    );
  });

  test('is told by a signal when the message is recalled', async () => {
    const server = await Server.start();
    const { recall } = await held(server);
    const work = recall.workOn(question, (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))));
    server.push(revokedFrame(1));
    await expect(work).rejects.toMatchObject({ code: ERROR_CODE.OTHER_MESSAGE_RECALLED });
    const later = recall.workOn(question, async (signal) => signal.aborted);
    expect(await later).toBe(true);
  });

  test('goes on when another message is recalled, and gives its outcome', async () => {
    const server = await Server.start();
    const alice = await held(server);
    server.push(messageFrame(2));
    await alice.event(EVENT.MESSAGE_RECEIVED);
    const work = alice.recall.workOn(question, async (signal) => {
      server.push(revokedFrame(2));
      await alice.event(EVENT.MESSAGE_REVOKED);
      return signal.aborted;
    });
    expect(await work).toBe(false);
  });
});

describe('recalling', () => {
  test('takes a message or just its IDs, sends the reason, and resolves to the tombstone', async () => {
    const server = await Server.start();
    const alice = await loggedIn(server);
    const { data: sent } = await alice.recall.sendMessage(alice.recall.createTextMessage({ to: 'bob', payload: { text: 'secret' } }));
    const { data } = await alice.recall.revokeMessage({ conversationID: 'c2c_bob', ID: sent.message.ID }, { reason: 'wrong chat' });
    expect(await server.next('revoke')).toMatchObject({ conversation: 'c2c_bob', messageId: sent.message.ID, reason: 'wrong chat' });
    expect(data.message).toMatchObject({ isRevoked: true, payload: undefined, revokerInfo: { userID: 'alice', role: 'sender' } });
    expect(JSON.stringify(alice.recall.getHeldMessageList('c2c_bob'))).not.toContain('secret');
    expect(alice.told.some(({ name }) => name === EVENT.MESSAGE_REVOKED)).toBe(false); // who recalls has the result
  });

  test('says unsent of a message whose send got no answer, and never shows it', async () => {
    const server = await Server.start();
    server.answers.send = () => null;
    const { recall } = await loggedIn(server, { requestTimeout: 60_000 });
    const message = recall.createTextMessage({ to: 'bob', payload: { text: 'regretted' } });
    void recall.sendMessage(message).catch(() => {});
    await server.next('send');
    await recall.revokeMessage(message);
    expect(await server.next('revoke')).toMatchObject({ messageId: message.ID, unsent: true });
    expect(recall.getHeldMessageList('c2c_bob').every(({ isRevoked }) => isRevoked)).toBe(true);
  });

  test('of several gives each its own result', async () => {
    const server = await Server.start();
    server.answers.revoke = ({ messageIds }) => ({
      ok: false,
      results: [{ messageId: messageIds[0], ok: true, revoked: { at: 1, by: 'alice', role: 'sender' } }, { messageId: messageIds[1], ok: false, error: failure(20016, 'recall_window_expired').error }],
    });
    const { recall } = await loggedIn(server);
    const { data } = await recall.revokeMessages('c2c_bob', [messageID(1), messageID(2)]);
    expect(data.results.map(({ ID, message, error }) => [ID, message?.isRevoked, (error as RecallError | undefined)?.code])).toEqual([[messageID(1), true, undefined], [messageID(2), undefined, 20016]]);
  });

  test('of none or of more than ten at once is refused with 6017', async () => {
    const server = await Server.start();
    const { recall } = await loggedIn(server);
    for (const IDs of [[], Array.from({ length: 11 }, (_, number) => messageID(number))]) {
      await expect(recall.revokeMessages('c2c_bob', IDs)).rejects.toMatchObject({ code: ERROR_CODE.INVALID_REQUEST });
    }
    expect(server.asked('revoke')).toHaveLength(0);
  });
});

describe('receiving', () => {
  test('a recall that overtakes its message wins: the text is never held, whenever it comes', async () => {
    const server = await Server.start();
    const alice = await loggedIn(server);
    server.push(revokedFrame(1));
    expect(await alice.event(EVENT.MESSAGE_REVOKED)).toMatchObject([{ ID: messageID(1), isRevoked: true, revokeReason: 'wrong chat' }]);
    server.push(messageFrame(1));
    server.push(messageFrame(2));
    expect((await alice.event(EVENT.MESSAGE_RECEIVED)).map(({ ID }) => ID)).toEqual([messageID(2)]);
    expect(JSON.stringify(alice.recall.getHeldMessageList('c2c_bob'))).not.toContain('text 1');
  });

  test('in any order, and repeated, ends in the order sent, each told once', async () => {
    const server = await Server.start();
    const alice = await loggedIn(server);
    for (const number of [3, 1, 3, 2, 1]) server.push(messageFrame(number));
    server.push(messageFrame(4));
    while ((await alice.event(EVENT.MESSAGE_RECEIVED))[0]!.ID !== messageID(4));
    expect(alice.recall.getHeldMessageList('c2c_bob').map(({ ID }) => ID)).toEqual([1, 2, 3, 4].map(messageID));
    expect(alice.told.filter(({ name }) => name === EVENT.MESSAGE_RECEIVED)).toHaveLength(4);
  });

  test('unread is the server\'s, plus what came since, less what was recalled of it', async () => {
    const server = await Server.start();
    server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 1, unread: 3 }] });
    server.answers.sync = () => ({ conversations: [{ conversation: 'c2c_bob', messages: [], revocations: [], cursor: 'c', more: false, unread: 3 }] });
    const alice = await loggedIn(server);
    const unread = async () => (await alice.recall.getConversationList()).data.conversationList[0]!.unreadCount;
    expect(await unread()).toBe(3);
    server.push(messageFrame(1));
    await alice.event(EVENT.MESSAGE_RECEIVED);
    expect(await unread()).toBe(4);
    server.push(revokedFrame(1));
    await alice.event(EVENT.MESSAGE_REVOKED);
    expect(await unread()).toBe(3);
    expect((await alice.recall.setMessageRead({ conversationID: 'c2c_bob' })).data.unreadCount).toBe(0);
    expect(await unread()).toBe(0);
  });

  test('where more are unread than the server counts, a recall has the number asked for, since nobody knows it', async () => {
    const server = await Server.start();
    server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 1, unread: 100 }] });
    server.answers.sync = () => ({ conversations: [{ conversation: 'c2c_bob', messages: [messageFrame(1).message], revocations: [], cursor: 'c', more: false, unread: 100 }] });
    const alice = await loggedIn(server);
    server.push(revokedFrame(1));
    await alice.event(EVENT.MESSAGE_REVOKED);
    await server.next('sync', 2);
    expect(alice.recall.getTotalUnreadMessageCount()).toBe(100);
  });

  test('a conversation that did not fit into a sync reply is asked for again', async () => {
    const server = await Server.start();
    const listed = ['c2c_bob', 'c2c_carol'];
    server.answers.conversations = () => ({ conversations: listed.map((conversation) => ({ conversation, lastChangeAt: 1, unread: 0 })) });
    server.answers.sync = ({ conversations }) => ({
      conversations: conversations.map(({ conversation }: Frame, index: number) =>
        index > 0
          ? { conversation, messages: [], revocations: [], cursor: '', more: true, unread: 0 }
          : { conversation, messages: [messageFrame(1, { conversation }).message], revocations: [], cursor: 'c', more: false, unread: 0 }),
    });
    const { recall } = await loggedIn(server);
    for (const conversation of listed) expect(recall.getHeldMessageList(conversation)).toHaveLength(1);
  });
});

describe('a message that is held', () => {
  test('is found by its ID, recalled or not, and one that is not held is not', async () => {
    const server = await Server.start();
    const alice = await loggedIn(server);
    server.push(messageFrame(1));
    server.push(revokedFrame(2));
    await alice.event(EVENT.MESSAGE_REVOKED);
    expect(alice.recall.findMessage(messageID(1))).toMatchObject({ ID: messageID(1), conversationID: 'c2c_bob', payload: { text: 'text 1' } });
    expect(alice.recall.findMessage(messageID(2))).toMatchObject({ ID: messageID(2), isRevoked: true });
    expect(alice.recall.findMessage(messageID(3))).toBeUndefined();
  });

  test('and that failed is sent again under the same ID', async () => {
    const server = await Server.start();
    const answer = server.answers.send!;
    server.answers.send = () => failure(20005, 'internal');
    const { recall } = await loggedIn(server);
    const message = recall.createTextMessage({ to: 'bob', payload: { text: 'hi' } });
    await expect(recall.sendMessage(message)).rejects.toMatchObject({ code: ERROR_CODE.INTERNAL });
    server.answers.send = answer;
    const { data } = await recall.resendMessage(message);
    expect(data.message).toMatchObject({ ID: message.ID, status: 'success' });
    expect(server.asked('send').map(({ messageId }) => messageId)).toEqual([message.ID, message.ID]);
  });
});

describe('the total of unread messages', () => {
  test('is that of all conversations, and is told when it changes and only then', async () => {
    const server = await Server.start();
    server.answers.conversations = () => ({ conversations: [{ conversation: 'c2c_bob', lastChangeAt: 1, unread: 3 }, { conversation: 'group_eng', lastChangeAt: 1, unread: 2 }] });
    server.answers.sync = ({ conversations }) => ({ conversations: conversations.map(({ conversation }: Frame) => ({ conversation, messages: [], revocations: [], cursor: 'c', more: false, unread: conversation === 'c2c_bob' ? 3 : 2 })) });
    const alice = await loggedIn(server);
    expect(alice.recall.getTotalUnreadMessageCount()).toBe(5);
    server.push(messageFrame(1));
    server.push(revokedFrame(1));
    await alice.event(EVENT.MESSAGE_REVOKED);
    await alice.recall.setMessageRead({ conversationID: 'c2c_bob', messageID: messageID(1) });
    expect(alice.recall.getTotalUnreadMessageCount()).toBe(2);
    const told = alice.told.filter(({ name }) => name === EVENT.TOTAL_UNREAD_MESSAGE_COUNT_UPDATED).map(({ data }) => data);
    expect(told).toEqual([5, 6, 5, 2]);
    await alice.recall.logout();
    expect(alice.recall.getTotalUnreadMessageCount()).toBe(0);
  });
});

describe('history', () => {
  test('is paged back by nextReqMessageID until it is complete', async () => {
    const server = await Server.start();
    const { recall } = await loggedIn(server);
    server.answers.sync = ({ conversations: [{ before, limit }] }) => {
      const number = before ? 1 : 2;
      expect(limit).toBe(1);
      return { conversations: [{ conversation: 'c2c_bob', messages: [messageFrame(number).message], revocations: [], more: number > 1, older: number > 1, unread: 0 }] };
    };
    const first = await recall.getMessageList({ conversationID: 'c2c_bob', count: 1 });
    expect(first.data).toMatchObject({ messageList: [{ ID: messageID(2) }], nextReqMessageID: messageID(2), isCompleted: false });
    const second = await recall.getMessageList({ conversationID: 'c2c_bob', count: 1, nextReqMessageID: first.data.nextReqMessageID });
    expect(second.data).toMatchObject({ messageList: [{ ID: messageID(1) }], isCompleted: true });
  });
});

test('before login, and after logout, every call is refused with 9508', async () => {
  const server = await Server.start();
  const { recall } = newAlice(server);
  const refused = expect.objectContaining({ code: ERROR_CODE.NOT_LOGGED_IN });
  expect(() => recall.createTextMessage({ to: 'bob', payload: { text: 'x' } })).toThrowError(refused);
  await recall.login({ userID: 'alice', token: 'token' });
  await recall.logout();
  await expect(recall.revokeMessage({ conversationID: 'c2c_bob', ID: messageID(1) })).rejects.toEqual(refused);
  await expect(recall.getConversationList()).rejects.toEqual(refused);
});
