import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { filesBelow, hashOfKit, modules } from './files.js';

const lock = JSON.parse(readFileSync(join(modules, '../package-lock.json'), 'utf8'));

test.each(['chat-uikit-vue', 'chat-uikit-engine-lite', 'tui-core-lite', 'universal-api', 'tui-emoji-plugin'])('%s of Tencent\'s is byte for byte what npm delivered', (name) => {
  const { version, integrity } = lock.packages[`node_modules/@tencentcloud/${name}`];
  const folder = mkdtempSync(join(tmpdir(), 'recall-kit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--prefer-offline', '--silent', '--pack-destination', folder, `@tencentcloud/${name}@${version}`], { encoding: 'utf8' }));
  const tarball = join(folder, packed.filename);
  expect(`sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`).toBe(integrity);
  execFileSync('tar', ['-xzf', tarball, '-C', folder]);
  const [delivered, installed] = [join(folder, 'package'), join(modules, '@tencentcloud', name)];
  expect(filesBelow(installed)).toEqual(filesBelow(delivered));
  for (const file of filesBelow(delivered)) expect(readFileSync(join(installed, file)).equals(readFileSync(join(delivered, file))), file).toBe(true);
});

test('building the page changed no file of Tencent\'s', () => {
  expect(hashOfKit()).toBe(inject('hashBefore'));
});
