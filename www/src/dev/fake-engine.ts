/**
 * A stand-in for the engine, to develop and test the page without wasm or a model. Never part of the product.
 *
 * It guesses the background from the picture's border, takes its time, and does as a file's name says:
 * `broken` fails, `empty` finds nothing, `large` gives a note, `slow` takes ten times as long, `heavy` does not fit
 * into memory in the best quality, `unsure` and `doubtful` have a low confidence, and three unsure places.
 */

import { FakeCorrection } from './fake-correction.js';
import { fakeLooks, fakeMarkets } from './fake-scenes.js';
import { FakeStudio, fakeCheck, fakeCheckColour } from './fake-studio.js';
import {
  VitrineError,
  type Correction,
  type CutOutOptions,
  type CutOutResult,
  type DeviceReport,
  type Doubt,
  type Engine,
  type Finding,
  type OutputOptions,
  type Shot,
  type Stage,
  type StudioSession,
  type StudioSubject,
} from 'vitrine/engine/types';

/** Longer side of the pictures for the screen. */
const PREVIEW = 1280;
const SPANS: readonly (readonly [Stage, number, number])[] = [
  ['decode', 0, 0.08],
  ['network', 0.08, 0.7],
  ['refine', 0.7, 0.92],
  ['encode', 0.92, 1],
];

export class FakeEngine implements Engine {
  device: DeviceReport = { device: 'cpu', reason: 'No graphics adapter answered, so cut-outs run on the processor.' };
  /** Milliseconds a photo takes. */
  delay = 900;
  /** Alpha mattes to use in place of a guess, as base64 of a greyscale picture, by the photo's name. */
  readonly mattes = new Map<string, string>();
  /** What the best quality takes, in lengths of a fast one. */
  bestFactor = 2;
  hasBest = false;
  photosAtOnce = 1;
  /** Whoever waits for `release` while `hold` is set. */
  hold = false;
  readonly #listeners = new Set<(report: DeviceReport) => void>();
  #last: Promise<unknown> = Promise.resolve();

