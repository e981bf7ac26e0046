/** A stand-in for the studio: flat backdrops, a round shadow, the product where its scene has it. */

import {
  VitrineError,
  type Marketplace,
  type ShootOptions,
  type Shot,
  type StudioLook,
  type StudioSession,
} from 'vitrine/engine/types';
import type { Backdrop, Scene } from '../app/studio/scene.js';

const scene = (backdrop: Backdrop, gloss: number): Scene => ({
  version: 1,
  size: { width: 2000, height: 2000 },
  camera: { horizon: 0.3, field_of_view: 28 },
  backdrop,
  floor: { gloss, roughness: 0.25 },
  key: { azimuth: -50, elevation: 48, size: 18, color: '#ffffff' },
  fill: { share: 0.45, color: '#ffffff' },
  shadow: { contact: 0.8, cast: 0.8, ambient: 0.8 },
  layers: [{ kind: 'product', picture: 0, place: { by: 'ground', x: 0.5, y: 0.84, width: 0.72, height: 0.68 }, depth: 0.6 }],
});

export const fakeLooks: readonly StudioLook[] = [
  { id: 'studio', name: 'Studio', scene: scene({ kind: 'sweep', color: '#f4f2ee', wall: 0.58, bend: 0.3, falloff: 0.25 }, 0) },
  { id: 'white', name: 'White', scene: scene({ kind: 'solid', color: '#ffffff' }, 0) },
  { id: 'dusk', name: 'Dusk', scene: scene({ kind: 'gradient', shape: 'linear', from: '#f3e9dc', to: '#d9b8a8', angle: 90 }, 0.1) },
];

const market = (id: string, name: string, size: [number, number], background: string | null, confidence: string): Marketplace => ({
  ...{ id, name, size, background, confidence, as_of: '2026-11-21' },
});

export const fakeMarkets: readonly Marketplace[] = [
  market('amazon_main', 'Amazon, main image', [2000, 2000], '#ffffff', 'A'),
  market('etsy', 'Etsy', [2000, 1500], null, 'A'),
  market('zalando_packshot', 'Zalando packshot', [1800, 2600], null, 'C'),
];

export function fakeCheck(text: string): string {
  const { version, size } = JSON.parse(text) as Partial<Scene>;
  if (!version || !size) throw new VitrineError('caller', 'This is no scene file: missing field `size`.');
  return text;
}

export class FakeStudio implements StudioSession {
  readonly #picture: ImageBitmap;
  readonly #delay: number;

  readonly #name: string;

  constructor(picture: ImageBitmap, delay: number, name: string) {
    this.#picture = picture;
    this.#name = name;
    this.#delay = delay;
  }

  get width(): number {
    return this.#picture.width;
  }

  get height(): number {
    return this.#picture.height;
  }

  async preview(text: string, longest: number): Promise<ImageBitmap> {
    await new Promise((resolve) => setTimeout(resolve, this.#delay / 50));
    return this.#draw(JSON.parse(text) as Scene, longest).transferToImageBitmap();
  }

  async shoot({ scene: text, preset, source, signal, onProgress }: ShootOptions): Promise<Shot> {
    for (let step = 0; step < 4; step++) {
      onProgress?.(step / 4);
      await new Promise((resolve) => setTimeout(resolve, this.#delay / 8));
      if (signal?.aborted) throw new VitrineError('cancelled', 'The job was cancelled.');
    }
    if (preset === 'etsy' && this.#name.includes('unlucky')) throw new VitrineError('device', 'There was not enough memory for this picture: close other tabs.');
    const of = text ? (JSON.parse(text) as Scene) : (fakeLooks[1]?.scene as Scene);
    const canvas = this.#draw(of, 800);
    const isClean = preset !== 'etsy';
    const findings = isClean
      ? []
      : [{ check: 'resolution', severity: 'warning' as const, message: 'the product was enlarged 1.4 times: use a photo taken nearer to it' }];
    return {
      file: await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 }),
      extension: 'jpg',
      width: canvas.width,
      height: canvas.height,
      report: { notes: ['the product keeps its place'], findings, clean: isClean, fidelity: { source, metadata: { kept: [], dropped: [{ what: 'position (EXIF GPS)' }] } }, verdict: 'the product is unchanged' },
    };
  }

  close(): void {
    this.#picture.close();
  }

  #draw({ size, backdrop, layers, shadow }: Scene, longest: number): OffscreenCanvas {
    const scale = Math.min(1, longest / Math.max(size.width, size.height));
    const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    const place = layers[0]?.place;
    if (!context || !place) throw new Error('nothing to draw');
    if (backdrop.kind === 'gradient') {
      const gradient = context.createLinearGradient(0, 0, 0, height);
      gradient.addColorStop(0, backdrop.from);
      gradient.addColorStop(1, backdrop.to);
      context.fillStyle = gradient;
    } else {
      context.fillStyle = backdrop.kind === 'transparent' ? '#00000000' : backdrop.color;
    }
    context.fillRect(0, 0, width, height);
    const { width: w, height: h } = this.#picture;
    const by = Math.min((place.width * width) / w, (place.height * height) / h);
    const [x, y] = [place.x * width, place.y * height];
    context.fillStyle = `rgb(0 0 0 / ${shadow.cast * 0.4})`;
    context.beginPath();
    context.ellipse(x, y, (w * by) / 2, (w * by) / 14, 0, 0, 2 * Math.PI);
    context.fill();
    context.drawImage(this.#picture, x - (w * by) / 2, y - h * by, w * by, h * by);
    return canvas;
  }
}
