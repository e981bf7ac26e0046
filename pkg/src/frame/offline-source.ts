/** What the seller's frame knows of the page on this device, and what the person asks the shell to do with it. */

import type { FrameLink } from '../airlock/frame.js';
import type { OfflineAsk, OfflineState, ToFrame } from '../airlock/messages.js';

export interface OfflineSource {
  /** Tells every change; the last is told again to whoever comes late. The answer ends it. */
  onState(listener: (state: OfflineState) => void): () => void;
  ask(ask: OfflineAsk): void;
}

export function offlineSource(shell: Promise<FrameLink>): OfflineSource {
  const listeners = new Set<(state: OfflineState) => void>();
  let last: OfflineState | undefined;
  void shell.then(({ port }) =>
    port.addEventListener('message', ({ data }: MessageEvent<ToFrame>) => {
      if (data.type !== 'offline') return;
      last = data.state;
      for (const listener of listeners) listener(last);
    }),
  );
  return {
    onState(listener) {
      listeners.add(listener);
      if (last) listener(last);
      return () => listeners.delete(listener);
    },
    ask: (ask) => void shell.then((link) => link.send({ type: 'offline', ask })),
  };
}
