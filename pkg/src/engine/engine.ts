/** The engine inside the photo frame: photos in, cut-outs out, one after another. */

import type { EngineParts } from '../airlock/messages.js';
import { CpuWorker } from './cpu-worker.js';
import { findAdapter } from './device.js';
import { cancelled, describe, toVitrineError } from './faults.js';
import { Gpu, type GpuRun } from './gpu.js';
import { packOutput } from './output.js';
import { SerialQueue } from './queue.js';
import type { CutOutResult, Device, DeviceReport, Engine, OutputOptions, Progress, Stage } from './types.js';
import { VitrineError } from './types.js';
import type { Wanted } from './worker-messages.js';

/** The longer side of the pictures for the screen, in pixels. */
const PREVIEW = 1280;
/** Above this many bytes of pixels the worker is let go while the GPU works: its wasm memory never shrinks. */
const LARGE = 16 << 20;
const PNG: OutputOptions = { format: 'image/png' };

/** Where each stage lies in the whole job, as shares of its time on a processor. */
const SPANS: Record<Stage, readonly [from: number, to: number]> = {
  queue: [0, 0],
  decode: [0, 0.08],
  network: [0.08, 0.7],
  refine: [0.7, 0.92],
  encode: [0.92, 1],
};

export interface JobOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A finished job without pictures for the screen. */
export interface FileResult {
  file: Blob;
  width: number;
  height: number;
  coverage: number;
  notes: string[];
  device: Device;
}

/** The engine with what only the package's own frame uses. */
export interface FrameEngine extends Engine {
  /** Cuts out and encodes in one go: a cut-out in any format, or the matte as a greyscale PNG. */
  file(photo: Blob, wanted: Wanted, output: OutputOptions, options?: JobOptions): Promise<FileResult>;
}

/** Starts the engine. Where the GPU does not work, the processor does: this rejects only where neither can. */
export async function createEngine(parts: EngineParts): Promise<FrameEngine> {
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(parts.wasm);
  } catch (error) {
    throw new VitrineError('device', `The browser could not compile the engine (${describe(error)}): update it.`);
  }
  const model = new Blob([parts.model.bytes]);
  const finding = await findAdapter(parts.device);
  let gpu: Gpu | undefined;
  let report: DeviceReport;
  if ('why' in finding) {
    report = { device: 'cpu', reason: finding.why };
  } else {
    try {
      gpu = await Gpu.open(module, model, parts.device === 'gpu');
      report = { device: 'gpu', reason: `Cut-outs run on the graphics adapter: ${gpu.adapterName || finding.adapter}.` };
    } catch (error) {
      report = {
        device: 'cpu',
        reason: `The graphics adapter did not start, so cut-outs run on the processor. ${toVitrineError(error).message}`,
      };
    }
  }
  const { name, sha256 } = parts.model;
  return new PhotoEngine(new CpuWorker(parts.worker, module, model), gpu, report, { name, sha256 });
}

class PhotoEngine implements FrameEngine {
  readonly #worker: CpuWorker;
  #gpu: Gpu | undefined;
  #report: DeviceReport;
  readonly #model: { name: string; sha256: string };
  readonly #queue = new SerialQueue();
  readonly #listeners = new Set<(report: DeviceReport) => void>();
  #disposed = false;

  constructor(worker: CpuWorker, gpu: Gpu | undefined, report: DeviceReport, model: { name: string; sha256: string }) {
    this.#worker = worker;
    this.#gpu = gpu;
    this.#report = report;
    this.#model = model;
  }

  get device(): DeviceReport {
    return this.#report;
  }

