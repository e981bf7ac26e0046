/** A stand-in for the model of the best quality: it comes in steps, as fast or as slowly as one asks for. */

import type { BestSource } from 'vitrine/frame/session';
import { VitrineError } from 'vitrine/engine/types';

const TOTAL = 24_600_000;
const STEPS = 20;

export class FakeBest implements BestSource {
  /** Milliseconds a download takes from its beginning. */
  delay = 400;
  /** Stops it in the middle while set. */
  hold = false;
  /** Makes the next one fail. */
  fail = false;
  /** Whether it can be stored. */
  kept = true;
  #received = 0;
  readonly #kind: string;
  readonly #deliver: () => void;

  constructor(kind: string, deliver: () => void) {
    this.#kind = kind;
    this.#deliver = deliver;
  }

  async offer() {
    if (this.#kind === 'absent') return undefined;
    return { bytes: TOTAL, begun: 0, kept: this.#kind === 'kept', frugal: this.#kind === 'frugal' };
  }

  async fetch({ signal, onProgress }: Parameters<BestSource['fetch']>[0]): Promise<{ kept: boolean }> {
    while (this.#received < TOTAL) {
      await new Promise((resolve) => setTimeout(resolve, this.delay / STEPS));
      if (signal.aborted) throw new VitrineError('cancelled', 'Loading was cancelled.');
      if (this.fail) {
        this.fail = false;
        throw new VitrineError('device', 'best.onnx.gz broke off again and again: check the connection and try again.');
      }
      if (this.hold && this.#received >= TOTAL / 2) continue;
      this.#received += TOTAL / STEPS;
      onProgress(this.#received, TOTAL);
    }
    this.#deliver();
    return { kept: this.kept };
  }
}
