/** The frame's questions to the shell, for whoever wants to check; and the attacks, in a frame that is for them. */

import { asked } from '../airlock/asked.js';
import type { FrameLink } from '../airlock/frame.js';
import { attempt, CHANNELS } from '../airlock/battery/battery.js';
import type { Asked, LoadedFile, ToFrame, TrialStep } from '../airlock/messages.js';

export interface TrustSource {
  /** What the page around has asked for since it was opened, and the frame itself. */
  asked(): Promise<readonly Asked[]>;
  /** What runs here, as it came and as it is published; empty where that could not be fetched. */
  files(): Promise<readonly LoadedFile[]>;
  /** Has every channel tried in frames beside this one; aims at the page's own server where no address is given. */
  trial(origin: string | undefined, onStep: (step: TrialStep) => void): void;
}

export function trustSource(shell: Promise<FrameLink>): TrustSource {
  void shell.then(async (link) => {
    const { ids = [], target } = link.trial ?? {};
    for (const channel of ids) if (target) link.send({ type: 'tried', channel, outcome: await attempt(channel, target) });
  });
  const answer = async <T extends ToFrame['type']>(wanted: 'want asked' | 'want files', type: T) => {
    const link = await shell;
    return new Promise<Extract<ToFrame, { type: T }>>((resolve) => {
      const listen = ({ data }: MessageEvent<ToFrame>) => {
        if (data.type !== type) return;
        link.port.removeEventListener('message', listen);
        resolve(data as Extract<ToFrame, { type: T }>);
      };
      link.port.addEventListener('message', listen);
      link.send({ type: wanted });
    });
  };
  return {
    asked: async () => [...(await answer('want asked', 'asked')).requests, ...asked()],
    files: async () => (await answer('want files', 'files')).files,
    trial(origin, onStep) {
      void shell.then((link) => {
        const listen = ({ data }: MessageEvent<ToFrame>) => {
          if (data.type !== 'trial') return;
          if (data.step.is === 'done' || data.step.is === 'failed') link.port.removeEventListener('message', listen);
          onStep(data.step);
        };
        link.port.addEventListener('message', listen);
        const ids = (takesAway: boolean) => CHANNELS.filter((one) => (one.takesAway ?? false) === takesAway).map(({ id }) => id);
        link.send({ type: 'want trial', origin, staying: ids(false), alone: ids(true) });
      });
    },
  };
}
