import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { EVENT, type EventData, type EventName, Recall, type RecallOptions, type WebSocketConstructor } from '../src/index.js';

export type Frame = Record<string, any>;
export const SERVER_TIME = 1_700_000_000_000;
export const wsClass = WebSocket as unknown as WebSocketConstructor;

/** A server that does what a test says. Without instructions it greets, lists and synchronises nothing. */
export class Server {
  url = '';
  handshakes: { token: string; at: number }[] = [];
  frames: Frame[] = [];
  sockets: WebSocket[] = [];
  /** Answers per action; null leaves a request without a reply. Fields are put into a reply that is ok. */
  answers: Record<string, (frame: Frame, socket: WebSocket) => Frame | null> = {
    hello: () => ({ serverTime: SERVER_TIME, user: 'alice', recallWindowSeconds: 120 }),
    conversations: () => ({ conversations: [] }),
    sync: ({ conversations }) => ({ conversations: conversations.map(({ conversation }: Frame) => ({ conversation, messages: [], revocations: [], cursor: 'c1', more: false, unread: 0 })) }),
    send: ({ messageId, conversation }) => ({ message: { messageId, conversation, sender: 'alice', sentAt: SERVER_TIME, recallableUntil: SERVER_TIME + 120_000 }, duplicate: false }),
    revoke: ({ messageId, messageIds }) => ({ results: (messageIds ?? [messageId]).map((each: string) => ({ messageId: each, ok: true, revoked: { at: SERVER_TIME, by: 'alice', role: 'sender' } })) }),
    read: ({ messageId }) => ({ readUpTo: messageId, unread: 0 }),
  };
  refuse: (token: string) => boolean = () => false;
  #waiting: (() => void)[] = [];

  static async start(): Promise<Server> {
    const server = new Server();
    const listening = new WebSocketServer({
      port: 0, host: '127.0.0.1', handleProtocols: () => 'recall.v1',
      verifyClient: ({ req }, done) => {
        const token = /bearer\.(\S+)/.exec(req.headers['sec-websocket-protocol'] ?? '')?.[1] ?? '';
        server.handshakes.push({ token, at: server.frames.length });
        done(!server.refuse(token), 401);
        server.#wake();
      },
    });
    await once(listening, 'listening');
    server.url = `ws://127.0.0.1:${(listening.address() as AddressInfo).port}/local`;
    listening.on('connection', (socket) => {
      server.sockets.push(socket);
      socket.on('message', (data) => server.#take(JSON.parse(String(data)), socket));
    });
    onTestFinished(() => {
      for (const socket of listening.clients) socket.terminate();
      listening.close();
    });
    return server;
  }

  #take(frame: Frame, socket: WebSocket): void {
    this.frames.push(frame);
    const fields = this.answers[frame.action]?.(frame, socket);
    if (fields) socket.send(JSON.stringify({ type: 'reply', action: frame.action, id: frame.id, ok: fields.error === undefined, ...fields }));
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The requests of one action so far. */
  asked(action: string): Frame[] {
    return this.frames.filter((frame) => frame.action === action);
  }

  /** Waits until so many requests of an action have come, and returns the last of these. */
  async next(action: string, number = 1): Promise<Frame> {
    while (this.asked(action).length < number) await new Promise<void>((wake) => this.#waiting.push(wake));
    return this.asked(action)[number - 1]!;
  }

  push(frame: Frame): void {
    this.pushText(JSON.stringify(frame));
  }

  pushText(text: string | Buffer): void {
    this.sockets.at(-1)!.send(text, { binary: false });
  }
}

export const failure = (code: number, name: string, retryable = false, more: object = {}): Frame => ({ error: { code, name, desc: name, retryable, ...more } });

/** A client of alice, and what it told. */
export interface Alice {
  recall: Recall;
  told: { name: EventName; data: any }[];
  /** Waits for the next event of a name that was not waited for before. */
  event<Name extends EventName>(name: Name): Promise<EventData[Name]>;
}

export function newAlice(server: Server, options: Partial<RecallOptions> = {}): Alice {
  const recall = Recall.create({ url: server.url, WebSocket: wsClass, requestTimeout: 5_000, reconnectMinimum: 1, reconnectMaximum: 5, ...options });
  const told: Alice['told'] = [];
  const taken = new Set<object>();
  let waiting: (() => void)[] = [];
  for (const name of Object.values(EVENT)) {
    recall.on(name, ({ data }) => {
      told.push({ name, data });
      for (const wake of waiting.splice(0)) wake();
    });
  }
  onTestFinished(() => void recall.logout());
  const event = async (name: EventName): Promise<any> => {
    for (;;) {
      const found = told.find((each) => each.name === name && !taken.has(each));
      if (found) {
        taken.add(found);
        return found.data;
      }
      await new Promise<void>((wake) => waiting.push(wake));
    }
  };
  return { recall, told, event };
}

export async function loggedIn(server: Server, options: Partial<RecallOptions> = {}): Promise<Alice> {
  const alice = newAlice(server, options);
  await alice.recall.login({ userID: 'alice', token: 'token' });
  return alice;
}

/** A valid message ID, the later the greater the number. */
export const messageID = (number: number): string => `01HF7YAT00${String(number).padStart(16, '0')}`;

export const messageFrame = (number: number, more: object = {}): Frame => ({
  type: 'message',
  message: { messageId: messageID(number), conversation: 'c2c_bob', sender: 'bob', sentAt: SERVER_TIME + number, recallableUntil: SERVER_TIME + 120_000, body: { text: `text ${number}` }, ...more },
});

export const revokedFrame = (...numbers: number[]): Frame => ({
  type: 'revoked', conversation: 'c2c_bob',
  revocations: numbers.map((number) => ({ messageId: messageID(number), sender: 'bob', sentAt: SERVER_TIME + number, revoked: { at: SERVER_TIME + 5_000, by: 'bob', role: 'sender', reason: 'wrong chat' } })),
});

/** A bucket that does with a request what the test says. Returns its address, which has a signature. */
export async function bucket(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/1?signature=secret`;
}
