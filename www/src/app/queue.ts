/**
 * The photos on the page and the work on them. Plain TypeScript: it knows neither the DOM nor how a photo looks.
 *
 * A photo is an immutable record; every change puts a new record in its place and tells the listeners.
 * Photos are worked on one at a time, in the order in which they came, so that what the person asks for in
 * between (a download, a copy) comes next and not last.
 */

import type { CutOutResult, Device, Engine, Progress } from 'vitrine/engine/types';

export type Background = 'transparent' | `#${string}`;

/** A photo as it was handed in. */
export interface Incoming {
  file: File;
  /** Folder it was dropped with, such as `shoes/red`; empty where it came alone. */
  folder: string;
}

/** What the page keeps of a finished cut-out. */
export interface CutOut {
  /** Full size, PNG, 8-bit RGBA. */
  readonly png: Blob;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Share of the picture that is subject; 0 means that none was found. */
  readonly coverage: number;
  readonly notes: readonly string[];
  readonly device: Device;
  readonly model: string;
  readonly seconds: number;
  /** Addresses of pictures for the screen, the same size: the photo, and the cut-out. */
  readonly before: string;
  readonly after: string;
}

export type State =
  | { readonly is: 'waiting' }
  | { readonly is: 'working'; readonly progress: Progress }
  | { readonly is: 'done'; readonly cutOut: CutOut }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'cancelled' };

export interface Photo {
  readonly id: number;
  readonly file: File;
  readonly folder: string;
  readonly state: State;
  /** Its own background; absent where it follows the one for all. */
  readonly background?: Background;
  /** Whether the cut-out has been downloaded or copied. */
  readonly saved: boolean;
}

/** What happened. `settled` follows the `photo` change that ended a photo's work. */
export type Change =
  | { readonly of: 'list' }
  | { readonly of: 'photo'; readonly photo: Photo }
  | { readonly of: 'settled'; readonly photo: Photo }
  | { readonly of: 'idle' };

export interface Tally {
  total: number;
  done: number;
  /** Done, with a subject: what can be downloaded. */
  ready: number;
  failed: number;
  cancelled: number;
  waiting: number;
  working: number;
  /** Ready and never downloaded or copied. */
  unsaved: number;
}

/** Photos taken out of the list, which can still come back. */
export interface Removed {
  readonly photos: readonly Photo[];
  restore(): void;
  /** Gives up their pictures for good. */
  release(): void;
}

export interface QueueOptions {
  engine: Promise<Engine>;
  /** Turns the engine's bitmaps into addresses and closes them. */
  keep: (result: CutOutResult) => Promise<{ before: string; after: string }>;
  /** Frees what `keep` made. */
  discard: (cutOut: CutOut) => void;
  /** Milliseconds on any clock that only goes forward. */
  now?: () => number;
}

/** How many of the last photos the time left is judged by. */
const REMEMBERED = 5;

