/** What the browsers below this process take of the machine's memory, as Linux counts it. */

import { readFileSync, readdirSync } from 'node:fs';

/**
 * How often the memory is looked at, in milliseconds. The kernel walks every page of a process to answer, so
 * looking more often takes a share of a core from what is measured; a network's run takes far longer than this.
 */
const INTERVAL = 100;
/** How often it is asked which processes there are, in looks. */
const RESCAN = 5;

/** Renderers and GPU processes below this one. */
function processes(): number[] {
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
  return [...parents.keys()].filter((pid) => {
    let at: number | undefined = pid;
    while (at && at !== process.pid) at = parents.get(at);
    if (at !== process.pid) return false;
    try {
      return /--type=(renderer|gpu-process)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      return false;
    }
  });
}

/** Proportional set size of every renderer and GPU process below this one, in bytes. */
export function memory(pids = processes()): number {
  let bytes = 0;
  for (const pid of pids) {
    try {
      bytes += 1024 * Number(/^Pss:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It ended between the two.
    }
  }
  return bytes;
}

/** Runs `work` and gives its answer with the most memory seen meanwhile, in MiB. */
export async function watched<T>(work: Promise<T>): Promise<[T, number]> {
  let pids = processes();
  let peak = memory(pids);
  let looks = 0;
  const watch = setInterval(() => {
    looks += 1;
    if (looks % RESCAN === 0) pids = processes();
    peak = Math.max(peak, memory(pids));
  }, INTERVAL);
  try {
    return [await work, Math.round(peak / 2 ** 20)];
  } finally {
    clearInterval(watch);
  }
}
