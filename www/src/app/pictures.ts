/**
 * Pictures for the screen, as addresses of small compressed blobs.
 *
 * An `<img>` with an address lets the browser drop decoded pixels that are out of sight, which a bitmap or a
 * canvas does not: hundreds of cards cost some kilobytes each.
 */

import type { CutOutResult } from 'vitrine/engine/types';
import { revokeLater } from './addresses.js';
import { pictureSize } from './picture-size.js';

/** Longer side of a thumbnail, in pixels: a card at two device pixels a CSS pixel. */
const THUMBNAIL = 480;
/** A photo above this is not decoded for a thumbnail: its card waits for the engine's own preview. */
const MOST_PIXELS = 50_000_000;

/** Turns the engine's bitmaps into addresses, and closes them. */
export async function keepPictures({ before, after }: CutOutResult): Promise<{ before: string; after: string }> {
  try {
    const photo = await compress(before, 'image/jpeg', 0.88);
    // Safari writes no WebP and gives PNG instead, which is as good here.
    const cutOut = await compress(after, 'image/webp', 0.92);
    return { before: URL.createObjectURL(photo), after: URL.createObjectURL(cutOut) };
  } finally {
    before.close();
    after.close();
  }
}

/** The same for a cut-out alone, where its photo has a picture already. */
export async function keepCutOut(after: ImageBitmap): Promise<string> {
  try {
    return URL.createObjectURL(await compress(after, 'image/webp', 0.92));
  } finally {
    after.close();
  }
}

/** A part of a picture, in pixels, of at most so many at its longer side, which costs little to keep on the screen. */
export async function keepSmall(
  bitmap: ImageBitmap,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  longest: number,
): Promise<string> {
  const scale = Math.min(1, longest / Math.max(width, height));
  const resizeWidth = Math.max(1, Math.round(width * scale));
  const options: ImageBitmapOptions = { resizeWidth, resizeQuality: 'high' };
  const small = await createImageBitmap(bitmap, x, y, width, height, options).finally(() => bitmap.close());
  try {
    return URL.createObjectURL(await compress(small, 'image/jpeg', 0.88));
  } finally {
    small.close();
  }
}

export function discardPictures({ before, after }: { before: string; after: string }): void {
  URL.revokeObjectURL(before);
  URL.revokeObjectURL(after);
}

/** Frees a picture that stays on the screen until the one in its place is decoded. */
export function discardLater(address: string): void {
  revokeLater(address, 10_000);
}

async function compress(bitmap: ImageBitmap, type: string, quality: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser gave no canvas to draw a preview on: close other tabs and try again.');
  if (type === 'image/jpeg') {
    // The photo's own transparency, if any, would turn black.
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(bitmap, 0, 0);
  return canvas.convertToBlob({ type, quality });
}

let last: Promise<unknown> = Promise.resolve();

/**
 * A small picture of a photo that waits, one after another so that only one is ever decoded at full size.
 *
 * Undefined where the browser cannot read it, or it is too large to try; `isWanted` is asked when its turn comes.
 */
export function makeThumbnail(file: Blob, isWanted: () => boolean): Promise<string | undefined> {
  const made = last.then(async () => {
    if (!isWanted()) return undefined;
    let bitmap: ImageBitmap | undefined;
    try {
      const size = await pictureSize(file);
      if (!size || size.width * size.height > MOST_PIXELS || size.width * size.height === 0) return undefined;
      const scale = Math.min(1, THUMBNAIL / Math.max(size.width, size.height));
      bitmap = await createImageBitmap(file, {
        // One side only: the other follows, upright or not.
        resizeWidth: Math.max(1, Math.round(size.width * scale)),
        resizeQuality: 'medium',
        imageOrientation: 'from-image',
      });
      return URL.createObjectURL(await compress(bitmap, 'image/jpeg', 0.8));
    } catch {
      return undefined;
    } finally {
      bitmap?.close();
    }
  });
  last = made;
  return made;
}
