/** The embedding page's end: opens one frame for each set of options, sends it jobs, hears its answers. */

import manifest from '#manifest';
import { openAirlock, type Airlock } from './airlock/shell.js';
import type { OwnModel } from './airlock/assets.js';
import type { FromFrame, ToFrame } from './airlock/messages.js';
import { unpack } from './engine/packed.js';
import { promised } from './engine/promised.js';
import { unlessAborted } from './engine/abort.js';
import { cancelled, toVitrineError } from './engine/faults.js';
import { VitrineError, type DeviceChoice, type DeviceReport, type OutputOptions, type Progress, type Quality } from './engine/types.js';

/** What decides which frame a call goes to. */
export interface ClientOptions {
  /**
   * Address of the folder with the package's `dist/assets`, relative to the page; where absent, the folder
   * beside the module itself.
   */
  assetBase?: string | URL;
  /**
   * `fast`, the default; `best`, a large network beside the fast one, whose file the merchant puts among the assets;
   * or a network of one's own in the supported operator set.
   */
  model?: string | OwnModel;
  /** `auto`, the default, takes the GPU where there is a real adapter. */
  device?: DeviceChoice;
}

interface JobOptions {
  signal?: AbortSignal;
  progress?: (progress: Progress) => void;
  note?: (sentence: string) => void;
}

interface Running {
  resolve(file: Blob): void;
  reject(error: VitrineError): void;
  progress: ((progress: Progress) => void) | undefined;
  note: ((sentence: string) => void) | undefined;
}

const clients = new Map<string, Client>();

/** Both qualities live in one frame; a network of one's own has a frame of its own. */
export function qualityOf({ model }: ClientOptions): Quality {
  return model === 'best' ? 'best' : 'fast';
}

/** The client for these options; made at the first call. */
export function client(options: ClientOptions): Client {
  if (typeof document === 'undefined' || typeof Worker === 'undefined') {
    throw new VitrineError('caller', 'Photos are cut out in a browser: call this from a page, not on a server.');
  }
  const { device = 'auto' } = options;
  const model = options.model === undefined || options.model === 'best' ? 'fast' : options.model;
  const assetBase = folder(options.assetBase);
  const key = JSON.stringify([assetBase, model, device]);
  let known = clients.get(key);
  if (!known) {
    known = new Client(assetBase, model, device, () => clients.delete(key));
    clients.set(key, known);
  }
  return known;
}

/** Closes every frame. */
export function disposeAll(): void {
  for (const one of [...clients.values()]) one.close();
}

function folder(given: string | URL | undefined): string {
  // Bundlers take `new URL` with the module's address for a file that they should copy; this is a folder.
  const beside = import.meta.url.replace(/[^/]*$/, 'assets/');
  const address = new URL(given ?? beside, document.baseURI);
  // A folder without its slash would lose its last name when a file is put after it.
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return address.href;
}

class Client {
  readonly #opening: Promise<Airlock>;
  readonly #started: Promise<DeviceReport>;
  readonly #abort = new AbortController();
  readonly #running = new Map<number, Running>();
  readonly #forget: () => void;
  #device: DeviceReport | undefined;
  /** Why there is no frame any more. */
  #closed: VitrineError | undefined;
  #ids = 0;

  constructor(assetBase: string, model: string | OwnModel, device: DeviceChoice, forget: () => void) {
    this.#forget = forget;
    const [started, resolve, reject] = promised<DeviceReport>();
    this.#started = started;
    this.#opening = openAirlock({
      manifest,
      assetBase,
      models: [model],
      device,
      parent: document.body,
      title: 'Vitrine: background removal',
      downloads: 'never',
      signal: this.#abort.signal,
      onMessage: (message) => {
        if (message.type === 'device') this.#report(message.report, resolve);
        else if (message.type === 'failed') reject(toVitrineError(message.fault));
        else this.#hear(message);
      },
    });
    this.#opening.then(({ filled }) => filled).catch(reject);
    this.#abort.signal.addEventListener('abort', () => reject(cancelled()));
    started.catch((error: unknown) => this.close(toVitrineError(error)));
  }

  /** The first report says that the engine is up; a later one, that its device has changed. */
  #report(report: DeviceReport, resolve: (report: DeviceReport) => void): void {
    this.#device = report;
    resolve(report);
  }

  #hear(message: FromFrame): void {
    if (!('id' in message)) return;
    const job = this.#running.get(message.id);
    if (!job) return;
    if (message.type === 'progress') {
      job.progress?.(message.progress);
      return;
    }
    this.#running.delete(message.id);
    if (message.type === 'done') {
      for (const sentence of message.notes) job.note?.(sentence);
      job.resolve(unpack(message.file));
    }
    else job.reject(toVitrineError(message.fault));
  }

  /** Resolves when the engine is up and has the model, with the device that it works on now. */
  async ready(quality: Quality, { signal, progress }: JobOptions): Promise<DeviceReport> {
    try {
      const first = await unlessAborted(this.#started, signal);
      await this.#bring(quality, signal, progress);
      return this.#device ?? first;
    } catch (error) {
      throw toVitrineError(error);
    }
  }

  /** Has the model of the best quality brought into the frame, where that is what is asked for. */
  async #bring(quality: Quality, signal: AbortSignal | undefined, progress: JobOptions['progress']): Promise<void> {
    if (quality === 'fast') return;
    const { best } = await this.#opening;
    if (!best) {
      throw new VitrineError('caller', 'This build of the package does not know the model "best": use "fast".');
    }
    await best.deliver(signal, (received, total) => progress?.({ stage: 'fetch', fraction: received / total }));
  }

  /** One job: the photo is read while the engine starts. */
  async run(
    photo: () => Promise<Blob>,
    wanted: 'cut-out' | 'matte',
    output: OutputOptions,
    quality: Quality,
    options: JobOptions,
  ): Promise<Blob> {
    try {
      const [file, { port }] = await unlessAborted(Promise.all([photo(), this.#opening]), options.signal);
      await this.#bring(quality, options.signal, options.progress);
      // While the photo or the model came.
      if (this.#closed) throw this.#closed;
      const id = ++this.#ids;
      const job = new Promise<Blob>((resolve, reject) => {
        this.#running.set(id, { resolve, reject, progress: options.progress, note: options.note });
      });
      const cancel = () => {
        this.#running.get(id)?.reject(cancelled());
        this.#running.delete(id);
        port.postMessage({ type: 'cancel', id } satisfies ToFrame);
      };
      options.signal?.addEventListener('abort', cancel, { once: true });
      port.postMessage({ type: 'job', id, photo: file, wanted, output, quality } satisfies ToFrame);
      try {
        return await job;
      } finally {
        options.signal?.removeEventListener('abort', cancel);
      }
    } catch (error) {
      // Why the frame was closed is why it did not open.
      if (this.#closed && !options.signal?.aborted) throw this.#closed;
      throw toVitrineError(error);
    }
  }

  /** Takes the frame out of the page; what runs in it rejects. */
  close(error = cancelled()): void {
    this.#closed ??= error;
    this.#forget();
    this.#abort.abort();
    for (const { reject } of this.#running.values()) reject(error);
    this.#running.clear();
    void this.#opening.then((airlock) => airlock.close()).catch(() => undefined);
  }
}
