/** Stands in for the shell where somebody checks: every way is shut, at once. */

import { CHANNELS } from 'vitrine/airlock/battery/battery';
import type { TrustSource } from 'vitrine/frame/trust-source';

export const fakeTrust: TrustSource = {
  asked: async () => [{ name: 'shell.js', at: 0 }],
  files: async () => [{ name: 'shell.js', bytes: 9_000, computed: '0'.repeat(64), published: '0'.repeat(64) }],
  trial(_origin, onStep) {
    onStep({ is: 'control', seen: true });
    for (const { id } of CHANNELS) onStep({ is: 'tried', channel: id, outcome: { is: 'refused', why: 'This is no browser.' } });
    onStep({ is: 'done' });
  },
};