  onDeviceChange(listener: (report: DeviceReport) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  loseDevice(): void {
    this.device = { device: 'cpu', reason: 'The graphics adapter stopped working, so cut-outs now run on the processor.' };
    for (const listener of this.#listeners) listener(this.device);
  }

  addBest(): void {
    this.hasBest = true;
  }

  removeBackground(photo: Blob, options: CutOutOptions = {}): Promise<CutOutResult> {
    const result = this.#last.then(() => this.#cut(photo, options));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async encode(png: Blob, { format, quality = 92, background }: OutputOptions, signal?: AbortSignal): Promise<Blob> {
    await wait(this.delay / 10, signal);
    const bitmap = await createImageBitmap(png);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = contextOf(canvas);
    const colour = background ?? (format === 'image/jpeg' ? '#ffffff' : undefined);
    if (colour) {
      context.fillStyle = colour;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas.convertToBlob({ type: format, quality: quality / 100 });
  }

  async correct(photo: Blob, cutOut: Blob, signal?: AbortSignal): Promise<Correction> {
    await wait(this.delay / 4, signal);
    return FakeCorrection.open(photo, cutOut);
  }

  async studio({ cutOuts, photos }: StudioSubject, signal?: AbortSignal): Promise<StudioSession> {
    await wait(this.delay / 8, signal);
    const pictures = await Promise.all(cutOuts.map((cutOut) => createImageBitmap(cutOut)));
    const [photo] = photos ?? [];
    return new FakeStudio(pictures, this.delay, photo instanceof File ? photo.name : '');
  }

  async list(picture: Blob, preset: string): Promise<Shot> {
    await wait(this.delay / 8);
    const isWhite = preset !== 'amazon_main';
    const findings: Finding[] = isWhite
      ? []
      : [
          { check: 'background', severity: 'error', message: 'the background is not white: put the product on white', fix: null },
          { check: 'size', severity: 'warning', message: 'the picture is 800 × 1000 pixels, and 1600 on its longer side are better: choose a larger photo', fix: null },
        ];
    const notes = isWhite ? [] : ['the picture was cut to 4:5, which leaves 12% of it out'];
    const report = { notes, findings, clean: isWhite, fidelity: [], verdict: null };
    return { file: picture, extension: 'jpg', width: 800, height: 1000, report };
  }

  async presets() {
    return fakeMarkets;
  }

  async looks() {
    return fakeLooks;
  }

  async checkScene(scene: string): Promise<string> {
    return fakeCheck(scene);
  }

  async checkColour(colour: string): Promise<string> {
    return fakeCheckColour(colour);
  }

  async forget(): Promise<void> {}

  dispose(): void {
    this.#listeners.clear();
  }

  async #cut(
    photo: Blob,
    { signal, onProgress, quality = 'fast', ifBestFails }: CutOutOptions,
  ): Promise<CutOutResult> {
    const name = photo instanceof File ? photo.name : '';
    const factor = (name.includes('slow') ? 10 : 1) * (quality === 'best' ? this.bestFactor : 1);
    const time = this.delay * factor;
    const steps = 12;
    for (let step = 0; step < steps; step++) {
      const fraction = step / steps;
      const stage = SPANS.find(([, , to]) => fraction < to)?.[0] ?? 'encode';
      onProgress?.({ stage, fraction });
      await wait(time / steps, signal);
      while (this.hold && step >= steps / 2) await wait(50, signal);
      if (step === 1 && quality === 'best' && name.includes('heavy')) {
        const error = new VitrineError('device', 'There was not enough memory for this photo: close other tabs.');
        if (ifBestFails === 'reject') throw error;
        const result = await this.#cut(photo, { signal, onProgress });
        result.notes.push(`The best quality did not work here, so this is the fast one. ${error.message}`);
        return result;
      }
      if (step === 1 && name.includes('broken')) {
        throw new VitrineError('photo', 'The JPEG ends in the middle of its picture: get the photo again from where it came.');
      }
    }
    let upright: ImageBitmap;
    try {
      upright = await createImageBitmap(photo);
    } catch {
      throw new VitrineError('photo', 'This file is not a picture that Vitrine can read: use JPEG, PNG, WebP, GIF, BMP or TIFF.');
    }
    const { width, height } = upright;
    const cut = new OffscreenCanvas(width, height);
    const context = contextOf(cut);
    context.drawImage(upright, 0, 0);
    const pixels = context.getImageData(0, 0, width, height);
    const isEmpty = name.includes('empty');
    const matte = this.mattes.get(name);
    if (isEmpty) for (let at = 3; at < pixels.data.length; at += 4) pixels.data[at] = 0;
    else if (matte) await takeMatte(pixels, matte);
    else guess(pixels, quality === 'best' ? 2 : 6);
    let sum = 0;
    for (let at = 3; at < pixels.data.length; at += 4) sum += pixels.data[at] ?? 0;
    context.putImageData(pixels, 0, 0);

    const scale = Math.min(1, PREVIEW / Math.max(width, height));
    const size = { resizeWidth: Math.max(1, Math.round(width * scale)), resizeHeight: Math.max(1, Math.round(height * scale)) };
    const notes = [];
    if (name.includes('large')) notes.push('The photo has 61 megapixels; it was worked on as a reduced copy of 48 megapixels.');
    return {
      width,
      height,
      png: await cut.convertToBlob({ type: 'image/png' }),
      before: await createImageBitmap(upright, size),
      after: await createImageBitmap(cut, size),
      coverage: sum / (width * height * 255),
      doubt: doubtOf(name),
      confidence: name.includes('unsure') ? 0.3 : name.includes('doubtful') ? 0.5 : 0.95,
      notes,
      device: 'cpu',
      quality,
      model: { name: quality, sha256: '0'.repeat(64) },
      models: [{ name: quality, sha256: '0'.repeat(64) }],
      timings: { network: time },
    };
  }
}

/** Three squares, the larger the more unsure: upper left, right, below the middle. */
function doubtOf(name: string): Doubt {
  const size = 320;
  const cells = new Uint8Array(size * size);
  if (name.includes('unsure') || name.includes('doubtful')) {
    for (const [left, top, side] of [[60, 50, 30], [220, 130, 20], [140, 240, 12]] as const) {
      for (let y = top; y < top + side; y++) cells.fill(200, y * size + left, y * size + left + side);
    }
  }
  return { width: size, height: size, cells };
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no 2d context');
  return context;
}

function wait(time: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new VitrineError('cancelled', 'The job was cancelled.'));
    if (signal?.aborted) return end();
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, time);
    const abort = () => {
      clearTimeout(timer);
      end();
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

async function takeMatte(pixels: ImageData, base64: string): Promise<void> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes]), { resizeWidth: pixels.width, resizeHeight: pixels.height });
  const context = contextOf(new OffscreenCanvas(pixels.width, pixels.height));
  context.drawImage(bitmap, 0, 0);
  const matte = context.getImageData(0, 0, pixels.width, pixels.height).data;
  for (let at = 0; at < matte.length; at += 4) pixels.data[at + 3] = matte[at] ?? 0;
}

/** What differs from the colour of the border is subject. */
function guess({ data, width, height }: ImageData, steepness: number): void {
  const mean = [0, 0, 0];
  let count = 0;
  const take = (x: number, y: number) => {
    for (let channel = 0; channel < 3; channel++) mean[channel]! += data[(y * width + x) * 4 + channel]!;
    count++;
  };
  for (let x = 0; x < width; x++) [0, height - 1].forEach((y) => take(x, y));
  for (let y = 0; y < height; y++) [0, width - 1].forEach((x) => take(x, y));
  const [r, g, b] = mean.map((sum) => sum / count) as [number, number, number];
  for (let at = 0; at < data.length; at += 4) {
    const distance = Math.hypot(data[at]! - r, data[at + 1]! - g, data[at + 2]! - b);
    data[at + 3] = Math.max(0, Math.min(255, (distance - 36) * steepness));
  }
}
