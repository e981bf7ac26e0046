/**
 * A ZIP's table of contents (APPNOTE.TXT 6.3.10), read from its end; the contents themselves are not touched.
 *
 * An archive is what a stranger made: every length is checked against the file's before it is believed.
 */

import { strings } from '../strings.js';

const { errors } = strings.archive;

/** An archive that cannot be read at all; the message is a sentence for the person. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

export interface ZipEntry {
  /** As in the archive, with `/` between folders. */
  readonly path: string;
  /** 0 is stored, 8 deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  /** Bytes in the archive, and of the file that they become, as the archive claims. */
  readonly packed: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Milliseconds since 1970, from the local time that a ZIP keeps. */
  readonly modified: number;
}

/** Most entries, pictures or not. */
export const MOST_ENTRIES = 100_000;
/** Largest table of contents, in bytes. */
const MOST_DIRECTORY = 64 << 20;

const END = 0x06054b50;
const END_SIZE = 22;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_SIZE = 20;
const CENTRAL = 0x02014b50;
const CENTRAL_SIZE = 46;
const LONGEST_COMMENT = 0xffff;

const view = async (blob: Blob, start: number, end: number): Promise<DataView> =>
  new DataView(await blob.slice(start, end).arrayBuffer());

/** Throws where the number is past what a file can have. */
function uint64(bytes: DataView, at: number): number {
  const value = bytes.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ArchiveError(errors.broken);
  return Number(value);
}

export async function readDirectory(archive: Blob): Promise<ZipEntry[]> {
  try {
    return await read(archive);
  } catch (error) {
    // The archive ends where one of its lengths says that it goes on.
    if (error instanceof RangeError) throw new ArchiveError(errors.broken);
    throw error;
  }
}

async function read(archive: Blob): Promise<ZipEntry[]> {
  const tailStart = Math.max(0, archive.size - END_SIZE - LONGEST_COMMENT - LOCATOR_SIZE);
  const tail = await view(archive, tailStart, archive.size);
  let end = tail.byteLength - END_SIZE;
  // The record whose comment reaches the end of the file exactly; the signature alone may be in a comment.
  while (end >= 0 && !(tail.getUint32(end, true) === END && end + END_SIZE + tail.getUint16(end + 20, true) === tail.byteLength)) end--;
  if (end < 0) throw new ArchiveError(errors.noZip);
  let count = tail.getUint16(end + 10, true);
  let size = tail.getUint32(end + 12, true);
  let start = tail.getUint32(end + 16, true);
  if (tail.getUint16(end + 4, true) !== 0 && tail.getUint16(end + 4, true) !== 0xffff) throw new ArchiveError(errors.split);

  let directoryEnd = tailStart + end;
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    const locator = end - LOCATOR_SIZE;
    if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_64) {
      const at = uint64(tail, locator + 8);
      const record = await view(archive, at, at + 56);
      if (record.getUint32(0, true) !== END_64) throw new ArchiveError(errors.broken);
      count = uint64(record, 32);
      size = uint64(record, 40);
      start = uint64(record, 48);
      directoryEnd = at;
    }
  }
  if (count > MOST_ENTRIES) throw new ArchiveError(errors.tooMany(count, MOST_ENTRIES));
  if (size > MOST_DIRECTORY || start + size > archive.size) throw new ArchiveError(errors.broken);
  // Something stands before archives that unpack themselves; their offsets count from the archive's own beginning.
  const shift = Math.max(0, directoryEnd - size - start);

  const directory = await view(archive, start + shift, start + shift + size);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < size; ) {
    if (entries.length === MOST_ENTRIES) throw new ArchiveError(errors.tooMany(entries.length + 1, MOST_ENTRIES));
    if (directory.getUint32(at, true) !== CENTRAL) throw new ArchiveError(errors.broken);
    const nameLength = directory.getUint16(at + 28, true);
    const extraLength = directory.getUint16(at + 30, true);
    const commentLength = directory.getUint16(at + 32, true);
    const flags = directory.getUint16(at + 8, true);
    const nameAt = at + CENTRAL_SIZE;
    if (nameAt + nameLength + extraLength > directory.byteLength) throw new ArchiveError(errors.broken);
    const long = longSizes(directory, nameAt + nameLength, extraLength, [
      directory.getUint32(at + 24, true),
      directory.getUint32(at + 20, true),
      directory.getUint32(at + 42, true),
    ]);
    entries.push({
      path: decodeName(new Uint8Array(directory.buffer, nameAt, nameLength), (flags & 0x800) !== 0),
      method: directory.getUint16(at + 10, true),
      isEncrypted: (flags & 1) !== 0,
      crc: directory.getUint32(at + 16, true),
      size: long[0],
      packed: long[1],
      offset: long[2] + shift,
      modified: dosTime(directory.getUint16(at + 14, true), directory.getUint16(at + 12, true)),
    });
    at = nameAt + nameLength + extraLength + commentLength;
  }
  // Some programs count no further than 16 bits.
  if (entries.length % 0x10000 !== count % 0x10000 && count !== 0xffff) throw new ArchiveError(errors.broken);
  return entries;
}

/** Sizes and offset, from the ZIP64 field where they do not fit into 32 bits: only those that do not are in it. */
function longSizes(
  bytes: DataView,
  start: number,
  length: number,
  short: [size: number, packed: number, offset: number],
): [number, number, number] {
  const [size, packed, offset] = short;
  if (![size, packed, offset].includes(0xffffffff)) return short;
  for (let at = start; at + 4 <= start + length; at += 4 + bytes.getUint16(at + 2, true)) {
    if (bytes.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const take = (value: number) => {
      if (value !== 0xffffffff) return value;
      next += 8;
      return uint64(bytes, next - 8);
    };
    return [take(size), take(packed), take(offset)];
  }
  return short;
}

/** Upper half of code page 437, in which names are that do not say otherwise. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

function decodeName(bytes: Uint8Array, isUtf8: boolean): string {
  const name = () => {
    try {
      // Many programs write UTF-8 without saying so; other text is seldom valid as that.
      return new TextDecoder('utf-8', { fatal: !isUtf8 }).decode(bytes);
    } catch {
      return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : (CP437[byte - 128] ?? '?'))).join('');
    }
  };
  // Some Windows programs write the separator of their own system.
  return name().replaceAll('\\', '/');
}

function dosTime(date: number, time: number): number {
  const made = new Date(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2);
  return Number.isNaN(made.getTime()) ? 0 : made.getTime();
}
