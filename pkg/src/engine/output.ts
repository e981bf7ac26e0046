/** How a picture leaves, checked. */

import { VitrineError, type OutputFormat, type OutputOptions } from './types.js';

const FORMATS: readonly OutputFormat[] = ['image/png', 'image/webp', 'image/jpeg'];
const DEFAULT_QUALITY = 92;

/** The same options as the wasm takes them. */
export interface PackedOutput {
  format: OutputFormat;
  /** 1 to 100. */
  quality: number;
  /** `0xRRGGBB`, or nothing to keep the alpha. */
  background: number | undefined;
}

/** Checks the options; throws a VitrineError of kind `caller`. */
export function packOutput({ format, quality = DEFAULT_QUALITY, background }: OutputOptions): PackedOutput {
  if (!FORMATS.includes(format)) {
    throw new VitrineError('caller', `Cannot write ${String(format)}: choose ${FORMATS.join(', ')}.`);
  }
  if (!Number.isFinite(quality) || quality < 1 || quality > 100) {
    throw new VitrineError('caller', `The quality is a number from 1 to 100, not ${String(quality)}.`);
  }
  return { format, quality: Math.round(quality), background: parseColour(background) };
}

function parseColour(colour: string | undefined): number | undefined {
  if (colour === undefined) return undefined;
  const digits = /^#([0-9a-f]{6})$/i.exec(colour)?.[1];
  if (!digits) throw new VitrineError('caller', `The background is a colour like #ffffff, not "${colour}".`);
  return Number.parseInt(digits, 16);
}
