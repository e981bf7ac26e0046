import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { packages } from '../pkg/vite.packages.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What `cargo xtask build` asks for, one script a run; see pkg/vite.config.ts. */
const SCRIPTS = {
  app: { entry: 'src/frame.ts', format: 'iife' },
  shell: { entry: 'src/shell.ts', format: 'es' },
  'service-worker': { entry: 'src/offline/service-worker.ts', format: 'iife' },
} as const;

export default defineConfig(({ mode }) => {
  const script = SCRIPTS[mode as keyof typeof SCRIPTS];
  if (!script) throw new Error(`--mode is one of ${Object.keys(SCRIPTS).join(', ')}, not ${mode}`);
  return {
    root: path('.'),
    publicDir: false,
    plugins: [packages('www', mode)],
    resolve: {
      alias: [
        { find: '#wasm', replacement: path('../target/web/wasm/vitrine.js') },
        { find: '#page-try-on-manifest', replacement: path('../target/web/manifest.page-try-on.json') },
        { find: '#page-files', replacement: path('../target/web/page-files.json') },
        { find: '#manifest', replacement: path('../target/web/manifest.page.json') },
        { find: /^vitrine\//, replacement: path('../pkg/src/') },
      ],
    },
    // Workbox says much to developers and nothing to others.
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      target: ['es2022', 'safari16.4'],
      outDir: path('../target/web/scripts'),
      emptyOutDir: false,
      copyPublicDir: false,
      reportCompressedSize: false,
      minify: 'oxc',
      lib: { entry: path(script.entry), formats: [script.format], name: 'vitrine', fileName: () => `${mode}.js` },
    },
  };
});
