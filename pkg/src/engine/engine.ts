/** The engine inside the photo frame: photos in, cut-outs out, the stages of neighbouring photos side by side. */

import type { ArrivingPicture } from '#wasm';
import type { EngineModel, EngineParts } from '../airlock/messages.js';
import { unlessAborted } from './abort.js';
import { openCorrection } from './correction.js';
import { CpuWorker } from './cpu-worker.js';
import { findAdapter } from './device.js';
import { doubtOf } from './doubt.js';
import { cancelled, describe, toVitrineError } from './faults.js';
import { bringIn, bringOut, Gpu, type GpuRun } from './gpu.js';
import { Lanes, lanesFor, memoryBudget } from './lanes.js';
import { packOutput } from './output.js';
import { unpack, type Packed } from './packed.js';
import { SerialQueue } from './queue.js';
import { release } from './release.js';
import { openStudio } from './studio.js';
import type {
  Correction,
  CutOutOptions,
  CutOutResult,
  Device,
  DeviceReport,
  Engine,
  Marketplace,
  OutputOptions,
  Quality,
  Shot,
  ShotReport,
  Stage,
  StudioLook,
  StudioSession,
  StudioSubject,
} from './types.js';
import { VitrineError } from './types.js';
import { channels } from './team.js';
import type { Networks, Size, Wanted } from './worker-messages.js';
import { mark } from '../trace.js';

/** The longer side of the pictures for the screen, in pixels. */
const PREVIEW = 1280;
/** Above this many bytes of pixels a worker is let go while the GPU works: its wasm memory never shrinks. */
const LARGE = 64 << 20;
/** Bytes of wasm memory that a photo takes on a processor: for the networks' own tensors and weights, and a pixel. */
const NEED: Record<Quality, { networks: number; pixel: number }> = {
  fast: { networks: 64 << 20, pixel: 8 },
  best: { networks: 256 << 20, pixel: 8 },
};
const PNG: OutputOptions = { format: 'image/png' };

/** Where each stage lies in the whole job, as shares of its time on a processor. */
const SPANS: Record<Exclude<Stage, 'fetch'>, readonly [from: number, to: number]> = {
  queue: [0, 0],
  decode: [0, 0.08],
  network: [0.08, 0.7],
  refine: [0.7, 0.92],
  encode: [0.92, 1],
};

/** A finished job without pictures for the screen. */
export interface FileResult {
  file: Packed;
  width: number;
  height: number;
  coverage: number;
  confidence?: number;
  notes: string[];
  device: Device;
  quality: Quality;
}

/** The engine with what only the package's own frame uses. */
export interface FrameEngine extends Engine {
  /** Resolves when the model is here, rejects where it will not come: so will every photo. */
  readonly whole: Promise<void>;
  /** Cuts out and encodes in one go: a cut-out in any format, or the matte as a greyscale PNG. */
  file(photo: Blob, wanted: Wanted, output: OutputOptions, options?: CutOutOptions): Promise<FileResult>;
}

type Tell = (stage: keyof typeof SPANS, fraction: number) => void;

/** One photo's way. */
interface Job {
  /** Its own from the beginning to the end. */
  worker: CpuWorker;
  photo: Blob;
  wanted: Wanted;
  output: OutputOptions;
  /** Longer side of the pictures for the screen, 0 for none. */
  preview: number;
  tell: Tell;
  timings: Partial<Record<Stage, number>>;
  signal: AbortSignal | undefined;
}

/**
 * Starts the engine, as far as that goes without a model: on a processor it decodes photos from then on. Where the GPU
 * does not work, the processor does: this rejects only where neither can.
 */
export async function createEngine({ worker, wasm, model, device }: EngineParts): Promise<FrameEngine> {
  const found = findAdapter(device);
  const compiled = wasm.then(compile);
  // Told below.
  compiled.catch(() => undefined);
  const script = await worker;
  const newWorker = (idleTime?: number) => new CpuWorker(script, compiled, idleTime);
  const engine = new PhotoEngine(newWorker, model);
  const [finding, module] = await Promise.all([found, compiled]);
  if ('why' in finding) {
    engine.workOnProcessor(finding.why);
  } else {
    try {
      const open = async () => {
        // The device and its pipelines are made while the model is on its way.
        const gpu = await Gpu.open(module, device === 'gpu');
        await gpu.addFast((await model).file);
        return gpu;
      };
      engine.workOnGpu(await open(), open, finding.adapter);
    } catch (error) {
      engine.workOnProcessor(
        `The graphics adapter did not start, so cut-outs run on the processor. ${toVitrineError(error).message}`,
      );
    }
  }
  mark('engine is up');
  return engine;
}

