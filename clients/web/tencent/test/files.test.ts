import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import TencentCloudChat from '../src/index.js';
import { bucket, failure, messageFrame, messageID, revokedFrame, Server } from '../../test/server.js';
import { loggedIn } from './client.js';

const { EVENT, TYPES } = TencentCloudChat;
const ATTACHMENT = { attachmentId: messageID(90), name: 'cat.png', type: 'image/png', size: 3 };
const cat = (type = 'image/png') => new File(['cat'], 'cat.png', { type });
const toBob = (payload: object, more: object = {}) => ({ to: 'bob', conversationType: TYPES.CONV_C2C, payload, ...more });
const picture = (number: number, more: object = {}) => messageFrame(number, { body: { text: '' }, attachments: [ATTACHMENT], ...more });
const bytesAt = async (url: string) => (await fetch(url)).text();

/** A deployment with attachments: the bucket keeps what is uploaded, and answers a download with "cat". */
async function withBucket(answer?: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await Server.start();
  const uploaded: string[] = [];
  const url = await bucket(async (request, response) => {
    if (answer) return answer(request, response);
    let bytes = '';
    for await (const part of request) bytes += part;
    if (request.method === 'PUT') uploaded.push(bytes);
    response.end('cat');
  });
  const send = server.answers.send!;
  server.answers.attach = ({ type }) => ({ attachmentId: ATTACHMENT.attachmentId, upload: { method: 'PUT', url, headers: { 'content-type': type } }, uploadUntil: 1 });
  server.answers.download = () => ({ url, downloadUntil: 1 });
  server.answers.send = (frame, socket) => {
    const stored = send(frame, socket)!;
    return { ...stored, message: { ...stored.message, ...(frame.attachments && { attachments: [ATTACHMENT] }) } };
  };
  return { server, uploaded, ...(await loggedIn(server)) };
}

test('a picture has Tencent\'s form and can be shown at once, and is uploaded when it is sent', async () => {
  const { server, uploaded, chat } = await withBucket();
  const progress: number[] = [];
  const made = chat.createImageMessage(toBob({ file: cat() }, { onProgress: (part: number) => progress.push(part) }));
  expect(made).toMatchObject({ type: 'TIMImageElem', status: 'unSend', payload: { imageFormat: 3 } });
  expect(made.payload.imageInfoArray.map(({ type, sizeType, size }: Record<string, number>) => [type, sizeType, size])).toEqual([[0, 1, 3], [1, 2, 3], [2, 3, 3]]);
  expect(await bytesAt(made.payload.imageInfoArray[0].url)).toBe('cat');
  expect(uploaded).toEqual([]);
  const { data } = await chat.sendMessage(made);
  expect(uploaded).toEqual(['cat']);
  expect(progress.at(-1)).toBe(1);
  expect(await server.next('attach')).toMatchObject({ name: 'cat.png', type: 'image/png', size: 3 });
  expect(await server.next('send')).toMatchObject({ messageId: made.ID, body: { text: '' }, attachments: [{ attachmentId: ATTACHMENT.attachmentId }] });
  expect(data.message).toMatchObject({ type: 'TIMImageElem', status: 'success', payload: { uuid: ATTACHMENT.attachmentId } });
  const list = (await chat.getConversationList()).data.conversationList;
  expect(list[0]!.lastMessage).toMatchObject({ type: 'TIMImageElem', messageForShow: '[Image]' });
  expect(server.asked('download')).toEqual([]);
});

test('a file has Tencent\'s form, from the element in which it was chosen, also if it is a picture', async () => {
  const { server, chat } = await withBucket();
  const made = chat.createFileMessage(toBob({ file: { files: [cat()] } }));
  expect(made).toMatchObject({ type: 'TIMFileElem', payload: { fileName: 'cat.png', fileSize: 3 } });
  const { data } = await chat.sendMessage(made);
  expect(data.message).toMatchObject({ type: 'TIMFileElem', payload: { uuid: ATTACHMENT.attachmentId, fileName: 'cat.png' } });
  expect(await server.next('send')).toMatchObject({ body: { text: '', asFile: true } });
});

test('a file of HTML is not shown as a page of its own', async () => {
  const { chat } = await withBucket();
  const { payload } = chat.createFileMessage(toBob({ file: cat('text/html') }));
  expect((await (await fetch(payload.fileUrl)).blob()).type).toBe('application/octet-stream');
});

test.each([
  ['a picture without a file', 'createImageMessage', {}, 2251], ['an element in which nothing is chosen', 'createImageMessage', { file: { files: [] } }, 2251],
  ['a picture that no page shows', 'createImageMessage', { file: cat('image/svg+xml') }, 2252], ['a file without a file', 'createFileMessage', { file: 'cat.png' }, 2401],
] as const)('%s is refused with Tencent\'s code', async (_name, call, payload, code) => {
  const { chat } = await withBucket();
  expect(() => chat[call](toBob(payload))).toThrowError(expect.objectContaining({ code }));
});

test('where the deployment has no attachments, the error is the server\'s, and the message can be sent again', async () => {
  const { server, chat } = await withBucket();
  const attach = server.answers.attach!;
  server.answers.attach = () => failure(76005, 'attachments_off');
  const made = chat.createImageMessage(toBob({ file: cat() }));
  await expect(chat.sendMessage(made)).rejects.toMatchObject({ code: 76005, data: { message: { ID: made.ID, status: 'fail' } } });
  expect(server.asked('send')).toEqual([]);
  server.answers.attach = attach;
  expect((await chat.resendMessage(made)).data.message.status).toBe('success');
});