export class PhotoQueue {
  readonly #options: QueueOptions;
  readonly #now: () => number;
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #aborts = new Map<number, AbortController>();
  readonly #durations: number[] = [];
  #photos: readonly Photo[] = [];
  #positions = new Map<number, number>();
  #nextId = 1;
  #pumping = false;
  #startedAt = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get photos(): readonly Photo[] {
    return this.#photos;
  }

  get(id: number): Photo | undefined {
    const position = this.#positions.get(id);
    return position === undefined ? undefined : this.#photos[position];
  }

  /** The answer ends it. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tally(): Tally {
    const tally: Tally = { total: 0, done: 0, ready: 0, failed: 0, cancelled: 0, waiting: 0, working: 0, unsaved: 0 };
    for (const photo of this.#photos) {
      tally.total++;
      tally[photo.state.is]++;
      if (isReady(photo)) {
        tally.ready++;
        if (!photo.saved) tally.unsaved++;
      }
    }
    return tally;
  }

  /** Seconds until the last photo is done, from those before it; undefined while none has been. */
  secondsLeft(): number | undefined {
    const { waiting, working } = this.tally();
    if (this.#durations.length === 0 || waiting + working === 0) return undefined;
    const each = this.#durations.reduce((sum, duration) => sum + duration, 0) / this.#durations.length;
    const current = working > 0 ? Math.max(each - (this.#now() - this.#startedAt), 0) : 0;
    return (waiting * each + current) / 1_000;
  }

  add(incoming: readonly Incoming[]): readonly Photo[] {
    const photos = incoming.map(
      ({ file, folder }): Photo => ({ id: this.#nextId++, file, folder, state: { is: 'waiting' }, saved: false }),
    );
    if (photos.length > 0) {
      this.#setList([...this.#photos, ...photos]);
      void this.#pump();
    }
    return photos;
  }

  /** Ends the work on a photo, or its wait. The card answers at once; the engine within its own time. */
  cancel(id: number): void {
    const photo = this.get(id);
    if (!photo || (photo.state.is !== 'waiting' && photo.state.is !== 'working')) return;
    this.#settle(id, { is: 'cancelled' });
    this.#aborts.get(id)?.abort();
  }

  cancelAll(): void {
    // Backwards, so that ending the one at work does not start one that is about to end as well.
    for (const photo of [...this.#photos].reverse()) this.cancel(photo.id);
  }

  /** Puts a photo that failed or was cancelled in line again. */
  retry(id: number): void {
    const photo = this.get(id);
    if (!photo || (photo.state.is !== 'failed' && photo.state.is !== 'cancelled')) return;
    this.#set({ ...photo, state: { is: 'waiting' } });
    void this.#pump();
  }

  /** Takes photos out of the list; without ids, all. One that is at work stops, and starts over if it comes back. */
  remove(ids?: readonly number[]): Removed {
    const going = new Set(ids ?? this.#photos.map(({ id }) => id));
    const before = this.#photos;
    const photos = before
      .filter(({ id }) => going.has(id))
      .map((photo): Photo => (photo.state.is === 'working' ? { ...photo, state: { is: 'waiting' } } : photo));
    this.#setList(before.filter(({ id }) => !going.has(id)));
    for (const id of going) this.#aborts.get(id)?.abort();
    let open = true;
    return {
      photos,
      restore: () => {
        if (!open) return;
        open = false;
        // Each goes back to where it stood; ids grow in the order of the list.
        this.#setList([...this.#photos, ...photos].sort((one, other) => one.id - other.id));
        void this.#pump();
      },
      release: () => {
        if (!open) return;
        open = false;
        for (const { state } of photos) if (state.is === 'done') this.#options.discard(state.cutOut);
      },
    };
  }

  /** Without a background, the photo follows the one for all. */
  setBackground(id: number, background: Background | undefined): void {
    const photo = this.get(id);
    if (!photo) return;
    const { background: _, ...rest } = photo;
    this.#set(background === undefined ? rest : { ...rest, background });
  }

  markSaved(id: number): void {
    const photo = this.get(id);
    if (photo && !photo.saved) this.#set({ ...photo, saved: true });
  }

  /** Works until nothing waits. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      const engine = await this.#options.engine;
      for (let next = this.#first(); next; next = this.#first()) await this.#work(engine, next);
    } catch (error) {
      // There is no engine: every photo says why.
      for (let next = this.#first(); next; next = this.#first()) this.#settle(next.id, { is: 'failed', why: say(error) });
    } finally {
      this.#pumping = false;
    }
    this.#tell({ of: 'idle' });
  }

  #first(): Photo | undefined {
    return this.#photos.find(({ state }) => state.is === 'waiting');
  }

  async #work(engine: Engine, { id, file }: Photo): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    this.#aborts.set(id, abort);
    this.#startedAt = this.#now();
    const onProgress = (progress: Progress) => {
      const photo = this.get(id);
      if (photo && !signal.aborted) this.#set({ ...photo, state: { is: 'working', progress } });
    };
    onProgress({ stage: 'decode', fraction: 0 });
    try {
      const result = await engine.removeBackground(file, { signal, onProgress });
      if (signal.aborted) {
        result.before.close();
        result.after.close();
        return;
      }
      const cutOut = await this.#kept(result);
      if (signal.aborted) {
        this.#options.discard(cutOut);
        return;
      }
      this.#durations.push(this.#now() - this.#startedAt);
      if (this.#durations.length > REMEMBERED) this.#durations.shift();
      this.#settle(id, { is: 'done', cutOut });
    } catch (error) {
      if (!signal.aborted) this.#settle(id, { is: 'failed', why: say(error) });
    } finally {
      // A photo that was cancelled and at once put in line again has no new controller before this one ends.
      this.#aborts.delete(id);
    }
  }

  async #kept(result: CutOutResult): Promise<CutOut> {
    const { png, width, height, coverage, notes, device, model } = result;
    const seconds = (this.#now() - this.#startedAt) / 1_000;
    const pictures = await this.#options.keep(result);
    return { png, width, height, coverage, notes, device, model: model.name, seconds, ...pictures };
  }

  #settle(id: number, state: State): void {
    const photo = this.get(id);
    if (!photo) return;
    const settled = { ...photo, state };
    this.#set(settled);
    this.#tell({ of: 'settled', photo: settled });
  }

  #set(photo: Photo): void {
    const position = this.#positions.get(photo.id);
    if (position === undefined) return;
    const photos = [...this.#photos];
    photos[position] = photo;
    this.#photos = photos;
    this.#tell({ of: 'photo', photo });
  }

  #setList(photos: readonly Photo[]): void {
    this.#photos = photos;
    this.#positions = new Map(photos.map(({ id }, position) => [id, position]));
    this.#tell({ of: 'list' });
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Whether there is a cut-out to download. */
export function isReady(photo: Photo): photo is Photo & { state: { is: 'done' } } {
  return photo.state.is === 'done' && photo.state.cutOut.coverage > 0;
}

function say(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
