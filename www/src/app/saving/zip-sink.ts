/**
 * One ZIP, made as a stream.
 *
 * Never is the whole of it in memory: what comes out of the packer runs into a response's Blob, which the browser puts
 * on disk as it comes (Chromium 156: 1 GB packed, and neither the page's process nor the browser's own grew; collected
 * as many small Blobs instead, it all stayed in the browser's). An archive of several gigabytes is one download too many all the same, so from some size on the next one begins, and
 * from 65,000 files on, for `client-zip` 2.5.1 counts no further than 65,535 in an archive that needs ZIP64 for nothing
 * else.
 *
 * Pictures are compressed already, so the archive stores them as they are. Names are UTF-8, dates those of the photos;
 * sizes and offsets above 4 GiB are ZIP64, where somebody sets the volume so high.
 */

import { makeZip } from 'client-zip';
import { SinkError, toSinkError, type OutputFile, type Sink } from './sink.js';

/** An archive is full from this size on, in bytes: what disks formatted as FAT32, and patience, still take. */
export const VOLUME = 2 * 2 ** 30;
/** An archive takes so many files at most. */
export const MOST_FILES = 65_000;
/** A ZIP knows no earlier one. */
const FIRST_DATE = new Date(1980, 0, 1).getTime();

export interface ZipSinkOptions {
  name: string;
  save: (file: Blob, name: string) => void;
  /** An archive takes no further file from this size on. */
  volume?: number;
  /** Nor from so many files on. */
  files?: number;
}

interface Waiting {
  readonly file: OutputFile;
  readonly done: () => void;
  readonly fail: (error: SinkError) => void;
}

export class ZipSink implements Sink {
  readonly way = 'zip';
  readonly #options: ZipSinkOptions;
  readonly #made: Promise<Blob>;
  #size = 0;
  #count = 0;
  #isAborted = false;
  /** Files that the packer has not asked for yet; `undefined` at the end of all. */
  readonly #waiting: (Waiting | undefined)[] = [];
  #wake: (() => void) | undefined;
  /** The file that is being packed. */
  #current: Waiting | undefined;
  #error: SinkError | undefined;

  constructor(options: ZipSinkOptions) {
    this.#options = options;
    this.#made = this.#collect();
    this.#made.catch((error: unknown) => {
      this.#error = toSinkError(error);
      for (const waiting of [this.#current, ...this.#waiting]) waiting?.fail(this.#error);
    });
  }

  /** Bytes packed so far. */
  get size(): number {
    return this.#size;
  }

  async write(file: OutputFile): Promise<string> {
    const { volume = VOLUME, files = MOST_FILES } = this.#options;
    if (this.#count >= files || (this.#count > 0 && this.#size + file.data.size > volume)) throw new SinkError('volume');
    if (this.#error) throw this.#error;
    await new Promise<void>((done, fail) => this.#give({ file, done, fail }));
    this.#count++;
    return file.path;
  }

  async close(): Promise<string> {
    const { name, save } = this.#options;
    this.#give(undefined);
    let archive: Blob;
    try {
      archive = await this.#made;
    } catch (error) {
      throw toSinkError(error);
    }
    save(archive, name);
    return name;
  }

  abort(): void {
    this.#isAborted = true;
    this.#give(undefined);
  }

  #give(waiting: Waiting | undefined): void {
    this.#waiting.push(waiting);
    this.#wake?.();
  }

  async *#files() {
    for (;;) {
      while (this.#waiting.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
      const waiting = this.#waiting.shift();
      // Half an archive is none.
      if (this.#isAborted) throw new SinkError('unknown');
      if (!waiting) return;
      this.#current = waiting;
      const { path, data, modified } = waiting.file;
      yield { name: path, lastModified: new Date(Math.max(modified, FIRST_DATE)), input: data };
      // The packer asks for the next one, so this one is packed.
      waiting.done();
    }
  }

  async #collect(): Promise<Blob> {
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        this.#size += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const packed = makeZip(this.#files(), { buffersAreUTF8: true }).pipeThrough(counted);
    const archive = await new Response(packed, { headers: { 'Content-Type': 'application/zip' } }).blob();
    // Where the browser has found no room for it, only reading says so.
    const end = await archive.slice(-1).arrayBuffer().catch((cause: unknown) => {
      throw new SinkError('full', { cause });
    });
    if (archive.size !== this.#size || end.byteLength === 0) throw new SinkError('full');
    return archive;
  }
}
