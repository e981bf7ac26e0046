/** What a page inside the photo frame works with: the engine, and what happens until it is up. */

import { awaitShell } from '../airlock/frame.js';
import { createEngine } from '../engine/engine.js';
import { toVitrineError } from '../engine/faults.js';
import type { Engine } from '../engine/types.js';

export interface Session {
  /** Resolves when code and model are there and a device is chosen; rejects with a VitrineError. */
  readonly engine: Promise<Engine>;
  /** Bytes fetched so far and in all, while the engine is on its way; the answer ends it. */
  onLoading(listener: (received: number, total: number) => void): () => void;
}

/** Starts the frame's side. Call it once, while the script runs for the first time. */
export function openSession(): Session {
  const shell = awaitShell();
  const engine = shell.then(async (link) => {
    try {
      const engine = await createEngine(await link.parts);
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
  return {
    engine,
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
