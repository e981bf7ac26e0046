/** Reads a photo's file in a worker. */

import { browserDecode, isOwnFormat } from './browser-decode.js';
import { release } from './release.js';

/** What a wasm instance reads photos with. */
export interface Reader<Photo> {
  decode(bytes: Uint8Array): Photo;
  photoFromRgba(width: number, height: number, rgba: Uint8Array): Photo;
}

/** Bytes → photo: by the crate, or by the browser where the format is none of the crate's. */
export async function readPhoto<Photo>(file: Blob, { decode, photoFromRgba }: Reader<Photo>): Promise<Photo> {
  const bytes = new Uint8Array(await file.arrayBuffer());
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
