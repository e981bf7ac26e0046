/** A stand-in for the studio: flat backdrops, a round shadow, the product where its scene has it, lighter or darker. */

import {
  VitrineError,
  type ColourTold,
  type Harmony,
  type ShootOptions,
  type Shot,
  type StudioSession,
} from 'vitrine/engine/types';
import type { Colour } from '../app/studio/colour.js';
import { colorOf, type Scene } from '../app/studio/scene.js';
import { fakeLooks } from './fake-scenes.js';

export function fakeCheck(text: string): string {
  const { version, size } = JSON.parse(text) as Partial<Scene>;
  if (!version || !size) throw new VitrineError('caller', 'This is no scene file: missing field `size`.');
  return text;
}

export function fakeCheckColour(text: string): string {
  const { light, settings } = JSON.parse(text) as Partial<Colour>;
  if (!light || !settings) throw new VitrineError('caller', 'These are no settings of colour.');
  return text;
}

/** How much light a correction gives, in stops. */
function stopsOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const { light, settings } = JSON.parse(text) as Colour;
  return settings.exposure + (light.by === 'automatic' ? 0.4 : 0);
}

export class FakeStudio implements StudioSession {
  readonly #pictures: readonly ImageBitmap[];
  readonly #delay: number;

  readonly #name: string;

  constructor(pictures: readonly ImageBitmap[], delay: number, name: string) {
    this.#pictures = pictures;
    this.#name = name;
    this.#delay = delay;
  }

  get width(): number {
    return this.#pictures[0]?.width ?? 0;
  }

  get height(): number {
    return this.#pictures[0]?.height ?? 0;
  }

  async preview(text: string, longest: number, colour?: string): Promise<ImageBitmap> {
    await new Promise((resolve) => setTimeout(resolve, this.#delay / 50));
    return this.#draw(JSON.parse(text) as Scene, longest, colour).transferToImageBitmap();
  }

  async setPlace(photo: Blob): Promise<void> {
    (await createImageBitmap(photo)).close();
  }

  async harmonies(): Promise<readonly Harmony[]> {
    return [
      { relation: 'tone', color: '#f0dcd6' },
      { relation: 'neighbour', color: '#e6d3b8' },
      { relation: 'opposite', color: '#bcd9dc' },
      { relation: 'light', color: '#f4f1f0' },
      { relation: 'dark', color: '#2b2625' },
    ];
  }

  async colour(_index: number, text: string): Promise<ColourTold> {
    const { light, settings } = JSON.parse(text) as Colour;
    const stops = stopsOf(text);
    const mean = Math.abs(stops) * 8 + (settings.white_balance.neutral ? 3 : 0);
    return {
      settings: { exposure: stops, white_balance: settings.white_balance },
      limited: false,
      ...(light.by === 'automatic' && { confidence: 0.8 }),
      ...(light.by === 'match' && { matched_by: 'background' as const }),
      change: { mean, p95: mean * 1.5, max: mean * 2, pixels: 1000 },
    };
  }

  async pickNeutral(_index: number, x: number, y: number): Promise<readonly number[]> {
    if (x > 0.9) throw new VitrineError('photo', 'the place is overexposed, so its colour is lost: pick a darker grey');
    return [0.5, 0.4 + y / 100, 0.3];
  }

  async reference(): Promise<unknown> {
    return { whole: null };
  }

  async shoot({ scene: text, colour, preset, sources, fixes = [], signal, onProgress }: ShootOptions): Promise<Shot> {
    for (let step = 0; step < 4; step++) {
      onProgress?.(step / 4);
      await new Promise((resolve) => setTimeout(resolve, this.#delay / 8));
      if (signal?.aborted) throw new VitrineError('cancelled', 'The job was cancelled.');
    }
    if (preset === 'etsy' && this.#name.includes('unlucky')) throw new VitrineError('device', 'There was not enough memory for this picture: close other tabs.');
    const of = text ? (JSON.parse(text) as Scene) : (fakeLooks[1]?.scene as Scene);
    const canvas = this.#draw(of, 800, colour);
    const isFixed = fixes.some((fix) => fix.do === 'reframe');
    const isClean = preset !== 'etsy' || this.#name.includes('fixable') && isFixed;
    const findings = isClean
      ? []
      : [{ check: 'resolution', severity: 'warning' as const, message: 'the product was enlarged 1.4 times: use a photo taken nearer to it', fix: this.#name.includes('fixable') ? { do: 'reframe' as const } : null }];
    return {
      file: await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 }),
      extension: 'jpg',
      width: canvas.width,
      height: canvas.height,
      report: { notes: ['the product keeps its place'], findings, clean: isClean, fidelity: sources.map((source) => ({ source, colour: colour && (JSON.parse(colour) as Colour), metadata: { kept: [], dropped: [{ what: 'position (EXIF GPS)' }] } })), verdict: 'the product is unchanged' },
    };
  }

  close(): void {
    for (const picture of this.#pictures) picture.close();
  }

  #draw({ size, backdrop, layers, shadow }: Scene, longest: number, colour: string | undefined): OffscreenCanvas {
    const scale = Math.min(1, longest / Math.max(size.width, size.height));
    const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no 2d context');
    if (backdrop.kind === 'gradient') {
      const gradient = context.createLinearGradient(0, 0, 0, height);
      gradient.addColorStop(0, backdrop.from);
      gradient.addColorStop(1, backdrop.to);
      context.fillStyle = gradient;
    } else {
      context.fillStyle = colorOf(backdrop) ?? '#00000000';
    }
    context.fillRect(0, 0, width, height);
    for (const { picture, place, rotation } of layers) {
      const product = this.#pictures[picture];
      if (!product) throw new VitrineError('caller', `The scene has a picture ${picture}, and there is none.`);
      const { width: w, height: h } = product;
      const by = Math.min((place.width * width) / w, (place.height * height) / h);
      const [x, y] = [place.x * width, place.y * height];
      context.fillStyle = `rgb(0 0 0 / ${shadow.cast * 0.4})`;
      context.beginPath();
      context.ellipse(x, y, (w * by) / 2, (w * by) / 14, 0, 0, 2 * Math.PI);
      context.fill();
      context.filter = `brightness(${2 ** stopsOf(colour)})`;
      context.translate(x, y - (h * by) / 2);
      context.rotate((rotation * Math.PI) / 180);
      context.drawImage(product, -(w * by) / 2, -(h * by) / 2, w * by, h * by);
      context.resetTransform();
      context.filter = 'none';
    }
    return canvas;
  }
}
