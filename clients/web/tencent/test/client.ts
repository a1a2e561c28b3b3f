import { onTestFinished } from 'vitest';
import TencentCloudChat, { type Chat } from '../src/index.js';
import { type Frame, type Server, wsClass } from '../../test/server.js';

const { EVENT } = TencentCloudChat;

/** A client on the test's server, and what it told. */
export interface Client {
  chat: Chat;
  told: { name: string; data: any }[];
  /** Waits for the next event of a name that was not waited for before. */
  next(name: string): Promise<any>;
}

export function newClient(server: Server, options: object = {}): Client {
  const chat = TencentCloudChat.create({ SDKAppID: server.url, WebSocket: wsClass, requestTimeout: 5_000, ...options });
  onTestFinished(() => void chat.destroy());
  const told: Client['told'] = [];
  const taken = new Set<object>();
  let waiting: (() => void)[] = [];
  for (const name of Object.values(EVENT)) {
    chat.on(name, (event) => {
      told.push(event);
      for (const wake of waiting.splice(0)) wake();
    });
  }
  const next = async (name: string) => {
    for (;;) {
      const found = told.find((each) => each.name === name && !taken.has(each));
      if (found) {
        taken.add(found);
        return found.data;
      }
      await new Promise<void>((wake) => waiting.push(wake));
    }
  };
  return { chat, told, next };
}

export async function loggedIn(server: Server, options: object = {}): Promise<Client> {
  const client = newClient(server, options);
  await client.chat.login({ userID: 'alice', userSig: 'token' });
  await client.next(EVENT.SDK_READY);
  return client;
}

/** Makes the server answer as one does that has these conversations. */
export function holds(server: Server, conversations: Frame[]): void {
  server.answers.conversations = () => ({ conversations: conversations.map(({ messages, ...entry }) => ({ lastChangeAt: 1, unread: 0, ...entry })) });
  server.answers.sync = ({ conversations: asked }) => ({
    conversations: asked.map(({ conversation }: Frame) => {
      const held = conversations.find((each) => each.conversation === conversation);
      return { conversation, messages: held?.messages ?? [], revocations: [], cursor: 'c', more: false, unread: held?.unread ?? 0 };
    }),
  });
}
