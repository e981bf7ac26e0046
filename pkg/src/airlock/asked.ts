import type { Asked } from './messages.js';

/** What the browser recorded of this document's requests; addresses that begin with `base` are told without it. */
export const asked = (base = ''): Asked[] =>
  performance
    .getEntriesByType('resource')
    .filter(({ name }) => !/^(?:blob|data):/.test(name))
    .map(({ name, startTime }) => ({
      name: name.startsWith(base) ? name.slice(base.length) : name,
      at: performance.timeOrigin + startTime,
    }));
