/**
 * Figures for the note: what is fetched, how long a photo takes, how much memory the renderers and the GPU
 * process hold at most. `npm run measure --workspace tests/browser -- [--device cpu|gpu] [--megapixels 12]
 * [--model fast|best]` prints one line of JSON; run it on a quiet machine.
 *
 * With `--photos 250` so many are handed in at once after the single ones, and each result is let go as it comes: what
 * a photo takes then, beside what one alone takes, and the memory while photos 6 to 10 and the last five were done.
 *
 * With `--cold` it is the way from opening a page to its first cut-out instead, in a fresh browser for each run, with
 * what happened when, and how long the threads of page and frame were busy without a break; with `--page` on the
 * seller's page.
 */

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launch } from './browser.js';
import { coldPage, coldRun } from './measure-cold.js';
import { memory, watched } from './process-memory.js';
import { ROOT } from './servers.js';
import { openShop } from './shop.js';
import { listenToWorkers, workersMemory } from './worker-memory.js';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    megapixels: { type: 'string', default: '12' },
    runs: { type: 'string', default: '3' },
    model: { type: 'string', default: 'fast' },
    photos: { type: 'string', default: '0' },
    cold: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
});

/** Bytes of the assets that a first cut-out fetches, compressed by brotli where that helps. */
function fetched(asked: string[]): number {
  return asked
    .filter((path) => path.startsWith('/vitrine/'))
    .map((path) => path.slice('/vitrine/'.length))
    .map((file) => join(ROOT, file.startsWith('assets/best.') ? 'www/dist' : 'pkg/dist', file))
    .reduce((sum, file) => {
      const compressed = statSync(`${file}.br`, { throwIfNoEntry: false }) ?? statSync(file);
      return sum + compressed.size;
    }, 0);
}

/** The file that a merchant puts among the package's assets, from the page's own. */
function best(): Record<string, Buffer> {
  const assets = join(ROOT, 'www/dist/assets');
  const file = readdirSync(assets).find((name) => name.startsWith('best.'));
  if (!file) throw new Error('The page was built without `best`: run `cargo xtask models best`, then `cargo xtask build`.');
  return { [`/vitrine/assets/${file}`]: readFileSync(join(assets, file)) };
}

/** A photo of this size is made in the page and kept as a file, as a person's would be. */
async function makePhoto(page: Page, side: number): Promise<void> {
  await page.evaluate(async (side) => {
    const canvas = new OffscreenCanvas(side, side);
    const bitmap = await createImageBitmap(await (await fetch('/photo.jpg')).blob());
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, side, side);
    bitmap.close();
    const file = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    canvas.width = canvas.height = 0;
    Object.assign(globalThis, { file });
  }, side);
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The most wasm memory of each worker since the last call, in MiB. */
async function wasmMemory(page: Page): Promise<number[]> {
  return (await workersMemory(page)).map((own) => Math.round(Math.max(...own) / 2 ** 20));
}

/** Many photos in one go; `alone` is what one takes by itself, in milliseconds. */
async function batchOf(page: Page, photos: number, alone: number): Promise<object> {
  const samples: { done: number; bytes: number }[] = [];
  const from = Date.now();
  await page.evaluate(
    ({ photos, device, model }) => {
      const state = { done: 0, bytes: 0, failed: '' };
      Object.assign(globalThis, { state });
      const { file } = globalThis as unknown as { file: Blob };
      for (let index = 0; index < photos; index += 1) {
        vitrine.removeBackground(file, { device, model }).then(
          // Where a page would save it.
          ({ size }) => ((state.bytes += size), (state.done += 1)),
          (error: unknown) => (state.failed = String(error)),
        );
      }
    },
    { photos, device: values.device as 'cpu' | 'gpu', model: values.model as 'fast' | 'best' },
  );
  for (let done = 0; done < photos; ) {
    // Rarely: looking takes a while.
    await page.waitForTimeout(1_000);
    const state = await page.evaluate(() => (globalThis as unknown as { state: { done: number; failed: string } }).state);
    if (state.failed) throw new Error(state.failed);
    ({ done } = state);
    if (done < photos) samples.push({ done, bytes: memory() });
  }
  const each = (Date.now() - from) / photos;
  const mib = (after: number) =>
    Math.round(median(samples.filter(({ done }) => done >= after - 5 && done < after).map(({ bytes }) => bytes)) / 2 ** 20);
  const [early, late] = [mib(10), mib(photos)];
  return {
    photos,
    milliseconds_a_photo: Math.round(each),
    throughput_of_one_alone: Number((alone / each).toFixed(2)),
    mib_after_10: early,
    mib_after_all: late,
    growth: Number((late / early - 1).toFixed(3)),
    wasm_mib: await wasmMemory(page),
  };
}

