/**
 * Models too large to be fetched with every page: fetched when they are wanted, in pieces that survive a broken
 * connection and a reload, and kept for the next visit, offline too.
 *
 * This runs in the shell, which has a network and a storage and never a photo of the page's own frame. What goes
 * in here is a file's name and its digest from the manifest; what goes out to the server is a request for that
 * file, whoever asked. Nothing of a photo has any business in this module.
 */

import { VitrineError } from '../engine/types.js';
import { release } from '../engine/release.js';
import { assetAddress, noteLoaded, refuse } from './assets.js';
import type { Asset } from './manifest.js';
import { sha256 } from './sha256.js';

/** Where models lie in the Cache API of the shell's origin: `NAME/SHA-256/OFFSET` for each piece. */
const CACHE = 'vitrine-models';
/** A piece is put away when it has this many bytes, or when the download ends: a reload loses less than one. */
const PIECE = 1 << 20;
/** Milliseconds before each further try of a download that breaks off without bringing anything new. */
const PAUSES = [1_000, 2_000, 4_000, 8_000];
/** A try that brought this many bytes was none in vain. */
const HEADWAY = 256 << 10;
/** How long a server may say nothing, in milliseconds. */
const SILENCE = 30_000;

export interface ModelRequest {
  name: string;
  /** A gzip file, or one that the server unpacks on its way. */
  asset: Asset;
  /** Address of the assets' folder, ending in a slash. */
  assetBase: string;
  signal: AbortSignal;
  /** Bytes of the file that are here, those of earlier tries and visits among them, and bytes in all. */
  onProgress: (received: number, total: number) => void;
}

export interface StoredModel {
  /** Unpacked, its SHA-256 checked. */
  file: Blob;
  /** Whether the next visit finds it; false where the storage is full or forbidden. */
  kept: boolean;
}

/** What of a model is here already, in bytes of the file. */
export async function lookUp(name: string, asset: Asset): Promise<{ begun: number; kept: boolean }> {
  const shelf = await Shelf.open(name, asset);
  return { begun: shelf.length, kept: shelf.isWhole };
}

/**
 * The model, from the storage or from the server. Rejects with a VitrineError; what has come until then stays,
 * and the next call goes on from there.
 */
export async function fetchModel(request: ModelRequest): Promise<StoredModel> {
  const { name, asset, signal } = request;
  return alone(`${CACHE}/${asset.sha256}`, signal, async () => {
    const shelf = await Shelf.open(name, asset);
    if (!shelf.isWhole) {
      await download(request, shelf);
    }
    let file: Blob;
    try {
      file = await unpack(shelf.file(), asset);
    } catch (error) {
      const pieced = shelf.isPieced;
      await shelf.clear();
      if (!pieced || signal.aborted) throw error;
      // Pieces of two versions fit neither, and a storage may rot: once more, in one go.
      await download(request, shelf);
      file = await unpack(shelf.file(), asset).catch(async (error: unknown) => {
        await shelf.clear();
        throw error;
      });
    }
    const kept = await shelf.keep();
    return { file, kept };
  });
}

/** Two tabs that want one file fetch it once, where the browser has locks. */
async function alone<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return work();
  try {
    return await locks.request(name, { signal }, work);
  } catch (error) {
    throw signal.aborted ? cancelled() : error;
  }
}

/** Files that did not arrive whole, of which this page remembers more than the storage could take. */
const begun = new Map<string, Shelf>();

/** A file in pieces, in memory and, as far as the browser allows, in the Cache API. */
class Shelf {
  readonly #name: string;
  readonly #asset: Asset;
  readonly #cache: Cache | undefined;
  /** What has been put away, in order. */
  #pieces: Blob[] = [];
  /** What came since. */
  #loose: Uint8Array<ArrayBuffer>[] = [];
  #looseLength = 0;
  #length = 0;
  /** The server's name for the version that the pieces are of. */
  tag: string | null = null;
  isWhole = false;
  /** Whether every piece is in the cache. */
  #isStored = true;
  /** Whether it came from more than one answer. */
  isPieced = false;

  private constructor(name: string, asset: Asset, cache: Cache | undefined) {
    this.#name = name;
    this.#asset = asset;
    this.#cache = cache;
  }

  static async open(name: string, asset: Asset): Promise<Shelf> {
    const known = begun.get(asset.sha256);
    if (known) return known;
    // Without a secure context, in some private windows and where the person forbade it, there is no storage.
    const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
    const shelf = new Shelf(name, asset, cache);
    await shelf.#read().catch(() => shelf.clear());
    return shelf;
  }

  get length(): number {
    return this.#length;
  }

