/** The package where there is no browser. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { ROOT } from './servers.js';
import type { Vitrine } from './shop.js';
import { test } from './testing.js';

test('importing the package on a server does nothing, and calling it there says what is wrong', async () => {
  const before = Object.keys(globalThis).length;
  const { removeBackground, preload, segment, dispose, VitrineError } = (await import(
    pathToFileURL(join(ROOT, 'pkg/dist/index.js')).href
  )) as Vitrine;
  assert.equal(Object.keys(globalThis).length, before);
  for (const call of [() => removeBackground(new ArrayBuffer(8)), () => segment(new Blob()), () => preload()]) {
    await assert.rejects(call, (error: unknown) => {
      assert.ok(error instanceof VitrineError);
      assert.equal(error.kind, 'caller');
      assert.match(error.message, /in a browser/);
      return true;
    });
  }
  dispose();
});

test('the package holds its licences, its README, its types, and what it runs on', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--workspace', 'pkg'], { cwd: ROOT, stdio: 'pipe' });
  const [{ files }] = JSON.parse(String(packed)) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path.replace(/\.[0-9a-f]{12}\./, '.'));
  for (const expected of [
    ...['LICENSE-MIT', 'LICENSE-APACHE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'dist/_headers'],
    ...['frame.html', 'worker.js', 'vitrine-simd128.wasm', 'vitrine-relaxed.wasm', 'fast.onnx', 'LICENSE-U-2-NET.txt'].map(
      (name) => `dist/assets/${name}`,
    ),
  ]) {
    assert.ok(paths.includes(expected), `${expected} among ${paths.join(' ')}`);
  }
  assert.deepEqual(paths.filter((path) => path.startsWith('src/')), []);
});

test('the types stand on their own, for bundlers and for Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-types-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(ROOT, 'pkg'), join(folder, 'node_modules/vitrine'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(folder, 'shop.ts'),
      `import { preload, removeBackground, segment, VitrineError, type DeviceReport } from 'vitrine';
       const output = { format: 'image/jpeg', quality: 90, background: '#ffffff' } as const;
       export const jpeg: Blob = await removeBackground(new Blob(), { output, device: 'cpu', signal: AbortSignal.abort() });
       export const report: DeviceReport = await preload({ assetBase: '/vitrine/' });
       export const matte: Blob = await segment('/photo.jpg', { progress: ({ fraction }) => void fraction.toFixed() });
       export const kind: 'photo' | 'model' | 'device' | 'caller' | 'cancelled' = new VitrineError('photo', '').kind;`,
    );
    for (const [module, moduleResolution] of [['esnext', 'bundler'], ['node16', 'node16']] as const) {
      const options = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom'], types: [], module, moduleResolution };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['shop.ts'] }));
      execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', folder], { stdio: 'pipe' });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
