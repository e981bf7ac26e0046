/** Which cut-outs a person should look at before they are used. */

import type { Photo } from './queue.js';

/** Below this confidence, 0 to 1, a cut-out is flagged. */
const UNSURE = 0.6;

/** How sure the cut-out is; what has none yet, or was not judged, is not doubted. */
function confidenceOf({ state }: Photo): number {
  return state.is === 'done' && state.cutOut.coverage > 0 ? (state.cutOut.confidence ?? 1) : 1;
}

export function isUnsure(photo: Photo): boolean {
  return confidenceOf(photo) < UNSURE;
}

/** The flagged ones first, the least sure before all; the others in their order. */
export function unsureFirst(photos: readonly Photo[]): readonly Photo[] {
  const doubt = (photo: Photo) => Math.min(confidenceOf(photo), UNSURE);
  return [...photos].sort((one, other) => doubt(one) - doubt(other));
}
