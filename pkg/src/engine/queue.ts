/** Jobs one after another, for what can do but one at a time. */

import { unlessAborted } from './abort.js';
import { cancelled } from './faults.js';

export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs `job` after every earlier one. Where the signal aborts, the answer comes at once: a job that waits
   * never starts, and one that runs is told through the same signal and may take its time to stop.
   */
  run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.#last.then(() => {
      if (signal?.aborted) throw cancelled();
      return job();
    });
    this.#last = result.catch(() => undefined);
    return unlessAborted(result, signal);
  }
}
