import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The pages of the contestants, one script each, as a merchant's bundler would write them. */
const pages = (input: Record<string, string>, outDir: string) =>
  defineConfig({
    root: path('.'),
    publicDir: false,
    build: {
      target: 'es2022',
      modulePreload: false,
      outDir: path(outDir),
      emptyOutDir: true,
      // A peer's size is the peer's own: nothing here can be done about it.
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: { input, output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' } },
    },
  });

/** `node`: the driver as one script; `pages`: the pages; `imgly`: the page of the peer that is installed apart. */
export default defineConfig(({ mode }) => {
  if (mode === 'pages') {
    const page = (name: string) => path(`pages/${name}.ts`);
    return pages({ vitrine: page('vitrine'), ort: page('ort'), rten: page('rten') }, '../../target/web/bench/pages');
  }
  if (mode === 'imgly') return pages({ imgly: path('imgly/page.ts') }, '../../target/web/bench/imgly');
  return {
    root: path('.'),
    publicDir: false,
    build: {
      target: 'node20',
      ssr: path('src/bench.ts'),
      outDir: path('../../target/web/bench/node'),
      emptyOutDir: true,
      minify: false,
      rolldownOptions: { external: ['playwright-core', 'vitrine'] },
    },
  };
});
