/**
 * The model of the best quality, as the page sees it: whether there is one, how far it is, what went wrong.
 *
 * Plain TypeScript: it knows neither the DOM nor where the bytes come from. Whoever shows it subscribes.
 */

import type { BestSource } from 'vitrine/frame/session';

/** Which quality the person chose; automatic shows the fast one at once and the best when it is there. */
export type QualityChoice = 'automatic' | 'fast' | 'best';

export type BestState =
  /** Not known yet. */
  | { readonly is: 'unknown' }
  /** This page is served without it. */
  | { readonly is: 'absent' }
  /** Can be fetched; `kept` where it only has to be read from this device. */
  | { readonly is: 'offered'; readonly kept: boolean }
  | { readonly is: 'coming'; readonly kept: boolean }
  /** The person stopped it; what has come is kept. */
  | { readonly is: 'stopped' }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'here'; readonly kept: boolean };

export class BestModel {
  readonly #source: BestSource;
  readonly #listeners = new Set<() => void>();
  #state: BestState = { is: 'unknown' };
  #abort: AbortController | undefined;
  /** Bytes here and in all. */
  #received = 0;
  #total = 0;
  #frugal = false;
  readonly #known: Promise<void>;

  constructor(source: BestSource) {
    this.#source = source;
    this.#known = source.offer().then(
      (offer) => {
        if (!offer) return this.#set({ is: 'absent' });
        this.#total = offer.bytes;
        this.#received = offer.begun;
        this.#frugal = offer.frugal;
        this.#set({ is: 'offered', kept: offer.kept });
      },
      () => this.#set({ is: 'absent' }),
    );
  }

  get state(): BestState {
    return this.#state;
  }

  /** Bytes that are here, and in all. */
  get progress(): { received: number; total: number } {
    return { received: this.#received, total: this.#total };
  }

  /** Whether it must not be fetched before the person says so: the browser was told to save data. */
  get asksFirst(): boolean {
    return this.#frugal && this.#state.is === 'offered' && !this.#state.kept;
  }

  /** The answer ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fetches what nobody has to be asked about; what the person stopped stays stopped. */
  async startUnasked(): Promise<void> {
    await this.#known;
    if (this.#state.is === 'offered' && !this.asksFirst) this.start();
  }

  /** Fetches it because the person wants it. */
  start(): void {
    const { is } = this.#state;
    if (is !== 'offered' && is !== 'stopped' && is !== 'failed') return;
    const abort = new AbortController();
    this.#abort = abort;
    const { signal } = abort;
    const onProgress = (received: number, total: number) => {
      if (signal.aborted) return;
      this.#received = received;
      this.#total = total;
      this.#tell();
    };
    this.#set({ is: 'coming', kept: this.#state.is === 'offered' && this.#state.kept });
    this.#source.fetch({ signal, onProgress }).then(
      ({ kept }) => this.#set({ is: 'here', kept }),
      (error: unknown) => {
        if (!signal.aborted) this.#set({ is: 'failed', why: error instanceof Error ? error.message : String(error) });
      },
    );
  }

  stop(): void {
    if (this.#state.is !== 'coming') return;
    this.#abort?.abort();
    this.#set({ is: 'stopped' });
  }

  /** Lets it be until somebody wants it again: nobody stopped it, only there is nothing to improve. */
  pause(): void {
    const state = this.#state;
    if (state.is !== 'coming') return;
    this.#abort?.abort();
    this.#set({ is: 'offered', kept: state.kept });
  }

  #set(state: BestState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
