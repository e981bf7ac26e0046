/**
 * A finished file on its way from worker to page. It becomes a Blob where somebody keeps it and not before: what a Blob
 * holds stays until every context that it came through has collected its garbage, which can be dozens of photos later.
 */

import { release } from './release.js';

export interface Packed {
  /** Goes from context to context without a copy staying behind. */
  bytes: ArrayBuffer;
  type: string;
}

/** As a file for somebody to keep. */
export function unpack({ bytes, type }: Packed): Blob {
  const file = new Blob([bytes], { type });
  release(bytes);
  return file;
}
