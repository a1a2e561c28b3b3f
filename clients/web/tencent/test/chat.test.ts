import { describe, expect, test } from 'vitest';
import TencentCloudChat from '../src/index.js';
import { failure, messageFrame, messageID, revokedFrame, Server, SERVER_TIME, wsClass } from '../../test/server.js';
import { holds, loggedIn, newClient } from './client.js';

const { EVENT, TYPES } = TencentCloudChat;
const text = (words: string, more: object = {}) => ({ to: 'bob', conversationType: TYPES.CONV_C2C, payload: { text: words }, ...more });
const code = (number: number) => expect.objectContaining({ code: number });
const message = (number: number, more: object = {}) => messageFrame(number, more).message;

describe('a session', () => {
  test('is ready only after the login has resolved, which is what Tencent\'s own code waits for', async () => {
    const server = await Server.start();
    const { chat, next } = newClient(server);
    const order: string[] = [];
    chat.on(EVENT.SDK_READY, () => order.push(`ready: ${chat.isReady()}`));
    const { data } = await chat.login({ userID: 'alice', userSig: 'token' });
    order.push(`logged in: ${chat.isReady()}`);
    await next(EVENT.SDK_READY);
    expect(order).toEqual(['logged in: false', 'ready: true']);
    expect(data.repeatLogin).toBe(false);
    expect((await chat.login({ userID: 'alice', userSig: 'token' })).data.repeatLogin).toBe(true);
    await expect(chat.login({ userID: 'carol', userSig: 'token' })).rejects.toEqual(code(2025));
    expect(chat.getLoginUser()).toBe('alice');
    expect(chat.getServerTime()).toBe(SERVER_TIME / 1000);
  });

  test('is the same one for an address, given as SDKAppID or beside it, until it is destroyed', async () => {
    const server = await Server.start();
    const { chat } = newClient(server);
    expect(TencentCloudChat.create({ SDKAppID: 1400000000, url: server.url, WebSocket: wsClass })).toBe(chat);
    await chat.destroy();
    expect(newClient(server).chat).not.toBe(chat);
    expect(() => TencentCloudChat.create({ SDKAppID: 1400000000, WebSocket: wsClass })).toThrowError(code(6017));
  });

  test('calls handlers with their context until they are taken off with it, and after a logout answers 2999', async () => {
    const server = await Server.start();
    const { chat } = await loggedIn(server);
    const contexts: unknown[] = [];
    function handler(this: unknown) {
      contexts.push(this);
    }
    const [one, other] = [{ one: 1 }, { other: 1 }];
    chat.on(EVENT.SDK_NOT_READY, handler, one);
    chat.on(EVENT.SDK_NOT_READY, handler, other);
    chat.off(EVENT.SDK_NOT_READY, handler, one);
    await chat.logout();
    expect(contexts).toEqual([other]);
    expect(chat.isReady()).toBe(false);
    await expect(chat.getConversationList()).rejects.toEqual(code(2999));
  });

  test('asks a function for the token, and again when it is over', async () => {
    const server = await Server.start();
    const send = server.answers.send!;
    server.answers.send = (frame, socket) => (server.handshakes.at(-1)!.token === 'first' ? failure(6206, 'token_expired') : send(frame, socket));
    const { chat } = newClient(server);
    const tokens = ['first', 'second'];
    await chat.login({ userID: 'alice', userSig: async () => tokens.shift()! });
    await chat.sendMessage(chat.createTextMessage(text('hi')));
    expect(server.handshakes.map(({ token }) => token)).toEqual(['first', 'second']);
  });

  test('whose token is over for good is kicked out because its userSig expired', async () => {
    const server = await Server.start();
    server.answers.send = () => failure(6206, 'token_expired');
    server.refuse = () => server.asked('send').length > 0;
    const { chat, told, next } = await loggedIn(server);
    await expect(chat.sendMessage(chat.createTextMessage(text('hi')))).rejects.toEqual(code(70001));
    expect(await next(EVENT.KICKED_OUT)).toEqual({ type: TYPES.KICKED_OUT_USERSIG_EXPIRED });
    expect(told.at(-1)!.name).toBe(EVENT.SDK_NOT_READY);
  });

  test.each([['connection_limit', TYPES.KICKED_OUT_MULT_DEVICE], ['administrator', TYPES.KICKED_OUT_REST_API]])('that the server ends (%s) is kicked out (%s) and stays so', async (reason, type) => {
    const server = await Server.start();
    const { chat, next } = await loggedIn(server);
    server.push({ type: 'kicked', reason });
    expect(await next(EVENT.KICKED_OUT)).toEqual({ type });
    expect(chat.isReady()).toBe(false);
    expect(server.handshakes).toHaveLength(1);
  });

  test('tells how the network is, and goes on through a loss', async () => {
    const server = await Server.start();
    const { chat, told, next } = await loggedIn(server);
    server.sockets[0]!.terminate();
    await server.next('hello', 2);
    while ((await next(EVENT.NET_STATE_CHANGE)).state !== TYPES.NET_STATE_CONNECTED);
    while ((await next(EVENT.NET_STATE_CHANGE)).state !== TYPES.NET_STATE_CONNECTED);
    expect(told.filter(({ name }) => name === EVENT.NET_STATE_CHANGE).map(({ data }) => data.state)).toEqual(['connecting', 'connected', 'connecting', 'connected']);
    expect(chat.isReady()).toBe(true);
  });
});

