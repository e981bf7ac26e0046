/** Giving up on what takes long. */

import { cancelled } from './faults.js';

/** The answer of `work`, or at once, where the signal aborts before it comes, a VitrineError of kind `cancelled`. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  // Given up on, its failure is nobody's news.
  work.catch(() => undefined);
  if (signal.aborted) throw cancelled();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(cancelled());
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
