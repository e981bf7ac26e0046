/**
 * Vitrine's network on the processor against onnxruntime-web's, in one run: the same browser, the same file
 * (`models/fast.onnx`), the same size (320 × 320), wasm on one thread. `cargo xtask bench` runs it.
 *
 * The two take turns, so that what else the machine does falls on both; the ratio is what counts. Vitrine's
 * time is that of its stage `network` as its users hear of it: the photo brought to the network's size, the
 * network, and the way of the messages between. The peer's is `session.run` alone.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launch } from '../../../tests/browser/src/browser.js';
import { ROOT } from '../../../tests/browser/src/servers.js';
import { openShop, type OpenShop } from '../../../tests/browser/src/shop.js';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' } } });
const RUNS = Number(values.runs);

/** The network's own input size, in pixels. */
const SIDE = 320;
const PEER = join(ROOT, 'benches/browser/node_modules/onnxruntime-web');
/** The peer's build for wasm alone, and the two files that it fetches. */
const PEER_FILES = ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];

/** What of the peer is used here. */
interface Ort {
  env: { wasm: { numThreads: number; wasmPaths: string } };
  Tensor: new (type: 'float32', data: Float32Array, shape: number[]) => unknown;
  InferenceSession: {
    create(model: string, options: object): Promise<{
      inputNames: string[];
      run(feeds: Record<string, unknown>): Promise<unknown>;
    }>;
  };
}

/** Milliseconds of one run of the network. */
type Runner = () => Promise<number>;

async function openVitrine(browser: Browser): Promise<{ open: OpenShop; run: Runner }> {
  const photo = await readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
  const open = await openShop(browser, { files: { '/photo.jpg': photo } });
  const run = () =>
    open.page.evaluate(async (side) => {
      const bitmap = await createImageBitmap(await (await fetch('/photo.jpg')).blob(), {
        resizeWidth: side,
        resizeHeight: side,
      });
      let [from, to] = [0, 0];
      await vitrine.removeBackground(bitmap, {
        device: 'cpu',
        progress({ stage }) {
          if (stage === 'network') from ||= performance.now();
          if (stage === 'refine') to ||= performance.now();
        },
      });
      return to - from;
    }, SIDE);
  return { open, run };
}

async function openPeer(browser: Browser): Promise<{ open: OpenShop; run: Runner }> {
  const files: Record<string, Buffer | string> = {
    '/fast.onnx': await readFile(join(ROOT, 'models/fast.onnx')),
    '/shop.js': `import * as ort from '/peer/ort.wasm.min.mjs'; Object.assign(globalThis, { ort, vitrine: {} });`,
  };
  for (const file of PEER_FILES) files[`/peer/${file}`] = await readFile(join(PEER, 'dist', file));
  const open = await openShop(browser, { files });
  const run = () =>
    open.page.evaluate(async (side) => {
      const page = globalThis as unknown as { ort: Ort; session?: Awaited<ReturnType<Ort['InferenceSession']['create']>> };
      const { ort } = page;
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmPaths = '/peer/';
      page.session ??= await ort.InferenceSession.create('/fast.onnx', {
        executionProviders: ['wasm'],
        graphOptimizationLevel: 'all',
      });
      const pixels = Float32Array.from({ length: 3 * side * side }, (_, index) => Math.sin(index / 97));
      const [input = ''] = page.session.inputNames;
      const from = performance.now();
      await page.session.run({ [input]: new ort.Tensor('float32', pixels, [1, 3, side, side]) });
      return performance.now() - from;
    }, SIDE);
  return { open, run };
}

const median = (times: number[]) => [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;

/** From nothing to the first answer: code and model fetched, made ready, run once. */
async function first(run: Runner): Promise<number> {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

const browser = await launch();
try {
  const [ours, peer] = [await openVitrine(browser), await openPeer(browser)];
  const firsts = [await first(ours.run), await first(peer.run)] as const;
  const times: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    times[0].push(await ours.run());
    times[1].push(await peer.run());
  }
  const { version } = JSON.parse(await readFile(join(PEER, 'package.json'), 'utf8')) as { version: string };
  const line = (name: string, index: 0 | 1) => {
    const all = times[index];
    const spread = `${Math.round(Math.min(...all))} to ${Math.round(Math.max(...all))}`;
    console.log(`${name.padEnd(26)}${`${Math.round(firsts[index])} ms`.padStart(12)}${`${Math.round(median(all))} ms`.padStart(12)}   ${spread}`);
  };
  console.log(`fast.onnx at ${SIDE} × ${SIDE}, wasm, one thread, Chromium ${browser.version()}, ${RUNS} runs in turn\n`);
  console.log(`${''.padEnd(26)}${'first answer'.padStart(12)}${'median'.padStart(12)}   range`);
  line('Vitrine', 0);
  line(`onnxruntime-web ${version}`, 1);
  const ratio = median(times[0]) / median(times[1]);
  console.log(`\nVitrine takes ${ratio.toFixed(2)} of the peer's time for the network.`);
  if (!(ratio <= 1)) {
    console.log('It must take at most the same.');
    process.exitCode = 1;
  }
  await ours.open.close();
  await peer.open.close();
} finally {
  await browser.close();
}
