import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Addresses of a running local stack. */
export interface Stack {
  /** URL of the demo page, which also gives tokens: `session.json?user=`. */
  demo: string;
  webSocket: string;
  /** Runs `recall admin` and gives its reply. */
  admin(...command: string[]): Promise<any>;
  stop(): Promise<void>;
}

/**
 * Starts the whole backend on free ports, or takes the one of `RECALL_DEMO` and `RECALL_WEBSOCKET`, which test.sh starts once for all. A test that needs
 * other parameters of the template gets a backend of its own.
 */
export async function startStack(parameters?: Record<string, string>): Promise<Stack> {
  const { RECALL_DEMO: demo, RECALL_WEBSOCKET: webSocket } = process.env;
  if (demo && webSocket && !parameters) return { demo, webSocket, admin: () => Promise.reject(new Error('this test shares its backend with others')), stop: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'recall-'));
  const [program, state] = [join(folder, 'recall'), join(folder, 'state.json')];
  const build = spawn('go', ['build', '-o', program, './cmd/recall'], { cwd: root, stdio: 'inherit' });
  const [built] = await once(build, 'exit');
  if (built !== 0) throw new Error('the recall command does not build');
  const free = ['--port', '--demo-port', '--admin-port', '--dynamodb-port', '--queues-port'].flatMap((flag) => [flag, '0']);
  const given = Object.entries(parameters ?? {}).flatMap(([name, value]) => ['--parameter', `${name}=${value}`]);
  const local = spawn(program, ['local', '--json', '--quiet', '--parameter', 'Attachments=on', '--state', state, ...free, ...given], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  createInterface({ input: local.stderr }).on('line', (line) => output.push(line));
  const addresses = await Promise.race([
    once(createInterface({ input: local.stdout }), 'line').then(([line]) => JSON.parse(line)),
    once(local, 'exit').then(() => Promise.reject(new Error(`the local stack did not start:\n${output.join('\n')}`))),
  ]);
  const admin = async (...command: string[]) => JSON.parse((await promisify(execFile)(program, ['admin', '--json', '--state', state, ...command])).stdout);
  const stop = async () => {
    local.kill('SIGTERM');
    if (local.exitCode === null) await once(local, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...addresses, admin, stop };
}
