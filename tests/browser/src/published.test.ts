/** The lists beside what is served: each file with its digest, and what they are all made of. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './servers.js';
import { test } from './testing.js';

interface Files {
  files: Record<string, { bytes: number; sha256: string; integrity: string }>;
}

interface Component {
  type: string;
  'bom-ref': string;
  name: string;
  version?: string;
  purl: string;
  licenses: [{ expression: string } | { license: { name: string } }];
  hashes?: [{ alg: string; content: string }];
}

interface Ingredients {
  bomFormat: string;
  specVersion: string;
  version: number;
  metadata: { component: Component };
  components: Component[];
}

const FOLDERS = ['pkg/dist', 'www/dist'];

const read = (path: string): Buffer => readFileSync(join(ROOT, path));
const list = (folder: string): Files => JSON.parse(String(read(`${folder}/files.json`))) as Files;
const ingredients = (folder: string): Ingredients => JSON.parse(String(read(`${folder}/sbom.cdx.json`))) as Ingredients;

/** What `deny.toml` allows, for everything that is shipped. */
const PERMISSIVE = /^allow = \[(.*)\]$/m
  .exec(String(read('deny.toml')))?.[1]
  ?.split(',')
  .map((name) => name.trim().replaceAll('"', ''));

/** Whether one may choose permissive terms: of an "or" one suffices, of an "and" each must be. */
function isPermissive(expression: string): boolean {
  const inner = /\(([^()]*)\)/.exec(expression);
  // What stands in brackets is one name, which is allowed or is not.
  if (inner) return isPermissive(expression.replace(inner[0], isPermissive(inner[1] ?? '') ? 'MIT' : 'none'));
  return expression.split(' OR ').some((terms) => terms.split(' AND ').every((name) => PERMISSIVE?.includes(name)));
}

for (const folder of FOLDERS) {
  test(`${folder}: every file is listed with its digest, and nothing else is`, () => {
    const { files } = list(folder);
    const present = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(ROOT, folder).length + 1));
    // A compressed copy is the file beside it in another encoding; a host reads `_headers` and does not serve it.
    const encoded = new Set(present.filter((name) => /\.(br|gz)$/.test(name) && present.includes(name.replace(/\.(br|gz)$/, ''))));
    const expected = present.filter((name) => !encoded.has(name) && !['files.json', '_headers'].includes(name));
    assert.deepEqual(Object.keys(files), expected.sort());
    assert.ok(encoded.size > 0);
    for (const [name, said] of Object.entries(files)) {
      const bytes = read(`${folder}/${name}`);
      const digest = createHash('sha256').update(bytes).digest();
      const found = { bytes: bytes.length, sha256: digest.toString('hex'), integrity: `sha256-${digest.toString('base64')}` };
      assert.deepEqual(said, found, name);
    }
  });

  test(`${folder}: what it is made of is told, with digests and permissive terms`, () => {
    const { bomFormat, specVersion, version, metadata, components } = ingredients(folder);
    assert.deepEqual([bomFormat, specVersion, version], ['CycloneDX', '1.6', 1]);
    assert.equal(metadata.component.name, 'vitrine');
    const references = components.map((part) => part['bom-ref']);
    assert.equal(new Set(references).size, references.length, 'each is listed once');
    for (const part of [metadata.component, ...components]) {
      assert.match(part.purl, /^pkg:(cargo|npm|generic|github)\/[^ ]+$/);
      const [terms] = part.licenses;
      if ('expression' in terms) assert.ok(isPermissive(terms.expression), `${part.name}: ${terms.expression}`);
      // The one network whose authors gave no licence by name; its card says what is known.
      else assert.equal(part.name, 'best');
      if (part.purl.startsWith('pkg:cargo/vitrine@') || part.name === 'rust-std') continue;
      assert.match(part.hashes?.[0].content ?? '', part.purl.startsWith('pkg:npm/') ? /^[0-9a-f]{128}$/ : /^[0-9a-f]{64}$/, part.name);
    }
    const names = components.map(({ name }) => name);
    for (const name of ['rust-std', 'wgpu', 'wasm-bindgen', 'lit-html', 'fast', 'edges']) assert.ok(names.includes(name), name);
    // Of these nothing is served.
    for (const name of ['clap', 'vite', 'playwright-core']) assert.ok(!names.includes(name), name);
    for (const name of Object.keys(list(folder).files)) {
      const network = /([^/]+)\.[0-9a-f]{12}\.onnx/.exec(name)?.[1];
      if (network) assert.ok(names.includes(network), network);
    }
  });
}

test('terms are permissive only where one may choose such', () => {
  const terms = { MIT: true, 'GPL-3.0-only OR MIT': true, '(MIT OR Apache-2.0) AND Unicode-3.0': true, 'MIT AND GPL-3.0-only': false };
  for (const [expression, expected] of Object.entries(terms)) assert.equal(isPermissive(expression), expected, expression);
  assert.equal(isPermissive('(GPL-3.0-only OR AGPL-3.0-only) AND MIT'), false);
});

test('the page takes its script and its style only with the digests of the list', () => {
  const { files } = list('www/dist');
  const tags = String(read('www/dist/index.html')).matchAll(/(?:src|href)="(shell\.[^"]+)" integrity="([^"]+)"/g);
  const said = Object.fromEntries([...tags].map(([, name, integrity]) => [name, integrity]));
  const shell = Object.entries(files).filter(([name]) => name.startsWith('shell.'));
  assert.equal(shell.length, 2);
  assert.deepEqual(said, Object.fromEntries(shell.map(([name, { integrity }]) => [name, integrity])));
});
