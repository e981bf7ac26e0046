/** The try-on's engine in its frame: a worker, asked one thing after another. */

import { CpuWorker } from '../engine/cpu-worker.js';
import { unpack } from '../engine/packed.js';
import type { Operations } from './operations.js';
import type { TryOnEngine, TryOnParts } from './types.js';

/** Opens it from what the shell sent in; rejects with a VitrineError where wasm or networks are refused. */
export async function openTryOn({ wasm, worker: script, networks }: TryOnParts): Promise<TryOnEngine> {
  // What it holds is the shopper's and the shop's: it is let go when they are done, not when they pause.
  const worker = new CpuWorker<Operations>(script, WebAssembly.compile(wasm), Infinity);
  try {
    await worker.ask('load', { networks }, Object.values(networks));
  } catch (error) {
    worker.dispose();
    throw error;
  }
  return {
    async product(file, kind, widthMm) {
      await worker.ask('product', { file, kind, widthMm });
    },
    person: (file) => worker.ask('person', { file }),
    draw: (face) => worker.ask('draw', { face }),
    live: (picture, seconds) => worker.ask('live', { picture, seconds }, [picture]),
    snap: () => worker.ask('snap', null),
    save: async () => unpack(await worker.ask('save', null)),
    close: () => worker.dispose(),
  };
}
