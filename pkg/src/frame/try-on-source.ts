/** The try-on's engine in the seller's frame: its parts come when they are first asked for. */

import type { FrameLink } from '../airlock/frame.js';
import type { ToFrame, TryOnStep } from '../airlock/messages.js';
import { VitrineError, type Model } from '../engine/types.js';
import { KINDS, NETWORKS, type Kind, type OpenTryOn, type TryOnEngine } from '../try-on/types.js';

/** The engine's parts, in this frame. */
export interface TryOnKit {
  /** What can be worn: whose networks have come. */
  readonly kinds: readonly Kind[];
  /** The networks that look at photos with it. */
  readonly networks: readonly Model[];
  /** Opens an engine; whoever opens it closes it. Rejects with a VitrineError. */
  open(): Promise<TryOnEngine>;
}

export interface TryOnSource {
  /** Has the parts fetched, once. Rejects with a VitrineError; the next call tries again. `received` is in bytes. */
  fetch(onProgress: (received: number, total: number) => void): Promise<TryOnKit>;
}

/** `open` is `openTryOn` of try-on/engine.ts. */
export function tryOnSource(shell: Promise<FrameLink>, open: OpenTryOn): TryOnSource {
  const listeners = new Set<(received: number, total: number) => void>();
  let kit: Promise<TryOnKit> | undefined;

  const fetchKit = async (): Promise<TryOnKit> => {
    const link = await shell;
    return new Promise((resolve, reject) => {
      const hear = ({ data }: MessageEvent<ToFrame>) => {
        if (data.type !== 'try-on') return;
        const { step } = data;
        if (step.is === 'coming') {
          for (const listener of listeners) listener(step.received, step.total);
          return;
        }
        link.port.removeEventListener('message', hear);
        if (step.is === 'here') resolve(kitOf(step, open));
        else reject(new VitrineError(step.fault.kind, step.fault.message));
      };
      link.port.addEventListener('message', hear);
      link.send({ type: 'want try-on' });
    });
  };

  return {
    async fetch(onProgress) {
      listeners.add(onProgress);
      kit ??= fetchKit();
      try {
        return await kit;
      } catch (error) {
        kit = undefined;
        throw error;
      } finally {
        listeners.delete(onProgress);
      }
    },
  };
}

function kitOf({ worker, wasm, models }: Extract<TryOnStep, { is: 'here' }>, open: OpenTryOn): TryOnKit {
  const names = new Set(models.map(({ name }) => name));
  return {
    kinds: KINDS.filter((kind) => NETWORKS[kind].every((network) => names.has(network))),
    networks: models.map(({ name, sha256 }) => ({ name, sha256 })),
    async open() {
      // The worker takes what it is given; the next one needs them too.
      const files = models.map(async ({ name, file }) => [name, await file.arrayBuffer()] as const);
      return open({ worker, wasm, networks: Object.fromEntries(await Promise.all(files)) });
    },
  };
}
