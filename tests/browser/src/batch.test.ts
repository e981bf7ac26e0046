/** Many photos at once: the same files as one by one, in bounded memory. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch } from './browser.js';
import { memory } from './process-memory.js';
import { ROOT } from './servers.js';
import { openShop, type OpenShop } from './shop.js';
import { eventually, test } from './testing.js';
import { listenToWorkers, workersMemory } from './worker-memory.js';

describe('photos handed in together', () => {
  let browser: Browser;
  let open: OpenShop;
  before(async () => {
    browser = await launch();
    const photo = await readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
    open = await openShop(browser, { files: { '/photo.jpg': photo }, before: listenToWorkers });
    // Six photos of one size, no two the same.
    await open.page.evaluate(async () => {
      const bitmap = await createImageBitmap(await (await fetch('/photo.jpg')).blob());
      const photos = [];
      for (let turn = 0; turn < 6; turn += 1) {
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context?.translate(bitmap.width / 2, bitmap.height / 2);
        context?.rotate((turn * Math.PI) / 24);
        context?.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2);
        photos.push(await canvas.convertToBlob({ type: 'image/png' }));
      }
      Object.assign(globalThis, { photos });
    });
  });
  after(async () => {
    await open?.close();
    await browser?.close();
  });

  const told = () => workersMemory(open.page);

  const digests = (abreast: 'one by one' | 'at once') =>
    open.page.evaluate(async (abreast) => {
      const { photos } = globalThis as unknown as { photos: Blob[] };
      const digest = async (photo: Blob) => {
        const file = await vitrine.removeBackground(photo, { device: 'cpu' });
        const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      };
      if (abreast === 'at once') return Promise.all(photos.map(digest));
      const all = [];
      for (const photo of photos) all.push(await digest(photo));
      return all;
    }, abreast);

  test('come out byte for byte as one by one, where all workers share each photo', async () => {
    const single = await digests('one by one');
    assert.equal(new Set(single).size, 6);
    await told();
    assert.deepEqual(await digests('at once'), single);
    const cores = await open.page.evaluate(() => navigator.hardwareConcurrency);
    assert.ok((await told()).length >= Math.min(cores, 2), 'each worker had photos of its own');
  });

  test('take no further wasm memory from the second photo of each worker on', async () => {
    const before = (await digests('at once'), await told());
    const largest = Math.max(...before.flat());
    for (let round = 0; round < 3; round += 1) {
      await digests('at once');
      for (const own of await told()) assert.ok(Math.max(...own) <= largest, `${Math.max(...own)} after ${largest}`);
    }
  });

  test('one that fails and one that is cancelled leave the others as they are', async () => {
    const single = await digests('one by one');
    const outcomes = await open.page.evaluate(async () => {
      const { photos } = globalThis as unknown as { photos: Blob[] };
      const abort = new AbortController();
      const jobs = photos.map((photo, index) =>
        vitrine.removeBackground(index === 1 ? new Blob(['no picture']) : photo, {
          device: 'cpu',
          ...(index === 2 && { signal: abort.signal, progress: ({ stage }) => stage === 'network' && abort.abort() }),
        }),
      );
      const settled = await Promise.allSettled(jobs);
      return Promise.all(
        settled.map(async (outcome) => {
          if (outcome.status === 'rejected') return (outcome.reason as { kind: string }).kind;
          const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await outcome.value.arrayBuffer()));
          return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
        }),
      );
    });
    assert.deepEqual(outcomes, [single[0], 'photo', 'cancelled', ...single.slice(3)]);
  });
});

for (const device of ['cpu', 'gpu'] as const) {
  test(`disposing gives the memory back, on the ${device === 'cpu' ? 'processor' : 'graphics adapter'}`, async (t) => {
    const browser = await launch();
    const photo = await readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
    const open = await openShop(browser, { files: { '/photo.jpg': photo } });
    t.after(async () => {
      await open.close();
      await browser.close();
    });
    const { page } = open;
    const mib = () => Math.round(memory() / 2 ** 20);
    const round = async () => {
      await page.evaluate(async (device) => {
        const photo = await (await fetch('/photo.jpg')).blob();
        await Promise.all([1, 2].map(() => vitrine.removeBackground(photo, { device })));
      }, device);
      const during = mib();
      assert.ok(page.frames().length > 1 && page.workers().length > 0);
      await page.evaluate(() => vitrine.dispose());
      await eventually(async () => [page.frames().length, page.workers().length], [1, 0]);
      return during;
    };
    // The first round leaves what the browser itself needs from then on: processes in reserve, compiled shaders.
    await round();
    await page.waitForTimeout(3_000);
    const idle = mib();
    const during = await round();
    assert.ok(during > idle + 40, `${during} MiB at work, ${idle} before`);
    await eventually(async () => (mib() <= idle + 24 ? 'given back' : `${mib()} MiB, ${idle} before`), 'given back', 20_000);
  }, { timeout: 240_000 });
}
