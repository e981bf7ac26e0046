/** What the crate has no decoder for and the browser may have: AVIF, HEIC (Safari), JPEG XL. */

import type { Pixels } from './worker-messages.js';

/** Pixels that a photo may have, as `Limits::PRODUCT` in the crate. */
const MOST_PIXELS = 100_000_000;

/** First bytes of the formats that the crate reads itself; what fails there is broken, not foreign. */
const OWN_SIGNATURES: readonly (readonly (number | null)[])[] = [
  [0xff, 0xd8, 0xff],
  [0x89, 0x50, 0x4e, 0x47],
  [0x47, 0x49, 0x46, 0x38],
  [0x42, 0x4d],
  [0x49, 0x49, 0x2a, 0x00],
  [0x4d, 0x4d, 0x00, 0x2a],
  [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50],
];

/** Whether the crate's own answer about these bytes is final. */
export function isOwnFormat(bytes: Uint8Array): boolean {
  return OWN_SIGNATURES.some((signature) =>
    signature.every((byte, index) => byte === null || byte === bytes[index]),
  );
}

/**
 * Reads a photo with the browser's decoder: upright, sRGB. Null where it cannot either.
 *
 * The canvas between keeps colour premultiplied, so a nearly transparent pixel loses precision in its colour.
 */
export async function browserDecode(photo: Blob): Promise<Pixels | null> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(photo, { imageOrientation: 'from-image' });
  } catch {
    return null;
  }
  try {
    const { width, height } = bitmap;
    if (width * height > MOST_PIXELS) return null;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) return null;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height, { colorSpace: 'srgb' });
    return { width, height, rgba: data.buffer };
  } finally {
    bitmap.close();
  }
}
