import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { Attachment } from '../src/index.js';
import { bucket, loggedIn, messageFrame, messageID, Server } from './server.js';

async function withBucket(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await Server.start();
  const url = await bucket(answer);
  server.answers.attach = () => ({ attachmentId: messageID(90), upload: { method: 'PUT', url, headers: { 'content-type': 'image/png', 'Content-Length': '3' } }, uploadUntil: 1 });
  server.answers.download = () => ({ url, downloadUntil: 1 });
  return { server, alice: await loggedIn(server) };
}

const picture = () => ({ file: new Blob(['cat'], { type: 'image/png' }), name: 'cat.png' });
const attachment = (number: number): Attachment => ({ attachmentID: messageID(number), name: 'cat.png', type: 'image/png', size: 3 });

test('the name and the type of a file are its own, unless the application gives others', async () => {
  const { server, alice } = await withBucket((_, response) => response.end());
  await alice.recall.uploadFile({ file: new File(['cat'], 'cat.png', { type: 'image/png' }) });
  await alice.recall.uploadFile({ file: new Blob(['cat']) });
  await alice.recall.uploadFile({ file: new Blob(['cat'], { type: 'text/plain;charset=utf-8' }) });
  await alice.recall.uploadFile({ file: new File(['cat'], 'cat.png', { type: 'image/png' }), name: 'dog.gif', type: 'image/gif' });
  expect(server.asked('attach')).toMatchObject([
    { name: 'cat.png', type: 'image/png', size: 3 }, { name: 'file', type: 'application/octet-stream', size: 3 }, { name: 'file', type: 'text/plain', size: 3 },
    { name: 'dog.gif', type: 'image/gif', size: 3 },
  ]);
});

test('an application ends an upload, before it asks and while it goes on', async () => {
  const controller = new AbortController();
  const { server, alice } = await withBucket(() => controller.abort(new Error('changed my mind')));
  await expect(alice.recall.uploadFile({ ...picture(), signal: controller.signal })).rejects.toThrow('changed my mind');
  await expect(alice.recall.uploadFile({ ...picture(), signal: controller.signal })).rejects.toThrow('changed my mind');
  expect(server.asked('attach')).toHaveLength(1);
});

test('an application ends a download while it goes on', async () => {
  const controller = new AbortController();
  const { alice } = await withBucket(() => controller.abort(new Error('changed my mind')));
  await expect(alice.recall.downloadFile({ conversationID: 'c2c_bob', ID: messageID(1) }, attachment(90), { signal: controller.signal })).rejects.toThrow('changed my mind');
});

test('a logout ends an upload', async () => {
  const { alice } = await withBucket(() => void alice.recall.logout());
  await expect(alice.recall.uploadFile(picture())).rejects.toMatchObject({ code: 9508 });
});

test('the error of an upload has no address, which is a key to the file', async () => {
  const { alice } = await withBucket((request) => request.socket.destroy());
  const error = await alice.recall.uploadFile(picture()).catch((failure) => failure);
  expect(error).toMatchObject({ code: 6008, name: 'upload_failed' });
  expect(`${error.message} ${error.stack} ${error.cause}`).not.toContain('secret');
});

test.each([
  ['image/png', 'image/png'], ['video/mp4', 'video/mp4'], ['text/plain', 'text/plain'],
  ['text/html', 'application/octet-stream'], ['image/svg+xml', 'application/octet-stream'], ['application/xhtml+xml', 'application/octet-stream'],
  ['image/png, text/html', 'application/octet-stream'], ['', 'application/octet-stream'],
])('the Blob of a download of type %j has the type %s, so that a page that opens it runs no script of the sender', async (type, given) => {
  const { alice } = await withBucket((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('cat'));
  const { data } = await alice.recall.downloadFile({ conversationID: 'c2c_bob', ID: messageID(1) }, { attachmentID: messageID(90), type });
  expect(data.blob.type).toBe(given);
  expect(await data.blob.text()).toBe('cat');
});

test('a message takes up to 10 attachments, and of a message that it forwards from only what names it', async () => {
  const { server, alice } = await withBucket(() => {});
  server.push(messageFrame(1, { attachments: [{ attachmentId: messageID(90), name: 'cat.png', type: 'image/png', size: 3 }] }));
  const [message] = await alice.event('onMessageReceived');
  const forwarded = message!.attachments!.map((each) => ({ ...each, from: message! }));
  const made = alice.recall.createTextMessage({ to: 'carol', payload: { text: 'look' }, attachments: forwarded });
  expect(made.attachments).toEqual([{ ...attachment(90), from: { conversationID: 'c2c_bob', ID: messageID(1) } }]);
  const make = (attachments: Attachment[]) => () => alice.recall.createTextMessage({ to: 'bob', payload: { text: 'look' }, attachments });
  expect(make([])().attachments).toBeUndefined();
  expect(make(Array.from({ length: 10 }, (_, number) => attachment(number)))().attachments).toHaveLength(10);
  expect(make(Array.from({ length: 11 }, (_, number) => attachment(number)))).toThrow('attachments must be');
  expect(make([{ ...attachment(1), attachmentID: 'one' }])).toThrow('attachments must be');
  expect(make([{ ...attachment(1), from: { conversationID: 'bob', ID: messageID(1) } }])).toThrow('attachments must be');
});
