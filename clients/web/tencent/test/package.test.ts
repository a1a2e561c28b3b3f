import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));
let project: string;

beforeAll(async () => {
  await run('npm', ['run', 'build'], { cwd: here });
  project = mkdtempSync(join(tmpdir(), 'recall-web-tencent-'));
  await run('npm', ['pack', '--silent', '--pack-destination', project], { cwd: here });
  // An application that has Tencent's SDK under its own name, and this package in its place.
  const packed = `file:./${readdirSync(project).find((name) => name.endsWith('.tgz'))}`;
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'application', private: true, type: 'module', dependencies: { '@tencentcloud/chat': packed, '@tencentcloud/lite-chat': packed } }));
  await run('npm', ['install', '--silent', '--offline'], { cwd: project });
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('one line in package.json puts it in the place of Tencent\'s SDK, with its plugins', async () => {
  const code = `import TencentCloudChat, { EVENT } from '@tencentcloud/chat';
import LiteChat from '@tencentcloud/lite-chat/basic';
import group from '@tencentcloud/lite-chat/plugins/group';
import relationship from '@tencentcloud/chat/modules/relationship-module.js';
const chat = TencentCloudChat.create({ SDKAppID: 'ws://127.0.0.1:1/local', WebSocket: class {} });
chat.use([group, relationship]);
console.log(TencentCloudChat.VERSION, TencentCloudChat.TYPES.CONV_C2C, EVENT.MESSAGE_REVOKED, typeof LiteChat.create, chat.isReady());
`;
  writeFileSync(join(project, 'application.mjs'), code);
  const { stdout } = await run(process.execPath, ['application.mjs'], { cwd: project });
  expect(stdout).toBe('3.6.6 C2C onMessageRevoked function false\n');
});

test('has types that stand alone', async () => {
  const code = `import TencentCloudChat, { type ChatSDK, type Message } from '@tencentcloud/chat';
const chat: ChatSDK = TencentCloudChat.create({ SDKAppID: 'wss://example.com/prod' });
const message: Message = chat.createTextMessage({ to: 'bob', conversationType: TencentCloudChat.TYPES.CONV_C2C, payload: { text: 'hi' } });
chat.on(TencentCloudChat.EVENT.MESSAGE_REVOKED, ({ data }) => console.log(data.length));
export const sent: Promise<{ data: { message: Message } }> = chat.sendMessage(message);
export const groups: Promise<{ data: { groupList: { groupID: string }[] } }> = chat.getGroupList();
`;
  writeFileSync(join(project, 'application.ts'), code);
  await run(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2024,dom', '--ignoreConfig', 'application.ts'], { cwd: project });
});

test('holds no more than the package, and its licence', () => {
  const installed = join(project, 'node_modules/@tencentcloud/chat');
  expect(readdirSync(installed).toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  expect(readFileSync(join(installed, 'LICENSE'))).toEqual(readFileSync(join(here, '../../../LICENSE')));
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: 'recall-web-tencent', license: 'Apache-2.0', repository: { directory: 'clients/web/tencent' } });
  expect(manifest.dependencies).toBeUndefined();
});
