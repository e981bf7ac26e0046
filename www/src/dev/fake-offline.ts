/** A stand-in for the shell's keeping of the page: it is whatever one sets, and remembers what was asked. */

import type { OfflineAsk, OfflineState } from 'vitrine/airlock/messages';
import type { OfflineSource } from 'vitrine/frame/offline-source';

export class FakeOffline implements OfflineSource {
  readonly asked: OfflineAsk[] = [];
  state: OfflineState = {
    is: 'kept',
    page: { bytes: 5_230_000, is: 'kept' },
    studio: { bytes: 10_450_000, is: 'not kept' },
    best: { bytes: 15_020_000, is: 'not kept' },
    update: false,
  };
  readonly #listeners = new Set<(state: OfflineState) => void>();

  onState(listener: (state: OfflineState) => void) {
    this.#listeners.add(listener);
    listener(this.state);
    return () => this.#listeners.delete(listener);
  }

  ask(ask: OfflineAsk): void {
    this.asked.push(ask);
  }

  set(change: Partial<OfflineState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener(this.state);
  }
}
