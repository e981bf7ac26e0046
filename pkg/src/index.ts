/**
 * Background removal in the browser, in a frame that has no network.
 *
 * ```js
 * import { removeBackground } from 'vitrine';
 * const png = await removeBackground(fileInput.files[0]);
 * ```
 *
 * The photo goes from this page into a sandboxed frame by message, and the cut-out comes back the same way.
 * The frame cannot reach any server: see SECURITY.md for what that means and how to check it.
 * Importing this on a server does nothing; calling it there rejects with a `VitrineError`.
 */

import { client, qualityOf, type ClientOptions } from './client.js';
import { toBlob, type Input } from './input.js';
import type { DeviceReport, OutputOptions, Progress } from './engine/types.js';

export { VitrineError } from './engine/types.js';
export type { Device, DeviceChoice, DeviceReport, OutputFormat, OutputOptions, Progress, Stage } from './engine/types.js';
export type { OwnModel } from './airlock/assets.js';
export type { Input } from './input.js';

/** What every call may carry. */
export interface Options extends ClientOptions {
  /** Ends the job: the promise rejects within half a second with a `VitrineError` of kind `cancelled`. */
  signal?: AbortSignal;
  /** Told which stage the job is at and how far the whole of it is. */
  progress?: (progress: Progress) => void;
  /** Told sentences that a person should read, such as that the photo was reduced or `best` did not work here. */
  note?: (sentence: string) => void;
}

export interface RemoveOptions extends Options {
  /** PNG with transparency where absent. */
  output?: Partial<OutputOptions>;
}

/**
 * Cuts the subject out of a photo.
 *
 * @param input A file's bytes (`Blob`, `ArrayBuffer`: JPEG, PNG, WebP, GIF, BMP, TIFF, and what the browser
 *   itself can decode), a decoded picture (`ImageBitmap`, `HTMLImageElement`), or an address: a string is
 *   fetched **by this page** (`https:`, `blob:` or `data:`, with this page's policy), never by the frame.
 *   An `HTMLImageElement` is read through a canvas, so one from another origin needs CORS.
 * @returns The file in the format of `output`, at the photo's size: at most 48 megapixels, larger photos
 *   are reduced. A photo without a subject gives an empty picture, not an error.
 * @throws VitrineError whose `kind` says whose fault it is and whose `message` is a sentence for the person.
 */
export async function removeBackground(input: Input, options: RemoveOptions = {}): Promise<Blob> {
  const output: OutputOptions = { format: 'image/png', ...options.output };
  return client(options).run(() => toBlob(input, options.signal), 'cut-out', output, qualityOf(options), options);
}

/**
 * The alpha matte of a photo as a PNG at the photo's size: white where the subject is, black where it is not.
 * Arguments and errors as in `removeBackground`.
 */
export async function segment(input: Input, options: Options = {}): Promise<Blob> {
  return client(options).run(() => toBlob(input, options.signal), 'matte', { format: 'image/png' }, qualityOf(options), options);
}

/**
 * Opens the frame and fetches everything ahead of the first photo, with `model: 'best'` that model too. Resolves when the engine is up, with the
 * device that it works on and the reason in one sentence; a later call tells where that has changed.
 */
export async function preload(options: Omit<Options, 'note'> = {}): Promise<DeviceReport> {
  return client(options).ready(qualityOf(options), options);
}

/** Takes every frame, and every photo in it, out of memory. The next call opens a fresh one. */
export { disposeAll as dispose } from './client.js';
