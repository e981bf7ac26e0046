/**
 * Figures for the note: what is fetched, how long a photo takes, how much memory the renderers and the GPU
 * process hold at most. `npm run measure --workspace tests/browser -- [--device cpu|gpu] [--megapixels 12]
 * [--model fast|best]` prints one line of JSON; run it on a quiet machine.
 */

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launch } from './browser.js';
import { ROOT } from './servers.js';
import { openShop } from './shop.js';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    megapixels: { type: 'string', default: '12' },
    runs: { type: 'string', default: '3' },
    model: { type: 'string', default: 'fast' },
  },
});

/** Proportional set size of every renderer and GPU process below this one, in bytes. */
function memory(): number {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!pid) continue;
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      parents.set(pid, Number(/PPid:\s*(\d+)/.exec(status)?.[1]));
    } catch {
      // It ended between the two.
    }
  }
  let bytes = 0;
  for (const pid of parents.keys()) {
    let at: number | undefined = pid;
    while (at && at !== process.pid) at = parents.get(at);
    if (at !== process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!/--type=(renderer|gpu-process)/.test(command)) continue;
      bytes += 1024 * Number(/^Pss:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It ended between the two.
    }
  }
  return bytes;
}

/** Runs `work` and gives its answer with the most memory seen meanwhile, in MiB. */
async function watched<T>(work: Promise<T>): Promise<[T, number]> {
  let peak = memory();
  const watch = setInterval(() => (peak = Math.max(peak, memory())), 30);
  try {
    return [await work, Math.round(peak / 2 ** 20)];
  } finally {
    clearInterval(watch);
  }
}

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

async function run(browser: Browser): Promise<void> {
  const photo = readFileSync(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
  const model = values.model as 'fast' | 'best';
  const open = await openShop(browser, { files: { '/photo.jpg': photo, ...(model === 'best' ? best() : {}) } });
  const side = Math.round(Math.sqrt(Number(values.megapixels) * 1e6));
  // The photo of this size is made in the page and kept as a file, as a person's would be.
  await open.page.evaluate(async (side) => {
    const canvas = new OffscreenCanvas(side, side);
    const bitmap = await createImageBitmap(await (await fetch('/photo.jpg')).blob());
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, side, side);
    bitmap.close();
    const file = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    canvas.width = canvas.height = 0;
    Object.assign(globalThis, { file });
  }, side);
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
    const [result, peak] = await watched(once());
    results.push({ ...result, peak_mib: peak });
  }
  const report = await open.page.evaluate((device) => vitrine.preload({ device }), device);
  console.log(
    JSON.stringify({
      megapixels: (side * side) / 1e6,
      device: report,
      fetched_compressed_bytes: fetched(open.shop.asked),
      idle_mib: idle,
      runs: results,
    }),
  );
  await open.close();
}

const browser = await launch();
try {
  await run(browser);
} finally {
  await browser.close();
}
