/** What the shell and the service worker say to each other, and where the worker keeps what. */

import manifest from '#manifest';
import tryOnManifest from '#page-try-on-manifest';
import { hasRelaxedSimd } from 'vitrine/airlock/features';
import type { Asset, PartsManifest } from 'vitrine/airlock/manifest';

/** The caches of the page at an address, which is the scope of its service worker. */
export const cacheNames = (scope: string) => ({
  /** The page and what its frame begins with. */
  page: `vitrine-page-${scope}`,
  /** What the model studio runs on. */
  studio: `vitrine-studio-${scope}`,
});

const { worker, wasm, models } = manifest;

/** What the photo frame begins with, of the wasm the variant that this browser runs. */
export const FRAME_FILES: readonly Asset[] = [manifest.frame, worker, runnable(wasm), ...(models['fast'] ? [models['fast']] : [])];

/** What the model studio runs on. */
export const STUDIO_FILES: readonly Asset[] = [
  tryOnManifest.worker,
  runnable(tryOnManifest.wasm),
  ...Object.values(tryOnManifest.models),
];

function runnable({ relaxed, simd128 }: PartsManifest['wasm']): Asset {
  return hasRelaxedSimd() ? relaxed : simd128;
}

export const bytesOf = (files: readonly Asset[]) => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Shell → service worker. */
export type ToWorker =
  /** `ports[0]` takes the answer. */
  | { ask: 'what is kept' }
  /** The shell has seen that no tab of an older build is open. */
  | { ask: 'take over' };

/** Service worker → shell. */
export interface Kept {
  /** Names of the files around the frame: the shell finds its own among them, or this is another build's worker. */
  around: readonly string[];
  /** Bytes of all that is needed to begin, and whether they are here. */
  page: { bytes: number; kept: boolean };
  studio: { bytes: number; kept: boolean };
}
