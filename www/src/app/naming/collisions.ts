/** Makes every name of a batch its own, and says which were not. */

import { sameOnDisk, shorten } from './file-name.js';

/** Longest stem together with its number, in characters. */
const LONGEST = 120;

/** Paths that would have overwritten each other. */
export interface Collision {
  /** The path that all of them were to have. */
  readonly path: string;
  /** Their positions in the batch, in order; the first keeps the path where nothing else has it. */
  readonly positions: readonly number[];
}

export interface Resolved {
  /** A path for each of those proposed, in order, no two the same on any disk. */
  readonly paths: readonly string[];
  readonly collisions: readonly Collision[];
}

/** In order: the second `lamp.png` becomes `lamp (2).png`. */
export function resolveCollisions(proposed: readonly string[]): Resolved {
  const groups = new Map<string, number[]>();
  proposed.forEach((path, position) => {
    const key = sameOnDisk(path);
    const group = groups.get(key);
    if (group) group.push(position);
    else groups.set(key, [position]);
  });
  const taken = new Set<string>();
  const nextCount = new Map<string, number>();
  const paths = proposed.map((path) => {
    const key = sameOnDisk(path);
    if (!taken.has(key)) {
      taken.add(key);
      return path;
    }
    for (let count = nextCount.get(key) ?? 2; ; count++) {
      const unique = numbered(path, count);
      const uniqueKey = sameOnDisk(unique);
      // A numbered name must not take the place of a later file that is really called that.
      if (taken.has(uniqueKey) || groups.has(uniqueKey)) continue;
      taken.add(uniqueKey);
      nextCount.set(key, count + 1);
      return unique;
    }
  });
  const collisions = [...groups.values()]
    .filter((positions) => positions.length > 1)
    .map((positions) => ({ path: proposed[positions[0] ?? 0] ?? '', positions }));
  return { paths, collisions };
}

function numbered(path: string, count: number): string {
  const slash = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  const end = dot > slash ? dot : path.length;
  const suffix = ` (${count})`;
  return `${path.slice(0, slash)}${shorten(path.slice(slash, end), LONGEST - suffix.length)}${suffix}${path.slice(end)}`;
}
