/**
 * One ZIP, made as a stream.
 *
 * Never is the whole of it in the page's memory: what comes out of the packer goes to the browser as Blobs of a few
 * megabytes, which it moves to disk when they become many, and the archive is a Blob made of those by reference. An
 * archive of several gigabytes is one download too many all the same, so from some size on the next one begins, and
 * from 65,000 files on, for `client-zip` 2.5.1 counts no further than 65,535 in an archive that needs ZIP64 for nothing
 * else.
 *
 * Pictures are compressed already, so the archive stores them as they are. Names are UTF-8, dates those of the photos;
 * sizes and offsets above 4 GiB are ZIP64, where somebody sets the volume so high.
 */

import { makeZip } from 'client-zip';
import { SinkError, toSinkError, type OutputFile, type Sink } from './sink.js';

/** Pieces are handed to the browser in this size. */
const PIECE = 8 << 20;
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
      if (!waiting) return;
      this.#current = waiting;
      const { path, data, modified } = waiting.file;
      yield { name: path, lastModified: new Date(Math.max(modified, FIRST_DATE)), input: data };
      // The packer asks for the next one, so this one is packed.
      waiting.done();
    }
  }

  async #collect(): Promise<Blob> {
    const reader = makeZip(this.#files(), { buffersAreUTF8: true }).getReader();
    const pieces: Blob[] = [];
    let pending: Uint8Array<ArrayBuffer>[] = [];
    let pendingSize = 0;
    const flush = async () => {
      if (pendingSize === 0) return;
      const piece = new Blob(pending);
      pending = [];
      pendingSize = 0;
      // Where the browser has found no room for it, reading says so: better now than at the end. It also waits until
      // the bytes have left the page.
      await piece.slice(-1).arrayBuffer().catch((cause: unknown) => {
        throw new SinkError('full', { cause });
      });
      pieces.push(piece);
    };
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (this.#isAborted) {
        await reader.cancel().catch(() => undefined);
        throw new SinkError('unknown');
      }
      pending.push(value as Uint8Array<ArrayBuffer>);
      pendingSize += value.length;
      this.#size += value.length;
      if (pendingSize >= PIECE) await flush();
    }
    await flush();
    return new Blob(pieces, { type: 'application/zip' });
  }
}
