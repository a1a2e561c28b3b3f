import type { TestProject } from 'vitest/node';
import { startStack } from '../../../clients/web/test/stack.js';

declare module 'vitest' {
  interface ProvidedContext {
    demo: string;
  }
}

/** One stack for all browser tests; each test has users of its own. */
export default async function setup(project: TestProject) {
  const stack = await startStack();
  project.provide('demo', stack.demo);
  return stack.stop;
}
