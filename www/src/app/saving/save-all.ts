/** Saves a batch through a sink, and knows at every moment what is saved, what is not, and why. */

import { SinkError, toSinkError, type Obstacle, type Sink } from './sink.js';

/** A file to be made and saved. */
export interface Item<T> {
  readonly of: T;
  readonly path: string;
  readonly modified: number;
  /** Makes the file; called when its turn comes, so that one at a time is in memory. */
  readonly make: (signal: AbortSignal) => Promise<Blob>;
}

export interface Outcome<T> {
  /** There, under these paths. */
  readonly saved: readonly { readonly item: Item<T>; readonly path: string }[];
  /** Could not be made; the others went on. */
  readonly failed: readonly { readonly item: Item<T>; readonly why: string }[];
  /** Not reached, or lost with an archive that could not be finished: to be saved by who goes on. */
  readonly left: readonly Item<T>[];
  /** What ended it before the end. */
  readonly stopped?: Obstacle | 'by the person';
  /** What the whole is called: the archive, or the folder; empty where it has no name. */
  readonly name: string;
}

export interface SaveOptions {
  signal: AbortSignal;
  /** Called before each file, with the number of those done. */
  onProgress: (done: number) => void;
  /** Called with each file that was made, before it is saved. */
  onMade?: (item: Item<unknown>, file: Blob) => void;
}

export async function saveAll<T>(items: readonly Item<T>[], sink: Sink, { signal, onProgress, onMade }: SaveOptions): Promise<Outcome<T>> {
  const saved: { item: Item<T>; path: string }[] = [];
  const failed: { item: Item<T>; why: string }[] = [];
  let stopped: Outcome<T>['stopped'];
  let at = 0;
  for (; at < items.length && !stopped; at++) {
    const item = items[at] as Item<T>;
    if (signal.aborted) {
      stopped = 'by the person';
      break;
    }
    onProgress(at);
    let data: Blob;
    try {
      data = await item.make(signal);
      onMade?.(item, data);
    } catch (error) {
      if (signal.aborted) {
        stopped = 'by the person';
        break;
      }
      failed.push({ item, why: error instanceof Error ? error.message : String(error) });
      continue;
    }
    try {
      saved.push({ item, path: await sink.write({ path: item.path, data, modified: item.modified }) });
    } catch (error) {
      stopped = toSinkError(error).obstacle;
      break;
    }
  }
  const left = items.slice(at);
  // An archive that has stopped at its full size, or by the person's wish, is whole as far as it goes.
  const isLost = sink.way === 'zip' && stopped !== undefined && stopped !== 'volume';
  if (isLost || saved.length === 0) {
    sink.abort();
    const unsaved = isLost ? [...saved.map(({ item }) => item), ...left] : left;
    return { saved: [], failed, left: unsaved, ...(stopped && { stopped }), name: '' };
  }
  try {
    const name = await sink.close();
    return { saved, failed, left, ...(stopped && { stopped }), name };
  } catch (error) {
    const { obstacle } = error instanceof SinkError ? error : toSinkError(error);
    if (sink.way !== 'zip') return { saved, failed, left, stopped: obstacle, name: '' };
    return { saved: [], failed, left: [...saved.map(({ item }) => item), ...left], stopped: obstacle, name: '' };
  }
}
