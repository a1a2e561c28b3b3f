import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVENT, type Message, Recall } from '../src/index.js';
import { wsClass } from './server.js';
import { type Stack, startStack } from './stack.js';

const LIMIT_BYTES = 15_500;
const PREPARATION_MILLISECONDS = 300_000;
const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));
const examples = [...readFileSync(join(here, 'README.md'), 'utf8').matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code!);

let project: string;
let stack: Stack;

beforeAll(async () => {
  await run('npm', ['run', 'build'], { cwd: here });
  project = mkdtempSync(join(tmpdir(), 'recall-web-'));
  writeFileSync(join(project, 'package.json'), '{"name": "empty", "private": true, "type": "module"}');
  await run('npm', ['pack', '--silent', '--pack-destination', project], { cwd: here });
  await run('npm', ['install', '--silent', '--offline', ...readdirSync(project).filter((name) => name.endsWith('.tgz')).map((name) => `./${name}`)], { cwd: project });
  stack = await startStack();
}, PREPARATION_MILLISECONDS);
afterAll(async () => {
  await stack.stop();
  rmSync(project, { recursive: true, force: true });
});

/** Runs an example of the README in the project, against the stack. Returns what it printed. */
async function runExample(code: string): Promise<string> {
  writeFileSync(join(project, 'example.mjs'), code.replaceAll('http://127.0.0.1:3000/', stack.demo));
  const flags = process.versions.node.startsWith('20') ? ['--experimental-websocket', '--no-warnings'] : [];
  const { stdout } = await run(process.execPath, [...flags, 'example.mjs'], { cwd: project });
  return stdout;
}

async function login(user: string): Promise<Recall> {
  const { url, token } = (await (await fetch(`${stack.demo}session.json?user=${user}`)).json()) as { url: string; token: string };
  const recall = Recall.create({ url, WebSocket: wsClass });
  await recall.login({ userID: user, token });
  return recall;
}

describe('the packed package in an empty project', () => {
  test('runs the first example of the README: sent, recalled, and the other side told of both', async () => {
    const bob = await login('bob');
    const told: string[] = [];
    const note = (what: string) => ({ data }: { data: Message[] }) => told.push(...data.map(({ ID, from }) => `${what} ${from} ${ID}`));
    bob.on(EVENT.MESSAGE_RECEIVED, note('received'));
    bob.on(EVENT.MESSAGE_REVOKED, note('revoked'));
    const printed = await runExample(examples[0]!);
    const ID = /^recalled (\w{26})$/m.exec(printed)?.[1];
    await expect.poll(() => told.toSorted(), { timeout: 20_000 }).toEqual([`received alice ${ID}`, `revoked alice ${ID}`]);
    expect(bob.getHeldMessageList('c2c_alice').find((message) => message.ID === ID)).toMatchObject({ isRevoked: true, payload: undefined });
    await bob.logout();
  });

  test('runs the second, which meets an error of the server', async () => {
    expect(await runExample(examples[1]!)).toBe('no such message\n');
    expect(examples).toHaveLength(2);
  });

  test('has types that fit the first example', async () => {
    writeFileSync(join(project, 'example.ts'), examples[0]!);
    await run(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--ignoreConfig', 'example.ts'], { cwd: project });
  });

  test.each(['node16', 'nodenext'])('has types that a CommonJS project of module %s accepts, and runs there', async (module) => {
    const code = `import { ERROR_CODE, type Message, Recall } from 'recall-web';
const recall: Recall = Recall.create({ url: 'ws://127.0.0.1:1/local', WebSocket: class {} as never });
const message: Message | undefined = recall.findMessage('01HF7YAT00000000000000B0B1');
console.log(message, ERROR_CODE.RECALL_WINDOW_EXPIRED satisfies number);
`;
    writeFileSync(join(project, 'example.cts'), code);
    await run(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), '--strict', '--module', module, '--target', 'es2022', '--ignoreConfig', '--skipLibCheck', 'false', 'example.cts'], { cwd: project });
    const { stdout } = await run(process.execPath, ['example.cjs'], { cwd: project });
    expect(stdout).toBe('undefined 20016\n');
    expect(readFileSync(join(project, 'example.cjs'), 'utf8')).toContain('require("recall-web")');
  });

  test('holds no more than the package: no tests, no sources, no dependency', () => {
    const installed = join(project, 'node_modules/recall-web');
    expect(readdirSync(installed).toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    expect(readFileSync(join(installed, 'LICENSE'))).toEqual(readFileSync(join(here, '../../LICENSE')));
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ license: 'Apache-2.0', repository: { type: 'git', directory: 'clients/web' } });
    expect(manifest.dependencies).toBeUndefined();
  });

  test(`has less than ${LIMIT_BYTES} bytes, gzipped, in one file`, () => {
    const bytes = gzipSync(readFileSync(join(project, 'node_modules/recall-web/dist/recall.min.js')), { level: 9 }).length;
    expect(bytes).toBeLessThan(LIMIT_BYTES);
  });
});

test('every public name, and every member of it, is documented', () => {
  const entry = join(here, 'src/index.ts');
  const program = ts.createProgram([entry], { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext });
  const checker = program.getTypeChecker();
  const isDocumented = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!).map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
  const undocumented = exported.flatMap((symbol) => {
    const members = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])]
      .filter((member) => !/^(__|#|prototype$)/.test(member.name) && !member.declarations?.some((each) => ts.canHaveModifiers(each) && ts.getModifiers(each)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)))
      .filter((member) => member.declarations?.every((each) => !each.getSourceFile().fileName.includes('node_modules') && !ts.isTypeParameterDeclaration(each)));
    return [symbol, ...members].filter((each) => !isDocumented(each)).map((each) => (each === symbol ? symbol.name : `${symbol.name}.${each.name}`));
  });
  expect(undocumented).toEqual([]);
  expect(exported.map(({ name }) => name)).toContain('Recall');
});
