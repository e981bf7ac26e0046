/** The worker's end of what `cpu-worker.ts` asks: answers one thing after another. */

import { faultOf } from './faults.js';
import type { Ask, Asked, FromWorker } from './worker-messages.js';

interface WorkerScope {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

export type Handlers<O extends Asked<O>> = {
  [N in keyof O]: (ask: O[N]['ask'], transfer: Transferable[]) => Promise<O[N]['answer']> | O[N]['answer'];
};

/** Says something between an ask and its answer. */
export function notify(message: FromWorker): void {
  scope.postMessage(message);
}

/**
 * Answers asks from now on. `memory` is what the wasm instance takes, in bytes; `clear` lets go what an ask that failed
 * has left behind.
 */
export function serve<O extends Asked<O>>(handlers: Handlers<O>, memory: () => number, clear: () => void): void {
  const handle = async ({ id, name, ask }: Ask<keyof O, O>): Promise<void> => {
    const transfer: Transferable[] = [];
    try {
      const answer = await handlers[name](ask, transfer);
      scope.postMessage({ id, answer, memory: memory() }, transfer);
    } catch (error) {
      // A trap leaves the instance in the middle of something: nothing in it can be trusted any more.
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
        scope.postMessage({
          id,
          memory: memory(),
          broken: true,
          fault: {
            kind: 'device',
            message:
              'There was not enough memory for this photo, or the work on it stopped unexpectedly ' +
              `(${error.message}): close other tabs, or try a smaller photo.`,
          },
        });
        return;
      }
      clear();
      scope.postMessage({ id, memory: memory(), broken: false, fault: faultOf(error) });
    }
  };
  /** What was asked last; requests are done one after another. */
  let last: Promise<void> = Promise.resolve();
  scope.addEventListener('message', ({ data }) => {
    last = last.then(() => handle(data as Ask<keyof O, O>));
  });
}
