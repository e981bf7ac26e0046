/** The page's queue, without a page: order, cancelling, retrying, removing and coming back. */

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { PhotoQueue, type Change, type CuttingEngine, type Photo } from '../../../www/src/app/queue.js';
import type { CutOutResult, Progress, Quality } from '../../../pkg/src/engine/types.js';
import { test } from './testing.js';

interface Job {
  name: string;
  quality: Quality;
  signal: AbortSignal;
  progress: (progress: Progress) => void;
  finish: (coverage?: number, given?: Quality) => void;
  fail: (message: string) => void;
}

/** An engine whose jobs end when the test says so; an abort ends one as the real engine does, a little later. */
function stage(photosAtOnce = 1) {
  const jobs: Job[] = [];
  const closed: string[] = [];
  const engine: CuttingEngine = {
    photosAtOnce,
    removeBackground: (photo, { signal, onProgress, quality = 'fast' } = {}) =>
      new Promise<CutOutResult>((resolve, reject) => {
        const { name } = photo as File;
        assert.ok(signal);
        signal.addEventListener('abort', () => setTimeout(() => reject(new Error('The job was cancelled.')), 5));
        const bitmap = (which: string) => ({ close: () => closed.push(`${name} ${which}`) }) as unknown as ImageBitmap;
        jobs.push({
          name,
          quality,
          signal,
          progress: (progress) => onProgress?.(progress),
          fail: (message) => reject(new Error(message)),
          finish: (coverage = 0.5, given = quality) =>
            resolve({
              png: new Blob([name]),
              width: 4,
              height: 3,
              before: bitmap('before'),
              after: bitmap('after'),
              coverage,
              notes: [],
              device: 'cpu',
              quality: given,
              model: { name: 'fast', sha256: '' },
              models: [{ name: 'fast', sha256: '' }],
              timings: {},
            }),
        });
      }),
  };
  let clock = 0;
  const discarded: { before: string; after: string }[] = [];
  const changes: Change[] = [];
  const queue = new PhotoQueue({
    engine: Promise.resolve(engine),
    keep: async (result) => {
      result.before.close();
      result.after.close();
      return { before: 'blob:before', after: 'blob:after' };
    },
    discard: (cutOut) => discarded.push(cutOut),
    now: () => clock,
  });
  queue.subscribe((change) => changes.push(change));
  const add = (...names: string[]) => queue.add(names.map((name) => ({ file: new File([''], name), folder: '' })));
  const states = () => queue.photos.map(({ file, state }) => `${file.name} ${state.is}`);
  const job = (index: number): Job => {
    const found = jobs[index];
    assert.ok(found, `job ${index} has begun`);
    return found;
  };
  const id = (index: number): number => (queue.photos[index] as Photo).id;
  return { queue, jobs, job, closed, discarded, changes, add, states, id, pass: (time: number) => (clock += time) };
}

const rest = (time = 0) => new Promise((resolve) => setTimeout(resolve, time));