/** The first cut-out of a fresh browser; the run of the median says what happened when. */
async function cold(): Promise<void> {
  const browser = await launch();
  const side = Math.round(Math.sqrt(Number(values.megapixels) * 1e6));
  const fixture = readFileSync(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
  const open = await openShop(browser, { files: { '/photo.jpg': fixture } });
  await makePhoto(open.page, side);
  const photo = await open.page.evaluate(async () => {
    const bytes = new Uint8Array(await (globalThis as unknown as { file: Blob }).file.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  await open.close();
  await browser.close();
  const { device, model } = values;
  const options = { photo: Buffer.from(photo, 'base64'), device, model, files: model === 'best' ? best() : {} };
  const runs = [];
  for (let index = 0; index < Number(values.runs); index += 1) {
    runs.push(await (values.page ? coldPage : coldRun)(options));
  }
  const middle = median(runs.map(({ milliseconds }) => milliseconds));
  const { timeline } = runs.find(({ milliseconds }) => milliseconds === middle) ?? { timeline: [] };
  console.log(
    JSON.stringify({
      megapixels: (side * side) / 1e6,
      device: values.device,
      first_result_ms: middle,
      runs: runs.map(({ timeline: _, ...rest }) => rest),
    }),
  );
  for (const [at, what] of timeline) console.log(`${String(at).padStart(6)}  ${what}`);
}

async function run(browser: Browser): Promise<void> {
  const photo = readFileSync(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
  const model = values.model as 'fast' | 'best';
  const open = await openShop(browser, { files: { '/photo.jpg': photo, ...(model === 'best' ? best() : {}) }, before: listenToWorkers });
  const side = Math.round(Math.sqrt(Number(values.megapixels) * 1e6));
  await makePhoto(open.page, side);
  await open.page.waitForTimeout(1_000);
  const idle = Math.round(memory() / 2 ** 20);
  const device = values.device as 'cpu' | 'gpu';

  const once = () =>
    open.page.evaluate(async ({ device, model }) => {
      const from = performance.now();
      const stages: Record<string, number> = {};
      let [stage, since] = ['queue', from];
      await vitrine.removeBackground((globalThis as unknown as { file: Blob }).file, {
        device,
        model,
        progress(step) {
          if (step.stage === stage) return;
          stages[stage] = Math.round(performance.now() - since);
          [stage, since] = [step.stage, performance.now()];
        },
      });
      stages[stage] = Math.round(performance.now() - since);
      return { milliseconds: Math.round(performance.now() - from), stages };
    }, { device, model });
  const results = [];
  for (let index = 0; index < Number(values.runs); index += 1) {
    results.push({ ...(await once()), wasm_mib: await wasmMemory(open.page) });
  }
  // Looking at the memory takes a good part of a core, so that run says nothing about time.
  const [, peak] = await watched(once());
  const photos = Number(values.photos);
  const batch = photos > 0 ? await batchOf(open.page, photos, median(results.slice(1).map(({ milliseconds }) => milliseconds))) : {};
  const report = await open.page.evaluate((device) => vitrine.preload({ device }), device);
  console.log(
    JSON.stringify({
      megapixels: (side * side) / 1e6,
      device: report,
      fetched_compressed_bytes: fetched(open.shop.asked),
      idle_mib: idle,
      peak_mib: peak,
      runs: results,
      ...batch,
    }),
  );
  await open.close();
}

if (values.cold) {
  await cold();
} else {
  const browser = await launch();
  try {
    await run(browser);
  } finally {
    await browser.close();
  }
}
