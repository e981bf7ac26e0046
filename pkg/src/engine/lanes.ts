/**
 * The frame's workers, each for one photo at a time.
 *
 * A photo keeps its worker from decoding to encoding, and several have one: while one is in the network, another is
 * decoded or encoded. How many photos are on their way at once is bounded by the processor's cores; how many of
 * these are beyond their decoding, by memory.
 */

import type { CpuWorker } from './cpu-worker.js';
import { cancelled } from './faults.js';
import { VitrineError, type Device } from './types.js';

/** More workers than this gain little: their loops wait for the same memory. */
const MOST_WORKERS = 4;
/** GiB of a device that does not tell how much memory it has. */
const USUAL_MEMORY = 4;
/** The part of it that the workers' wasm may take together before one waits for another. */
const SHARE = 1 / 8;

/** How many photos may be on their way at once. */
export function lanesFor(device: Device): number {
  const cores = navigator.hardwareConcurrency || 1;
  // Where there are three and more, the page keeps one to itself.
  const workers = Math.min(cores > 2 ? cores - 1 : cores, MOST_WORKERS);
  // While a photo is on the GPU its worker only waits.
  return device === 'gpu' ? workers + 1 : workers;
}

/** Bytes that the workers' wasm may take together. */
export function memoryBudget(): number {
  const { deviceMemory = USUAL_MEMORY } = navigator as { deviceMemory?: number };
  return deviceMemory * 2 ** 30 * SHARE;
}

interface Lane {
  readonly worker: CpuWorker;
  isTaken: boolean;
  /** Bytes that its photo takes, once it has begun; 0 before. */
  need: number;
}

interface Waiting<T> {
  resolve(answer: T): void;
  reject(error: VitrineError): void;
}

export class Lanes {
  readonly #newWorker: () => CpuWorker;
  readonly #budget: number;
  readonly #lanes: Lane[] = [];
  /** Who wants a worker, in the order of their coming. */
  #takers: Waiting<CpuWorker>[] = [];
  /** Who has one and waits for memory. */
  #beginners: (Waiting<void> & { lane: Lane; need: number })[] = [];
  #count: number;
  #disposed = false;

  constructor(newWorker: () => CpuWorker, count: number, budget: number) {
    this.#newWorker = newWorker;
    this.#count = count;
    this.#budget = budget;
  }

  /** How many photos may be on their way. */
  get count(): number {
    return this.#count;
  }

  /** Lowering it takes nobody's worker away. */
  set count(count: number) {
    this.#count = count;
    this.#pass();
  }

  /** So many workers, started ahead of the photo that they are for, in the order in which they are given. */
  warm(count = this.#count): CpuWorker[] {
    while (this.#lanes.length < count) this.#add();
    const workers = this.#lanes.slice(0, count).map(({ worker }) => worker);
    for (const worker of workers) worker.start();
    return workers;
  }

  /** How many workers a photo that takes `need` bytes of each will be shared by, if nothing comes in between. */
  countFor(worker: CpuWorker, need: number): number {
    return this.#othersFor(worker, need).length + 1;
  }

  /**
   * All other workers, to do their parts of a photo that takes `need` bytes of each: where nobody else has one or waits
   * for one, the photo has the first one, and memory allows it. To be given back.
   */
  takeOthers(worker: CpuWorker, need: number): CpuWorker[] {
    const others = this.#othersFor(worker, need);
    for (const lane of others) {
      lane.isTaken = true;
      lane.need = need;
    }
    return others.map(({ worker }) => worker);
  }

  #othersFor(worker: CpuWorker, need: number): Lane[] {
    while (this.#lanes.length < this.#count) this.#add();
    const [first, ...others] = this.#lanes.slice(0, this.#count);
    const isBusy = first?.worker !== worker || this.#takers.length > 0 || others.some(({ isTaken }) => isTaken);
    const all = this.#lanes.reduce((sum, { worker, need: own }) => sum + Math.max(worker.memory, own, need), 0);
    return isBusy || all > this.#budget ? [] : others;
  }

  /** A worker for whoever asks, to be given back; of those that are free the first, which is the warmest. */
  take(signal?: AbortSignal): Promise<CpuWorker> {
    if (this.#disposed) return Promise.reject(disposed());
    return this.#wait((waiting) => this.#takers.push(waiting), signal);
  }

  /**
   * Resolves when a photo that takes `need` bytes may begin beside the others; alone it always may. Of workers that
   * are free, memory is taken back for it.
   */
  begin(worker: CpuWorker, need: number, signal?: AbortSignal): Promise<void> {
    const lane = this.#lanes.find((lane) => lane.worker === worker);
    if (!lane || this.#disposed) return Promise.reject(disposed());
    return this.#wait((waiting) => this.#beginners.push({ ...waiting, lane, need }), signal);
  }

  give(worker: CpuWorker): void {
    const lane = this.#lanes.find((lane) => lane.worker === worker);
    if (!lane) return;
    lane.isTaken = false;
    lane.need = 0;
    this.#pass();
  }

  /** Ends all workers, whatever they do; each starts again when it is next asked. */
  end(): void {
    for (const { worker } of this.#lanes) worker.end();
  }

  dispose(): void {
    this.#disposed = true;
    for (const { reject } of [...this.#takers, ...this.#beginners]) reject(disposed());
    this.#takers = [];
    this.#beginners = [];
    for (const { worker } of this.#lanes) worker.dispose();
    this.#lanes.length = 0;
  }

  #wait<T>(enter: (waiting: Waiting<T>) => void, signal: AbortSignal | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled());
      const leave = () => {
        this.#takers = this.#takers.filter((waiting) => waiting.reject !== refuse);
        this.#beginners = this.#beginners.filter((waiting) => waiting.reject !== refuse);
        reject(cancelled());
        this.#pass();
      };
      const refuse = (error: VitrineError) => {
        signal?.removeEventListener('abort', leave);
        reject(error);
      };
      const answer = (answer: T) => {
        signal?.removeEventListener('abort', leave);
        resolve(answer);
      };
      signal?.addEventListener('abort', leave, { once: true });
      enter({ resolve: answer, reject: refuse });
      this.#pass();
    });
  }

  /** Lets go on whoever can. */
  #pass(): void {
    for (let next = this.#beginners[0]; next && this.#hasMemory(next.lane, next.need); next = this.#beginners[0]) {
      this.#beginners.shift();
      next.lane.need = next.need;
      next.resolve();
    }
    while (this.#takers.length > 0 && this.#lanes.filter(({ isTaken }) => isTaken).length < this.#count) {
      const lane = this.#lanes.find(({ isTaken }) => !isTaken) ?? this.#add();
      lane.isTaken = true;
      this.#takers.shift()?.resolve(lane.worker);
    }
  }

  #add(): Lane {
    const lane = { worker: this.#newWorker(), isTaken: false, need: 0 };
    this.#lanes.push(lane);
    return lane;
  }

  #hasMemory(lane: Lane, need: number): boolean {
    const others = this.#lanes.filter((other) => other !== lane);
    const held = () =>
      others.reduce((sum, { worker, need }) => sum + Math.max(worker.memory, need), Math.max(lane.worker.memory, need));
    if (held() > this.#budget) for (const { worker, isTaken } of others) if (!isTaken) worker.end();
    return held() <= this.#budget || others.every(({ need }) => need === 0);
  }
}

const disposed = () => new VitrineError('caller', 'The engine was disposed of: open a new one.');
