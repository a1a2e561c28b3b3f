import { defineConfig } from 'vitest/config';

// `vite build` adds to what tsc wrote one file for pages that load modules without a bundler.
export default defineConfig({
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'recall.min.js' },
    minify: true,
  },
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000, expect: { poll: { timeout: 20_000 } } },
});
