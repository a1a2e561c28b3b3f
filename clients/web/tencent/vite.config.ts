import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The package is one file, with recall-web in it, so that a package alias is all that an application has to change.
export default defineConfig({
  resolve: { alias: { 'recall-web': here('../src/index.ts') } },
  build: { target: 'es2022', minify: false, lib: { entry: { index: 'src/index.ts', plugin: 'src/plugin.ts' }, formats: ['es'] } },
  test: {
    projects: [
      { extends: true, test: { name: 'units', include: ['test/*.test.ts'], testTimeout: 30_000, expect: { poll: { timeout: 20_000 } } } },
      {
        extends: true,
        test: { name: 'browser', include: ['kit/test/*.test.ts'], globalSetup: 'kit/test/stack.ts', testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false, expect: { poll: { timeout: 30_000 } } },
      },
    ],
  },
});
