import { expect, test, vi } from 'vitest';
import { messageFrame, messageID, revokedFrame, Server } from '../../test/server.js';
import { holds, loggedIn } from './client.js';

// Tencent's other seam: @tencentcloud/chat-uikit-engine, which belongs to @tencentcloud/chat, is given a client that is logged in.

test('Tencent\'s engine, given a client that is logged in, shows what comes and what is recalled', async () => {
  for (const level of ['log', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {}); // it says much, and Node has no navigator
  const { default: TUIChatEngine, StoreName, TUIChatService, TUIConversationService, TUIStore } = await import('@tencentcloud/chat-uikit-engine');
  const server = await Server.start();
  holds(server, [{ conversation: 'c2c_bob', unread: 1, lastChangeAt: 2, messages: [messageFrame(1).message] }]);
  const { chat } = await loggedIn(server);
  await TUIChatEngine.login({ chat, SDKAppID: 0, userID: 'alice', userSig: 'token' } as never);
  const list = () => TUIStore.getData(StoreName.CONV, 'conversationList');
  const shown = () => TUIStore.getData(StoreName.CHAT, 'messageList').map(({ ID, isRevoked }: { ID: string; isRevoked: boolean }) => [ID, isRevoked]);
  await expect.poll(() => list()[0]?.unreadCount).toBe(1);
  await TUIConversationService.switchConversation('C2Cbob');
  await expect.poll(shown).toEqual([[messageID(1), false]]);
  server.push(messageFrame(2));
  await expect.poll(shown).toEqual([[messageID(1), false], [messageID(2), false]]);
  server.push(revokedFrame(2));
  await expect.poll(shown).toEqual([[messageID(1), false], [messageID(2), true]]);
  await expect.poll(() => list()[0]?.lastMessage.isRevoked).toBe(true);

  const { data } = await TUIChatService.sendTextMessage({ to: 'bob', conversationType: 'C2C', payload: { text: 'hi' } } as never);
  await TUIStore.getMessageModel(data.message.ID).revokeMessage();
  expect(shown().at(-1)).toEqual([data.message.ID, true]);
  expect(TUIStore.getMessageModel(data.message.ID)).toMatchObject({ revoker: 'alice', payload: { text: 'hi' } });
});