describe('a message', () => {
  test('has Tencent\'s form, while it is sent and afterwards', async () => {
    const server = await Server.start();
    const { chat } = await loggedIn(server);
    const made = chat.createTextMessage(text('hi', { cloudCustomData: '{"a":1}' }));
    const form = {
      ID: made.ID, conversationID: 'C2Cbob', conversationType: 'C2C', type: 'TIMTextElem', payload: { text: 'hi' }, from: 'alice', to: 'bob', flow: 'out',
      time: SERVER_TIME / 1000, nick: '', avatar: '', isRevoked: false, revoker: null, revokerInfo: null, revokeReason: '', cloudCustomData: '{"a":1}',
    };
    expect(made).toMatchObject({ ...form, status: 'unSend' });
    const { data } = await chat.sendMessage(made);
    expect(data.message).toMatchObject({ ...form, status: 'success' });
    expect(made.status).toBe('success');
    expect(await server.next('send')).toMatchObject({ conversation: 'c2c_bob', messageId: made.ID, body: { text: 'hi', cloudCustomData: '{"a":1}' } });
    expect(chat.findMessage(made.ID)).toMatchObject(form);
    expect(chat.findMessage(messageID(9))).toBeNull();
  });

  test('to a group goes to the group, with who is mentioned', async () => {
    const server = await Server.start();
    const { chat } = await loggedIn(server);
    const made = chat.createTextAtMessage({ to: 'eng', conversationType: TYPES.CONV_GROUP, payload: { text: '@bob hi', atUserList: ['bob'] } });
    expect(made).toMatchObject({ conversationID: 'GROUPeng', conversationType: 'GROUP', to: 'eng', atUserList: ['bob'] });
    await chat.sendMessage(made);
    expect(await server.next('send')).toMatchObject({ conversation: 'group_eng', body: { text: '@bob hi', atUserList: ['bob'] } });
  });

  test('of a kind of the application\'s own is Tencent\'s custom message, also if another client of Recall sent it', async () => {
    const server = await Server.start();
    const { chat, next } = await loggedIn(server);
    const payload = { data: '{"price":3}', description: 'an offer', extension: '' };
    await chat.sendMessage(chat.createCustomMessage({ to: 'bob', conversationType: TYPES.CONV_C2C, payload }));
    const { body } = await server.next('send');
    server.push(messageFrame(1, { body }));
    expect(await next(EVENT.MESSAGE_RECEIVED)).toMatchObject([{ type: 'TIMCustomElem', payload, from: 'bob', to: 'alice', flow: 'in' }]);
    server.push(messageFrame(2, { body: { poll: [1, 2] } }));
    expect(await next(EVENT.MESSAGE_RECEIVED)).toMatchObject([{ type: 'TIMCustomElem', payload: { data: '{"poll":[1,2]}', description: '', extension: '' } }]);
  });

  test('is read without a fault, whatever its body is', async () => {
    const server = await Server.start();
    const { next } = await loggedIn(server);
    const bodies = [{}, { text: 7 }, { custom: null }, { custom: { data: 7 } }, { text: 'x', cloudCustomData: 7, atUserList: 'all' }, { custom: 'x', text: null }];
    for (const [index, body] of bodies.entries()) server.push(messageFrame(index, { body }));
    for (const body of bodies) {
      const [received] = await next(EVENT.MESSAGE_RECEIVED);
      expect(typeof (received.payload.text ?? received.payload.data), JSON.stringify(body)).toBe('string');
      expect(received).toMatchObject({ cloudCustomData: '', atUserList: [] });
    }
  });

  test('sorts by its sequence as by its ID', async () => {
    const server = await Server.start();
    const { chat, next } = await loggedIn(server);
    server.push(messageFrame(1, { messageId: '01HF7YAT00ZZZZZZZZZZZZZZZZ' }));
    server.push(messageFrame(2, { messageId: '01HF7YAT010000000000000000' }));
    const [[earlier], [later]] = [await next(EVENT.MESSAGE_RECEIVED), await next(EVENT.MESSAGE_RECEIVED)];
    expect(earlier.sequence).toBeLessThan(later.sequence);
    const made = Array.from({ length: 50 }, () => chat.createTextMessage(text('x')).sequence);
    expect(made).toEqual(made.toSorted((a, b) => a - b));
    expect(made.every(Number.isSafeInteger)).toBe(true);
  });

  test('only for who is online is not sent at all, since the server would store it', async () => {
    const server = await Server.start();
    const { chat } = await loggedIn(server);
    await chat.sendMessage(chat.createCustomMessage({ to: 'bob', conversationType: TYPES.CONV_C2C, payload: { data: 'typing' } }), { onlineUserOnly: true });
    await chat.sendMessage(chat.createTextMessage(text('hi')));
    expect(server.asked('send').map(({ body }) => body)).toEqual([{ text: 'hi' }]);
  });

  test('that fails says so with Tencent\'s code and the message, and can be sent again', async () => {
    const server = await Server.start();
    const send = server.answers.send!;
    server.answers.send = () => failure(10015, 'conversation_not_found');
    const { chat } = await loggedIn(server);
    const made = chat.createTextMessage({ to: 'eng', conversationType: TYPES.CONV_GROUP, payload: { text: 'hi' } });
    await expect(chat.sendMessage(made)).rejects.toMatchObject({ code: 10010, data: { message: { ID: made.ID, status: 'fail' } } });
    server.answers.send = send;
    const { data } = await chat.resendMessage(made);
    expect(data.message).toMatchObject({ ID: made.ID, status: 'success', payload: { text: 'hi' } });
    await expect(chat.sendMessage({ ...made, ID: messageID(1) })).rejects.toEqual(code(2105));
  });

  test('that was given up and turns out to be stored changes where it stands, and is not shown twice', async () => {
    const server = await Server.start();
    server.answers.send = () => null;
    const { chat, told, next } = await loggedIn(server, { requestTimeout: 10 });
    const made = chat.createTextMessage(text('hi'));
    await expect(chat.sendMessage(made)).rejects.toEqual(code(2801));
    server.push(messageFrame(1, { messageId: made.ID, sender: 'alice', body: { text: 'hi' } }));
    expect(await next(EVENT.MESSAGE_MODIFIED)).toMatchObject([{ ID: made.ID, status: 'success' }]);
    expect(told.some(({ name }) => name === EVENT.MESSAGE_RECEIVED)).toBe(false);
  });
});

