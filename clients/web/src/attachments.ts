import { asError } from './send.js';
import { alreadyRecalled, ERROR_CODE, invalid, notAReply, RecallError } from './errors.js';
import { ATTACHMENTS_LIMIT, isConversation, isMessageID, type JSONObject, object, text } from './frames.js';
import type { Session } from './session.js';
import type { Attachment } from './types.js';

/** These have no script in them. A page that opens a Blob of another type, such as text/html, would run it as a part of itself. */
const HARMLESS = /^(image\/(png|jpeg|gif|webp|avif|bmp)|(audio|video)\/[\w.+-]+|text\/plain)$/;

/** Is told how much of a file is transferred: bytes so far, and in all. */
export type OnProgress = (done: number, size: number) => void;

/** Keeps of attachments that are to be sent what belongs to them: a whole message may stand in `from`. Throws 6017. */
export function checkAttachments(attachments: Attachment[]): Attachment[] {
  const good = attachments.length <= ATTACHMENTS_LIMIT && attachments.every(({ attachmentID, from }) =>
    isMessageID(attachmentID) && (!from || (isConversation(from.conversationID) && isMessageID(from.ID))));
  if (!good) throw invalid(`attachments must be up to ${ATTACHMENTS_LIMIT} that uploadFile or a message gave`);
  return attachments.map(({ attachmentID, name, type, size, from }) => ({
    attachmentID, name, type, size, ...(from && { from: { conversationID: from.conversationID, ID: from.ID } }),
  }));
}

/** Uploads a file, with the headers that the server has signed. */
export async function attach(session: Session, file: Blob, name: string, type: string, onProgress: OnProgress, signal?: AbortSignal): Promise<Attachment> {
  const { attachmentId, upload } = await ask(session, 'attach', { name, type, size: file.size }, signal);
  const target = object(upload);
  if (!isMessageID(attachmentId) || !isAddress(target?.url)) throw notAReply('attach');
  // The platform itself sends these two, and a page must not.
  const headers = Object.entries(object(target!.headers) ?? {}).filter(([header]) => !/^(content-length|host)$/i.test(header)) as [string, string][];
  const ended = untilOver(session, signal);
  await transfer(session, ended, ERROR_CODE.UPLOAD_FAILED, async () => {
    const put = globalThis.XMLHttpRequest ? putWithProgress : putWithFetch;
    const status = await put(text(target!.method) || 'PUT', target!.url as string, headers, file, onProgress, ended);
    if (status < 200 || status > 299) throw status;
  });
  return { attachmentID: attachmentId, name, type, size: file.size };
}

/** A page learns of the progress of an upload only from an XMLHttpRequest. */
function putWithProgress(method: string, url: string, headers: [string, string][], file: Blob, onProgress: OnProgress, signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    signal.onabort = () => request.abort();
    request.upload.onprogress = ({ loaded }) => onProgress(loaded, file.size);
    request.onloadend = () => resolve(request.status); // 0 without an answer
    request.open(method, url);
    for (const [name, value] of headers) request.setRequestHeader(name, value);
    request.send(file);
  });
}

async function putWithFetch(method: string, url: string, headers: [string, string][], body: Blob, onProgress: OnProgress, signal: AbortSignal): Promise<number> {
  const { status, ok } = await fetch(url, { method, headers, body, signal });
  if (ok) onProgress(body.size, body.size);
  return status;
}

/** Downloads an attachment. `signal` ends it, for example when the message is recalled. */
export async function download(session: Session, conversation: string, messageId: string, attachmentId: string, type: string, onProgress: OnProgress, signal: AbortSignal): Promise<Blob> {
  const { url } = await ask(session, 'download', { conversation, messageId, attachmentId }, signal);
  if (!isAddress(url)) throw notAReply('download');
  const ended = untilOver(session, signal);
  return transfer(session, ended, ERROR_CODE.DOWNLOAD_FAILED, async () => {
    const response = await fetch(url, { signal: ended, cache: 'no-store' }); // the browser's cache would outlive a recall
    if (!response.ok || !response.body) throw response.status;
    const size = Number(response.headers.get('content-length')) || 0;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let done = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { value } = await reader.read();
      if (!value) break;
      parts.push(value);
      onProgress((done += value.length), Math.max(size, done));
    }
    return new Blob(parts, { type: HARMLESS.test(type) ? type : 'application/octet-stream' });
  });
}

const isAddress = (value: unknown): value is string => /^https?:\/\//.test(text(value));

async function ask(session: Session, action: string, fields: JSONObject, signal?: AbortSignal): Promise<JSONObject> {
  signal?.throwIfAborted();
  try {
    return await session.requests.ask(action, fields).reply;
  } catch (failure) {
    throw asError(failure);
  } finally {
    signal?.throwIfAborted();
  }
}

/** A signal of its own that also ends with the session. */
const untilOver = (session: Session, signal?: AbortSignal): AbortSignal => AbortSignal.any([session.ended, ...(signal ? [signal] : [])]);

/** Makes the error of a transfer: why it was ended, or that it failed. It has no address in it, which is a key to the file. */
async function transfer<Outcome>(session: Session, signal: AbortSignal, code: number, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    const outcome = await work();
    signal.throwIfAborted();
    return outcome;
  } catch {
    if (session.over) throw session.over;
    signal.throwIfAborted();
    throw new RecallError(code, code === ERROR_CODE.UPLOAD_FAILED ? 'upload_failed' : 'download_failed', 'the bytes of the attachment were not transferred whole');
  }
}

/** The recall of the message is the reason why a download ended. */
export const endedByRecall = (failure: unknown): unknown =>
  failure instanceof RecallError && failure.code === ERROR_CODE.OTHER_MESSAGE_RECALLED ? alreadyRecalled() : failure;
