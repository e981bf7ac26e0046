/** ZIP archives for the tests. */

import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../../www/src/app/zip/crc32.js';

export interface Made {
  name: string | Uint8Array;
  data?: Uint8Array;
  deflated?: boolean;
  flags?: number;
  method?: number;
  /** What the archive claims, where that is not so. */
  size?: number;
  crc?: number;
  offset?: number;
  /** Sizes and offset in the ZIP64 field. */
  long?: boolean;
}

/** An archive by hand, with whatever is wrong in it. */
export function archive(files: Made[], { comment = '', before = 0, long = false } = {}): Blob {
  const parts: Uint8Array[] = [new Uint8Array(before)];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const { name, data = new Uint8Array([1, 2, 3]), deflated = false, flags = 0, method, size, crc, offset, long = false } of files) {
    const bytes = typeof name === 'string' ? new TextEncoder().encode(name) : name;
    const packed = deflated ? deflateRawSync(data) : data;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(bytes.length, 26);
    parts.push(local, bytes, packed);
    const extra = Buffer.alloc(long ? 28 : 0);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method ?? (deflated ? 8 : 0), 10);
    // 2026-11-21, 20:30:02
    entry.writeUInt16LE((20 << 11) | (30 << 5) | 1, 12);
    entry.writeUInt16LE((46 << 9) | (11 << 5) | 21, 14);
    entry.writeUInt32LE(crc ?? crc32(data), 16);
    entry.writeUInt32LE(long ? 0xffffffff : packed.length, 20);
    entry.writeUInt32LE(long ? 0xffffffff : (size ?? data.length), 24);
    entry.writeUInt16LE(bytes.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(long ? 0xffffffff : (offset ?? at), 42);
    if (long) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      extra.writeBigUInt64LE(BigInt(size ?? data.length), 4);
      extra.writeBigUInt64LE(BigInt(packed.length), 12);
      extra.writeBigUInt64LE(BigInt(offset ?? at), 20);
    }
    central.push(entry, bytes, extra);
    at += 30 + bytes.length + packed.length;
  }
  const size = central.reduce((sum, { length }) => sum + length, 0);
  const ends: Buffer[] = [];
  if (long) {
    const record = Buffer.alloc(56);
    record.writeUInt32LE(0x06064b50, 0);
    record.writeBigUInt64LE(44n, 4);
    record.writeBigUInt64LE(BigInt(files.length), 32);
    record.writeBigUInt64LE(BigInt(size), 40);
    record.writeBigUInt64LE(BigInt(at), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(at + size), 8);
    ends.push(record, locator);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(long ? 0xffff : files.length, 10);
  end.writeUInt32LE(long ? 0xffffffff : size, 12);
  end.writeUInt32LE(long ? 0xffffffff : at, 16);
  end.writeUInt16LE(comment.length, 20);
  return new Blob([...parts, ...central, ...ends, end, comment] as BlobPart[]);
}