async function compile(wasm: ArrayBuffer): Promise<WebAssembly.Module> {
  mark('wasm came');
  try {
    return await WebAssembly.compile(wasm);
  } catch (error) {
    throw new VitrineError('device', `The browser could not compile the engine (${describe(error)}): update it.`);
  } finally {
    release(wasm);
    mark('wasm compiled');
  }
}

class PhotoEngine implements FrameEngine {
  readonly #newWorker: (idleTime?: number) => CpuWorker;
  readonly #lanes: Lanes;
  /** Workers outside the lanes, each with what a person works on. */
  readonly #own = new Set<CpuWorker>();
  #catalogue: Promise<{ presets: readonly Marketplace[]; looks: readonly StudioLook[] }> | undefined;
  #gpu: Gpu | undefined;
  #openGpu: (() => Promise<Gpu>) | undefined;
  #report: DeviceReport = { device: 'cpu', reason: '' };
  readonly #model: Promise<EngineModel>;
  #best: { sha256: string; file: Blob; onGpu: 'yes' | 'no' } | undefined;
  /** The GPU works on one photo at a time. */
  readonly #gpuQueue = new SerialQueue();
  readonly #listeners = new Set<(report: DeviceReport) => void>();
  /** Whether workers that shared a photo have failed. */
  #cannotShare = false;
  #disposed = false;
  readonly whole: Promise<void>;

  /** Its first worker starts at once; `workOnProcessor` or `workOnGpu` must follow. */
  constructor(newWorker: (idleTime?: number) => CpuWorker, model: Promise<EngineModel>) {
    this.#newWorker = newWorker;
    this.#lanes = new Lanes(newWorker, lanesFor('cpu'), memoryBudget());
    this.#lanes.warm(1);
    this.#model = model;
    this.whole = model.then(() => undefined);
    this.whole.catch(() => undefined);
  }