describe('the queue', () => {
  test('works on one photo at a time, in order, and tells each step', async () => {
    const { add, job, jobs, states, changes, closed } = stage();
    add('a', 'b');
    await rest();
    assert.deepEqual(states(), ['a working', 'b waiting']);
    assert.equal(jobs.length, 1);
    job(0).progress({ stage: 'network', fraction: 0.4 });
    const told = changes.at(-1);
    assert.ok(told?.of === 'photo' && told.photo.state.is === 'working' && told.photo.state.progress.fraction === 0.4);
    job(0).finish();
    await rest();
    assert.deepEqual(states(), ['a done', 'b working']);
    assert.deepEqual(closed, ['a before', 'a after']);
    job(1).finish();
    await rest();
    assert.deepEqual(states(), ['a done', 'b done']);
    assert.deepEqual(changes.filter(({ of }) => of === 'settled' || of === 'idle').map(({ of }) => of), [
      'settled',
      'settled',
      'idle',
    ]);
  });

  test('a photo that fails says why, and the next goes on; it can be tried again', async () => {
    const { queue, add, job, states, id } = stage();
    add('a', 'b');
    await rest();
    job(0).fail('Zero bytes.');
    await rest();
    assert.deepEqual(states(), ['a failed', 'b working']);
    const { state } = queue.photos[0] as Photo;
    assert.ok(state.is === 'failed' && state.why === 'Zero bytes.');
    queue.retry(id(0));
    assert.deepEqual(states(), ['a waiting', 'b working']);
    job(1).finish();
    await rest();
    assert.deepEqual(states(), ['a working', 'b done']);
  });

  test('cancelling answers at once, at work or waiting, and what comes too late is thrown away', async () => {
    const { queue, add, job, states, id, discarded, closed } = stage();
    add('a', 'b', 'c');
    await rest();
    queue.cancel(id(1));
    queue.cancel(id(0));
    assert.deepEqual(states(), ['a cancelled', 'b cancelled', 'c waiting']);
    assert.ok(job(0).signal.aborted);
    // The engine had just finished when it heard of the abort.
    job(0).finish();
    await rest(20);
    assert.deepEqual(states(), ['a cancelled', 'b cancelled', 'c working']);
    assert.deepEqual(closed, ['a before', 'a after']);
    assert.equal(discarded.length, 0);
  });

  test('a photo cancelled and at once tried again is done, by a job of its own', async () => {
    const { queue, add, job, states, id } = stage();
    add('a');
    await rest();
    queue.cancel(id(0));
    queue.retry(id(0));
    await rest(20);
    assert.deepEqual(states(), ['a working']);
    job(1).finish();
    await rest();
    assert.deepEqual(states(), ['a done']);
  });

  test('cancelling all starts nothing new', async () => {
    const { queue, add, jobs, states } = stage();
    add('a', 'b', 'c');
    await rest();
    queue.cancelAll();
    await rest(20);
    assert.deepEqual(states(), ['a cancelled', 'b cancelled', 'c cancelled']);
    assert.equal(jobs.length, 1);
  });

  test('what is removed comes back where it stood, with what was done to it; the one at work starts over', async () => {
    const { queue, add, job, states, id, discarded } = stage();
    add('a', 'b', 'c');
    await rest();
    job(0).finish();
    await rest();
    queue.setBackground(id(0), '#102030');
    const removed = queue.remove([id(0), id(1)]);
    assert.deepEqual(states(), ['c waiting']);
    assert.ok(job(1).signal.aborted);
    await rest(20);
    removed.restore();
    assert.deepEqual(states(), ['a done', 'b waiting', 'c working']);
    assert.equal((queue.photos[0] as Photo).background, '#102030');
    removed.release();
    assert.equal(discarded.length, 0, 'what came back is not freed');
    queue.remove().release();
    assert.equal(discarded.length, 1);
    assert.equal(queue.photos.length, 0);
  });

  test('counts what there is to save, and what never was', async () => {
    const { queue, add, job, id } = stage();
    add('a', 'b', 'c', 'd');
    await rest();
    job(0).finish();
    await rest();
    job(1).finish(0);
    await rest();
    job(2).fail('no');
    await rest();
    assert.deepEqual(queue.tally(), {
      total: 4,
      done: 2,
      ready: 1,
      failed: 1,
      cancelled: 0,
      waiting: 0,
      working: 1,
      unsaved: 1,
      improvable: 0,
    });
    queue.markSaved(id(0));
    assert.equal(queue.tally().unsaved, 0);
  });

  test('the time left follows the photos before', async () => {
    const { queue, add, job, pass } = stage();
    add('a', 'b', 'c');
    await rest();
    assert.equal(queue.secondsLeft(), undefined, 'nothing to go by yet');
    pass(4_000);
    job(0).finish();
    await rest();
    assert.equal(queue.secondsLeft(), 8);
    pass(1_000);
    assert.equal(queue.secondsLeft(), 7);
    pass(9_000);
    assert.equal(queue.secondsLeft(), 4, 'a slow photo does not count below nothing');
  });

  test('without an engine every photo says why', async () => {
    const queue = new PhotoQueue({
      engine: Promise.reject(new Error('The model is not the one of this build: reload the page.')),
      keep: () => Promise.reject(new Error('never')),
      discard: () => undefined,
    });
    queue.add([{ file: new File([''], 'a'), folder: '' }]);
    await rest();
    const { state } = queue.photos[0] as Photo;
    assert.ok(state.is === 'failed' && /reload the page/.test(state.why));
  });
});

