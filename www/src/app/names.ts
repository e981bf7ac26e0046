/** What files are called when they leave. */

import type { OutputFormat } from 'vitrine/engine/types';
import { resolveCollisions } from './naming/collisions.js';
import { safeFolder, safeStem, stemOf } from './naming/file-name.js';

export const EXTENSIONS: Record<OutputFormat, string> = { 'image/png': 'png', 'image/webp': 'webp', 'image/jpeg': 'jpg' };

/** The photo's name with the format's extension: `lamp.jpg` → `lamp.png`. */
export function outputName(photo: string, format: OutputFormat): string {
  return `${safeStem(stemOf(photo))}.${EXTENSIONS[format]}`;
}

/** A folder's path, safe inside an archive: no part climbs out of it. */
export const outputFolder = safeFolder;

/** Makes every name its own, in order: the second `lamp.png` becomes `lamp (2).png`. */
export const uniqueNames = (names: readonly string[]): readonly string[] => resolveCollisions(names).paths;
