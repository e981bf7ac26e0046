/** Every test has a time limit, and what it opens is closed however it ends: a hanging test fails, the run goes on. */

import assert from 'node:assert/strict';
import { test as limitless, type TestContext } from 'node:test';
import { errors } from 'playwright-core';

/** Milliseconds; a test on a software adapter needs more and says so. */
const LIMIT = 60_000;

/**
 * Milliseconds in which a page answers a button though the work behind it takes longer. It is half a second on a machine
 * with nothing else to do, which a test cannot count on.
 */
export const ANSWERED = 3_000;

/** `test` of node:test with a limit. What a test opens, it closes by `t.after`, which runs after a failure too. */
export function test(name: string, work: (t: TestContext) => unknown, { timeout = LIMIT } = {}): void {
  void limitless(name, { timeout }, async (t) => void (await work(t)));
}

/** `work`, or an error that names what never answered, after so many milliseconds. */
export async function within<T>(what: string, work: Promise<T>, time = 15_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new errors.TimeoutError(`${what}: no answer within ${time} ms`)), time);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Waits until `read` gives what is expected; where it never does, the failure shows what it gave last. */
export async function eventually<T>(read: () => Promise<T>, expected: T, time = 10_000): Promise<void> {
  const end = Date.now() + time;
  for (;;) {
    const actual = await read();
    try {
      assert.deepEqual(actual, expected);
      return;
    } catch (error) {
      if (Date.now() > end) throw new errors.TimeoutError(`not within ${time} ms: ${(error as Error).message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