describe('improving to the best quality', () => {
  /** What each job was asked for, in order. */
  const asked = (jobs: readonly Job[]) => jobs.map(({ name, quality }) => `${name} ${quality}`);
  const qualities = (queue: PhotoQueue) =>
    queue.photos.map(({ state }) => (state.is === 'done' ? state.cutOut.quality : state.is));

  test('fast first, then what is on the screen, the newest before the older, then the rest', async () => {
    const { queue, add, job, jobs, id, discarded } = stage();
    queue.setQuality('automatic');
    add('a', 'b', 'c', 'd');
    await rest();
    for (const index of [0, 1, 2, 3]) {
      job(index).finish();
      await rest();
    }
    assert.equal(jobs.length, 4, 'nothing more without the model');
    queue.setNear(id(0), true);
    queue.setNear(id(1), true);
    queue.addBest();
    for (const index of [4, 5, 6, 7]) {
      await rest();
      job(index).finish();
    }
    await rest();
    assert.deepEqual(asked(jobs).slice(4), ['b best', 'a best', 'd best', 'c best']);
    assert.deepEqual(qualities(queue), ['best', 'best', 'best', 'best']);
    // The photo's own picture stays, so of each pair one of both is freed.
    assert.equal(discarded.length, 8);
    assert.equal(queue.tally().improvable, 0);
  });

  test('a new photo gets its fast cut-out before anything is improved, and an improvement gives way to it', async () => {
    const { queue, add, job, jobs } = stage();
    queue.setQuality('automatic');
    queue.addBest();
    add('a');
    await rest();
    job(0).finish();
    await rest();
    job(1).progress({ stage: 'network', fraction: 0.4 });
    add('b');
    assert.ok(job(1).signal.aborted);
    await rest(20);
    assert.deepEqual(asked(jobs), ['a fast', 'a best', 'b fast']);
    job(2).finish();
    await rest();
    // One that is nearly done is finished first.
    job(3).progress({ stage: 'encode', fraction: 0.95 });
    add('c');
    assert.ok(!job(3).signal.aborted);
    job(3).finish();
    await rest();
    assert.deepEqual(asked(jobs).slice(3), ['b best', 'c fast']);
  });

  test('who saves gets what is shown at once: improving waits for it', async () => {
    const { queue, add, job, jobs, id } = stage();
    queue.setQuality('automatic');
    queue.addBest();
    add('a');
    await rest();
    job(0).finish();
    await rest();
    const shown = queue.get(id(0))?.state;
    assert.ok(shown?.is === 'done');
    const release = queue.pauseImproving();
    assert.ok(job(1).signal.aborted);
    await rest(20);
    assert.equal(jobs.length, 2);
    queue.markSaved(id(0), shown.cutOut);
    assert.ok(queue.get(id(0))?.saved);
    release();
    await rest();
    job(2).finish();
    await rest();
    assert.deepEqual(qualities(queue), ['best']);
    assert.ok(!queue.get(id(0))?.saved, 'what was saved is not what is there now');
  });

  test('what fails keeps its fast cut-out and says why; after two in a row nothing more is tried', async () => {
    const { queue, add, job, jobs } = stage();
    queue.setQuality('automatic');
    add('a', 'b', 'c');
    await rest();
    for (const index of [0, 1, 2]) {
      job(index).finish();
      await rest();
    }
    queue.addBest();
    for (const index of [3, 4]) {
      await rest();
      job(index).fail('Out of memory.');
    }
    await rest();
    assert.deepEqual(asked(jobs).slice(3), ['c best', 'b best']);
    assert.deepEqual(qualities(queue), ['fast', 'fast', 'fast']);
    const { state } = queue.photos[2] as Photo;
    assert.ok(state.is === 'done' && state.better?.is === 'failed' && state.better.why === 'Out of memory.');
    assert.equal(queue.tally().improvable, 0);
  });

  test('fast does only that, and best waits for its model and does only that', async () => {
    const { queue, add, job, jobs, states } = stage();
    queue.setQuality('fast');
    queue.addBest();
    add('a');
    await rest();
    job(0).finish();
    await rest();
    assert.equal(jobs.length, 1);
    queue.setQuality('best');
    await rest();
    job(1).finish();
    add('b');
    await rest();
    assert.deepEqual(asked(jobs), ['a fast', 'a best', 'b best']);

    const later = stage();
    later.queue.setQuality('best');
    later.add('c');
    await rest();
    assert.equal(later.jobs.length, 0);
    assert.ok(later.queue.waitsForBest);
    later.queue.addBest();
    await rest();
    assert.deepEqual(asked(later.jobs), ['c best']);
    assert.deepEqual(states(), ['a done', 'b working']);
  });

  test('what a person corrects is theirs: an improvement stops for it and never comes back', async () => {
    const { queue, add, job, jobs, discarded, id } = stage();
    queue.setQuality('automatic');
    queue.addBest();
    add('a', 'b');
    await rest();
    job(0).finish();
    await rest();
    job(1).finish();
    await rest();
    assert.deepEqual(asked(jobs), ['a fast', 'b fast', 'b best']);
    queue.markSaved(id(1));
    const release = queue.beginCorrection(id(1));
    assert.ok(job(2).signal.aborted);
    await rest(20);
    assert.equal(jobs.length, 3, 'nothing is improved while somebody corrects');

    queue.correct(id(1), { png: new Blob(['corrected']), coverage: 0.4, after: 'blob:corrected', retouched: { spots: 2, pixels: 90 } });
    release();
    release();
    await rest();
    assert.deepEqual(asked(jobs).slice(3), ['a best']);
    job(3).finish();
    await rest();
    assert.equal(jobs.length, 4);
    const { state, saved } = queue.get(id(1)) as Photo;
    assert.ok(state.is === 'done' && state.cutOut.corrected && state.cutOut.quality === 'fast');
    assert.deepEqual([state.cutOut.coverage, state.cutOut.after, saved], [0.4, 'blob:corrected', false]);
    assert.equal(state.cutOut.confidence, undefined);
    assert.deepEqual(discarded[0], { before: '', after: 'blob:after' });
  });

  test('an improvement on a photo that was cleared away begins again when it comes back', async () => {
    const { queue, add, job, jobs } = stage();
    queue.setQuality('automatic');
    queue.addBest();
    add('a');
    await rest();
    job(0).finish();
    await rest();
    const removed = queue.remove();
    assert.ok(job(1).signal.aborted);
    await rest(20);
    removed.restore();
    await rest();
    job(2).finish();
    await rest();
    assert.deepEqual(asked(jobs), ['a fast', 'a best', 'a best']);
    assert.deepEqual(qualities(queue), ['best']);
  });
});

