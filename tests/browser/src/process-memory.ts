/** What the browsers below this process take of the machine's memory, as Linux counts it, and what lies in it. */

import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';

/**
 * How often the memory is looked at, in milliseconds. The kernel walks every page of a process to answer, so
 * looking more often takes a share of a core from what is measured; a network's run takes far longer than this.
 */
const INTERVAL = 100;
/** How often it is asked which processes there are, in looks. */
const RESCAN = 5;

/** How much of a process is read at a time, in bytes. */
const PART = 16 << 20;

/** Processes below this one of these types: by default those that draw pages. */
function processes(types = /--type=(renderer|gpu-process)/): number[] {
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
      return types.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
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

/**
 * How often any of the patterns lies in the memory of each browser process below this one, by the process's type; its
 * files on disk and what the system holds of them are not looked at.
 */
export function find(patterns: readonly Buffer[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const pid of processes(/chrom/)) {
    const count = findIn(pid, patterns);
    const type = /--type=([a-z-]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1] ?? 'browser';
    if (count > 0) found[type] = (found[type] ?? 0) + count;
  }
  return found;
}

function findIn(pid: number, patterns: readonly Buffer[]): number {
  const overlap = Math.max(...patterns.map(({ length }) => length)) - 1;
  const part = Buffer.alloc(PART);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  let count = 0;
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      if (!from || !to) continue;
      const end = parseInt(to, 16);
      for (let at = parseInt(from, 16); at < end; at += PART - overlap) {
        let length: number;
        try {
          length = readSync(memory, part, 0, Math.min(PART, end - at), at);
        } catch {
          // A stretch that no memory stands behind, or that went meanwhile.
          continue;
        }
        const read = part.subarray(0, length);
        for (const pattern of patterns) {
          for (let hit = read.indexOf(pattern); hit >= 0; hit = read.indexOf(pattern, hit + pattern.length)) count++;
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return count;
}
