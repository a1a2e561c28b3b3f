// The conformance driver (protocol/conformance): JSON lines in, calls of the package, JSON lines out.
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { type Attachment, EVENT, type Message, Recall, RecallError, type Storage, type WebSocketConstructor } from '../src/index.js';
import { FileStorage } from './files.js';

type Command = Record<string, any>;

const folder = process.env.RECALL_STORAGE;
const storage: Storage | false = folder ? new FileStorage(folder) : false;

let recall: Recall | undefined;
let configured = '';
let nextToken: string | undefined;
let connected = false;

const print = (line: object) => process.stdout.write(JSON.stringify(line) + '\n');

/** A message in the driver's terms. */
const shown = (message: Message) => ({
  messageId: message.ID,
  sender: message.from,
  ...(message.replyTo && { replyTo: message.replyTo }),
  ...(message.attachments && { attachments: message.attachments.map(({ attachmentID, name, type, size }) => ({ attachmentId: attachmentID, name, type, size })) }),
  ...(message.isRevoked
    ? { revoked: { by: message.revokerInfo?.userID, role: message.revokerInfo?.role, ...(message.revokeReason && { reason: message.revokeReason }) } }
    : { body: message.payload }),
});

/** Makes the client, and another one where the configuration is another, as an application would. */
function configure({ url, options }: Command): Recall {
  const wanted = JSON.stringify({ url, options });
  if (recall && wanted === configured) return recall;
  configured = wanted;
  recall = Recall.create({
    url,
    WebSocket: WebSocket as unknown as WebSocketConstructor,
    requestTimeout: options?.requestTimeoutMilliseconds,
    reconnectMinimum: options?.reconnectMinimumMilliseconds,
    reconnectMaximum: options?.reconnectMaximumMilliseconds,
    pingInterval: options?.pingIntervalMilliseconds,
    storage,
  });
  recall.on(EVENT.NET_STATE_CHANGE, ({ data: { state } }) => {
    if (state === 'connected') print({ event: 'connected' });
    else if (connected) print({ event: 'disconnected' });
    connected = state === 'connected';
  });
  recall.on(EVENT.MESSAGE_RECEIVED, ({ data }) => {
    for (const message of data) print({ event: 'onRecvNewMessage', message: { ...shown(message), conversation: message.conversationID } });
  });
  recall.on(EVENT.MESSAGE_REVOKED, ({ data }) => {
    for (const { ID, conversationID, revokerInfo, revokeReason } of data) {
      print({ event: 'onRecvMessageRevoked', messageId: ID, conversation: conversationID, operator: revokerInfo?.userID, reason: revokeReason });
    }
  });
  recall.on(EVENT.KICKED_OUT, ({ data: { reason } }) => {
    connected = false; // no change of the state tells it
    print({ event: 'kickedOffline', reason });
  });
  recall.on(EVENT.TOKEN_EXPIRED, () => print({ event: 'tokenExpired' }));
  return recall;
}

async function login(command: Command): Promise<object> {
  const tokenProvider = () => {
    if (nextToken === undefined) throw new Error('no token was given');
    return nextToken;
  };
  await configure(command).login({ userID: command.user, token: command.token, tokenProvider });
  return {};
}

/** What the client can do, and why it cannot do the rest. */
const capabilities = {
  capabilities: ['persistence', 'batches', 'findMessages', 'totalUnread', 'throwingListeners', 'unlessRevoked', 'attachments', 'push'],
  lacks: {
    newConversations: "CONVERSATION_LIST_UPDATED has the whole list, as in Tencent's Web SDK",
    executor: 'JavaScript calls handlers on its event loop',
  },
};

/** Adds another listener, which may leave or throw in its own callback. */
function listen(client: Recall, { listener, to, then }: Command): void {
  if (to === 'conversations') {
    client.on(EVENT.CONVERSATION_LIST_UPDATED, ({ data }) => {
      for (const { conversationID, unreadCount } of data) print({ event: 'onConversationChanged', listener, conversation: conversationID, unread: unreadCount });
    });
    client.on(EVENT.TOTAL_UNREAD_MESSAGE_COUNT_UPDATED, ({ data }) => print({ event: 'onTotalUnreadMessageCountChanged', listener, unread: data }));
    return;
  }
  const heard = (callback: string, messages: Message[]) => {
    for (const { ID } of messages) print({ event: 'heard', listener, callback, messageId: ID });
    if (then === 'leave') {
      client.off(EVENT.MESSAGE_RECEIVED, received);
      client.off(EVENT.MESSAGE_REVOKED, revoked);
    }
    if (then === 'throw') throw new Error('the listener throws');
  };
  const received = ({ data }: { data: Message[] }) => heard('onRecvNewMessage', data);
  const revoked = ({ data }: { data: Message[] }) => heard('onRecvMessageRevoked', data);
  client.on(EVENT.MESSAGE_RECEIVED, received);
  client.on(EVENT.MESSAGE_REVOKED, revoked);
}

