/**
 * Pictures out of a ZIP, one after another, however the archive was made.
 *
 * What is stored is not even read: the file is a slice of the archive. What is deflated is unpacked in small pieces
 * into a Blob, which the browser keeps where it has room, and counted on the way: what an archive claims of itself
 * limits nothing.
 */

import { strings } from '../strings.js';
import { crc32 } from './crc32.js';
import { readDirectory, type ZipEntry } from './directory.js';

const { skipped } = strings.archive;

export interface UnzipLimits {
  /** Most pictures in one archive. */
  entries: number;
  /** Bytes that one picture may become. */
  size: number;
  /** Bytes that all may become. */
  total: number;
  /** How many times larger than in the archive a picture may become; small ones may whatever they are. */
  ratio: number;
}

/**
 * A 100-megapixel TIFF of 16 bits has 600 MB. Deflate reaches 1032 at most, and a photo seldom 3; a drawing on white
 * kept as BMP may reach some hundreds.
 */
export const UNZIP_LIMITS: UnzipLimits = { entries: 20_000, size: 640 << 20, total: 16 * 2 ** 30, ratio: 400 };

/** Up to this size the ratio says nothing. */
const RATIO_FROM = 8 << 20;
/** Pieces are handed to the browser in this size. */
const PIECE = 4 << 20;

const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  jfif: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  bmp: 'image/bmp',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  avif: 'image/avif',
  heic: 'image/heic',
  heif: 'image/heif',
  jxl: 'image/jxl',
};

export type Unpacked =
  /** `folder` is within the archive; empty at its top. */
  | { readonly is: 'picture'; readonly file: File; readonly folder: string }
  | { readonly is: 'skipped'; readonly path: string; readonly why: string };

export interface UnzipOptions {
  /** Whether an entry is looked at all; what file managers leave in archives is not worth a word. */
  isLitter: (name: string) => boolean;
  limits?: UnzipLimits;
  signal?: AbortSignal | undefined;
  /** Entries dealt with, and in all. */
  onProgress?: (done: number, total: number) => void;
}

/** Throws an ArchiveError where the archive cannot be read at all; a single bad entry is skipped, and said. */
export async function* unzip(archive: Blob, options: UnzipOptions): AsyncGenerator<Unpacked> {
  const { isLitter, limits = UNZIP_LIMITS, signal, onProgress } = options;
  const entries = (await readDirectory(archive)).filter(({ path }) => {
    const parts = path.split('/');
    // A path that ends in a slash is a folder.
    return parts.at(-1) !== '' && !parts.some((part) => part !== '.' && part !== '..' && isLitter(part));
  });
  let pictures = 0;
  let total = 0;
  /**
   * Where entries' data begins, and how much it is together: entries that share it are how small archives become huge,
   * and all of an honest one's fit into it.
   */
  const starts = new Set<number>();
  let packedTotal = 0;
  for (const [index, entry] of entries.entries()) {
    signal?.throwIfAborted();
    onProgress?.(index, entries.length);
    const skip = (why: string): Unpacked => ({ is: 'skipped', path: entry.path, why });
    const parts = entry.path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    const name = parts.pop() ?? '';
    const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
    const type = extension === undefined ? '' : TYPES[extension];
    if (extension === 'zip') yield skip(skipped.archive);
    else if (type === undefined) yield skip(skipped.noPhoto);
    else if (entry.isEncrypted) yield skip(skipped.encrypted);
    else if (entry.method !== 0 && entry.method !== 8) yield skip(skipped.method);
    else if (entry.size > limits.size) yield skip(skipped.tooLarge(entry.size, limits.size));
    else if (pictures >= limits.entries) yield skip(skipped.tooMany(limits.entries));
    else {
      const data = await dataOf(archive, entry);
      const [start, end] = data ?? [0, 0];
      if (!data || starts.has(start) || packedTotal + end - start > archive.size) {
        yield skip(skipped.broken);
        continue;
      }
      starts.add(start);
      packedTotal += end - start;
      const packed = archive.slice(start, end);
      const room = Math.min(limits.size, limits.total - total);
      const unpacked = entry.method === 0 ? stored(packed, entry, room) : await inflated(packed, entry, { room, limits, signal });
      if (typeof unpacked === 'string') {
        yield skip(unpacked);
        continue;
      }
      pictures++;
      // A slice of the archive takes no room of its own.
      if (entry.method !== 0) total += unpacked.size;
      yield { is: 'picture', file: new File([unpacked], name, { type, lastModified: entry.modified }), folder: parts.join('/') };
    }
  }
  onProgress?.(entries.length, entries.length);
}

/** Where an entry's bytes lie, behind its local header; undefined where they cannot. */
async function dataOf(archive: Blob, { offset, packed }: ZipEntry): Promise<[start: number, end: number] | undefined> {
  const header = new DataView(await archive.slice(offset, offset + LOCAL_SIZE).arrayBuffer());
  if (header.byteLength < LOCAL_SIZE || header.getUint32(0, true) !== LOCAL) return undefined;
  const start = offset + LOCAL_SIZE + header.getUint16(26, true) + header.getUint16(28, true);
  return start + packed <= archive.size ? [start, start + packed] : undefined;
}

function stored(packed: Blob, { size }: ZipEntry, room: number): Blob | string {
  if (packed.size !== size) return skipped.broken;
  return size > room ? skipped.noRoom : packed;
}

/** The file, or why there is none. */
async function inflated(
  packed: Blob,
  { crc, size }: ZipEntry,
  { room, limits, signal }: { room: number; limits: UnzipLimits; signal: AbortSignal | undefined },
): Promise<Blob | string> {
  const reader = packed.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const pieces: Blob[] = [];
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let pendingSize = 0;
  let length = 0;
  let actual = 0;
  const flush = () => {
    if (pendingSize > 0) pieces.push(new Blob(pending));
    pending = [];
    pendingSize = 0;
  };
  try {
    for (;;) {
      if (signal?.aborted) break;
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > size) return skipped.broken;
      if (length > room) return length > limits.size ? skipped.tooLarge(length, limits.size) : skipped.noRoom;
      if (length > RATIO_FROM && length > packed.size * limits.ratio) return skipped.bomb(limits.ratio);
      actual = crc32(value, actual);
      pending.push(value as Uint8Array<ArrayBuffer>);
      pendingSize += value.length;
      if (pendingSize >= PIECE) flush();
    }
  } catch {
    return skipped.broken;
  } finally {
    reader.cancel().catch(() => undefined);
  }
  signal?.throwIfAborted();
  if (length !== size || actual !== crc) return skipped.broken;
  flush();
  return new Blob(pieces);
}