describe('a recall', () => {
  test('resolves to the tombstone, which keeps the text for its sender on this device to edit again', async () => {
    const server = await Server.start();
    const { chat, told } = await loggedIn(server);
    const { data: sent } = await chat.sendMessage(chat.createTextMessage(text('secret')));
    const { data } = await chat.revokeMessage(sent.message);
    expect(data.message).toMatchObject({
      ID: sent.message.ID, isRevoked: true, revoker: 'alice', revokerInfo: { userID: 'alice', nick: '', avatar: '' }, type: 'TIMTextElem', payload: { text: 'secret' },
      flow: 'out', to: 'bob',
    });
    const list = told.filter(({ name }) => name === EVENT.CONVERSATION_LIST_UPDATED).at(-1)!.data;
    expect(list).toMatchObject([{ conversationID: 'C2Cbob', lastMessage: { isRevoked: true, revoker: 'alice', fromAccount: 'alice' } }]);
  });

  test('by somebody else, or of a message from another device, leaves nothing of the text', async () => {
    const server = await Server.start();
    holds(server, [{ conversation: 'c2c_bob', messages: [message(1, { body: { text: 'secret', cloudCustomData: 'secret' } }), message(2, { sender: 'alice', body: { text: 'secret' } })] }]);
    const { chat, next } = await loggedIn(server);
    server.push(revokedFrame(1));
    server.push({ ...revokedFrame(2), revocations: [{ ...revokedFrame(2).revocations[0], sender: 'alice', revoked: { at: 1, by: 'alice', role: 'sender' } }] });
    const messages = [...(await next(EVENT.MESSAGE_REVOKED)), ...(await next(EVENT.MESSAGE_REVOKED))];
    expect(messages).toMatchObject([
      { ID: messageID(1), isRevoked: true, revoker: 'bob', revokeReason: 'wrong chat', from: 'bob', flow: 'in' },
      { ID: messageID(2), isRevoked: true, revoker: 'alice', from: 'alice', flow: 'out' },
    ]);
    expect(JSON.stringify([messages, chat.findMessage(messageID(1)), await chat.getConversationList()])).not.toContain('secret');
  });

  test.each([
    ['the client knows that it is too late', 'c2c_bob', 'C2Cbob', 20016, SERVER_TIME - 60_000],
    ['the server says that it is too late', 'c2c_bob', 'C2Cbob', 20016, SERVER_TIME + 60_000],
    ['the server says that it is too late in a group', 'group_eng', 'GROUPeng', 10031, SERVER_TIME - 60_000],
  ])('is refused with a code for which the kit shows a toast: %s', async (_name, conversation, conversationID, expected, recallableUntil) => {
    const server = await Server.start();
    holds(server, [{ conversation, role: 'member', messages: [message(1, { conversation, sender: 'alice', recallableUntil })] }]);
    const { error } = failure(expected, 'recall_window_expired');
    server.answers.revoke = ({ messageId }) => ({ error, results: [{ messageId, ok: false, error }] });
    const { chat } = await loggedIn(server);
    const late = chat.findMessage(messageID(1))!;
    expect(late.conversationID).toBe(conversationID);
    await expect(chat.revokeMessage(late)).rejects.toEqual(code(expected));
    expect(late.isRevoked).toBe(false);
  });

  test('of a message that is still being sent ends the sending without an error', async () => {
    const server = await Server.start();
    let refuse!: () => void;
    server.answers.send = ({ id, action }, socket) => {
      refuse = () => socket.send(JSON.stringify({ type: 'reply', id, action, ok: false, ...failure(20023, 'already_recalled') }));
      return null;
    };
    const { chat } = await loggedIn(server);
    const made = chat.createTextMessage(text('regretted'));
    const sending = chat.sendMessage(made);
    await server.next('send');
    const { data } = await chat.revokeMessage(made);
    expect(await server.next('revoke')).toMatchObject({ messageId: made.ID, unsent: true });
    expect(data.message).toMatchObject({ isRevoked: true, payload: { text: 'regretted' } });
    refuse();
    expect((await sending).data.message).toMatchObject({ ID: made.ID, isRevoked: true });
  });

  test('of a message from a page of history, which the session does not hold, keeps who sent it and when', async () => {
    const server = await Server.start();
    const { chat } = await loggedIn(server);
    server.answers.revoke = ({ messageId }) => ({ results: [{ messageId, ok: true, revoked: { at: SERVER_TIME, by: 'alice', role: 'moderator' } }] });
    server.answers.sync = ({ conversations: [{ conversation }] }) => ({ conversations: [{ conversation, messages: [message(1, { conversation })], revocations: [], cursor: 'c', more: false, unread: 0 }] });
    const { data } = await chat.getMessageList({ conversationID: 'GROUPeng' });
    const recalled = await chat.revokeMessage(data.messageList[0]);
    expect(recalled.data.message).toMatchObject({ from: 'bob', flow: 'in', time: data.messageList[0].time, isRevoked: true, revoker: 'alice' });
    expect(JSON.stringify(recalled)).not.toContain('text 1');
  });
});

