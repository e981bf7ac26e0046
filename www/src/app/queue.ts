/**
 * The photos on the page and the work on them. Plain TypeScript: it knows neither the DOM nor how a photo looks.
 *
 * A photo is an immutable record; every change puts a new record in its place and tells the listeners.
 * Photos are worked on in the order in which they came, as many at a time as the engine overlaps and no more, so that
 * what the person asks for in between (a download, a copy) comes next and not last. When none waits, fast cut-outs are
 * improved to the best quality, if that is wanted and its model is there: what is on the screen first. Improving gives
 * way to everything.
 */

import type { CutOutResult, Device, Doubt, Engine, Model, Progress, Quality, Retouched } from 'vitrine/engine/types';
import type { QualityChoice } from './best.js';

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
  /** How sure the matte is, 0 to 1; absent where that was not judged. */
  readonly confidence?: number;
  /** Where it is unsure; absent where that was not judged. */
  readonly doubt?: Doubt;
  readonly notes: readonly string[];
  readonly quality: Quality;
  readonly device: Device;
  readonly model: string;
  /** All networks that took part. */
  readonly models: readonly Model[];
  readonly seconds: number;
  /** Whether a person has corrected it: nothing automatic may replace it any more. */
  readonly corrected?: true;
  /** What a person has healed on it. */
  readonly retouched?: Retouched;
  /** Addresses of pictures for the screen, the same size: the photo, and the cut-out. */
  readonly before: string;
  readonly after: string;
}

export type State =
  | { readonly is: 'waiting' }
  | { readonly is: 'working'; readonly progress: Progress }
  | { readonly is: 'done'; readonly cutOut: CutOut; readonly better?: Better }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'cancelled' };

/** What became of the wish for a better cut-out, where there was one. */
export type Better =
  | { readonly is: 'working'; readonly progress: Progress }
  | { readonly is: 'failed'; readonly why: string };

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
  /** A fast cut-out has given way to one of the best quality. */
  | { readonly of: 'improved'; readonly photo: Photo }
  /** Nothing waits any more. */
  | { readonly of: 'idle' }
  /** Paused, or resumed. */
  | { readonly of: 'pace' };

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
  /** Done in the fast quality, and to be improved when the model is there and there is time. */
  improvable: number;
}

/** Photos taken out of the list, which can still come back. */
export interface Removed {
  readonly photos: readonly Photo[];
  restore(): void;
  /** Gives up their pictures for good. */
  release(): void;
}

/** What the queue asks of the engine. */
export type CuttingEngine = Pick<Engine, 'removeBackground' | 'photosAtOnce'>;

export interface QueueOptions {
  engine: Promise<CuttingEngine>;
  /** Turns the engine's bitmaps into addresses and closes them. */
  keep: (result: CutOutResult) => Promise<{ before: string; after: string }>;
  /** Frees what `keep` made. */
  discard: (pictures: { before: string; after: string }) => void;
  /** Frees one picture that may still be on the screen for a moment. */
  replace?: (address: string) => void;
  /** Milliseconds on any clock that only goes forward. */
  now?: () => number;
}

/** How many of the last photos the time left is judged by. */
const REMEMBERED = 5;
/** How many of the last photos the rate is judged by. */
const RATED = 20;
/** After so many failures in a row, the best quality is not tried on further photos. */
const GIVE_UP = 2;
/** From this part on an improvement is rather finished than thrown away. */
const NEARLY = 0.85;

export class PhotoQueue {
  readonly #options: QueueOptions;
  readonly #now: () => number;
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #aborts = new Map<number, AbortController>();
  readonly #durations: number[] = [];
  #photos: readonly Photo[] = [];
  #positions = new Map<number, number>();
  #nextId = 1;
  /** When the work on each photo began that is at work now. */
  readonly #startedAt = new Map<number, number>();
  #isPaused = false;
  /** When the last photos ended, in milliseconds of work: time in which nothing was at work does not count. */
  readonly #ends: number[] = [];
  #workTime = 0;
  /** Since when something has been at work. */
  #workingSince: number | undefined;
  /** Whether something waited since the queue was last idle. */
  #busy = false;
  #choice: QualityChoice = 'fast';
  #hasBest = false;
  /** Failures of the best quality in a row. */
  #failures = 0;
  /** Whoever wants the engine for something better than improving. */
  #pauses = 0;
  readonly #improving = new Map<number, AbortController>();
  #engine: CuttingEngine | undefined;
  readonly #near = new Set<number>();
  /** Photos that a person corrects at this moment. */
  readonly #correcting = new Set<number>();

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
    const tally: Tally = { total: 0, done: 0, ready: 0, failed: 0, cancelled: 0, waiting: 0, working: 0, unsaved: 0, improvable: 0 };
    for (const photo of this.#photos) {
      tally.total++;
      tally[photo.state.is]++;
      if (isReady(photo)) {
        tally.ready++;
        if (!photo.saved) tally.unsaved++;
      }
      if (this.#isImprovable(photo)) tally.improvable++;
    }
    return tally;
  }

