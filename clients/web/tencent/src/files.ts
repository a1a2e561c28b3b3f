import type { Attachment, Message as RecallMessage, Recall } from 'recall-web';
import { ChatError, CODE } from './errors.js';

/** Types of pictures that a page shows, and Tencent's numbers for them. 255 stands for types that Tencent has no number for. */
export const IMAGE_FORMATS: Record<string, number> = { 'image/jpeg': 1, 'image/gif': 2, 'image/png': 3, 'image/bmp': 4, 'image/webp': 255, 'image/avif': 255 };
/** So many files are held at a time. The oldest is let go first. */
const HELD_LIMIT = 500;

/** The file of a message, as far as this page has it. */
export interface HeldFile {
  /** Name, type and size. The ID is empty until the file is uploaded. */
  attachment: Attachment;
  /** Address of the bytes in this page. Empty while they come. */
  url: string;
  /** Size of a picture in pixels, 0 until it is decoded. */
  width: number;
  height: number;
  /** What is to be uploaded when the message is sent. */
  upload?: { file: Blob; onProgress: (part: number) => void; ended: AbortController };
}

/**
 * The files of messages. Tencent's UI reads the address of a file at once, so each file is downloaded when its message is received or listed, and has an
 * address in this page. The address of a recalled file is revoked.
 */
export class Files {
  readonly #held = new Map<string, HeldFile>();

  /** `changed` is told of a message whose file has come. */
  constructor(private readonly recall: Recall, private readonly changed: (message: RecallMessage) => void) {}

  get(ID: string): HeldFile | undefined {
    return this.#held.get(ID);
  }

  /** Holds a file for the message that this device makes of it. */
  add(ID: string, file: Blob, onProgress: (part: number) => void): void {
    const type = file.type.split(';')[0]!;
    // The page shows the bytes of a picture. Bytes of any other type, such as HTML, must not run as a part of the page.
    const url = URL.createObjectURL(type in IMAGE_FORMATS ? file : file.slice(0, file.size, 'application/octet-stream'));
    const attachment = { attachmentID: '', name: (file as File).name || 'file', type: type || 'application/octet-stream', size: file.size };
    this.#hold(ID, { attachment, url, width: 0, height: 0, upload: { file, onProgress, ended: new AbortController() } });
  }

  /** Uploads the file of a message, unless it has none or that is done. */
  async upload(message: RecallMessage): Promise<void> {
    const held = this.#held.get(message.ID);
    if (!held?.upload || message.attachments) return;
    const { file, onProgress, ended } = held.upload;
    const { name, type, size } = held.attachment;
    await measure(held, file);
    const { data } = await this.recall.uploadFile({ file, name, type, signal: ended.signal, onProgress: (done) => onProgress(Math.min(1, done / size)) });
    held.attachment = data.attachment;
    message.attachments = [data.attachment];
  }

  /** Ends an upload whose message is recalled before it is sent. False if the message is not being uploaded. */
  cancel(message: RecallMessage): boolean {
    if (!this.#held.get(message.ID)?.upload || message.attachments) return false;
    this.drop(message.ID);
    return true;
  }

  /** Downloads the file of a message that is shown, unless it is there. A download that fails is begun again when the message is listed again. */
  fetch(message: RecallMessage): void {
    const [attachment] = message.attachments ?? [];
    if (!attachment || this.#held.has(message.ID)) return;
    const held = this.#hold(message.ID, { attachment, url: '', width: 0, height: 0 });
    this.recall.downloadFile(message, attachment).then(async ({ data: { blob } }) => {
      await measure(held, blob);
      if (this.#held.get(message.ID) !== held) return;
      held.url = URL.createObjectURL(blob);
      this.changed(message);
    }).catch(() => {
      if (this.#held.get(message.ID) === held) this.#held.delete(message.ID);
    });
  }

  /** Lets go of the file of a message. Its address works no more, and its upload ends. */
  drop(ID: string): void {
    const held = this.#held.get(ID);
    this.#held.delete(ID);
    if (held?.url) URL.revokeObjectURL(held.url);
    held?.upload?.ended.abort();
  }

  clear(): void {
    for (const ID of this.#held.keys()) this.drop(ID);
  }

  #hold(ID: string, held: HeldFile): HeldFile {
    this.#held.set(ID, held);
    if (this.#held.size > HELD_LIMIT) this.drop(this.#held.keys().next().value!);
    return held;
  }
}

/** Finds out how large a picture is. One that cannot be decoded, and any other file, keeps 0. */
async function measure(held: HeldFile, file: Blob): Promise<void> {
  if (!(held.attachment.type in IMAGE_FORMATS) || !globalThis.createImageBitmap) return;
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (bitmap) Object.assign(held, { width: bitmap.width, height: bitmap.height });
  bitmap?.close();
}

/** The file that an application gives: a `File`, or the input element in which the user has selected one. */
export function selected({ file }: Record<string, any>, isImage: boolean): Blob {
  const chosen = file instanceof Blob ? file : file?.files?.[0];
  if (!(chosen instanceof Blob)) throw new ChatError(isImage ? CODE.IMAGE_NOT_SELECTED : CODE.FILE_NOT_SELECTED, 'payload.file must be a File, or an input element in which one is selected');
  if (isImage && !(chosen.type in IMAGE_FORMATS)) throw new ChatError(CODE.IMAGE_TYPE, `a picture must have one of these types: ${Object.keys(IMAGE_FORMATS).join(', ')}`);
  return chosen;
}
