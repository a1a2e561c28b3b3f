import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startStack } from '../../../test/stack.js';
import { hashOfKit } from './files.js';

declare module 'vitest' {
  interface ProvidedContext {
    demo: string;
    hashBefore: string;
  }
}

/** Builds the kit's page and starts one stack for all browser tests; each test has users of its own. */
export default async function setup(project: TestProject) {
  const here = fileURLToPath(new URL('../..', import.meta.url));
  project.provide('hashBefore', hashOfKit());
  execFileSync('npx', ['vite', 'build', '-c', 'kit/vite.config.ts', '--logLevel', 'error'], { cwd: here, stdio: 'pipe' });
  const stack = await startStack();
  project.provide('demo', stack.demo);
  return stack.stop;
}
