/** Jobs one after another: two photos of 12 MP at once would not fit where one does. */

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
    if (!signal) return result;
    return new Promise((resolve, reject) => {
      const abort = () => reject(cancelled());
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }
}
