/** A cut-out's map of doubt out of a wasm instance, wherever that runs. */

import type { CutoutHandle } from '#wasm';

/** A copy in memory of its own, which can be transferred. */
export function doubtOf(cutout: CutoutHandle): { width: number; height: number; cells: Uint8Array<ArrayBuffer> } | undefined {
  const map = cutout.doubt();
  if (!map) return undefined;
  const { width, height } = map;
  return { width, height, cells: map.intoCells() as Uint8Array<ArrayBuffer> };
}
