/** Vitrine's page: a merchant's own, with the package by its address. */

import { contest, photo, settings, timed } from './contest.js';

const work = settings.get('work');
const device = settings.get('device') === 'gpu' ? 'gpu' : 'cpu';
const model = settings.get('model') ?? 'fast';

/** Kept from the bundler: the package lies on the server, as it would on a merchant's. */
const address = '/vitrine/index.js';
const vitrine = import(/* @vite-ignore */ address) as Promise<typeof import('vitrine')>;

/** The network's own input size, in pixels. */
const SIDE = 320;

/**
 * The stage `network` as a user of the package hears of it: the photo brought to the network's size, the
 * network, and the way of the messages between. The photo has the network's size already.
 */
async function network() {
  const { removeBackground } = await vitrine;
  const bitmap = await createImageBitmap(await photo, { resizeWidth: SIDE, resizeHeight: SIDE });
  let [from, to] = [0, 0];
  await removeBackground(bitmap, {
    device,
    progress({ stage }) {
      if (stage === 'network') from ||= performance.now();
      if (stage === 'refine') to ||= performance.now();
    },
  });
  return { milliseconds: to - from, covered: Number.NaN };
}

contest(
  work === 'network'
    ? network
    : () => timed(async (file) => (await vitrine).removeBackground(file, { device, model })),
);
