import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { packages } from './vite.packages.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What `cargo xtask build` asks for, one script a run: the frame and the worker are classic scripts, for a
 *  frame with an opaque origin can load no modules. */
const SCRIPTS = {
  worker: { entry: 'src/engine/worker.ts', format: 'iife', outDir: '../target/web/scripts' },
  frame: { entry: 'src/frame/headless.ts', format: 'iife', outDir: '../target/web/scripts' },
  'try-on-worker': { entry: 'src/try-on/worker.ts', format: 'iife', outDir: '../target/web/scripts' },
  'try-on-frame': { entry: 'src/try-on/frame.ts', format: 'iife', outDir: '../target/web/scripts' },
  'try-on-camera': { entry: 'src/airlock/camera.ts', format: 'iife', outDir: '../target/web/scripts' },
  index: { entry: 'src/index.ts', format: 'es', outDir: 'dist' },
  'try-on': { entry: 'src/try-on/element.ts', format: 'es', outDir: 'dist' },
} as const;

export default defineConfig(({ mode }) => {
  const script = SCRIPTS[mode as keyof typeof SCRIPTS];
  if (!script) throw new Error(`--mode is one of ${Object.keys(SCRIPTS).join(', ')}, not ${mode}`);
  return {
    root: path('.'),
    publicDir: false,
    plugins: [packages('pkg', mode)],
    resolve: {
      alias: {
        '#wasm': path('../target/web/wasm/vitrine.js'),
        '#manifest': path('../target/web/manifest.package.json'),
        '#try-on-wasm': path('../target/web/wasm/try-on/vitrine.js'),
        '#try-on-manifest': path('../target/web/manifest.try-on.json'),
      },
    },
    build: {
      target: ['es2022', 'safari16.4'],
      outDir: path(script.outDir),
      emptyOutDir: false,
      copyPublicDir: false,
      reportCompressedSize: false,
      minify: 'oxc',
      // What a page loads at the first interaction lies beside what it loads at once.
      rolldownOptions: { output: { chunkFileNames: `${mode}-[name].[hash].js` } },
      lib: { entry: path(script.entry), formats: [script.format], name: 'vitrine', fileName: () => `${mode}.js` },
    },
  };
});
