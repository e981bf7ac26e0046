/** Correction by hand, in a worker of its own: it must outlive every job of the queue, and none may wait for it. */

import type { CpuWorker } from './cpu-worker.js';
import { toVitrineError } from './faults.js';
import { SerialQueue } from './queue.js';
import type { Corrected, Correction, CorrectionStep, Patch } from './types.js';

/**
 * Most pixels of the pictures for the screen; a larger photo is shown at a half, a third and so on, and corrected at
 * its own size all the same. Safari draws on no canvas of more than 16.7 million.
 */
const MOST_ON_SCREEN = 12_600_000;

/** Reads the photo and its cut-out; rejects with a VitrineError. `release` gives the worker up, which is this correction's alone. */
export async function openCorrection(
  worker: CpuWorker,
  photo: Blob,
  cutOut: Blob,
  preview: number,
  release: () => void,
): Promise<Correction> {
  try {
    const opened = await worker.ask('openEdit', { photo, cutOut, most: MOST_ON_SCREEN });
    return new WorkerCorrection(worker, opened, preview, release);
  } catch (error) {
    release();
    throw toVitrineError(error);
  }
}

class WorkerCorrection implements Correction {
  readonly width: number;
  readonly height: number;
  readonly divisor: number;
  readonly photo: ImageBitmap;
  readonly cutOut: ImageBitmap;
  readonly #worker: CpuWorker;
  readonly #preview: number;
  readonly #release: () => void;
  /** The worker answers an ask at a time; bitmaps made side by side could come out of order. */
  readonly #queue = new SerialQueue();

  constructor(
    worker: CpuWorker,
    opened: { width: number; height: number; divisor: number; photo: ImageBitmap; cutOut: ImageBitmap },
    preview: number,
    release: () => void,
  ) {
    this.#worker = worker;
    this.#preview = preview;
    this.#release = release;
    this.width = opened.width;
    this.height = opened.height;
    this.divisor = opened.divisor;
    this.photo = opened.photo;
    this.cutOut = opened.cutOut;
  }

  apply(step: CorrectionStep): Promise<Patch> {
    return this.#ask(() => this.#worker.ask('edit', step));
  }

  finish(): Promise<Corrected> {
    return this.#ask(() => this.#worker.ask('finishEdit', { preview: this.#preview }));
  }

  close(): void {
    this.photo.close();
    this.cutOut.close();
    this.#release();
  }

  #ask<T>(ask: () => Promise<T>): Promise<T> {
    return this.#queue.run(ask).catch((error: unknown) => {
      throw toVitrineError(error);
    });
  }
}
