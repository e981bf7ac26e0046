/** How long a graphics adapter is waited for: one that hangs answers nothing, for ever. */

import { VitrineError } from './types.js';

/** How long the GPU may be silent before it counts as lost, in milliseconds. */
export const SILENCE = 30_000;

export const silent = () => new VitrineError('device', `The graphics adapter said nothing for ${SILENCE / 1000} s.`);

/** Waits for an answer of the GPU's, no longer than it may be silent. */
export async function answerOf<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silent()), SILENCE);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
