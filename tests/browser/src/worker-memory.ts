/** What the workers of the photo frame tell of their wasm memory. */

import type { Page } from 'playwright-core';

/**
 * Runs in every frame: listens to what its workers tell, a list for each. Playwright may come to a frame in a process
 * of its own when its first worker runs already, so what is overheard is the reading of any message.
 */
export function listenToWorkers(): void {
  if (typeof Worker === 'undefined') return;
  const told = new Map<unknown, number[]>();
  Object.assign(globalThis, { told });
  const data = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data');
  Object.defineProperty(MessageEvent.prototype, 'data', {
    get(this: MessageEvent) {
      const read: unknown = data?.get?.call(this);
      const memory = (read as { memory?: unknown } | null)?.memory;
      if (this.target instanceof Worker && typeof memory === 'number') {
        told.set(this.target, [...(told.get(this.target) ?? []), memory]);
      }
      return read;
    },
  });
}

/** Bytes of wasm memory after each answer since the last call, for each worker that answered. */
export async function workersMemory(page: Page): Promise<number[][]> {
  const inner = page.frames().find((frame) => frame.parentFrame()?.parentFrame());
  const all = await inner?.evaluate(() => {
    const { told } = globalThis as unknown as { told: Map<unknown, number[]> };
    const all = [...told.values()];
    told.clear();
    return all;
  });
  return all ?? [];
}