async function revokeMessages(client: Recall, { conversation, messageIds, reason }: Command): Promise<object> {
  const { data } = await client.revokeMessages(conversation, messageIds, { reason });
  const results = data.results.map(({ ID, error }) => ({ messageId: ID, ok: !error, ...(error && { code: (error as RecallError).code }) }));
  return { results };
}

/** An attachment that a command names, in the client's terms. */
const named = ({ attachmentId, from }: Command): Attachment => ({
  attachmentID: attachmentId, name: 'file', type: 'text/plain', size: 1, ...(from && { from: { conversationID: from.conversation, ID: from.messageId } }),
});

const showProgress = (call: string) => (done: number, size: number) => print({ event: 'progress', call, done, size });

async function attach(client: Recall, { call, name, type, content, times = 1 }: Command): Promise<object> {
  const { data } = await client.uploadFile({ file: new Blob([content.repeat(times)]), name, type, onProgress: showProgress(call) });
  return { attachmentId: data.attachment.attachmentID };
}

const SHOWN_CONTENT_BYTES = 1_000;

async function download(client: Recall, { call, conversation, messageId, attachmentId }: Command): Promise<object> {
  const { data } = await client.downloadFile({ conversationID: conversation, ID: messageId }, { attachmentID: attachmentId }, { onProgress: showProgress(call) });
  const { size } = data.blob;
  return { bytes: size, ...(size <= SHOWN_CONTENT_BYTES && { content: await data.blob.text() }) };
}

async function sendMessage(client: Recall, { call, conversation, body, messageId, replyTo, unlessRevoked, attachments = [] }: Command): Promise<object> {
  const message = client.createCustomMessage({ conversationID: conversation, payload: body, replyTo, unlessRevoked, attachments: attachments.map(named) });
  if (messageId) message.ID = messageId;
  print({ event: 'sending', call, messageId: message.ID });
  const { data } = await client.sendMessage(message);
  return { messageId: data.message.ID, sentAt: data.message.sentAt, recallableUntil: data.message.recallableUntil };
}

async function carryOut(command: Command): Promise<object> {
  const { conversation: conversationID } = command;
  if (command.do === 'login') return login(command);
  if (command.do === 'token') {
    nextToken = command.token;
    return {};
  }
  if (command.do === 'capabilities') return capabilities;
  const client = recall;
  if (!client) throw new RecallError(9508, 'not_connected', 'not logged in');
  switch (command.do) {
    case 'send':
      return sendMessage(client, command);
    case 'attach':
      return attach(client, command);
    case 'download':
      return download(client, command);
    case 'registerPush': {
      const subscription = { endpoint: `https://push.example.com/${command.token}`, keys: { p256dh: 'p256dh', auth: 'auth' } };
      await (command.remove ? client.unregisterPush(subscription) : client.registerPush(subscription));
      return {};
    }
    case 'limits':
      return { maxAttachmentBytes: client.maxAttachmentBytes() };
    case 'work':
      return client.workOn({ conversationID, ID: command.messageId }, (signal) => {
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve({})));
      });
    case 'listen':
      listen(client, command);
      return {};
    case 'find': {
      const messages = (command.messageIds as string[]).map((ID) => client.findMessage(ID));
      return { messages: messages.filter((message) => message !== undefined).map(shown) };
    }
    case 'revoke':
      if (command.messageIds) return revokeMessages(client, command);
      await client.revokeMessage({ conversationID, ID: command.messageId }, { reason: command.reason });
      return {};
    case 'view': {
      const { data } = await client.getConversationList();
      const entry = data.conversationList.find((each) => each.conversationID === conversationID);
      return { messages: client.getHeldMessageList(conversationID).map(shown), unread: entry?.unreadCount ?? 0 };
    }
    case 'unsent': {
      const messages = client.getUnsentMessageList(conversationID);
      return { messages: messages.map(({ message, failed }) => ({ messageId: message.ID, body: message.payload, ...(failed && { failed }) })) };
    }
    case 'clear':
      await client.clearStorage(command.user);
      return {};
    case 'history': {
      const { data } = await client.getMessageList({ conversationID, nextReqMessageID: command.before, count: command.limit });
      return { messages: data.messageList.map(shown) };
    }
    case 'read': {
      const { data } = await client.setMessageRead({ conversationID, messageID: command.messageId });
      return { unread: data.unreadCount };
    }
    case 'conversations': {
      const { data } = await client.getConversationList();
      return { conversations: data.conversationList.map((each) => ({ conversation: each.conversationID, unread: each.unreadCount })) };
    }
    case 'check':
      client.checkConnection();
      return {};
    case 'logout':
      await client.logout();
      return {};
  }
  throw new RecallError(6017, 'invalid_request', `no such command: ${command.do}`);
}

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.on('line', (line) => {
  let command: Command;
  try {
    command = JSON.parse(line);
  } catch {
    return console.error('not a JSON line');
  }
  if (command.do === 'quit') return process.exit(0);
  const { call } = command;
  carryOut(command).then(
    (fields) => print({ event: 'result', call, ok: true, ...fields }),
    (error) => print({ event: 'result', call, ok: false, code: error.code ?? 6017, desc: error.message }),
  );
});
