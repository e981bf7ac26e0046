/** What the workers of the photo frame tell of their wasm memory. */

import type { Page } from 'playwright-core';

/** Runs in every frame before anything else: listens to what its workers tell, a list for each. */
export function listenToWorkers(): void {
  if (typeof Worker === 'undefined') return;
  const told: number[][] = [];
  Object.assign(globalThis, { told });
  globalThis.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      const own: number[] = [];
      told.push(own);
      this.addEventListener('message', ({ data }: MessageEvent<{ memory?: number }>) => {
        if (data?.memory) own.push(data.memory);
      });
    }
  };
}

/** Bytes of wasm memory after each answer since the last call, for each worker that answered. */
export async function workersMemory(page: Page): Promise<number[][]> {
  const inner = page.frames().find((frame) => frame.parentFrame()?.parentFrame());
  const all = await inner?.evaluate(() => {
    const { told } = globalThis as unknown as { told: number[][] };
    return told.map((own) => own.splice(0));
  });
  return (all ?? []).filter((own) => own.length > 0);
}
