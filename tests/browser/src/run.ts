/**
 * All tests, two files at a time, or those whose names are given: `npm test -- page battery`.
 *
 * A browser on a busy machine can stop answering for minutes. So a file whose tests failed by running out of time, and
 * by nothing else, is run once more with nothing beside it, and is named in the end. What a test saw, stands: a byte
 * that was heard once has left.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './outcomes';

const LANES = 2;
/** Files that are tried again, at most: more is no bad luck. */
const MOST = 3;
/** Milliseconds for a file, several times what the slowest takes. */
const LIMIT = 20 * 60_000;

const EXTENSION = '.test.js';
const folder = fileURLToPath(new URL('.', import.meta.url));

interface Result {
  readonly name: string;
  readonly passed: number;
  readonly failures: readonly Outcome[];
}

/** Runs a file, and prints what it told when it is over. */
async function run(name: string): Promise<Result> {
  const began = Date.now();
  const list = join(scratch, name);
  const child = spawn(
    process.execPath,
    [
      `--import=${new URL('drain.js', import.meta.url)}`,
      '--test',
      '--test-force-exit',
      `--test-timeout=${LIMIT}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${join(folder, 'outcomes.js')}`,
      `--test-reporter-destination=${list}`,
      join(folder, name + EXTENSION),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const told: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => told.push(part));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  process.stdout.write(`\n── ${name}, ${Math.round((Date.now() - began) / 1000)} s\n${Buffer.concat(told).toString()}`);
  const outcomes = readFileSync(list, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Outcome);
  const failures = outcomes.filter(({ passed }) => !passed);
  const passed = outcomes.length - failures.length;
  if (status !== 0 && failures.length === 0) failures.push({ name: `node ended with ${status}`, passed: false, late: false });
  return { name, passed, failures };
}

/** Runs these, so many at a time. */
async function runAll(names: readonly string[], lanes: number): Promise<Result[]> {
  const waiting = [...names];
  const results: Result[] = [];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) results.push(await run(name));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** Says what failed in which file. */
function tell(results: readonly Result[], how: string): void {
  for (const { name, failures } of results) for (const failure of failures) console.log(`${how}: ${name}, ${failure.name}`);
}

/** The longest texts first, which is about the longest runs: both lanes end at about the same time. */
const known = readdirSync(folder)
  .filter((file) => file.endsWith(EXTENSION))
  .sort((a, b) => statSync(join(folder, b)).size - statSync(join(folder, a)).size)
  .map((file) => file.slice(0, -EXTENSION.length));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`no such tests: ${unknown.join(', ')}; there are ${known.join(', ')}`);

/** Where each file's outcomes are told. */
const scratch = mkdtempSync(join(tmpdir(), 'vitrine-tests-'));
const results = await runAll(wanted.length === 0 ? known : wanted, LANES);
const broken = results.filter(({ failures }) => failures.length > 0);
const mayRepeat = broken.length <= MOST && broken.every(({ failures }) => failures.every(({ late }) => late));
const repeated = mayRepeat ? await runAll(broken.map(({ name }) => name), 1) : broken;
rmSync(scratch, { recursive: true });

const failed = repeated.filter(({ failures }) => failures.length > 0);
const whole = [...results.filter((result) => !broken.includes(result)), ...repeated];
console.log(`\n${whole.reduce((sum, { passed }) => sum + passed, 0)} tests of ${whole.length} files passed`);
if (mayRepeat) tell(broken, 'ran out of time at first');
tell(failed, 'failed');
process.exit(failed.length === 0 ? 0 : 1);
