/**
 * The page on a stand-in for the engine, behind the same guard as the product.
 *
 * The document's `data-loading` says how the engine comes: `hold` waits for `fake.release()`, `fail` never
 * comes; otherwise it takes a moment. Its `data-best` says what is known of the model of the best quality: `absent`
 * (the default), `offered`, `kept`, `frugal`. Tests steer it through `window.fake`.
 */

import 'vitrine/airlock/guard';
import { VitrineError, type Engine } from 'vitrine/engine/types';
import { mount } from '../app/main.js';
import type { Loading } from '../app/boot.js';
import { FakeBest } from './fake-best.js';
import { KINDS } from 'vitrine/try-on/types';
import { FakeEngine } from './fake-engine.js';
import { fakeTrust } from './fake-trust.js';
import { FakeTryOn } from './try-on/fake-engine.js';

const TOTAL = 1.9;
const how = document.documentElement.dataset['loading'];
const engine = new FakeEngine();
const best = new FakeBest(document.documentElement.dataset['best'] ?? 'absent', () => engine.addBest());
const listeners = new Set<(progress: Loading) => void>();
let release = () => {};
const ready = new Promise<Engine>((resolve, reject) => {
  release = () => resolve(engine);
  if (how === 'fail') {
    reject(
      new VitrineError('model', 'The model fast.onnx is not the one of this build (its SHA-256 differs): reload the page.'),
    );
  }
});
ready.catch(() => undefined);

async function load(): Promise<void> {
  for (let step = 0; step <= 10; step++) {
    const fraction = how === 'hold' ? 0.62 : step / 10;
    for (const listener of listeners) listener({ label: `${(fraction * TOTAL).toFixed(1)} of ${TOTAL} MB`, fraction });
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  if (how !== 'hold') release();
}

const tryOn = {
  fetch: async () => ({ kinds: KINDS, networks: [], open: async () => new FakeTryOn({ wasm: new ArrayBuffer(0), worker: '', networks: {} }) }),
};

Object.assign(globalThis, { fake: { engine, best, release } });
mount(document.body, { engine: ready, best, tryOn, trust: fakeTrust, loading: (listener) => void listeners.add(listener) });
void load();
