/** A file for a marketplace: what it is and what the linter says of it is known when its turn has come. */

import type { Shot, ShotReport } from 'vitrine/engine/types';
import type { Item } from './save-all.js';

export interface JudgedItem<T> extends Item<T> {
  /** What the linter says of the file, once it is made. */
  readonly report: ShotReport | undefined;
}

/** The extension of a file that is not made yet. */
export const STAND_IN = 'jpg';

/** `planned` ends in the stand-in; with the file comes its own extension. */
export function judgedItem<T>(of: T, planned: string, modified: number, shoot: (signal: AbortSignal) => Promise<Shot>): JudgedItem<T> {
  const item = {
    of,
    path: planned,
    modified,
    report: undefined as ShotReport | undefined,
    make: async (signal: AbortSignal) => {
      const { file, extension, report } = await shoot(signal);
      item.path = planned.slice(0, -STAND_IN.length) + extension;
      item.report = report;
      return file;
    },
  };
  return item;
}
