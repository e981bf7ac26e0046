import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/**
 * The page on a stand-in engine: `npx vite --config www/vite.dev.config.ts` serves it while one works on it;
 * `vite build` with the same file makes one script of it, which the page's tests put behind the frame's policy.
 */
export default defineConfig({
  root: path('src/dev'),
  publicDir: false,
  resolve: { alias: [{ find: /^vitrine\//, replacement: path('../pkg/src/') }] },
  server: { host: '127.0.0.1', port: 8090 },
  build: {
    target: ['es2022', 'safari16.4'],
    outDir: path('../target/web/page-tests'),
    emptyOutDir: true,
    reportCompressedSize: false,
    minify: false,
    lib: { entry: path('src/dev/dev.ts'), formats: ['iife'], name: 'vitrineDev', fileName: () => 'dev.js' },
  },
});