describe('pace', () => {
  test('paused, what is at work ends and nothing begins, not even an improvement; resumed, it goes on', async () => {
    const { queue, add, job, jobs, states, changes, id } = stage();
    queue.setQuality('automatic');
    queue.addBest();
    add('a', 'b');
    await rest();
    queue.pause();
    queue.pause();
    assert.equal(changes.filter(({ of }) => of === 'pace').length, 1);
    job(0).finish();
    await rest();
    assert.deepEqual(states(), ['a done', 'b waiting']);
    assert.equal(jobs.length, 1);
    assert.equal(queue.secondsLeft(), undefined);
    queue.resume();
    await rest();
    assert.deepEqual(states(), ['a done', 'b working']);
    add('c');
    queue.pause();
    job(1).finish();
    await rest();
    assert.equal(jobs.length, 2, 'nothing is improved while paused');
    assert.equal(changes.filter(({ of }) => of === 'idle').length, 0);
    // With nothing left to wait for, it is over.
    queue.remove([id(2)]);
    await rest();
    assert.ok(!queue.isPaused);
    assert.deepEqual(jobs.slice(2).map(({ name, quality }) => `${name} ${quality}`), ['b best']);
  });

  test('cancelling all ends a pause as well', async () => {
    const { queue, add, states } = stage();
    add('a', 'b');
    queue.pause();
    await rest();
    assert.deepEqual(states(), ['a waiting', 'b waiting']);
    queue.cancelAll();
    assert.deepEqual([states(), queue.isPaused], [['a cancelled', 'b cancelled'], false]);
    add('c');
    await rest();
    assert.deepEqual(states().at(-1), 'c working');
  });

  test('the rate counts what worked and what did not, and no time in which nothing was at work', async () => {
    const { queue, add, job, pass } = stage();
    add('a', 'b');
    await rest();
    assert.equal(queue.photosAMinute(), undefined);
    pass(10_000);
    job(0).finish();
    await rest();
    assert.equal(queue.photosAMinute(), 6);
    pass(5_000);
    job(1).fail('no');
    await rest();
    assert.equal(queue.photosAMinute(), 8);
    pass(3_600_000);
    add('c');
    await rest();
    pass(3_000);
    job(2).finish();
    await rest();
    assert.equal(queue.photosAMinute(), 10);
  });

  test('what failed is tried again together, what was cancelled is not', async () => {
    const { queue, add, job, states, id } = stage();
    add('a', 'b', 'c');
    await rest();
    queue.cancel(id(2));
    job(0).fail('no');
    await rest();
    job(1).fail('no');
    await rest();
    assert.equal(queue.retryFailed(), 2);
    await rest();
    assert.deepEqual(states(), ['a working', 'b waiting', 'c cancelled']);
  });
});

