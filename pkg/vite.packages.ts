import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** Writes which npm packages a script is made of, for the list of ingredients: xtask/src/sbom.rs reads it.
 *  `folder` is whose script it is, `mode` which. */
export const packages = (folder: 'pkg' | 'www', mode: string): Plugin => ({
  name: 'vitrine-packages',
  generateBundle(_, bundle) {
    const names = new Set<string>();
    for (const part of Object.values(bundle)) {
      if (part.type !== 'chunk') continue;
      for (const [id, module] of Object.entries(part.modules)) {
        const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
        // Of some, nothing is left in the script.
        if (name && module.renderedLength > 0) names.add(name);
      }
    }
    const target = fileURLToPath(new URL(`../target/web/packages/${folder}`, import.meta.url));
    mkdirSync(target, { recursive: true });
    writeFileSync(`${target}/${mode}.json`, JSON.stringify([...names].sort()));
  },
});
