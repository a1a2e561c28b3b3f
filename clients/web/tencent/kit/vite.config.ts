import vue from '@vitejs/plugin-vue';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const source = (file: string) => fileURLToPath(new URL(`../src/${file}.ts`, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [vue()],
  // The one change that an application makes. Here it names the sources; elsewhere it is "npm:recall-web-tencent" in package.json.
  resolve: {
    alias: [
      { find: /^@tencentcloud\/(lite-)?chat\/(plugins|modules)\/.*$/, replacement: source('plugin') },
      { find: /^@tencentcloud\/(lite-)?chat(\/basic)?$/, replacement: source('index') },
      { find: 'recall-web', replacement: fileURLToPath(new URL('../../src/index.ts', import.meta.url)) },
    ],
  },
  css: { preprocessorOptions: { scss: { quietDeps: true, silenceDeprecations: ['import', 'global-builtin', 'color-functions'] } } },
  build: { outDir: '../build/kit', emptyOutDir: true, chunkSizeWarningLimit: 4_000 },
});
