/** The golden cut-out, and how far from it a browser's may be. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from './servers.js';

/** Native, wasm, relaxed SIMD and the GPU: at most one 8-bit step apart on 99.9% of the pixels. */
export const TOLERANCE = { steps: 1, share: 0.001 };

/** How a picture's alpha differs from another's. */
export interface Difference {
  /** Width × height, where both have the same; else what is wrong. */
  size: string;
  /** Share of the pixels that are more than `TOLERANCE.steps` apart. */
  share: number;
  /** The largest difference, in 8-bit steps. */
  largest: number;
}

/** Compares two pictures' alpha in the browser, which decodes both. */
export async function compareAlpha(page: Page, one: Buffer, other: Buffer): Promise<Difference> {
  return page.evaluate(
    async ([one, other, steps]) => {
      const read = async (bytes: readonly number[]) => {
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]), { premultiplyAlpha: 'none' });
        const { width, height } = bitmap;
        const context = new OffscreenCanvas(width, height).getContext('2d');
        context?.drawImage(bitmap, 0, 0);
        return { size: `${width}x${height}`, rgba: context?.getImageData(0, 0, width, height).data ?? [] };
      };
      const [a, b] = [await read(one), await read(other)];
      if (a.size !== b.size) return { size: `${a.size} and ${b.size}`, share: 1, largest: 255 };
      let [apart, largest] = [0, 0];
      for (let index = 3; index < a.rgba.length; index += 4) {
        const difference = Math.abs((a.rgba[index] ?? 0) - (b.rgba[index] ?? 0));
        largest = Math.max(largest, difference);
        if (difference > steps) apart += 1;
      }
      return { size: a.size, share: (apart * 4) / a.rgba.length, largest };
    },
    [[...one], [...other], TOLERANCE.steps] as const,
  );
}

/** Fails where a cut-out of `helmet.jpg` is not the golden one within the tolerance. */
export async function assertGolden(page: Page, cutOut: Buffer): Promise<void> {
  const golden = await readFile(join(ROOT, 'tests/browser/golden/helmet.png'));
  const { size, share, largest } = await compareAlpha(page, cutOut, golden);
  assert.equal(size, '480x480');
  assert.ok(
    share <= TOLERANCE.share,
    `${(share * 100).toFixed(3)}% of the alpha is more than ${TOLERANCE.steps} step from the golden picture ` +
      `(at most ${largest}); where the matting was meant to change, make it again: tests/browser/golden/README.md`,
  );
}
