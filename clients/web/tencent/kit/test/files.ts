import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** All files below a folder, without the packages that are installed inside it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split('/').includes('node_modules'))
    .toSorted();
}

/** One hash over the names and bytes of everything of Tencent's that is installed. */
export function hashOfKit(): string {
  const hash = createHash('sha256');
  const folder = join(modules, '@tencentcloud');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name)).toSorted()) {
    hash.update(relative(folder, entry)).update('\0').update(readFileSync(entry)).update('\0');
  }
  return hash.digest('hex');
}
