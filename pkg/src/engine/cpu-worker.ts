/** The frame's end of its worker: starts it, asks it, ends it, lets it go when it idles. */

import { cancelled, toVitrineError } from './faults.js';
import { VitrineError } from './types.js';
import type { Ask, Asked, FromWorker, Operations } from './worker-messages.js';

/** Wasm memory never shrinks, so a worker that idles is let go, in milliseconds. */
const IDLE_TIME = 30_000;

type ProgressListener = (stage: 'network' | 'refine' | 'encode', fraction: number) => void;

interface Waiting {
  resolve(answer: never): void;
  reject(error: VitrineError): void;
}

export class CpuWorker<O extends Asked<O> = Operations> {
  readonly #module: Promise<WebAssembly.Module>;
  readonly #address: string;
  readonly #idleTime: number;
  #worker: Worker | undefined;
  #ids = 0;
  #memory = 0;
  #disposed = false;
  #idle: ReturnType<typeof setTimeout> | undefined;
  readonly #waiting = new Map<number, Waiting>();
  /** Told of the progress of what takes long. */
  onProgress: ProgressListener | undefined;

  /** `idleTime` is in milliseconds; `Infinity` for a worker that must keep what it holds. */
  constructor(script: string, module: Promise<WebAssembly.Module>, idleTime = IDLE_TIME) {
    this.#idleTime = idleTime;
    this.#module = module;
    this.#address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  }

  /** Bytes of wasm memory that the worker takes, as far as it has told; they shrink only to 0. */
  get memory(): number {
    return this.#memory;
  }

  /** Asks the worker, starting it where there is none. Asks are done in the order given. */
  async ask<N extends keyof O>(name: N, ask: O[N]['ask'], transfer: Transferable[] = []): Promise<O[N]['answer']> {
    if (this.#disposed) throw cancelled();
    this.start();
    const worker = this.#worker;
    await this.#module;
    // Ended while the module came.
    if (!worker || worker !== this.#worker) throw cancelled();
    return this.#post(worker, name, ask, transfer);
  }

  /** Starts the worker ahead of the first ask. */
  start(): void {
    if (this.#worker || this.#disposed) return;
    // It reads its script while the module is compiled.
    const worker = this.#launch();
    this.#module
      .then((module) => (worker === this.#worker ? this.#post(worker, 'start', { module }, []) : undefined))
      .catch((error: unknown) => {
        if (worker === this.#worker) this.end(toVitrineError(error));
      });
  }

  /** Ends the worker in the middle of whatever it does; what was asked of it rejects with `error`. */
  end(error: VitrineError = cancelled()): void {
    clearTimeout(this.#idle);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#memory = 0;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  dispose(): void {
    this.#disposed = true;
    this.end();
    URL.revokeObjectURL(this.#address);
  }

  #launch(): Worker {
    const worker = new Worker(this.#address);
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.#worker) this.#hear(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      this.end(new VitrineError('device', `The worker stopped (${event.message}): try the photo again.`));
    });
    this.#worker = worker;
    return worker;
  }

  #post<N extends keyof O>(worker: Worker, name: N, ask: O[N]['ask'], transfer: Transferable[]): Promise<O[N]['answer']> {
    clearTimeout(this.#idle);
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, name, ask } satisfies Ask<N, O>, transfer);
    });
  }

  #hear(message: FromWorker): void {
    if ('progress' in message) {
      this.onProgress?.(message.progress.stage, message.progress.fraction);
      return;
    }
    this.#memory = message.memory;
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if ('answer' in message) {
      this.#waiting.delete(message.id);
      waiting.resolve(message.answer as never);
    } else {
      const error = toVitrineError(message.fault);
      if (message.broken) this.end(error);
      this.#waiting.delete(message.id);
      waiting.reject(error);
    }
    if (this.#waiting.size === 0 && this.#idleTime < Infinity) {
      this.#idle = setTimeout(() => this.end(), this.#idleTime);
    }
  }
}
