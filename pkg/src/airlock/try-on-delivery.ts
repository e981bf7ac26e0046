/** Brings what the model studio runs on into the seller's frame: once, when the seller opens it. */

import { VitrineError } from '../engine/types.js';
import { checkWanted, fetchParts } from './assets.js';
import { MOST_STARTS } from './delivery.js';
import type { PartsManifest } from './manifest.js';
import type { FromFrame, ToFrame, TryOnStep } from './messages.js';
import { toFault } from './shell.js';

export interface TryOnDeliveryOptions {
  manifest: PartsManifest;
  /** Address of the assets' folder, ending in a slash. */
  assetBase: string;
  port: MessagePort;
}

/** Listens for the frame's wish; what has once come is not fetched again. */
export function deliverTryOn({ manifest, assetBase, port }: TryOnDeliveryOptions): void {
  const send = (step: TryOnStep) => port.postMessage({ type: 'try-on', step } satisfies ToFrame);
  let starts = 0;
  let isUnderWay = false;

  const deliver = async () => {
    isUnderWay = true;
    try {
      if (++starts > MOST_STARTS) {
        throw new VitrineError('caller', `The download was begun ${MOST_STARTS} times: reload the page to begin it again.`);
      }
      const onProgress = (received: number, total: number) => send({ is: 'coming', received, total });
      const wanted = { manifest, assetBase, models: Object.keys(manifest.models), onProgress };
      checkWanted(wanted);
      const parts = fetchParts(wanted);
      const [worker, wasm, models] = await Promise.all([parts.worker, parts.wasm, Promise.all(parts.models)]);
      send({ is: 'here', worker, wasm, models });
    } catch (error) {
      isUnderWay = false;
      send({ is: 'refused', fault: toFault(error) });
    }
  };

  port.addEventListener('message', ({ data }: MessageEvent<FromFrame>) => {
    if (data.type === 'want try-on' && !isUnderWay) void deliver();
  });
}