test('history comes in pages of 15, oldest first, until it is complete', async () => {
  const server = await Server.start();
  const { chat } = await loggedIn(server);
  server.answers.sync = ({ conversations: [{ conversation, before, limit }] }) => {
    expect([conversation, limit]).toEqual(['c2c_bob', 15]);
    return { conversations: [{ conversation, messages: before ? [message(1)] : [message(2), message(3)], revocations: [], more: false, older: !before, unread: 0 }] };
  };
  const first = await chat.getMessageList({ conversationID: 'C2Cbob' });
  expect(first.data).toMatchObject({ messageList: [{ ID: messageID(2) }, { ID: messageID(3) }], nextReqMessageID: messageID(2), isCompleted: false });
  const second = await chat.getMessageList({ conversationID: 'C2Cbob', nextReqMessageID: first.data.nextReqMessageID });
  expect(second.data).toMatchObject({ messageList: [{ ID: messageID(1), payload: { text: 'text 1' } }], nextReqMessageID: '', isCompleted: true });
  await expect(chat.getMessageList({ conversationID: '@TIM#SYSTEM' })).rejects.toEqual(code(6017));
});

describe('conversations', () => {
  const list = [
    { conversation: 'c2c_bob', unread: 2, messages: [message(1)], lastChangeAt: 2 },
    { conversation: 'group_eng', unread: 0, role: 'owner', name: 'Engineering' },
  ];

  test('have Tencent\'s form: a person with a profile, a group with this user\'s role in it', async () => {
    const server = await Server.start();
    holds(server, list);
    const { chat } = await loggedIn(server);
    const { data } = await chat.getConversationList();
    expect(data.isSyncCompleted).toBe(true);
    expect(data.conversationList).toMatchObject([
      {
        conversationID: 'C2Cbob', type: 'C2C', unreadCount: 2, userProfile: { userID: 'bob', nick: '' },
        lastMessage: { type: 'TIMTextElem', messageForShow: 'text 1', payload: { text: 'text 1' }, fromAccount: 'bob', isRevoked: false, lastTime: SERVER_TIME / 1000 },
      },
      {
        conversationID: 'GROUPeng', type: 'GROUP', unreadCount: 0, groupProfile: { groupID: 'eng', name: 'Engineering', selfInfo: { userID: 'alice', role: 'Owner' } },
        lastMessage: { type: '', payload: null, messageForShow: '' },
      },
    ]);
    const ids = async (wanted: Parameters<typeof chat.getConversationList>[0]) => (await chat.getConversationList(wanted)).data.conversationList.map(({ conversationID }) => conversationID);
    expect(await ids(['GROUPeng'])).toEqual(['GROUPeng']);
    expect(await ids({ type: TYPES.CONV_C2C })).toEqual(['C2Cbob']);
    expect(await ids({ hasUnreadCount: true })).toEqual(['C2Cbob']);
  });

  test('with somebody new have no messages, and those of a group that is not the user\'s are not found', async () => {
    const server = await Server.start();
    const { chat } = await loggedIn(server);
    expect((await chat.getConversationProfile('C2Cdan')).data.conversation).toMatchObject({ conversationID: 'C2Cdan', unreadCount: 0, userProfile: { userID: 'dan' } });
    await expect(chat.getConversationProfile('GROUPsecret')).rejects.toEqual(code(10010));
    await expect(chat.getGroupProfile({ groupID: 'secret' })).rejects.toEqual(code(10010));
  });

  test('keep a draft on this page and tell of it, and it is gone after a logout', async () => {
    const server = await Server.start();
    holds(server, list);
    const { chat, told } = await loggedIn(server);
    const drafts = async () => (await chat.getConversationList()).data.conversationList.map(({ draftText }) => draftText);
    const { data } = await chat.setConversationDraft({ conversationID: 'C2Cbob', draftText: 'half a thou' });
    expect(data.conversation.draftText).toBe('half a thou');
    expect(told.at(-1)).toMatchObject({ name: EVENT.CONVERSATION_LIST_UPDATED, data: [{ draftText: 'half a thou' }, { draftText: '' }] });
    await chat.setConversationDraft({ conversationID: 'C2Cbob', draftText: '' });
    expect(await drafts()).toEqual(['', '']);
    await chat.setConversationDraft({ conversationID: 'C2Cbob', draftText: 'secret' });
    await chat.logout();
    await chat.login({ userID: 'alice', userSig: 'token' });
    expect(await drafts()).toEqual(['', '']);
  });

  test('are read up to the newest message, and the total of unread messages follows', async () => {
    const server = await Server.start();
    holds(server, list);
    const { chat, next } = await loggedIn(server);
    expect(chat.getTotalUnreadMessageCount()).toBe(2);
    expect(await next(EVENT.TOTAL_UNREAD_MESSAGE_COUNT_UPDATED)).toBe(2);
    await chat.setMessageRead({ conversationID: 'C2Cbob' });
    expect(await server.next('read')).toMatchObject({ conversation: 'c2c_bob', messageId: messageID(1) });
    expect(await next(EVENT.TOTAL_UNREAD_MESSAGE_COUNT_UPDATED)).toBe(0);
    for (const conversationID of ['C2Cbob', 'GROUPeng', 'C2Cnobody']) await chat.setMessageRead({ conversationID });
    expect(server.asked('read')).toHaveLength(1); // where nothing is unread, nothing is asked
  });

  test('that are groups make up the group list, whose changes are told', async () => {
    const server = await Server.start();
    holds(server, list);
    const { chat, next } = await loggedIn(server);
    expect((await chat.getGroupList()).data.groupList).toMatchObject([{ groupID: 'eng', name: 'Engineering' }]);
    expect((await chat.getGroupMemberList({ groupID: 'eng' })).data).toMatchObject({ memberList: [{ userID: 'alice', role: 'Owner' }], offset: 0 });
    expect((await chat.getGroupMemberProfile({ groupID: 'eng', userIDList: ['alice', 'bob'] })).data.memberList).toHaveLength(1);
    server.push({ type: 'conversation', conversation: 'group_eng', change: 'role', user: 'alice', role: 'admin' });
    while ((await next(EVENT.GROUP_LIST_UPDATED))[0]?.selfInfo.role !== 'Admin');
    server.push({ type: 'conversation', conversation: 'group_eng', change: 'left', user: 'alice' });
    while ((await next(EVENT.GROUP_LIST_UPDATED)).length > 0);
    expect((await chat.getGroupList()).data.groupList).toEqual([]);
  });
});

test('people have the profile of a new account: their user ID and nothing else', async () => {
  const server = await Server.start();
  const { chat } = await loggedIn(server);
  expect((await chat.getMyProfile()).data).toMatchObject({ userID: 'alice', nick: '', avatar: '' });
  expect((await chat.getUserProfile({ userIDList: ['bob', 'carol'] })).data).toMatchObject([{ userID: 'bob' }, { userID: 'carol' }]);
});
