/** Reads a photo's file in a worker. */

import { browserDecode, isOwnFormat } from './browser-decode.js';
import { describe } from './faults.js';
import { release } from './release.js';
import { VitrineError } from './types.js';

/** What a wasm instance reads photos with. */
export interface Reader<Photo> {
  decode(bytes: Uint8Array): Photo;
  photoFromRgba(width: number, height: number, rgba: Uint8Array): Photo;
}

/** A file of the person's, which may have gone since it was chosen. */
export async function readBytes(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new VitrineError(
      'photo',
      `The file cannot be read (${describe(error)}): where it was moved, changed or deleted since, choose it again.`,
    );
  }
}

/** Bytes → photo: by the crate, or by the browser where the format is none of the crate's. */
export async function readPhoto<Photo>(file: Blob, { decode, photoFromRgba }: Reader<Photo>): Promise<Photo> {
  const bytes = await readBytes(file);
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || bytes.length === 0 || isOwnFormat(bytes)) throw error;
    const pixels = await browserDecode(file);
    if (!pixels) throw error;
    const photo = photoFromRgba(pixels.width, pixels.height, new Uint8Array(pixels.rgba));
    release(pixels.rgba);
    return photo;
  } finally {
    release(bytes.buffer);
  }
}
