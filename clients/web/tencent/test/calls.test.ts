import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import TencentCloudChat from '../src/index.js';
import { EMPTY_ANSWERS, REJECTED, THROWN } from '../src/absent.js';
import { Server } from '../../test/server.js';
import { loggedIn } from './client.js';

const require = createRequire(import.meta.url);
const read = (path: string) => readFileSync(require.resolve(path), 'utf8');
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the names and values', () => {
  test.each(['@tencentcloud/chat', '@tencentcloud/lite-chat/basic'])('are those of %s, each of them', async (name) => {
    const { default: tencent } = await import(/* @vite-ignore */ require.resolve(name));
    const sdk = tencent.create ? tencent : tencent.default;
    const plain = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value !== 'object'));
    expect(TencentCloudChat.EVENT).toMatchObject(sdk.EVENT);
    expect(TencentCloudChat.TYPES).toMatchObject(plain(sdk.TYPES));
    expect(TencentCloudChat.TSignaling).toMatchObject(sdk.TSignaling);
    expect(Object.keys(sdk).toSorted()).toEqual(Object.keys(TencentCloudChat).toSorted());
  });
});

describe('every call', () => {
  const declared = [...read('@tencentcloud/chat/index.d.ts').split('export declare class ChatSDK')[1]!.split('\n}')[0]!.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name!);
  const asked = ['@tencentcloud/chat-uikit-engine-lite', '@tencentcloud/tui-core-lite', '@tencentcloud/chat-uikit-engine'].flatMap((name) => [...read(name).matchAll(/\bchat\.(\w+)\(/g)].map(([, call]) => call!));

  test('that Tencent\'s SDK declares, or the kit makes, is there', async () => {
    const { chat } = await loggedIn(await Server.start());
    expect(declared.length).toBeGreaterThan(140);
    expect(asked.length).toBeGreaterThan(50);
    const missing = [...new Set([...declared, ...asked])].filter((name) => typeof (chat as unknown as Record<string, unknown>)[name] !== 'function');
    expect(missing).toEqual([]);
  });

  test('for which the server has nothing answers as an empty account would, or says so with code 2998', async () => {
    const { chat } = await loggedIn(await Server.start());
    const calls = chat as unknown as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
    for (const [name, answer] of Object.entries(EMPTY_ANSWERS)) expect(await calls[name]!({}), name).toEqual({ code: 0, data: answer() });
    for (const name of REJECTED) await expect(calls[name]!({}), name).rejects.toMatchObject({ code: 2998 });
    for (const name of THROWN) expect(() => calls[name]!({}), name).toThrowError(expect.objectContaining({ code: 2998 }));
    expect(await chat.callExperimentalAPI('isCommercialAbilityEnabled', 32)).toEqual({ code: 0, data: { enabled: false } });
    expect(chat.callExperimentalAPI('canIUseModule', ['group-module'])).toBe(true);
    expect(chat.getSignalingInfo({} as never)).toBeNull();
  });

  test('that answers empty, or not at all, stands in the README', () => {
    for (const name of [...Object.keys(EMPTY_ANSWERS), ...REJECTED, ...THROWN]) expect(readme, name).toContain(`\`${name}\``);
  });
});

test('the package has less than 1,000 lines', () => {
  const folder = new URL('../src/', import.meta.url);
  const lines = readdirSync(folder).reduce((sum, file) => sum + readFileSync(new URL(file, folder), 'utf8').split('\n').length - 1, 0);
  expect(lines).toBeLessThan(1_000);
});