  /** Seconds until the last photo is done, from those before it; undefined while none has been. */
  secondsLeft(): number | undefined {
    const { waiting, working } = this.tally();
    if (this.#durations.length === 0 || waiting + working === 0 || this.#isPaused) return undefined;
    const each = this.#durations.reduce((sum, duration) => sum + duration, 0) / this.#durations.length;
    const now = this.#now();
    const current = [...this.#startedAt.values()].reduce((sum, at) => sum + Math.max(each - (now - at), 0), 0);
    const abreast = Math.min(this.#engine?.photosAtOnce ?? 1, waiting + working);
    return (waiting * each + current) / abreast / 1_000;
  }

  /** Photos a minute over the last ones, whether they worked or not; undefined before two have ended. */
  photosAMinute(): number | undefined {
    const [first] = this.#ends;
    const last = this.#ends.at(-1);
    if (first === undefined || last === undefined || last <= first) return undefined;
    return ((this.#ends.length - 1) / (last - first)) * 60_000;
  }

  /** Whether no further photo begins. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /**
   * Lets what is at work come to its end and begins nothing more, not even an improvement, until `resume`, or until
   * nothing is left that waits or works: what comes then was not meant.
   */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#tell({ of: 'pace' });
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#tell({ of: 'pace' });
    void this.#pump();
  }

  #endPause(): void {
    if (!this.#photos.some(({ state }) => state.is === 'waiting' || state.is === 'working')) this.resume();
  }

  add(incoming: readonly Incoming[]): readonly Photo[] {
    const photos = incoming.map(
      ({ file, folder }): Photo => ({ id: this.#nextId++, file, folder, state: { is: 'waiting' }, saved: false }),
    );
    if (photos.length > 0) {
      this.#setList([...this.#photos, ...photos]);
      this.#giveWay();
      void this.#pump();
    }
    return photos;
  }

  /** Which quality photos get: from now on, and those that are done where a better one is wanted. */
  setQuality(choice: QualityChoice): void {
    this.#choice = choice;
    this.#failures = 0;
    if (choice === 'fast') for (const abort of this.#improving.values()) abort.abort();
    // What failed may be tried again by who asks for it in so many words.
    if (choice === 'best') {
      for (const photo of this.#photos) {
        const { state } = photo;
        if (state.is === 'done' && state.better?.is === 'failed') this.#set({ ...photo, state: { is: 'done', cutOut: state.cutOut } });
      }
    }
    void this.#pump();
  }

  /** The engine has the model of the best quality. */
  addBest(): void {
    this.#hasBest = true;
    void this.#pump();
  }

  /** Whether photos wait for nothing but the model of the best quality. */
  get waitsForBest(): boolean {
    return this.#choice === 'best' && !this.#hasBest;
  }

  /** Tells whether a photo is on the screen or about to be: such are improved first. */
  setNear(id: number, isNear: boolean): void {
    if (isNear) this.#near.add(id);
    else this.#near.delete(id);
  }

  /** Keeps the engine free for what the person waits for, until the answer is called. */
  pauseImproving(): () => void {
    this.#pauses++;
    this.#giveWay();
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#pauses--;
      void this.#pump();
    };
  }

  /**
   * Leaves a finished cut-out to the person who corrects it, and the engine's power too, until the answer is called.
   * An improvement of this photo that is under way is given up.
   */
  beginCorrection(id: number): () => void {
    this.#correcting.add(id);
    this.#improving.get(id)?.abort();
    const resume = this.pauseImproving();
    return () => {
      this.#correcting.delete(id);
      resume();
    };
  }

  /** Puts a corrected cut-out in the place of the one that it was made of; `after` is the address of its picture. */
  correct(id: number, { png, coverage, after, retouched }: { png: Blob; coverage: number; after: string; retouched: Retouched }): void {
    const photo = this.get(id);
    if (photo?.state.is !== 'done') return this.#options.discard({ before: '', after });
    const old = photo.state.cutOut;
    // Somebody has looked at it, so how sure the network was, and where, tells nothing any more.
    const { confidence: _, doubt: __, ...rest } = old;
    const [spots, pixels] = [retouched.spots + (old.retouched?.spots ?? 0), retouched.pixels + (old.retouched?.pixels ?? 0)];
    const cutOut: CutOut = { ...rest, png, coverage, after, corrected: true, ...(spots > 0 && { retouched: { spots, pixels } }) };
    this.#set({ ...photo, saved: false, state: { is: 'done', cutOut } });
    (this.#options.replace ?? ((after) => this.#options.discard({ before: '', after })))(old.after);
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

  /** Puts every photo that failed in line again; the answer is how many. */
  retryFailed(): number {
    const failed = this.#photos.filter(({ state }) => state.is === 'failed');
    for (const { id } of failed) this.retry(id);
    return failed.length;
  }

  /** Puts a photo that failed or was cancelled in line again. */
  retry(id: number): void {
    const photo = this.get(id);
    if (!photo || (photo.state.is !== 'failed' && photo.state.is !== 'cancelled')) return;
    this.#set({ ...photo, state: { is: 'waiting' } });
    this.#giveWay();
    void this.#pump();
  }

  /** Takes photos out of the list; without ids, all. One that is at work stops, and starts over if it comes back. */
  remove(ids?: readonly number[]): Removed {
    const going = new Set(ids ?? this.#photos.map(({ id }) => id));
    const before = this.#photos;
    const photos = before
      .filter(({ id }) => going.has(id))
      .map((photo): Photo => {
        const { state } = photo;
        if (state.is === 'working') return { ...photo, state: { is: 'waiting' } };
        if (state.is === 'done' && state.better?.is === 'working') return { ...photo, state: { is: 'done', cutOut: state.cutOut } };
        return photo;
      });
    this.#setList(before.filter(({ id }) => !going.has(id)));
    for (const id of going) this.#aborts.get(id)?.abort();
    this.#endPause();
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

  /** The cut-out has been downloaded or copied; one that was improved meanwhile has not. */
  markSaved(id: number, saved?: CutOut): void {
    const { state } = this.get(id) ?? {};
    if (saved && state?.is === 'done' && state.cutOut !== saved) return;
    this.#markSaved(id);
  }

  #markSaved(id: number): void {
    const photo = this.get(id);
    if (photo && !photo.saved) this.#set({ ...photo, saved: true });
  }

  /** Has as many photos worked on as the engine overlaps. */
  async #pump(): Promise<void> {
    if (this.#photos.some(({ state }) => state.is === 'waiting')) this.#busy = true;
    try {
      this.#engine ??= await this.#options.engine;
      this.#begin(this.#engine);
    } catch (error) {
      // There is no engine: every photo says why.
      const waiting = this.#photos.filter(({ state }) => state.is === 'waiting');
      for (const { id } of waiting) this.#settle(id, { is: 'failed', why: say(error) });
    }
    this.#tellIdle();
  }

  #begin(engine: CuttingEngine): void {
    // What was given up on is counted until the engine has let go of it.
    while (!this.#isPaused && this.#aborts.size < engine.photosAtOnce) {
      const next = this.#first();
      const improvable = next || this.#startedAt.size > 0 ? undefined : this.#nextToImprove();
      const work = next ? this.#work(engine, next) : improvable && this.#improve(engine, improvable);
      if (!work) break;
      void work.then(() => this.#pump());
    }
  }

  /** Once, whenever the last photo that waited is settled; improving is nobody's wait. */
  #tellIdle(): void {
    if (!this.#busy || this.#photos.some(({ state }) => state.is === 'waiting' || state.is === 'working')) return;
    this.#busy = false;
    this.#tell({ of: 'idle' });
  }

  #first(): Photo | undefined {
    if (this.waitsForBest) return undefined;
    // A photo that was cancelled and at once put in line again waits for its earlier job's end.
    return this.#photos.find(({ id, state }) => state.is === 'waiting' && !this.#aborts.has(id));
  }

  #isImprovable({ id, state }: Photo): boolean {
    return (
      this.#choice !== 'fast' &&
      this.#failures < GIVE_UP &&
      state.is === 'done' &&
      state.cutOut.quality === 'fast' &&
      !state.cutOut.corrected &&
      !this.#correcting.has(id) &&
      state.better?.is !== 'failed'
    );
  }

  /** Of what is on the screen the newest, then of the rest. */
  #nextToImprove(): Photo | undefined {
    if (!this.#hasBest || this.#pauses > 0) return undefined;
    const newest = this.#photos.filter((photo) => !this.#aborts.has(photo.id) && this.#isImprovable(photo)).reverse();
    return newest.find(({ id }) => this.#near.has(id)) ?? newest[0];
  }

  /** Ends improvements that are not nearly done: they begin again when there is time. */
  #giveWay(): void {
    for (const [id, abort] of this.#improving) {
      const { state } = this.get(id) ?? {};
      const better = state?.is === 'done' ? state.better : undefined;
      if (better?.is !== 'working' || better.progress.fraction < NEARLY) abort.abort();
    }
  }

  async #improve(engine: CuttingEngine, { id, file }: Photo): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    this.#aborts.set(id, abort);
    this.#improving.set(id, abort);
    const startedAt = this.#now();
    /** The cut-out of now with what becomes of it; nothing where the photo is gone. */
    const set = (better: Better | undefined) => {
      const photo = this.get(id);
      if (photo?.state.is !== 'done') return;
      const { cutOut } = photo.state;
      this.#set({ ...photo, state: { is: 'done', cutOut, ...(better && { better }) } });
    };
    const onProgress = (progress: Progress) => {
      if (!signal.aborted) set({ is: 'working', progress });
    };
    onProgress({ stage: 'decode', fraction: 0 });
    try {
      const result = await engine.removeBackground(file, { signal, onProgress, quality: 'best', ifBestFails: 'reject' });
      if (signal.aborted) {
        result.before.close();
        result.after.close();
        return set(undefined);
      }
      const cutOut = await this.#kept(result, startedAt);
      const photo = this.get(id);
      if (signal.aborted || photo?.state.is !== 'done') {
        this.#options.discard(cutOut);
        return set(undefined);
      }
      this.#failures = 0;
      const old = photo.state.cutOut;
      // The photo itself is the same: only the cut-out's picture changes on the screen.
      this.#set({ ...photo, saved: false, state: { is: 'done', cutOut: { ...cutOut, before: old.before } } });
      this.#options.discard({ before: cutOut.before, after: '' });
      (this.#options.replace ?? ((after) => this.#options.discard({ before: '', after })))(old.after);
      this.#tell({ of: 'improved', photo: this.get(id) as Photo });
    } catch (error) {
      if (signal.aborted) return set(undefined);
      this.#failures++;
      set({ is: 'failed', why: say(error) });
    } finally {
      this.#improving.delete(id);
      this.#aborts.delete(id);
    }
  }

  async #work(engine: CuttingEngine, { id, file }: Photo): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    this.#aborts.set(id, abort);
    const startedAt = this.#now();
    if (this.#startedAt.size === 0) this.#workingSince = startedAt;
    this.#startedAt.set(id, startedAt);
    // The first end is measured from here.
    if (this.#ends.length === 0) this.#ends.push(this.#worked());
    const onProgress = (progress: Progress) => {
      const photo = this.get(id);
      if (photo && !signal.aborted) this.#set({ ...photo, state: { is: 'working', progress } });
    };
    onProgress({ stage: 'decode', fraction: 0 });
    try {
      const quality = this.#choice === 'best' && this.#failures < GIVE_UP ? 'best' : 'fast';
      const result = await engine.removeBackground(file, { signal, onProgress, quality });
      if (signal.aborted) {
        result.before.close();
        result.after.close();
        return;
      }
      // Asked for the best and given the fast one, the device cannot: it is not asked over and over.
      if (quality === 'best') this.#failures = result.quality === 'best' ? 0 : this.#failures + 1;
      const cutOut = await this.#kept(result, startedAt);
      if (signal.aborted) {
        this.#options.discard(cutOut);
        return;
      }
      this.#durations.push(this.#now() - startedAt);
      if (this.#durations.length > REMEMBERED) this.#durations.shift();
      this.#rate();
      const failed: Better = { is: 'failed', why: '' };
      // Its notes say why it is not the best.
      this.#settle(id, { is: 'done', cutOut, ...(quality !== result.quality && { better: failed }) });
    } catch (error) {
      if (!signal.aborted) {
        this.#rate();
        this.#settle(id, { is: 'failed', why: say(error) });
      }
    } finally {
      if (this.#startedAt.size === 1) {
        this.#workTime = this.#worked();
        this.#workingSince = undefined;
      }
      this.#startedAt.delete(id);
      this.#aborts.delete(id);
    }
  }

  /** Milliseconds in which something was at work. */
  #worked(): number {
    return this.#workTime + (this.#workingSince === undefined ? 0 : this.#now() - this.#workingSince);
  }

  #rate(): void {
    this.#ends.push(this.#worked());
    if (this.#ends.length > RATED + 1) this.#ends.shift();
  }

  async #kept(result: CutOutResult, startedAt: number): Promise<CutOut> {
    const { png, width, height, coverage, confidence, doubt, notes, quality, device, model, models } = result;
    const seconds = (this.#now() - startedAt) / 1_000;
    const pictures = await this.#options.keep(result);
    const judged = { coverage, ...(confidence !== undefined && { confidence }), ...(doubt && { doubt }) };
    return { png, width, height, ...judged, notes, quality, device, model: model.name, models, seconds, ...pictures };
  }

  #settle(id: number, state: State): void {
    const photo = this.get(id);
    if (!photo) return;
    const settled = { ...photo, state };
    this.#set(settled);
    this.#tell({ of: 'settled', photo: settled });
    this.#endPause();
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
