/**
 * What was done with which files: a line for each operation, each with the hash of the line before it, so that nothing
 * can be changed, left out or put elsewhere without a trace. docs/activity-log.md describes the format.
 *
 * It holds hashes and settings, never a pixel, and names only where the person wants them. It lies in memory and goes
 * with the page.
 */

import { version } from '../../../package.json';
import { sha256 } from 'vitrine/airlock/sha256';
import { release } from 'vitrine/engine/release';
import type { Model } from 'vitrine/engine/types';

/** What the first line says in the place of a hash. */
const NOTHING = '0'.repeat(64);

export type Did =
  | 'opened'
  | 'cut out'
  | 'corrected'
  | 'studio export'
  | 'model studio export'
  | 'saved'
  | 'cleared'
  /** The person has switched the log off, and on again. */
  | 'paused'
  | 'resumed';

/** A file, or the hash that was taken of it; null where it cannot be read any more. */
export type Logged = Blob | Promise<string | null>;

export interface Happened {
  did: Did;
  /** The files that it was made of: photos before cut-outs. */
  inputs?: readonly Logged[];
  networks?: readonly Model[];
  /** A few numbers and words. */
  settings?: object;
  output?: Logged | undefined;
  /** What the file is called: the photo that was opened, or the file that was saved. */
  name?: string | undefined;
}

/** A line as it is shown. */
export interface Told {
  readonly n: number;
  readonly time: string;
  readonly did: Did | 'started';
  readonly name: string | undefined;
  readonly output: string | undefined;
}

export class ActivityLog {
  readonly #lines: string[] = [];
  readonly #told: Told[] = [];
  #head = NOTHING;
  /** Entries are written one after another, and files are read so too: one at a time is in memory. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #hashes = new WeakMap<Blob, Promise<string | null>>();
  readonly #listeners = new Set<() => void>();
  #isOn = true;
  /** Whether entries to come say what files are called. */
  hasNames = false;

  /** `build` is the SHA-256 of the script that runs. */
  constructor(build: Promise<string>) {
    this.#write({ did: 'started' }, async () => ({ log: 1, version, build: await build }));
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(isOn: boolean) {
    if (isOn === this.#isOn) return;
    // A log with a gap says so.
    if (isOn) this.#isOn = true;
    this.note({ did: isOn ? 'resumed' : 'paused' });
    this.#isOn = isOn;
  }

  /** What is written so far, the oldest first. */
  get told(): readonly Told[] {
    return this.#told;
  }

  /** SHA-256 of the last line. */
  get head(): string {
    return this.#head;
  }

  /** Called after every entry; the answer ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes down what has just happened, as soon as its files are hashed. */
  note({ inputs = [], networks, settings, output, ...happened }: Happened): void {
    if (!this.#isOn) return;
    this.#write(happened, async () => ({
      ...(inputs.length > 0 && { inputs: await all(inputs.map((input) => () => this.#hashOf(input))) }),
      ...(networks && { networks: networks.map(({ name, sha256 }) => ({ name, sha256 })) }),
      ...(settings && { settings }),
      ...(output && { output: await this.#hashOf(output) }),
    }));
  }

  /** The hash of a file that will not be there any more when it is noted. */
  hash(file: Blob): Promise<string | null> {
    return this.#isOn ? this.#hashOf(file) : Promise.resolve(null);
  }

  /** Resolves when all that has happened is written, and no file is held any more. */
  async settle(): Promise<void> {
    await this.#last;
  }

  /** The whole of it with its seal. It goes on: a later one holds this one's lines, and more. */
  async file(): Promise<Blob> {
    await this.#last;
    const { length } = this.#lines;
    const seal = JSON.stringify({ n: length + 1, did: 'sealed', entries: length, previous: this.#head });
    return new Blob([[...this.#lines, seal, ''].join('\n')], { type: 'application/jsonl' });
  }

  #write({ did, name }: { did: Told['did']; name?: string | undefined }, more: () => Promise<{ output?: string | null; [field: string]: unknown }>): void {
    const time = new Date().toISOString();
    const named = this.hasNames ? name : undefined;
    this.#last = this.#last.then(async () => {
      const rest = await more();
      const n = this.#lines.length + 1;
      const line = JSON.stringify({ n, time, did, ...(named !== undefined && { name: named }), ...rest, previous: this.#head });
      this.#head = await sha256(new TextEncoder().encode(line).buffer);
      this.#lines.push(line);
      this.#told.push({ n, time, did, name: named, output: rest.output ?? undefined });
      for (const listener of this.#listeners) listener();
    });
  }

  #hashOf(file: Logged): Promise<string | null> {
    if (!(file instanceof Blob)) return file;
    const known = this.#hashes.get(file);
    if (known) return known;
    const hash = hashOf(file);
    this.#hashes.set(file, hash);
    return hash;
  }
}

async function hashOf(file: Blob): Promise<string | null> {
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    // It was moved or changed since it was chosen.
    return null;
  }
  try {
    return await sha256(bytes);
  } finally {
    release(bytes);
  }
}

/** One after another. */
async function all<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const work of works) results.push(await work());
  return results;
}
