/** The GPU executor: a second wasm instance on the frame's own thread, for WebGPU is not in its workers. */

import init, { ArrivingPicture, GpuRemover, type CutoutHandle } from '#wasm';
import { arrive } from './arrive.js';
import { unlessBroken } from './broken.js';
import { cancelled } from './faults.js';
import { Live } from './live.js';
import { answerOf, SILENCE, silent } from './silence.js';
import type { Quality } from './types.js';
import type { Part, Size } from './worker-messages.js';

/** Bytes of a picture that go between frame and worker at a time. */
const PART = 2 << 20;

/** Sends a part of a picture on its way, and gives its buffer back when it was used. */
type Carry = (part: Part) => Promise<ArrayBuffer>;

export interface GpuRun {
  /** To be freed. */
  cutout: CutoutHandle;
  timings: { network: number; refine: number };
}

/** Brings a picture in, part by part: `fetch` fills the buffer. */
export async function bringIn(picture: ArrivingPicture, size: Size, fetch: Carry): Promise<void> {
  await inParts(size, async ({ at, bytes }) => {
    const filled = await fetch({ at, bytes });
    picture.write(at, new Uint8Array(filled));
    return filled;
  });
}

/** Brings a cut-out to where it is encoded, part by part. */
export async function bringOut(cutout: CutoutHandle, send: Carry): Promise<void> {
  await inParts(cutout, ({ at, bytes }) => {
    cutout.read(at, new Uint8Array(bytes));
    return send({ at, bytes });
  });
}

async function inParts({ width, height }: Size, carry: Carry): Promise<void> {
  const length = width * height * 4;
  let bytes = new ArrayBuffer(Math.min(PART, length));
  for (let at = 0; at < length; at += PART) {
    // The last part is shorter.
    if (length - at < bytes.byteLength) bytes = new ArrayBuffer(length - at);
    bytes = await carry({ at, bytes });
  }
}

const waitFor = <T>(work: Promise<T>, patient: boolean): Promise<T> => unlessBroken(patient ? work : answerOf(work));

export class Gpu {
  readonly #remover: GpuRemover;
  /** Whether a software adapter was asked for by name: it is given all the time it needs. */
  readonly #patient: boolean;

  private constructor(remover: GpuRemover, patient: boolean) {
    this.#remover = remover;
    this.#patient = patient;
  }

  /** Makes the device, and on it what needs no network; that is for `addFast`. */
  static async open(module: WebAssembly.Module, force: boolean): Promise<Gpu> {
    await init({ module_or_path: module });
    const made = GpuRemover.create(force);
    try {
      return new Gpu(await waitFor(made, force), force);
    } catch (error) {
      // It may come after all.
      made.then((late) => late.free(), () => undefined);
      throw error;
    }
  }

  get adapterName(): string {
    return this.#remover.adapterName;
  }

  /** Puts the model of the fast quality on the device; nothing works before. */
  async addFast(model: Blob): Promise<void> {
    await waitFor(this.#remover.addFast(await arrive(model)), this.#patient);
  }

  /** Puts the model of the best quality on the device, where it is not there yet. */
  async addBest(model: Blob): Promise<void> {
    if (!this.#remover.hasBest) await waitFor(this.#remover.addBest(await arrive(model)), this.#patient);
  }

  /** Takes it off again, with its memory. */
  dropBest(): void {
    this.#remover.dropBest();
  }

  /** Makes room for a photo, to be filled by `bringIn`. */
  expect({ width, height }: Size): ArrivingPicture {
    return new ArrivingPicture(width, height);
  }

  /** The size at which a network looks at a photo. */
  inputSize(network: Quality): Size {
    const [width = 0, height = 0] = this.#remover.inputSize(network);
    return { width, height };
  }

  /**
   * Cuts out; the signal stops it between two submissions. The photo is given up. `fast` and `best` are the photo at
   * those networks' sizes.
   */
  async cutOut(
    arrived: ArrivingPicture,
    quality: Quality,
    { fast, best }: { fast: Float32Array; best: Float32Array | undefined },
    onProgress: (stage: 'network' | 'refine', fraction: number) => void,
    signal?: AbortSignal,
  ): Promise<GpuRun> {
    const photo = arrived.intoPhoto();
    let heard = performance.now();
    let refineFrom = 0;
    let isSilent = false;
    const from = heard;
    const work = this.#remover.cutOut(photo, quality, fast, best, (stage: 'network' | 'refine', fraction: number) => {
      heard = performance.now();
      if (stage === 'refine') refineFrom ||= heard;
      onProgress(stage, fraction);
      return !signal?.aborted && !isSilent;
    });
    let watch: ReturnType<typeof setInterval> | undefined;
    const silence = new Promise<never>((_, reject) => {
      if (this.#patient) return;
      watch = setInterval(() => {
        isSilent = performance.now() - heard > SILENCE;
        if (isSilent) reject(silent());
      }, 1_000);
    });
    try {
      const cutout = await unlessBroken(Promise.race([work, silence]));
      const to = performance.now();
      refineFrom ||= to;
      return { cutout, timings: { network: refineFrom - from, refine: to - refineFrom } };
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      throw error;
    } finally {
      clearInterval(watch);
    }
  }

  /** What draws the studio's moving pictures on the device; none while a photo is being cut out there. */
  openLive(): Live | undefined {
    try {
      return new Live(this.#remover.studio(), this.#patient);
    } catch {
      return undefined;
    }
  }

  /** Whether the device is gone. */
  get isLost(): boolean {
    try {
      return this.#remover.isLost;
    } catch {
      // In the middle of a call, or its instance has stopped.
      return true;
    }
  }

  dispose(): void {
    try {
      this.#remover.free();
    } catch {
      // In use by a call that was given up on: it is freed with the frame.
    }
  }
}