  workOnProcessor(reason: string): void {
    this.#report = { device: 'cpu', reason };
    // The network is loaded while the photo is on its way; where that fails, the photo says so.
    const load = async () => {
      const fast = (await this.#model).file;
      const workers = this.#lanes.warm();
      const { length: count } = workers;
      const networks = { quality: 'fast', fast, best: undefined } as const;
      await Promise.all(workers.map((worker, index) => worker.ask('load', { ...networks, place: { index, count } })));
    };
    load().catch(() => undefined);
  }

  /** `open` gives another one like `gpu`. */
  workOnGpu(gpu: Gpu, open: () => Promise<Gpu>, adapter: string): void {
    this.#gpu = gpu;
    this.#openGpu = open;
    this.#lanes.count = lanesFor('gpu');
    this.#report = { device: 'gpu', reason: `Cut-outs run on the graphics adapter: ${gpu.adapterName || adapter}.` };
  }

  get device(): DeviceReport {
    return this.#report;
  }

  onDeviceChange(listener: (report: DeviceReport) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get photosAtOnce(): number {
    return this.#lanes.count;
  }

  get hasBest(): boolean {
    return this.#best !== undefined;
  }

  addBest({ sha256, file }: { sha256: string; file: Blob }): void {
    this.#best = { sha256, file, onGpu: 'yes' };
  }

  async removeBackground(photo: Blob, options: CutOutOptions = {}): Promise<CutOutResult> {
    const { file, before, after, ...rest } = await this.#run(photo, 'cut-out', PNG, PREVIEW, options);
    const { name, sha256 } = await this.#model;
    const fast = { name, sha256 };
    // The best quality fuses both.
    const best = rest.quality === 'best' && this.#best ? { name: 'best', sha256: this.#best.sha256 } : undefined;
    const [model, models] = best ? [best, [fast, best]] : [fast, [fast]];
    // Both are there, for their size was not 0.
    return { ...rest, png: unpack(file), before: before as ImageBitmap, after: after as ImageBitmap, model, models };
  }

  async file(photo: Blob, wanted: Wanted, output: OutputOptions, options: CutOutOptions = {}): Promise<FileResult> {
    const { before: _, after: __, doubt: ___, timings: ____, ...rest } = await this.#run(photo, wanted, output, 0, options);
    return rest;
  }

  async encode(png: Blob, output: OutputOptions, signal?: AbortSignal): Promise<Blob> {
    packOutput(output);
    return unpack(await this.#withWorker((worker) => worker.ask('encode', { picture: png, output }), signal));
  }

  correct(photo: Blob, cutOut: Blob, signal?: AbortSignal): Promise<Correction> {
    return this.#withOwn((worker, release) => openCorrection(worker, photo, cutOut, PREVIEW, release), signal);
  }

  studio(subject: StudioSubject, signal?: AbortSignal): Promise<StudioSession> {
    const openLive = () => this.#gpu?.openLive();
    return this.#withOwn((worker, release) => openStudio(worker, subject, openLive, release), signal);
  }

  async list(picture: Blob, preset: string, { x, y }: { x: number; y: number }, signal?: AbortSignal): Promise<Shot> {
    const asked = { picture, preset, x, y };
    const { file, report, ...rest } = await this.#withWorker((worker) => worker.ask('listWhole', asked), signal);
    return { ...rest, file: unpack(file), report: JSON.parse(report) as ShotReport };
  }

  async presets(): Promise<readonly Marketplace[]> {
    return (await this.#readCatalogue()).presets;
  }

  async looks(): Promise<readonly StudioLook[]> {
    return (await this.#readCatalogue()).looks;
  }

  checkScene(scene: string): Promise<string> {
    return this.#withWorker((worker) => worker.ask('checkScene', { scene }));
  }

  checkColour(colour: string): Promise<string> {
    return this.#withWorker((worker) => worker.ask('checkColour', { colour }));
  }

  async #readCatalogue() {
    const read = async () => {
      const { presets, looks } = await this.#withWorker((worker) => worker.ask('catalogue', null));
      return { presets: JSON.parse(presets) as Marketplace[], looks: JSON.parse(looks) as StudioLook[] };
    };
    try {
      return await (this.#catalogue ??= read());
    } catch (error) {
      this.#catalogue = undefined;
      throw error;
    }
  }

  /** Opens something in a worker of its own, which `release` gives up. */
  async #withOwn<T>(open: (worker: CpuWorker, release: () => void) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#disposed) throw new VitrineError('caller', 'The engine was disposed of: open a new one.');
    if (signal?.aborted) throw cancelled();
    const worker = this.#newWorker(Infinity);
    this.#own.add(worker);
    const release = () => {
      this.#own.delete(worker);
      worker.dispose();
    };
    const end = () => worker.end();
    signal?.addEventListener('abort', end, { once: true });
    try {
      return await open(worker, release);
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  async forget(): Promise<void> {
    this.#lanes.end();
    for (const worker of this.#own) worker.end();
    const open = this.#openGpu;
    if (!this.#gpu || !open) return;
    // A photo that it works on has been given up, and leaves it between two submissions.
    await this.#gpuQueue.run(async () => {
      const gpu = this.#gpu;
      if (!gpu || this.#disposed) return;
      gpu.dispose();
      try {
        this.#gpu = await open();
      } catch (error) {
        this.#giveUpGpu(gpu, toVitrineError(error).message);
      }
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#lanes.dispose();
    for (const worker of this.#own) worker.dispose();
    this.#gpu?.dispose();
    this.#gpu = undefined;
    this.#listeners.clear();
  }

  /**
   * Does a job with a worker of its own, as soon as one is free. An abort answers at once and ends the worker, for
   * wasm in the middle of a loop hears nothing.
   */
  async #withWorker<T>(job: (worker: CpuWorker) => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      const worker = await this.#lanes.take(signal);
      const end = () => worker.end();
      signal?.addEventListener('abort', end, { once: true });
      const work = job(worker).finally(() => {
        signal?.removeEventListener('abort', end);
        worker.onProgress = undefined;
        this.#lanes.give(worker);
      });
      return await unlessAborted(work, signal);
    } catch (error) {
      throw toVitrineError(error);
    }
  }

  #run(photo: Blob, wanted: Wanted, output: OutputOptions, preview: number, options: CutOutOptions) {
    const { signal, quality = 'fast', ifBestFails = 'fast' } = options;
    const tell: Tell = (stage, fraction) => {
      const [from, to] = SPANS[stage];
      options.onProgress?.({ stage, fraction: from + (to - from) * Math.min(Math.max(fraction, 0), 1) });
    };
    tell('queue', 0);
    const asked = performance.now();
    return this.#withWorker(async (worker) => {
      packOutput(output);
      if (quality === 'best' && !this.#best) {
        throw new VitrineError('caller', 'The model of the best quality is not here yet: fetch it first.');
      }
      const timings: Partial<Record<Stage, number>> = { queue: performance.now() - asked };
      const job: Job = { worker, photo, wanted, output, preview, tell, timings, signal };
      try {
        return await this.#cutOut(job, quality);
      } catch (error) {
        const { kind, message } = toVitrineError(error);
        const isItsFault = quality === 'best' && (kind === 'device' || kind === 'model');
        if (!isItsFault || ifBestFails === 'reject' || signal?.aborted || this.#disposed) throw error;
        const result = await this.#cutOut(job, 'fast');
        result.notes.push(`The best quality did not work here, so this is the fast one. ${message}`);
        return result;
      }
    }, signal);
  }

  async #cutOut(job: Job, quality: Quality) {
    const { worker, photo, wanted, output, preview, tell, timings, signal } = job;
    const timed = async <T>(stage: Stage, work: Promise<T>): Promise<T> => {
      const from = performance.now();
      const result = await work;
      timings[stage] = (timings[stage] ?? 0) + performance.now() - from;
      return result;
    };

    mark('job begins');
    tell('decode', 0);
    if (quality === 'best' && !this.#gpu) {
      // Before the photo: what lies below the weights when the photo goes is too small for the network's own memory.
      const place = { index: 0, count: this.#cannotShare ? 1 : this.#lanes.countFor(worker, NEED.best.networks) };
      await worker.ask('load', { ...(await this.#networks(quality)), place });
    }
    const decode = () => timed('decode', worker.ask('decode', { photo, preview }));
    let decoded = await decode();
    mark('photo decoded');
    try {
      let device: Device = 'cpu';
      const outcome = await this.#onGpu(job, decoded, quality);
      if (outcome === 'done') {
        device = 'gpu';
      } else {
        if (outcome === 'photo lost') {
          // The photo's pixels went with the GPU; they are read again rather than kept twice.
          decoded.preview?.close();
          decoded = await decode();
        }
        const { networks, pixel } = NEED[quality];
        await this.#lanes.begin(worker, networks + decoded.width * decoded.height * pixel, signal);
        tell('network', 0);
        worker.onProgress = tell;
        const together = await this.#onProcessor(job, quality);
        if (together === 'photo lost') {
          decoded.preview?.close();
          decoded = await decode();
          await this.#alone(job, quality);
        }
      }
      mark('photo cut out');
      tell('encode', 0);
      const done = await timed('encode', worker.ask('finish', { wanted, output, preview }));
      mark('cut-out encoded');
      tell('encode', 1);
      const { notes } = decoded;
      const { width, height, file, coverage, confidence, doubt } = done;
      return {
        ...{ width, height, file, coverage, notes, device, quality, timings },
        ...(confidence !== undefined && { confidence }),
        ...(doubt && { doubt }),
        ...{ before: decoded.preview, after: done.preview },
      };
    } catch (error) {
      decoded.preview?.close();
      throw error;
    }
  }

  /** Cuts the worker's photo out on the processor: with all workers together where no other photo needs them. */
  async #onProcessor(job: Job, quality: Quality): Promise<'done' | 'photo lost'> {
    const { worker, signal, timings } = job;
    const helpers = this.#cannotShare ? [] : this.#lanes.takeOthers(worker, NEED[quality].networks);
    if (helpers.length === 0) {
      await this.#alone(job, quality);
      return 'done';
    }
    const count = helpers.length + 1;
    const [own = [], ...others] = channels(count);
    const among = (ports: (MessagePort | null)[]) => ports.filter((port) => port !== null);
    const assisting = new Set(helpers);
    try {
      const networks = await this.#networks(quality);
      const first = worker.ask('cutOut', { ...networks, ports: own }, among(own));
      const rest = helpers.map(async (helper, index) => {
        const [place, ports] = [{ index: index + 1, count }, others[index] ?? []];
        await helper.ask('assist', { ...networks, place, ports }, among(ports));
        // Another photo may have it while this one is refined.
        assisting.delete(helper);
        this.#lanes.give(helper);
      });
      const [{ timings: took }] = await Promise.all([first, ...rest]);
      Object.assign(timings, took);
      return 'done';
    } catch (error) {
      // Where one has stopped, the others would wait for it.
      worker.end();
      for (const helper of assisting) {
        helper.end();
        this.#lanes.give(helper);
      }
      if (signal?.aborted || this.#disposed) throw error;
      this.#cannotShare = true;
      return 'photo lost';
    }
  }

  async #alone({ worker, timings }: Job, quality: Quality): Promise<void> {
    const networks = await this.#networks(quality);
    Object.assign(timings, (await worker.ask('cutOut', { ...networks, ports: undefined })).timings);
  }

  async #networks(quality: Quality): Promise<Networks> {
    return { quality, fast: (await this.#model).file, best: quality === 'best' ? this.#best?.file : undefined };
  }

  /** Cuts the worker's photo out on the GPU and gives it back, unless there is none or it fails. */
  async #onGpu(job: Job, size: Size, quality: Quality): Promise<'done' | 'not tried' | 'photo lost'> {
    const best = quality === 'best' ? this.#best : undefined;
    if (!this.#gpu || best?.onGpu === 'no') return 'not tried';
    const { worker, timings, signal } = job;
    // The next photo may come in while this one goes out.
    const run = await this.#gpuQueue.run(() => this.#inGpu(job, size, quality), signal);
    if (typeof run === 'string') return run;
    const { cutout } = run;
    try {
      Object.assign(timings, run.timings);
      await worker.ask('expect', { width: cutout.width, height: cutout.height });
      await bringOut(cutout, (part) => worker.ask('receive', part, [part.bytes]));
      const { confidence } = cutout;
      await worker.ask('adopt', { confidence, doubt: doubtOf(cutout) });
    } finally {
      cutout.free();
    }
    return 'done';
  }

  /** The part of it for which a photo has the GPU to itself. */
  async #inGpu(job: Job, size: Size, quality: Quality): Promise<GpuRun | 'not tried' | 'photo lost'> {
    const { worker, tell, signal } = job;
    const gpu = this.#gpu;
    const best = quality === 'best' ? this.#best : undefined;
    // It may have been given up on while this photo waited.
    if (!gpu || best?.onGpu === 'no') return 'not tried';
    tell('network', 0);
    let photo: ArrivingPicture;
    let sizes: Partial<Record<Quality, Size>>;
    try {
      if (best) await gpu.addBest(best.file);
      sizes = { fast: gpu.inputSize('fast'), ...(best && { best: gpu.inputSize('best') }) };
      photo = gpu.expect(size);
    } catch (error) {
      this.#giveUpOnGpu(gpu, best, error);
      return 'not tried';
    }
    let seen: { fast: Float32Array; best: Float32Array | undefined };
    try {
      seen = {
        fast: await worker.ask('shrink', sizes.fast as Size),
        best: sizes.best && (await worker.ask('shrink', sizes.best)),
      };
      await bringIn(photo, size, (part) => worker.ask('lend', part, [part.bytes]));
    } catch (error) {
      photo.free();
      throw error;
    }
    if (size.width * size.height * 4 > LARGE) worker.end();
    try {
      return await gpu.cutOut(photo, quality, seen, tell, signal);
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      // What is wrong with the photo is wrong on the processor too.
      if (toVitrineError(error).kind === 'photo' && !gpu.isLost) throw error;
      this.#giveUpOnGpu(gpu, best, error);
      return 'photo lost';
    }
  }

  /** The best model may be too large for a GPU that goes on with the fast one. */
  #giveUpOnGpu(gpu: Gpu, best: { onGpu: 'yes' | 'no' } | undefined, error: unknown): void {
    if (!best || gpu.isLost) {
      this.#giveUpGpu(gpu, toVitrineError(error).message);
      return;
    }
    best.onGpu = 'no';
    try {
      gpu.dropBest();
    } catch (dropped) {
      // Its instance stopped in the middle of something.
      this.#giveUpGpu(gpu, toVitrineError(dropped).message);
    }
  }

  #giveUpGpu(gpu: Gpu, why: string): void {
    this.#gpu = undefined;
    gpu.dispose();
    this.#lanes.count = lanesFor('cpu');
    this.#report = {
      device: 'cpu',
      reason: `The graphics adapter stopped working, so cut-outs now run on the processor. ${why}`,
    };
    for (const listener of this.#listeners) listener(this.#report);
  }
}
