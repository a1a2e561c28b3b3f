import type { Attachment, Message, Recall } from 'recall-web';

/** A file that is to be sent. */
interface Outgoing {
  file: File;
  ended: AbortController;
  /** Set when it is uploaded. */
  attachment?: Attachment;
}

/** Types that a page can show. Others are named, and not fetched. */
export const PICTURE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];

/** The picture of a message, if it has one that a page can show. */
export const pictureOf = (message: Message): Attachment | undefined => message.attachments?.find(({ type }) => PICTURE_TYPES.includes(type));

/** How long an address may still answer after the recall was confirmed: the backend promises 5 seconds. */
const DEAD_AFTER_MILLISECONDS = 5_000;
const LOOK_AGAIN_MILLISECONDS = 250;

/** A picture that this device holds. */
interface Held {
  /** Address of the bytes in this page; '' while they come. */
  url: string;
  /** From 0 to 1. */
  done: number;
  failed: boolean;
}

/** The pictures of one device: those of its messages, while these are not recalled. */
export class Pictures {
  readonly #held = new Map<string, Held>();
  /** Files whose messages are not stored yet, by the IDs of these messages. */
  readonly #files = new Map<string, Outgoing>();
  /** The address that the server gave for the picture of a message, to show that it is dead after the recall. */
  readonly #addresses = new Map<string, string>();
  readonly #answers = new Map<string, number>();
  readonly #asked = new Map<string, string>();

  constructor(private readonly changed: () => void) {}

  get(message: Message): Held | undefined {
    return this.#held.get(message.ID);
  }

  /** Keeps a file that is to be sent. */
  add(ID: string, file: File): void {
    this.#files.set(ID, { file, ended: new AbortController() });
    this.#held.set(ID, { url: URL.createObjectURL(file), done: 0, failed: false });
  }

  /** Uploads the file of a message that is being sent, unless that is done. */
  async upload(recall: Recall, message: Message): Promise<void> {
    const kept = this.#files.get(message.ID);
    if (!kept) return;
    const { file, ended } = kept;
    const onProgress = (done: number, size: number) => this.#progress(message.ID, done / size);
    kept.attachment ??= (await recall.uploadFile({ file, name: file.name || 'picture', signal: ended.signal, onProgress })).data.attachment;
    message.attachments = [kept.attachment];
  }

  /** Ends an upload, because its message is not to be sent after all. False if there is none: then its message may be stored. */
  cancel(ID: string): boolean {
    const kept = this.#files.get(ID);
    if (!kept || kept.attachment) return false;
    kept.ended.abort();
    this.drop(ID);
    return true;
  }

  /** The message has another ID now. */
  rename(from: string, to: string): void {
    const [held, file] = [this.#held.get(from), this.#files.get(from)];
    this.#held.delete(from);
    this.#files.delete(from);
    if (held) this.#held.set(to, held);
    if (file) this.#files.set(to, file);
  }

  /** The message is stored. Its picture stays. */
  sent(ID: string): void {
    this.#files.delete(ID);
    this.#progress(ID, 1);
  }

  /** Fetches the picture of a message that is shown, once. */
  fetch(recall: Recall, message: Message): void {
    const picture = pictureOf(message);
    if (!picture || message.sentAt === 0 || this.#held.has(message.ID)) return;
    const held: Held = { url: '', done: 0, failed: false };
    this.#held.set(message.ID, held);
    recall.downloadFile(message, picture, { onProgress: (done) => this.#progress(message.ID, done / picture.size) }).then(
      ({ data }) => {
        if (this.#held.get(message.ID) === held) held.url = URL.createObjectURL(data.blob);
      },
      () => (held.failed = true),
    ).finally(this.changed);
  }

  /** Forgets a picture that failed, so that it is fetched again. */
  retry(ID: string): void {
    this.#held.delete(ID);
    this.changed();
  }

  #progress(ID: string, done: number): void {
    const held = this.#held.get(ID);
    if (held) held.done = done;
    this.changed();
  }

  /** Lets go of the pictures of recalled messages. Nothing of them stays in this page. */
  dropRecalled(recall: Recall): void {
    for (const ID of [...this.#held.keys(), ...this.#addresses.keys()]) {
      if (recall.findMessage(ID)?.isRevoked) this.drop(ID);
    }
  }

  drop(ID: string): void {
    const { url } = this.#held.get(ID) ?? {};
    if (url) URL.revokeObjectURL(url);
    this.#held.delete(ID);
    this.#files.delete(ID);
    const address = this.#addresses.get(ID);
    this.#addresses.delete(ID);
    if (address) void this.#watch(ID, address);
  }

  /** Notes a frame, for the addresses in it: the client itself gives none away. */
  note(text: string): void {
    if (!text.includes('"download"')) return;
    const { action, id, messageId, url } = JSON.parse(text);
    if (action !== 'download') return;
    if (messageId) this.#asked.set(id, messageId);
    else if (url) this.#addresses.set(this.#asked.get(id) ?? '', url);
  }

  /** Asks a dead address until it answers no more with the picture. */
  async #watch(ID: string, address: string): Promise<void> {
    for (const until = Date.now() + 2 * DEAD_AFTER_MILLISECONDS; Date.now() < until; ) {
      const status = await fetch(address, { cache: 'no-store' }).then((answer) => answer.status, () => 0);
      if (status >= 400) {
        this.#answers.set(ID, status);
        return this.changed();
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLISECONDS));
    }
  }

  /** What the address of a recalled picture answers, once it is dead. */
  deadAnswer(message: Message): number | undefined {
    return this.#answers.get(message.ID);
  }

  close(): void {
    for (const { url } of this.#held.values()) if (url) URL.revokeObjectURL(url);
    this.#held.clear();
  }
}
