/** What a page inside the photo frame works with: the engine, and what happens until it is up. */

import { awaitShell } from '../airlock/frame.js';
import type { BestOffer } from '../airlock/messages.js';
import { createEngine } from '../engine/engine.js';
import { cancelled, toVitrineError } from '../engine/faults.js';
import { VitrineError, type Engine } from '../engine/types.js';
import type { OpenTryOn } from '../try-on/types.js';
import { trustSource, type TrustSource } from './trust-source.js';
import { tryOnSource, type TryOnSource } from './try-on-source.js';

export interface Session {
  /** Resolves when code and model are there and a device is chosen; rejects with a VitrineError. */
  readonly engine: Promise<Engine>;
  /** Bytes fetched so far and in all, while the engine is on its way; the answer ends it. */
  onLoading(listener: (received: number, total: number) => void): () => void;
  /** The model of the best quality. */
  readonly best: BestSource;
  /** The engine that puts products on people. */
  readonly tryOn: TryOnSource;
  /** What there is to check. */
  readonly trust: TrustSource;
}

/** Where the model of the best quality comes from. */
export interface BestSource {
  /** What there is to fetch; nothing where this page is served without it. */
  offer(): Promise<BestOffer | undefined>;
  /**
   * Fetches it and gives it to the engine; `kept` says whether the next visit finds it stored. An abort keeps what
   * has come for another time; rejects with a VitrineError.
   */
  fetch(options: { signal: AbortSignal; onProgress: (received: number, total: number) => void }): Promise<{ kept: boolean }>;
}

/**
 * Starts the frame's side. Call it once, while the script runs for the first time. `openTryOn` is that of
 * try-on/engine.ts.
 */
export function openSession(openTryOn: OpenTryOn): Session {
  const shell = awaitShell();
  const engine = shell.then(async (link) => {
    try {
      const engine = await createEngine(link.parts);
      await engine.whole;
      engine.onDeviceChange((report) => link.send({ type: 'device', report }));
      link.send({ type: 'device', report: engine.device });
      return engine;
    } catch (error) {
      const { kind, message } = toVitrineError(error);
      link.send({ type: 'failed', fault: { kind, message } });
      throw error;
    }
  });
  // The page may listen later.
  engine.catch(() => undefined);
  const best: BestSource = {
    offer: () => shell.then((link) => link.bestOffer),
    async fetch({ signal, onProgress }) {
      const [link, up] = await Promise.all([shell, engine]);
      if (signal.aborted) throw cancelled();
      return new Promise((resolve, reject) => {
        let end = () => {};
        const leave = () => {
          end();
          link.send({ type: 'leave best' });
          reject(cancelled());
        };
        signal.addEventListener('abort', leave, { once: true });
        let asked = false;
        const unlisten = link.onBest((step) => {
          // The last step of an earlier try is told again at once.
          if (!asked) return;
          if (step.is === 'coming') return onProgress(step.received, step.total);
          end();
          if (step.is === 'refused') return reject(new VitrineError(step.fault.kind, step.fault.message));
          up.addBest(step);
          resolve({ kept: step.kept });
        });
        end = () => {
          unlisten();
          signal.removeEventListener('abort', leave);
        };
        asked = true;
        link.send({ type: 'want best' });
      });
    },
  };
  return {
    engine,
    best,
    tryOn: tryOnSource(shell, openTryOn),
    trust: trustSource(shell),
    onLoading(listener) {
      let end = () => {};
      let ended = false;
      void shell.then((link) => {
        if (!ended) end = link.onLoading(listener);
      });
      return () => {
        ended = true;
        end();
      };
    },
  };
}