describe('where the engine overlaps two photos', () => {
  test('two are worked on at once, begun in order, and a third begins when either is done', async () => {
    const { add, job, jobs, states, changes } = stage(2);
    add('a', 'b', 'c');
    await rest();
    assert.deepEqual(states(), ['a working', 'b working', 'c waiting']);
    job(1).finish();
    await rest();
    assert.deepEqual(states(), ['a working', 'b done', 'c working']);
    job(2).finish();
    await rest();
    const ends = () => changes.filter(({ of }) => of === 'idle').length;
    assert.equal(ends(), 0, 'the first is still at work');
    job(0).fail('no');
    await rest();
    assert.deepEqual(states(), ['a failed', 'b done', 'c done']);
    assert.equal(ends(), 1);
    assert.equal(jobs.length, 3);
  });

  test('one that was cancelled keeps its place in the engine until that has let go of it', async () => {
    const { queue, add, jobs, states, id } = stage(2);
    add('a', 'b', 'c');
    await rest();
    queue.cancel(id(0));
    queue.retry(id(0));
    assert.deepEqual(states(), ['a waiting', 'b working', 'c waiting']);
    assert.equal(jobs.length, 2);
    await rest(20);
    assert.deepEqual(states(), ['a working', 'b working', 'c waiting']);
  });

  test('the time left counts both', async () => {
    const { queue, add, job, pass } = stage(2);
    add('a', 'b', 'c', 'd', 'e');
    await rest();
    pass(4_000);
    job(0).finish();
    job(1).finish();
    await rest();
    // Two that have just begun and one that waits, four seconds each.
    assert.equal(queue.secondsLeft(), 6);
    pass(1_000);
    assert.equal(queue.secondsLeft(), 5);
  });

  test('two are improved at once, when none is at work, and both give way', async () => {
    const { queue, add, job, jobs } = stage(2);
    add('a', 'b', 'c');
    await rest();
    job(0).finish();
    await rest();
    queue.setQuality('automatic');
    queue.addBest();
    await rest();
    assert.deepEqual(jobs.map(({ quality }) => quality), ['fast', 'fast', 'fast']);
    job(1).finish();
    await rest();
    assert.equal(jobs.length, 3, 'the last is at work still');
    job(2).finish();
    await rest();
    assert.deepEqual(jobs.slice(3).map(({ name, quality }) => `${name} ${quality}`), ['c best', 'b best']);
    add('d');
    assert.ok(job(3).signal.aborted && job(4).signal.aborted);
    await rest(20);
    assert.equal(job(5).name, 'd');
  });
});
