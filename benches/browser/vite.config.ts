import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The bench as one script for Node. */
export default defineConfig({
  root: path('.'),
  publicDir: false,
  build: {
    target: 'node20',
    ssr: path('src/bench.ts'),
    outDir: path('../../target/web/bench'),
    emptyOutDir: true,
    minify: false,
    rolldownOptions: { external: ['playwright-core', 'vitrine'] },
  },
});
