/** Who gets a worker when: order, memory, sharing, giving up. Without a browser. */

import assert from 'node:assert/strict';
import type { CpuWorker } from '../../../pkg/src/engine/cpu-worker.js';
import { Lanes } from '../../../pkg/src/engine/lanes.js';
import { test } from './testing.js';

/** A worker that only has memory. */
class Held {
  memory = 0;
  ended = 0;
  disposed = false;
  start(): void {}
  end(): void {
    this.ended += 1;
    this.memory = 0;
  }
  dispose(): void {
    this.disposed = true;
  }
}

function lanes(count: number, budget = 100): { lanes: Lanes; held: Held[]; of: (worker: CpuWorker) => number } {
  const held: Held[] = [];
  const made = new Lanes(
    () => {
      const worker = new Held();
      held.push(worker);
      return worker as unknown as CpuWorker;
    },
    count,
    budget,
  );
  return { lanes: made, held, of: (worker) => held.indexOf(worker as unknown as Held) };
}

/** What a promise has come to by now. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'waits';
  promise.then(
    () => (state = 'done'),
    (error: { kind?: string }) => (state = String(error.kind)),
  );
  await new Promise((resolve) => setTimeout(resolve));
  return state;
}

test('workers go to photos in the order of their coming, the first worker first', async () => {
  const { lanes: some, of } = lanes(2);
  const [one, two] = [await some.take(), await some.take()];
  assert.deepEqual([of(one), of(two)], [0, 1]);
  const [third, fourth] = [some.take(), some.take()];
  assert.equal(await stateOf(third), 'waits');
  some.give(two);
  assert.equal(of(await third), 1);
  assert.equal(await stateOf(fourth), 'waits');
  some.give(one);
  assert.equal(of(await fourth), 0);
});

test('a photo begins when memory allows it beside the others; alone it always does', async () => {
  const { lanes: some } = lanes(3);
  const [one, two, three] = [await some.take(), await some.take(), await some.take()];
  await some.begin(one, 300);
  const [second, third] = [some.begin(two, 60), some.begin(three, 30)];
  assert.equal(await stateOf(second), 'waits');
  some.give(one);
  await second;
  await third;
});

test('workers that nobody has give their memory back for a photo that needs it', async () => {
  const { lanes: some, held } = lanes(2);
  const [one, two] = [await some.take(), await some.take()];
  (held[1] as Held).memory = 80;
  some.give(two);
  await some.begin(one, 40);
  assert.deepEqual(held.map(({ ended }) => ended), [0, 1]);
});

test('whoever gives up leaves the line, and the next one moves up', async () => {
  const { lanes: some } = lanes(1);
  const one = await some.take();
  const abort = new AbortController();
  const [second, third] = [some.take(abort.signal), some.take()];
  assert.equal(await stateOf(second), 'waits');
  abort.abort();
  assert.equal(await stateOf(second), 'cancelled');
  some.give(one);
  await third;
  assert.equal(await stateOf(some.take(AbortSignal.abort())), 'cancelled');
});

test('a photo by itself has all workers, unless somebody else has or wants one, or memory is short', async () => {
  const { lanes: some, of } = lanes(3);
  const one = await some.take();
  const others = some.takeOthers(one, 10);
  assert.deepEqual(others.map(of), [1, 2]);
  // They are taken like any other.
  const next = some.take();
  assert.equal(await stateOf(next), 'waits');
  assert.deepEqual(some.takeOthers(one, 10), []);
  some.give(others[1] as CpuWorker);
  assert.equal(of(await next), 2);
  some.give(others[0] as CpuWorker);
  assert.deepEqual(some.takeOthers(one, 10), []);
  some.give(await next);
  assert.deepEqual(some.takeOthers(one, 40), [], 'three times 40 is more than there is');
  assert.equal(some.takeOthers(one, 30).length, 2);
});

test('disposing ends every worker, and whoever waits hears of it', async () => {
  const { lanes: some, held } = lanes(1);
  const one = await some.take();
  const next = stateOf(some.take());
  some.dispose();
  assert.equal(await next, 'caller');
  assert.ok((held[0] as Held).disposed);
  some.give(one);
  assert.equal(await stateOf(some.take()), 'caller');
  assert.equal(await stateOf(some.begin(one, 1)), 'caller');
});
