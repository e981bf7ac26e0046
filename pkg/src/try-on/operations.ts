/** What the try-on's frame asks its worker. */

import type { Packed } from '../engine/packed.js';
import type { Kind, LivePicture, Person } from './types.js';

export interface Operations {
  /** Loads the wasm. */
  start: { ask: { module: WebAssembly.Module }; answer: null };
  /** Loads the networks: ONNX files by name. */
  load: { ask: { networks: Record<string, ArrayBuffer> }; answer: null };
  /** Reads a product's picture and holds it; its width is in millimetres. */
  product: { ask: { file: Blob; kind: Kind; widthMm: number }; answer: null };
  /** Reads a photo, finds the faces in it, and holds it. */
  person: { ask: { file: Blob }; answer: Person };
  /** Draws the product on one of the faces. */
  draw: { ask: { face: number }; answer: ImageBitmap };
  /** Draws it on the next picture of a camera, where somebody is in it. */
  live: { ask: { picture: ImageBitmap; seconds: number }; answer: LivePicture };
  /** Encodes the camera's last picture as it came. */
  snap: { ask: null; answer: Blob };
  /** Encodes the last picture drawn. */
  save: { ask: null; answer: Packed };
}
