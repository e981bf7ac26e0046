/** What the browsers below this process take of the machine's memory, as Linux counts it. */

import { readFileSync, readdirSync } from 'node:fs';

/** Proportional set size of every renderer and GPU process below this one, in bytes. */
export function memory(): number {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!pid) continue;
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      parents.set(pid, Number(/PPid:\s*(\d+)/.exec(status)?.[1]));
    } catch {
      // It ended between the two.
    }
  }
  let bytes = 0;
  for (const pid of parents.keys()) {
    let at: number | undefined = pid;
    while (at && at !== process.pid) at = parents.get(at);
    if (at !== process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!/--type=(renderer|gpu-process)/.test(command)) continue;
      bytes += 1024 * Number(/^Pss:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It ended between the two.
    }
  }
  return bytes;
}