test('a received picture is downloaded and changes where it stands, and after the recall its address is dead', async () => {
  const { server, chat, next } = await withBucket();
  server.push(picture(1));
  expect(await next(EVENT.MESSAGE_RECEIVED)).toMatchObject([{ type: 'TIMImageElem', payload: { imageInfoArray: [{ url: '', size: 3 }, {}, {}] } }]);
  const [{ payload }] = await next(EVENT.MESSAGE_MODIFIED);
  const { url } = payload.imageInfoArray[0];
  expect(await bytesAt(url)).toBe('cat');
  server.push(revokedFrame(1));
  const [tombstone] = await next(EVENT.MESSAGE_REVOKED);
  expect(tombstone).toMatchObject({ isRevoked: true, type: 'TIMCustomElem', payload: { data: '' } });
  await expect(fetch(url)).rejects.toThrow();
  expect(JSON.stringify([tombstone, chat.findMessage(messageID(1)), await chat.getConversationList()])).not.toMatch(/blob:|cat\.png/);
});

test('a received file is downloaded, too, and has an address at which nothing is until then', async () => {
  const { server, next } = await withBucket();
  server.push(picture(1, { attachments: [{ ...ATTACHMENT, name: 'plan.pdf', type: 'application/pdf' }] }));
  server.push(picture(2, { body: { text: '', asFile: true } }));
  for (const fileName of ['plan.pdf', 'cat.png']) expect(await next(EVENT.MESSAGE_RECEIVED)).toMatchObject([{ type: 'TIMFileElem', payload: { fileName, fileUrl: 'about:blank' } }]);
  for (let n = 0; n < 2; n++) expect(await bytesAt((await next(EVENT.MESSAGE_MODIFIED))[0].payload.fileUrl)).toBe('cat');
});

test('a picture in a page of history is downloaded once, and again only if that failed', async () => {
  const { server, chat, next } = await withBucket();
  const download = server.answers.download!;
  server.answers.download = (frame, socket) => (server.asked('download').length === 1 ? failure(76006, 'attachment_not_found') : download(frame, socket));
  const page = { conversation: 'c2c_bob', messages: [picture(1).message], revocations: [], cursor: 'c', more: false, unread: 0 };
  server.answers.sync = () => ({ conversations: [page] });
  const list = async () => (await chat.getMessageList({ conversationID: 'C2Cbob' })).data.messageList;
  const address = async () => (await list())[0].payload.imageInfoArray[0].url;
  expect(await address()).toBe('');
  // While the first download goes on, no other is begun.
  await expect.poll(address).toContain('blob:');
  expect(await bytesAt((await next(EVENT.MESSAGE_MODIFIED))[0].payload.imageInfoArray[0].url)).toBe('cat');
  await list();
  expect(server.asked('download')).toHaveLength(2);
});

test('a text that another client of Recall sent with a file is a text, and the file is not downloaded', async () => {
  const { server, chat, next } = await withBucket();
  server.push(picture(1, { body: { text: 'look' } }));
  expect(await next(EVENT.MESSAGE_RECEIVED)).toMatchObject([{ type: 'TIMTextElem', payload: { text: 'look' } }]);
  await chat.sendMessage(chat.createTextMessage(toBob({ text: 'nice' })));
  expect(server.asked('download')).toEqual([]);
});

test('a recall ends the download of the picture, which is not shown any more', async () => {
  let asked!: () => void;
  const downloading = new Promise<void>((resolve) => (asked = resolve));
  let dropped!: () => void;
  const ended = new Promise<void>((resolve) => (dropped = resolve));
  const { server, told, next } = await withBucket((_, response) => {
    response.on('close', () => dropped());
    response.write('c');
    asked();
  });
  server.push(picture(1));
  await downloading;
  server.push(revokedFrame(1));
  await next(EVENT.MESSAGE_REVOKED);
  await ended;
  expect(told.some(({ name }) => name === EVENT.MESSAGE_MODIFIED)).toBe(false);
});

test('the sender\'s recall leaves nothing of the picture, also for the sender', async () => {
  const { chat } = await withBucket();
  const { message } = (await chat.sendMessage(chat.createImageMessage(toBob({ file: cat() })))).data;
  const { url } = message.payload.imageInfoArray[0];
  const { data } = await chat.revokeMessage(message);
  expect(data.message).toMatchObject({ isRevoked: true, revoker: 'alice', type: 'TIMCustomElem', payload: { data: '' } });
  await expect(fetch(url)).rejects.toThrow();
});

test('a picture that is still being uploaded can be recalled: it is never sent', async () => {
  let asked!: () => void;
  const uploading = new Promise<void>((resolve) => (asked = resolve));
  const { server, chat } = await withBucket(() => asked());
  const made = chat.createImageMessage(toBob({ file: cat() }));
  const { url } = made.payload.imageInfoArray[0];
  const sending = chat.sendMessage(made);
  await uploading;
  expect((await chat.revokeMessage(made)).data.message).toMatchObject({ ID: made.ID, isRevoked: true, revoker: 'alice', payload: { data: '' } });
  expect((await sending).data.message).toMatchObject({ ID: made.ID, isRevoked: true, payload: { data: '' } });
  expect([server.asked('send'), server.asked('revoke')]).toEqual([[], []]);
  await expect(fetch(url)).rejects.toThrow();
});

test('after a logout the address of a picture is dead', async () => {
  const { server, chat, next } = await withBucket();
  server.push(picture(1));
  const [{ payload }] = await next(EVENT.MESSAGE_MODIFIED);
  await chat.logout();
  await expect(fetch(payload.imageInfoArray[0].url)).rejects.toThrow();
});
