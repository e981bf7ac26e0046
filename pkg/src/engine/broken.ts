/** What becomes of work in a wasm instance that stops. */

import { describe } from './faults.js';
import { VitrineError } from './types.js';

/**
 * Waits for work of an instance on this thread. Where the instance stops in the middle of something that it waits for, or
 * the browser throws at it, its promise stays open for ever and the window alone hears of it: then this rejects.
 */
export async function unlessBroken<T>(work: Promise<T>): Promise<T> {
  let listen: (event: ErrorEvent) => void = () => undefined;
  const broken = new Promise<never>((_, reject) => {
    listen = ({ error }) => {
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof DOMException)) return;
      reject(new VitrineError('device', `The graphics adapter's part of the engine stopped (${describe(error)}).`));
    };
    addEventListener('error', listen);
  });
  try {
    return await Promise.race([work, broken]);
  } finally {
    removeEventListener('error', listen);
  }
}
