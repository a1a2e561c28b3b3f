import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const session = 'http://127.0.0.1:3000';

export default defineConfig({
  base: './',
  // The page is built from the client's sources, so that it always shows this client.
  resolve: { alias: { 'recall-web': fileURLToPath(new URL('../clients/web/src/index.ts', import.meta.url)) } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
  // `npx vite` beside a running `recall local` shows changes at once.
  server: { proxy: { '/session.json': session, '/admin': session } },
  test: {
    projects: [
      { extends: true, test: { name: 'units', include: ['test/*.test.{ts,tsx}'] } },
      {
        extends: true,
        test: { name: 'browser', include: ['test/browser/*.test.ts'], globalSetup: 'test/browser/stack.ts', testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false, expect: { poll: { timeout: 20_000 } } },
      },
    ],
  },
});