  onDeviceChange(listener: (report: DeviceReport) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async removeBackground(photo: Blob, options: JobOptions = {}): Promise<CutOutResult> {
    const { file, before, after, ...rest } = await this.#run(photo, 'cut-out', PNG, PREVIEW, options);
    // Both are there, for their size was not 0.
    return { ...rest, png: file, before: before as ImageBitmap, after: after as ImageBitmap, model: this.#model };
  }

  async file(photo: Blob, wanted: Wanted, output: OutputOptions, options: JobOptions = {}): Promise<FileResult> {
    const { file, width, height, coverage, notes, device } = await this.#run(photo, wanted, output, 0, options);
    return { file, width, height, coverage, notes, device };
  }

  async encode(png: Blob, output: OutputOptions, signal?: AbortSignal): Promise<Blob> {
    packOutput(output);
    return this.#enqueue(() => this.#worker.ask('encode', { picture: png, output }), signal);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#worker.dispose();
    this.#gpu?.dispose();
    this.#gpu = undefined;
    this.#listeners.clear();
  }

  /** One job at a time; an abort ends the worker, for wasm in the middle of a loop hears nothing. */
  #enqueue<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#queue
      .run(async () => {
        if (this.#disposed) throw new VitrineError('caller', 'The engine was disposed of: open a new one.');
        const end = () => this.#worker.end();
        signal?.addEventListener('abort', end, { once: true });
        try {
          return await job();
        } finally {
          signal?.removeEventListener('abort', end);
          this.#worker.onProgress = undefined;
        }
      }, signal)
      .catch((error: unknown) => {
        throw toVitrineError(error);
      });
  }

  #run(photo: Blob, wanted: Wanted, output: OutputOptions, preview: number, options: JobOptions) {
    const { signal } = options;
    const tell = (stage: Stage, fraction: number) => {
      const [from, to] = SPANS[stage];
      options.onProgress?.({ stage, fraction: from + (to - from) * Math.min(Math.max(fraction, 0), 1) });
    };
    tell('queue', 0);
    const asked = performance.now();
    return this.#enqueue(async () => {
      packOutput(output);
      const timings: Partial<Record<Stage, number>> = { queue: performance.now() - asked };
      const timed = async <T>(stage: Stage, work: Promise<T>): Promise<T> => {
        const from = performance.now();
        const result = await work;
        timings[stage] = (timings[stage] ?? 0) + performance.now() - from;
        return result;
      };

      tell('decode', 0);
      const decode = () => timed('decode', this.#worker.ask('decode', { photo, preview }));
      let decoded = await decode();
      tell('network', 0);
      let device: Device = 'cpu';
      if (this.#gpu) {
        if (await this.#onGpu(this.#gpu, tell, timings, signal)) {
          device = 'gpu';
        } else {
          // The photo's pixels went with the GPU; they are read again rather than kept twice.
          decoded.preview?.close();
          decoded = await decode();
        }
      }
      if (device === 'cpu') {
        this.#worker.onProgress = tell;
        Object.assign(timings, (await this.#worker.ask('cutOut', null)).timings);
      }
      tell('encode', 0);
      const done = await timed('encode', this.#worker.ask('finish', { wanted, output, preview }));
      tell('encode', 1);
      const { notes } = decoded;
      const { width, height, file, coverage } = done;
      return { width, height, file, coverage, before: decoded.preview, after: done.preview, notes, device, timings };
    }, signal);
  }

  /** Cuts the worker's photo out on the GPU and gives it back; false where the GPU failed and is given up. */
  async #onGpu(
    gpu: Gpu,
    tell: (stage: Stage, fraction: number) => void,
    timings: Partial<Record<Stage, number>>,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const lent = await this.#worker.ask('lend', null);
    if (lent.rgba.byteLength > LARGE) this.#worker.end();
    let run: GpuRun;
    try {
      run = await gpu.cutOut(lent, tell, signal);
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      const { kind, message } = toVitrineError(error);
      // What is wrong with the photo is wrong on the processor too.
      if (kind === 'photo' && !gpu.isLost) throw error;
      this.#giveUpGpu(gpu, message);
      return false;
    }
    Object.assign(timings, run.timings);
    await this.#worker.ask('adopt', run.pixels, [run.pixels.rgba]);
    return true;
  }

  #giveUpGpu(gpu: Gpu, why: string): void {
    this.#gpu = undefined;
    gpu.dispose();
    this.#report = {
      device: 'cpu',
      reason: `The graphics adapter stopped working, so cut-outs now run on the processor. ${why}`,
    };
    for (const listener of this.#listeners) listener(this.#report);
  }
}
