import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The tests as plain JavaScript: every `*.test.ts`, and what is run by name, becomes a file of its own. */
export default defineConfig({
  root: path('.'),
  publicDir: false,
  build: {
    target: 'node20',
    ssr: true,
    outDir: path('../../target/web/tests'),
    emptyOutDir: true,
    minify: false,
    rolldownOptions: {
      input: readdirSync(path('src'))
        .filter((file) => file.endsWith('.test.ts') || /^(run|outcomes|drain|measure(-studio)?)\.ts$/.test(file))
        .map((file) => path(`src/${file}`)),
      external: ['playwright-core', 'vitrine'],
    },
  },
});
