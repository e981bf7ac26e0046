/**
 * Vitrine beside its peers in Chromium, in one run: the same photo, the same network, one after the other.
 * `cargo xtask bench` prepares what this needs, runs it and makes the table of what it writes.
 *
 * A visit is a fresh browser with a fresh profile that opens one contestant's page: the page works as soon as
 * its script runs, and a few times more when asked. The contestants take turns, visit by visit, so that what
 * else the machine does falls on all of them. Memory is watched in a visit of its own, whose times do not count:
 * looking costs time.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { launch } from '../../../tests/browser/src/browser.js';
import { memory, watched } from '../../../tests/browser/src/process-memory.js';
import type { First, Run } from '../pages/contest.js';
import type { Contestant } from './contestants.js';
import { photo } from './photo.js';
import { PHOTO, prepare, serve, type Site } from './serve.js';
import { workloads } from './workloads.js';

const { values } = parseArgs({
  options: {
    /** Where the rows are written, as JSON. */
    out: { type: 'string' },
    /** The network of the original package, 32-bit floats. */
    float: { type: 'string' },
    /** Names of workloads, with commas. */
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '3' },
    megapixels: { type: 'string', default: '3' },
    webgpu: { type: 'boolean', default: false },
    /** How long a contestant on a software WebGPU adapter may take for its first answer, in seconds. */
    limit: { type: 'string', default: '300' },
    megabits: { type: 'string', default: '20' },
  },
});

/** How long anything but a software adapter may take for an answer, in milliseconds. */
const PATIENCE = 180_000;

/** A row of the report; the report's reader, `xtask/src/bench/report.rs`, has the same fields. */
interface Row {
  workload: string;
  name: string;
  package: string;
  /** From the start of the navigation to the first answer, in milliseconds, one a visit. */
  first: number[];
  /** Further answers by the workload's own measure, in milliseconds. */
  warm: number[];
  /** Bytes of code and model that the first answer took, as sent. */
  fetched: number;
  /** Most memory of renderers and GPU process, in MiB, and how much of it an empty page holds. */
  memory: number | null;
  empty: number | null;
  /** Mean of mask or alpha, 0 to 1: says that the same work was done. */
  covered: number | null;
  /** Why there is no answer. */
  failure: string | null;
}

interface Visit {
  first: First;
  warm: Run[];
  fetched: number;
  memory: number;
  empty: number;
}

interface VisitOptions {
  file: Buffer;
  runs: number;
  megabits?: number | undefined;
  limit: number;
  memory: 'watched' | 'not watched';
}

/** Gives up waiting, in words. */
async function within<T>(limit: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer in ${Math.round(limit / 1000)} s`)), limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function visit(contestant: Contestant, options: VisitOptions): Promise<Visit> {
  const site: Site = {
    ...contestant.site,
    files: { ...contestant.site.files, [PHOTO]: options.file },
    megabits: options.megabits,
  };
  const server = await serve(site);
  const browser = await launch({ webgpu: contestant.webgpu ? 'software' : 'no adapter' });
  try {
    const page = await browser.newPage();
    if (contestant.cores !== undefined) {
      // In the page and in every frame: the package asks there how many workers are worth their while.
      await page.addInitScript((cores) => {
        Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => cores });
      }, contestant.cores);
    }
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    // A page's script is a module: until it has run, there is nothing to ask.
    const work = async (): Promise<Visit> => {
      const empty = memory();
      await page.goto(`${server.origin}/?${new URLSearchParams(contestant.query)}`);
      await page.waitForFunction(() => 'first' in globalThis, undefined, { timeout: PATIENCE });
      const first = await within(options.limit, page.evaluate(() => globalThis.first));
      const fetched = server.sent();
      const warm: Run[] = [];
      for (let run = 0; run < options.runs; run += 1) {
        warm.push(await within(options.limit, page.evaluate(() => globalThis.again())));
      }
      return { first, warm, fetched, memory: 0, empty: Math.round(empty / 2 ** 20) };
    };
    try {
      if (options.memory === 'not watched') return await work();
      const [result, peak] = await watched(work());
      return { ...result, memory: peak };
    } catch (error) {
      const [said = ''] = complaints;
      throw new Error([error instanceof Error ? error.message.split('\n')[0] : String(error), said].filter(Boolean).join('; '));
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

const only = values.only.split(',').filter(Boolean);
const file = await photo(Number(values.megapixels));
const rows: Row[] = [];
for (const workload of workloads({ float: values.float, webgpu: values.webgpu, megabits: Number(values.megabits) })) {
  if (only.length > 0 && !only.includes(workload.name)) continue;
  const entries = workload.contestants.map((contestant): { contestant: Contestant; row: Row } => ({
    contestant,
    row: {
      workload: workload.name,
      name: contestant.name,
      package: contestant.package,
      first: [],
      warm: [],
      fetched: 0,
      memory: null,
      empty: null,
      covered: null,
      failure: null,
    },
  }));
  rows.push(...entries.map(({ row }) => row));
  for (const { contestant } of entries) await prepare({ ...contestant.site });
  const rounds = Math.min(Number(values.rounds), workload.rounds ?? Infinity);
  // The last round is for memory.
  for (let round = 0; round <= rounds; round += 1) {
    // Whoever begins a round finds the machine as the one before left it: nobody is always the first.
    const begins = round % entries.length;
    for (const { contestant, row } of [...entries.slice(begins), ...entries.slice(0, begins)]) {
      if (row.failure) continue;
      const watching = round === rounds;
      const runs = Math.min(Number(values.runs), workload.runs ?? Infinity);
      if (watching && workload.memory === 'not watched') continue;
      try {
        const result = await visit(contestant, {
          file,
          runs: watching ? Math.min(runs, 2) : runs,
          megabits: workload.megabits,
          limit: contestant.webgpu ? Number(values.limit) * 1000 : PATIENCE,
          memory: watching ? 'watched' : 'not watched',
        });
        row.fetched = result.fetched;
        row.covered = Number.isNaN(result.first.covered) ? null : result.first.covered;
        if (watching) {
          row.memory = result.memory;
          row.empty = result.empty;
        } else {
          row.first.push(result.first.opened);
          row.warm.push(...result.warm.map(({ milliseconds }) => milliseconds));
        }
        const times = result.warm.map(({ milliseconds }) => Math.round(milliseconds)).join(' ');
        console.error(
          `${workload.name}, ${contestant.name}: first ${Math.round(result.first.opened)} ms, then ${times} ms` +
            (watching ? `; ${result.memory} MiB` : `; ${(result.fetched / 1e6).toFixed(2)} MB`),
        );
      } catch (error) {
        row.failure = error instanceof Error ? error.message : String(error);
        console.error(`${workload.name}, ${contestant.name}: ${row.failure}`);
      }
    }
  }
}
if (values.out) {
  const browser = await launch();
  const report = { browser: `Chromium ${browser.version()}`, photo: { megapixels: Number(values.megapixels), bytes: file.length }, rows };
  await browser.close();
  writeFileSync(values.out, JSON.stringify(report));
}
