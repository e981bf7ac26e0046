/** Brings the model of the best quality into a frame: once, when somebody wants it. */

import { VitrineError } from '../engine/types.js';
import type { Asset } from './manifest.js';
import type { BestOffer, BestStep, Fault, FromFrame, ToFrame } from './messages.js';
import { fetchModel, lookUp } from './store.js';

/**
 * How often a frame may have the download begin. A person presses a button that often; a script that got into the
 * frame shall not spell a photo to the server in requests.
 */
export const MOST_STARTS = 24;

export interface DeliveryOptions {
  asset: Asset;
  /** Address of the assets' folder, ending in a slash. */
  assetBase: string;
  port: MessagePort;
  toFault: (error: unknown) => Fault;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #listeners = new Set<(received: number, total: number) => void>();
  #delivered: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #waiting = 0;
  #starts = 0;
  #byFrame: AbortController | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    options.port.addEventListener('message', ({ data }: MessageEvent<FromFrame>) => {
      if (data.type === 'leave best') this.#byFrame?.abort();
      if (data.type !== 'want best') return;
      this.#byFrame?.abort();
      this.#byFrame = new AbortController();
      // The frame hears of it by message.
      this.deliver(this.#byFrame.signal).catch(() => undefined);
    });
  }

  async offer(): Promise<BestOffer> {
    const { asset } = this.#options;
    const { begun, kept } = await lookUp('best', asset);
    const { connection } = navigator as { connection?: { saveData?: boolean } };
    return { bytes: asset.packed ?? asset.bytes, begun, kept, frugal: connection?.saveData === true };
  }

  /**
   * Resolves when the model has been posted into the frame. Where the last who waits gives up, so does the
   * download; what has come stays for another time.
   */
  async deliver(signal?: AbortSignal, onProgress?: (received: number, total: number) => void): Promise<void> {
    if (signal?.aborted) throw cancelled();
    if (!this.#delivered) this.#begin();
    const delivered = this.#delivered as Promise<void>;
    this.#waiting += 1;
    if (onProgress) this.#listeners.add(onProgress);
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(cancelled());
      signal?.addEventListener('abort', leave, { once: true });
    });
    try {
      await Promise.race([delivered, left]);
    } finally {
      this.#waiting -= 1;
      if (onProgress) this.#listeners.delete(onProgress);
      signal?.removeEventListener('abort', leave);
      if (this.#waiting === 0 && this.#abort) this.close();
    }
  }

  /** Ends a download that runs. */
  close(): void {
    const abort = this.#abort;
    if (!abort) return;
    this.#abort = undefined;
    this.#delivered = undefined;
    abort.abort();
  }

  #begin(): void {
    const abort = new AbortController();
    this.#abort = abort;
    const delivered = this.#fetch(abort.signal).finally(() => {
      if (this.#abort === abort) this.#abort = undefined;
    });
    this.#delivered = delivered;
    delivered.catch(() => {
      // The next who wants it tries again.
      if (this.#delivered === delivered) this.#delivered = undefined;
    });
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const { asset, assetBase, toFault } = this.#options;
    const onProgress = (received: number, total: number) => {
      if (signal.aborted) return;
      this.#send({ is: 'coming', received, total });
      for (const listener of this.#listeners) listener(received, total);
    };
    try {
      if (++this.#starts > MOST_STARTS) {
        throw new VitrineError('caller', `The download was begun ${MOST_STARTS} times: reload the page to begin it again.`);
      }
      const { file, kept } = await fetchModel({ name: 'best', asset, assetBase, signal, onProgress });
      if (signal.aborted) throw cancelled();
      this.#send({ is: 'here', sha256: asset.sha256, file, kept });
    } catch (error) {
      if (!signal.aborted) this.#send({ is: 'refused', fault: toFault(error) });
      throw error;
    }
  }

  #send(step: BestStep): void {
    this.#options.port.postMessage({ type: 'best', step } satisfies ToFrame);
  }
}

const cancelled = () => new VitrineError('cancelled', 'Loading was cancelled.');
