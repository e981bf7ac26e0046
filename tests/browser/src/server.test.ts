/** The package where there is no browser. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from './servers.js';
import type { Vitrine } from './shop.js';

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
