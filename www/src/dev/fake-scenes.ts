/** Looks and marketplaces of the stand-in engine. */

import type { Marketplace, StudioLook } from 'vitrine/engine/types';
import { backdropAs, type Backdrop, type Scene } from '../app/studio/scene.js';

const scene = (backdrop: Backdrop, gloss: number): Scene => ({
  version: 1,
  size: { width: 2000, height: 2000 },
  camera: { horizon: 0.3, field_of_view: 28 },
  backdrop,
  floor: { gloss, roughness: 0.25 },
  key: { azimuth: -50, elevation: 48, size: 18, color: '#ffffff' },
  fill: { share: 0.45, color: '#ffffff' },
  shadow: { contact: 0.8, cast: 0.8, ambient: 0.8, mutual: 0 },
  relight: { rim: 0, fill: 0, harmony: 0, vignette: 0 },
  layers: [{ kind: 'product', picture: 0, place: { by: 'ground', x: 0.5, y: 0.84, width: 0.72, height: 0.68 }, depth: 0.6, rotation: 0 }],
});

export const fakeLooks: readonly StudioLook[] = [
  { id: 'studio', name: 'Studio', scene: scene(backdropAs('sweep', { kind: 'solid', color: '#f4f2ee' }), 0) },
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
