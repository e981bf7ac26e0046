/** What a caller may hand over, as the bytes of a file. */

import { cancelled, describe } from './engine/faults.js';
import { VitrineError } from './engine/types.js';

/** A file, a decoded picture, or the address of one. */
export type Input = Blob | ArrayBuffer | ImageBitmap | HTMLImageElement | string;

/** A decoded picture travels as PNG, which keeps every pixel. */
export async function toBlob(input: Input, signal?: AbortSignal): Promise<Blob> {
  if (input instanceof Blob) return input;
  if (input instanceof ArrayBuffer) return new Blob([input]);
  if (typeof input === 'string') return download(input, signal);
  if (input instanceof ImageBitmap) return draw(input, input.width, input.height);
  if (input instanceof HTMLImageElement) {
    try {
      await input.decode();
    } catch {
      throw new VitrineError('photo', 'The picture of this image element could not be loaded: check its address.');
    }
    return draw(input, input.naturalWidth, input.naturalHeight);
  }
  throw new VitrineError(
    'caller',
    'The photo must be a Blob, an ArrayBuffer, an ImageBitmap, an HTMLImageElement or an address.',
  );
}

async function download(address: string, signal: AbortSignal | undefined): Promise<Blob> {
  try {
    const response = await fetch(address, { signal: signal ?? null });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return await response.blob();
  } catch (error) {
    if (signal?.aborted) throw cancelled();
    const shown = address.length > 80 ? `${address.slice(0, 80)}…` : address;
    throw new VitrineError(
      'caller',
      `The photo at ${shown} could not be fetched (${describe(error)}): check the address, its CORS headers, ` +
        "and this page's connect-src.",
    );
  }
}

async function draw(picture: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  try {
    if (!context) throw new Error('no canvas of this size');
    context.drawImage(picture, 0, 0);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('the canvas gave no file');
    return blob;
  } catch (error) {
    throw new VitrineError(
      'photo',
      `The picture of ${width} × ${height} pixels could not be read (${describe(error)}): if it comes from ` +
        'another origin, load it with crossorigin="anonymous" and CORS headers.',
    );
  } finally {
    // Gives the canvas's memory back now.
    canvas.width = canvas.height = 0;
  }
}
