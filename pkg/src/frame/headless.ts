/** The package's frame: the engine without a page, doing the jobs that the embedding page sends. */

import '../airlock/guard.js';
import { awaitShell } from '../airlock/frame.js';
import type { ToFrame } from '../airlock/messages.js';
import { createEngine } from '../engine/engine.js';
import { faultOf } from '../engine/faults.js';

async function main(): Promise<void> {
  const link = await awaitShell();
  const starting = createEngine(link.parts);
  // It is told below.
  starting.catch(() => undefined);

  // It comes before the first job that wants it.
  link.onBest((step) => {
    if (step.is === 'here') void starting.then((engine) => engine.addBest(step)).catch(() => undefined);
  });

  const running = new Map<number, AbortController>();
  link.port.addEventListener('message', ({ data }: MessageEvent<ToFrame>) => {
    if (data.type === 'cancel') running.get(data.id)?.abort();
    if (data.type === 'job') void work(data);
  });

  async function work({ id, photo, wanted, output, quality }: Extract<ToFrame, { type: 'job' }>): Promise<void> {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      // A photo may be here before the engine is, and is decoded while the model is on its way.
      const engine = await starting;
      const { file, notes } = await engine.file(photo, wanted, output, {
        quality,
        signal: abort.signal,
        onProgress: (progress) => link.send({ type: 'progress', id, progress }),
      });
      link.send({ type: 'done', id, file, notes }, [file.bytes]);
    } catch (error) {
      link.send({ type: 'undone', id, fault: faultOf(error) });
    } finally {
      running.delete(id);
    }
  }

  try {
    const engine = await starting;
    await engine.whole;
    engine.onDeviceChange((report) => link.send({ type: 'device', report }));
    link.send({ type: 'device', report: engine.device });
  } catch (error) {
    link.send({ type: 'failed', fault: faultOf(error) });
  }
}

void main();
