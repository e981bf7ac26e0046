/** Cut-outs in the studio, in a worker of its own: drawn while somebody moves things about, and made into files. */

import { unlessAborted } from './abort.js';
import type { CpuWorker } from './cpu-worker.js';
import { cancelled, toVitrineError } from './faults.js';
import { LIVE, type Live } from './live.js';
import { unpack } from './packed.js';
import { SerialQueue } from './queue.js';
import type { ColourTold, Harmony, ShootOptions, Shot, ShotReport, StudioSession, StudioSubject } from './types.js';
import type { Size } from './worker-messages.js';

/** After so many milliseconds in which nothing is drawn, the graphics adapter gets what it needs. */
const REST = 250;

/**
 * Reads the cut-outs; rejects with a VitrineError. `openLive` answers with what draws on the graphics adapter, where there
 * is one. `release` gives the worker up, which is this session's alone.
 */
export async function openStudio(
  worker: CpuWorker,
  subject: StudioSubject,
  openLive: () => Live | undefined,
  release: () => void,
): Promise<StudioSession> {
  try {
    return new WorkerStudio(worker, subject, await worker.ask('openStudio', subject), openLive, release);
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
  readonly #openLive: () => Live | undefined;
  readonly #release: () => void;
  readonly #queue = new SerialQueue();
  /** Whether the worker holds the cut-outs: one that was ended in the middle of something does not. */
  #isOpen = true;
  #isClosed = false;
  #next: Waiting | undefined;
  #live: Live | undefined;
  /** What is on its way there. */
  #bringing: string | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;
  /** How many photos of a place were taken. */
  #places = 0;

  constructor(
    worker: CpuWorker,
    subject: StudioSubject,
    { width, height }: Size,
    openLive: () => Live | undefined,
    release: () => void,
  ) {
    this.#worker = worker;
    this.#subject = subject;
    this.#openLive = openLive;
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

  live(scene: string, longest: number, colour?: string): Promise<ImageBitmap> | undefined {
    const live = this.#live;
    if (!live?.isFast || live.holds !== this.#holds(colour)) return undefined;
    clearTimeout(this.#resting);
    return live.draw(scene, longest).catch((error: unknown) => {
      const fault = toVitrineError(error);
      if (fault.kind === 'device') this.#closeLive();
      throw fault;
    });
  }

  async setPlace(place: Blob): Promise<void> {
    await this.#inTurn(() => this.#worker.ask('takePlace', { photo: place }));
    this.#places += 1;
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

  async shoot({ scene, colour, preset, sources, fixes = [], signal, onProgress }: ShootOptions): Promise<Shot> {
    const run = async (): Promise<Shot> => {
      // Wasm in the middle of a loop hears nothing, so its worker ends; the next ask starts another.
      const end = () => this.#end();
      signal?.addEventListener('abort', end, { once: true });
      this.#worker.onProgress = (_, fraction) => onProgress?.(fraction);
      try {
        await this.#open();
        const { file, report, ...rest } = await this.#worker.ask('shoot', {
          ...{ scene, colour, preset },
          sources: JSON.stringify(sources),
          fixes: JSON.stringify(fixes),
        });
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
    this.#closeLive();
    this.#release();
  }

  async #drawNext(): Promise<void> {
    const next = this.#next;
    this.#next = undefined;
    if (!next) return;
    clearTimeout(this.#resting);
    const { scene, longest, colour, resolve, reject } = next;
    try {
      resolve(await this.#ask(() => this.#worker.ask('drawScene', { scene, longest, colour })));
      this.#resting = setTimeout(() => this.#bringLive(scene, colour), REST);
    } catch (error) {
      reject(toVitrineError(error));
    }
  }

  /** What copies on the graphics adapter are made for. */
  #holds(colour: string | undefined): string {
    return `${this.#places} ${colour ?? ''}`;
  }

  /** Brings the graphics adapter copies of what was last drawn, where it does not have them. */
  #bringLive(scene: string, colour: string | undefined): void {
    const holds = this.#holds(colour);
    if (this.#isClosed || this.#live?.holds === holds || this.#bringing === holds) return;
    const bring = async () => {
      const live = (this.#live ??= this.#openLive());
      if (!live || this.#next) return;
      const copies = await this.#ask(() => this.#worker.ask('copyPictures', { longest: LIVE, colour }));
      this.#bringing = holds;
      // What is drawn in the worker does not wait for it.
      live
        .take(copies, holds, scene)
        .catch(() => this.#closeLive())
        .finally(() => (this.#bringing = undefined));
    };
    // Without it everything is drawn in the worker.
    this.#queue.run(bring).catch(() => undefined);
  }

  #closeLive(): void {
    clearTimeout(this.#resting);
    this.#live?.close();
    this.#live = undefined;
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
