/** The photo that every contestant cuts out: of a camera's size, with a camera's noise, the same every time. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../../../tests/browser/src/browser.js';
import { ROOT } from '../../../tests/browser/src/servers.js';

/** The subject: a product before a plain ground, 600 × 600, from the tests. */
const SUBJECT = join(ROOT, 'tests/fixtures/matting/helmet.jpg');

/** Sides of the photo in pixels, 4:3, for so many megapixels. */
function sides(megapixels: number): [number, number] {
  const height = Math.round(Math.sqrt((megapixels * 1e6 * 3) / 4) / 4) * 4;
  return [(height / 3) * 4, height];
}

/**
 * The photo's file. The subject is enlarged in the middle of the frame and its ground goes on at both sides;
 * without noise on top the file would be decoded and encoded faster than any camera's.
 */
export async function photo(megapixels: number): Promise<Buffer> {
  const kept = join(ROOT, `target/web/bench/photo-${megapixels}.jpg`);
  if (existsSync(kept)) return readFileSync(kept);
  const [width, height] = sides(megapixels);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const encoded = await page.evaluate(
      async ({ subject, width, height }) => {
        const bitmap = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${subject}`)).blob());
        const context = new OffscreenCanvas(width, height).getContext('2d');
        if (!context) throw new Error('The page has no 2D canvas.');
        context.imageSmoothingQuality = 'high';
        const left = (width - height) / 2;
        context.drawImage(bitmap, 0, 0, 1, bitmap.height, 0, 0, left, height);
        context.drawImage(bitmap, bitmap.width - 1, 0, 1, bitmap.height, left + height, 0, left, height);
        context.drawImage(bitmap, left, 0, height, height);
        const picture = context.getImageData(0, 0, width, height);
        let state = 1;
        for (let index = 0; index < picture.data.length; index += 4) {
          // A generator of Park and Miller's kind; the sum of two draws is near enough to a sensor's noise.
          state = (state * 48_271) % 2_147_483_647;
          const noise = ((state & 7) + ((state >> 8) & 7) - 7) / 2;
          for (let channel = 0; channel < 3; channel += 1) picture.data[index + channel]! += noise;
        }
        context.putImageData(picture, 0, 0);
        const file = await context.canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
        const bytes = new Uint8Array(await file.arrayBuffer());
        let text = '';
        for (const byte of bytes) text += String.fromCharCode(byte);
        return btoa(text);
      },
      { subject: readFileSync(SUBJECT).toString('base64'), width, height },
    );
    const file = Buffer.from(encoded, 'base64');
    mkdirSync(join(kept, '..'), { recursive: true });
    writeFileSync(kept, file);
    return file;
  } finally {
    await browser.close();
  }
}
