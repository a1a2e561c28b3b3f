import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../src/index.js';

const SUFFIX = '.json';
/** Ends the name of a file that is being written. After a kill it may be left over. */
const UNFINISHED = '.tmp';

const encode = (id: string) => Buffer.from(id).toString('hex');
const decode = (name: string) => Buffer.from(name, 'hex').toString();

/** A storage in a folder, for Node: a file for each conversation, in a folder for each user. A file is replaced as a whole. */
export class FileStorage implements Storage {
  constructor(private readonly folder: string) {}

  async load(user: string): Promise<Map<string, string>> {
    const documents = new Map<string, string>();
    const folder = this.#of(user);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) {
      if (name.endsWith(UNFINISHED)) await rm(join(folder, name));
      else documents.set(decode(name.slice(0, -SUFFIX.length)), await readFile(join(folder, name), 'utf8'));
    }
    return documents;
  }

  async save(user: string, conversation: string, document: string): Promise<void> {
    const path = join(this.#of(user), encode(conversation) + SUFFIX);
    await sync(path + UNFINISHED, 'w', document);
    await rename(path + UNFINISHED, path);
    await sync(this.#of(user), 'r');
  }

  async delete(user: string, conversation: string): Promise<void> {
    await rm(join(this.#of(user), encode(conversation) + SUFFIX), { force: true });
    await sync(this.#of(user), 'r');
  }

  async clear(user: string): Promise<void> {
    await rm(this.#of(user), { force: true, recursive: true });
    await sync(this.folder, 'r');
  }

  #of(user: string): string {
    return join(this.folder, `user-${encode(user)}`);
  }
}

/** Writes a text to a file, or nothing to a folder, and waits until it is on the disk. */
async function sync(path: string, flags: string, text?: string): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    if (text !== undefined) await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
