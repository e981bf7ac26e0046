/** Cut-outs in the studio, in a worker of its own: drawn while somebody moves things about, and made into files. */

import { unlessAborted } from './abort.js';
import type { CpuWorker } from './cpu-worker.js';
import { cancelled, toVitrineError } from './faults.js';
import { unpack } from './packed.js';
import { SerialQueue } from './queue.js';
import type { ColourTold, Harmony, ShootOptions, Shot, ShotReport, StudioSession, StudioSubject } from './types.js';
import type { Size } from './worker-messages.js';

/** Reads the cut-outs; rejects with a VitrineError. `release` gives the worker up, which is this session's alone. */
export async function openStudio(worker: CpuWorker, subject: StudioSubject, release: () => void): Promise<StudioSession> {
  try {
    return new WorkerStudio(worker, subject, await worker.ask('openStudio', subject), release);
  } catch (error) {
    release();
    throw toVitrineError(error);
  }
}

/** A preview that waits for its turn. */
interface Waiting {
  scene: string;
  longest: number;
  colour: string | undefined;
  resolve(picture: ImageBitmap): void;
  reject(error: unknown): void;
}

class WorkerStudio implements StudioSession {
  readonly width: number;
  readonly height: number;
  readonly #worker: CpuWorker;
  #subject: StudioSubject;
  readonly #release: () => void;
  readonly #queue = new SerialQueue();
  /** Whether the worker holds the cut-outs: one that was ended in the middle of something does not. */
  #isOpen = true;
  #isClosed = false;
  #next: Waiting | undefined;

  constructor(worker: CpuWorker, subject: StudioSubject, { width, height }: Size, release: () => void) {
    this.#worker = worker;
    this.#subject = subject;
    this.#release = release;
    this.width = width;
    this.height = height;
  }

  preview(scene: string, longest: number, colour?: string): Promise<ImageBitmap> {
    const overtaken = this.#next;
    const drawn = new Promise<ImageBitmap>((resolve, reject) => {
      this.#next = { scene, longest, colour, resolve, reject };
    });
    if (overtaken) overtaken.reject(cancelled());
    else void this.#queue.run(() => this.#drawNext());
    return drawn;
  }

  async setPlace(place: Blob): Promise<void> {
    await this.#inTurn(() => this.#worker.ask('takePlace', { photo: place }));
    this.#subject = { ...this.#subject, place };
  }

  async harmonies(index: number): Promise<readonly Harmony[]> {
    return JSON.parse(await this.#inTurn(() => this.#worker.ask('harmonies', { index }))) as Harmony[];
  }

  async colour(index: number, colour: string): Promise<ColourTold> {
    return JSON.parse(await this.#inTurn(() => this.#worker.ask('tellColour', { index, colour }))) as ColourTold;
  }

  pickNeutral(index: number, x: number, y: number): Promise<readonly number[]> {
    return this.#inTurn(() => this.#worker.ask('pickNeutral', { index, x, y }));
  }

  async reference(index: number, colour: string): Promise<unknown> {
    return JSON.parse(await this.#inTurn(() => this.#worker.ask('colourReference', { index, colour })));
  }

  async shoot({ scene, colour, preset, source, signal, onProgress }: ShootOptions): Promise<Shot> {
    const run = async (): Promise<Shot> => {
      // Wasm in the middle of a loop hears nothing, so its worker ends; the next ask starts another.
      const end = () => this.#end();
      signal?.addEventListener('abort', end, { once: true });
      this.#worker.onProgress = (_, fraction) => onProgress?.(fraction);
      try {
        await this.#open();
        const { file, report, ...rest } = await this.#worker.ask('shoot', { scene, colour, preset, source: JSON.stringify(source) });
        return { ...rest, file: unpack(file), report: JSON.parse(report) as ShotReport };
      } finally {
        signal?.removeEventListener('abort', end);
        this.#worker.onProgress = undefined;
      }
    };
    try {
      return await unlessAborted(this.#queue.run(() => this.#guarded(run), signal), signal);
    } catch (error) {
      throw toVitrineError(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#next?.reject(cancelled());
    this.#next = undefined;
    this.#release();
  }

  async #drawNext(): Promise<void> {
    const next = this.#next;
    this.#next = undefined;
    if (!next) return;
    const { scene, longest, colour, resolve, reject } = next;
    try {
      resolve(await this.#ask(() => this.#worker.ask('drawScene', { scene, longest, colour })));
    } catch (error) {
      reject(toVitrineError(error));
    }
  }

  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await this.#queue.run(() => this.#ask(ask));
    } catch (error) {
      throw toVitrineError(error);
    }
  }

  #ask<T>(ask: () => Promise<T>): Promise<T> {
    return this.#guarded(async () => {
      await this.#open();
      return ask();
    });
  }

  async #open(): Promise<void> {
    if (this.#isClosed) throw cancelled();
    if (this.#isOpen) return;
    await this.#worker.ask('openStudio', this.#subject);
    this.#isOpen = true;
  }

  /** A fault of the device may have ended the worker, and what it held is gone. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (toVitrineError(error).kind === 'device') this.#isOpen = false;
      throw error;
    }
  }

  #end(): void {
    this.#isOpen = false;
    this.#worker.end();
  }
}