  file(): Blob {
    return new Blob([...this.#pieces, ...this.#loose]);
  }

  add(chunk: Uint8Array<ArrayBuffer>): void {
    this.#loose.push(chunk);
    this.#looseLength += chunk.byteLength;
    this.#length += chunk.byteLength;
    begun.set(this.#asset.sha256, this);
  }

  get isPieceFull(): boolean {
    return this.#looseLength >= PIECE;
  }

  /** Puts away what came since the last piece. */
  async flush(): Promise<void> {
    if (this.#looseLength === 0) return;
    const offset = this.#length - this.#looseLength;
    const piece = new Blob(this.#loose);
    this.#loose = [];
    this.#looseLength = 0;
    this.#pieces.push(piece);
    if (!this.#isStored) return;
    const headers = { 'Content-Type': 'application/octet-stream', ...(this.tag !== null && { 'X-Tag': this.tag }) };
    await this.#put(String(offset), new Response(piece, { headers }));
  }

  /** Ends the download: says so in the storage, and takes older versions of this model out of it. */
  async keep(): Promise<boolean> {
    this.isWhole = true;
    await this.flush();
    if (this.#isStored) await this.#put('whole', new Response());
    if (!this.#isStored) await this.#remove((key) => key.startsWith(this.#folder)).catch(() => undefined);
    const family = this.#address('');
    await this.#remove((key) => key.startsWith(family) && !key.startsWith(this.#folder)).catch(() => undefined);
    // The engine has the bytes now; memory has better uses.
    begun.delete(this.#asset.sha256);
    return this.#isStored;
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    this.#pieces = [];
    this.#loose = [];
    this.#looseLength = 0;
    this.#length = 0;
    this.tag = null;
    this.isWhole = false;
    this.isPieced = false;
    begun.delete(this.#asset.sha256);
    await this.#remove((key) => key.startsWith(this.#folder)).catch(() => undefined);
    this.#isStored = this.#cache !== undefined;
  }

  get #folder(): string {
    return this.#address(`${this.#asset.sha256}/`);
  }

  /** Keys of the Cache API are addresses; nothing is ever fetched from these. */
  #address(rest: string): string {
    return new URL(`/${CACHE}/${encodeURIComponent(this.#name)}/${rest}`, location.origin).href;
  }

  async #put(name: string, response: Response): Promise<void> {
    try {
      if (!this.#cache) throw new Error('no storage');
      await this.#cache.put(this.#folder + name, response);
    } catch {
      // Full, or forbidden: the model works all the same, only not from here next time.
      this.#isStored = false;
    }
  }

  async #remove(which: (key: string) => boolean): Promise<void> {
    const keys = (await this.#cache?.keys()) ?? [];
    await Promise.all(keys.filter(({ url }) => which(url)).map((key) => this.#cache?.delete(key)));
  }

  /** Takes up what an earlier visit put away, as far as it is without gaps and of one version. */
  async #read(): Promise<void> {
    const cache = this.#cache;
    if (!cache) {
      this.#isStored = false;
      return;
    }
    const folder = this.#folder;
    const names = (await cache.keys()).map(({ url }) => url).filter((url) => url.startsWith(folder));
    const offsets = names
      .map((url) => Number(url.slice(folder.length)))
      .filter(Number.isInteger)
      .sort((one, other) => one - other);
    for (const offset of offsets) {
      const piece = await cache.match(folder + offset);
      const tag = piece?.headers.get('X-Tag') ?? null;
      if (!piece || offset !== this.#length || (offset > 0 && tag !== this.tag)) break;
      const blob = await piece.blob();
      this.#pieces.push(blob);
      this.#length += blob.size;
      this.tag = tag;
    }
    this.isPieced = this.#length > 0;
    this.isWhole = this.#length > 0 && names.includes(`${folder}whole`);
  }
}

/** What may go better another time. */
class Broken extends Error {}

/** Fills the shelf, in as many answers as it takes. */
async function download(request: ModelRequest, shelf: Shelf): Promise<void> {
  const { signal } = request;
  for (let vain = 0; ; ) {
    const had = shelf.length;
    try {
      await attempt(request, shelf);
      return;
    } catch (error) {
      await shelf.flush();
      if (signal.aborted) throw cancelled();
      if (!(error instanceof Broken)) throw error;
      if (shelf.length - had >= HEADWAY) vain = 0;
      const pause = PAUSES[vain++];
      if (pause === undefined) {
        throw new VitrineError(
          'device',
          `${addressOf(request)} broke off again and again (${error.message}): check the connection and try ` +
            'again. What has come so far is kept.',
        );
      }
      await rest(pause, signal);
    }
  }
}

/** One request: the rest of the file where a part is here, or all of it. */
async function attempt(request: ModelRequest, shelf: Shelf): Promise<void> {
  const { asset, onProgress } = request;
  const packed = asset.packed ?? asset.bytes;
  if (shelf.length === packed) return;
  if (shelf.length > packed) await shelf.clear();
  const address = addressOf(request);
  const headers: Record<string, string> = {};
  if (shelf.length > 0) {
    headers['Range'] = `bytes=${shelf.length}-`;
    // To another origin this header would need that server's leave; there the digest alone tells versions apart.
    const isOwn = new URL(address).origin === location.origin;
    if (isOwn && shelf.tag?.startsWith('"')) headers['If-Range'] = shelf.tag;
  }

  const watch = new Silence(request.signal);
  try {
    const response = await fetch(address, {
      headers,
      // The storage is the cache here: the browser's own would keep the file a second time.
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: watch.signal,
    });
    await check(response, shelf, address, packed);
    if (!response.body) throw new Broken('the answer was empty');
    let expected = packed;
    onProgress(Math.min(shelf.length, packed), packed);
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      watch.hear();
      if (shelf.length === 0) {
        // Some servers take `.gz` for an encoding, and the browser has unpacked it on the way.
        if (!isGzip(value)) expected = asset.bytes;
        shelf.tag = response.headers.get('ETag');
      }
      shelf.add(value);
      if (shelf.length > expected) {
        await reader.cancel();
        await shelf.clear();
        throw new VitrineError('model', `${address} is longer than ${expected} bytes: ${PUT_RIGHT}`);
      }
      if (shelf.isPieceFull) await shelf.flush();
      onProgress(Math.round((shelf.length / expected) * packed), packed);
    }
    if (shelf.length < expected) {
      // Of what was unpacked on the way no rest can be asked for.
      if (expected !== packed) await shelf.clear();
      throw new Broken(`it ended after ${shelf.length} of ${expected} bytes`);
    }
  } catch (error) {
    if (error instanceof VitrineError || error instanceof Broken) throw error;
    throw new Broken(watch.isLate ? `no byte came for ${SILENCE / 1_000} s` : describe(error));
  } finally {
    watch.end();
  }
}

const PUT_RIGHT = 'put the file of this very build among the assets.';

/** Whether the answer's body goes on where the shelf ends; a body that begins anew empties it. */
async function check(response: Response, shelf: Shelf, address: string, packed: number): Promise<void> {
  const { status, headers } = response;
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('Content-Range') ?? '');
    // From another origin it may not be readable.
    if (range && (Number(range[1]) !== shelf.length || (range[2] !== '*' && Number(range[2]) !== packed))) {
      await shelf.clear();
      throw new Broken('the server sent another part than was asked for');
    }
    shelf.isPieced = true;
    return;
  }
  if (status === 200) {
    // The server knows no ranges, or has another version now.
    if (shelf.length > 0) await shelf.clear();
    return;
  }
  if (status === 416) {
    await shelf.clear();
    throw new Broken('the server has less of the file than is here');
  }
  if (status === 408 || status === 429 || status >= 500) throw new Broken(`the server answered ${status}`);
  throw new VitrineError('device', `${address} could not be fetched: the server answered ${status}. ${missing(status)}`);
}

const missing = (status: number) =>
  status === 404 || status === 410
    ? 'This model is not part of the package: put its file among the assets, as the README says, or use `fast`.'
    : 'Check that assetBase is right.';

/** Unpacks and checks; never more than the manifest says, whatever the file unpacks to. */
async function unpack(file: Blob, asset: Asset): Promise<Blob> {
  if (!isGzip(new Uint8Array(await file.slice(0, 2).arrayBuffer()))) return verified(file, asset);
  if (typeof DecompressionStream !== 'function') {
    throw new VitrineError('device', 'This browser cannot unpack gzip: use Chrome 80, Firefox 113, Safari 16.4 or newer.');
  }
  let length = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      length += chunk.byteLength;
      if (length > asset.bytes) controller.error(new Error('it is longer than it should be'));
      else controller.enqueue(chunk);
    },
  });
  let unpacked: Blob;
  try {
    // Into the browser's own keeping, chunk by chunk: a buffer for the whole would be filled and copied on this thread.
    unpacked = await new Response(file.stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(count)).blob();
  } catch (error) {
    throw new VitrineError('model', `The file ${asset.file} could not be unpacked (${describe(error)}): ${PUT_RIGHT}`);
  }
  return verified(unpacked, asset);
}

async function verified(file: Blob, asset: Asset): Promise<Blob> {
  const bytes = await file.arrayBuffer();
  const digest = await sha256(bytes);
  release(bytes);
  if (digest !== asset.sha256) throw refuse('model', asset, digest);
  noteLoaded(asset.file, file.size, digest);
  return file;
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && (bytes.length < 2 || bytes[1] === 0x8b);

/** A signal that aborts with another, or where nothing was heard for a while. */
class Silence {
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #stop = () => this.#abort.abort();
  #timer: ReturnType<typeof setTimeout> | undefined;
  isLate = false;

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    outer.addEventListener('abort', this.#stop, { once: true });
    if (outer.aborted) this.#stop();
    this.hear();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  hear(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.isLate = true;
      this.#stop();
    }, SILENCE);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#stop);
  }
}

/** Waits, at most until the network is back. */
function rest(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(cancelled());
      else resolve();
    };
    const timer = setTimeout(end, time);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

const addressOf = ({ assetBase, asset }: ModelRequest) => assetAddress(assetBase, asset);

const cancelled = () => new VitrineError('cancelled', 'Loading was cancelled.');

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));
