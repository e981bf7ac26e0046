/** The page's outer shell: it fetches code and models, opens the photo frame, and never sees a photo. */

import manifest from '#manifest';
import tryOnManifest from '#page-try-on-manifest';
import type { Manifest } from 'vitrine/airlock/manifest';
import { openAirlock } from 'vitrine/airlock/shell';
import { deliverTrust } from 'vitrine/airlock/trust-delivery';
import { deliverTryOn } from 'vitrine/airlock/try-on-delivery';
import type { DeviceChoice } from 'vitrine/engine/types';

const DEVICES: readonly DeviceChoice[] = ['auto', 'cpu', 'gpu'];

const asks = new URLSearchParams(location.search);

/** `?device=cpu` or `?device=gpu` forces one. */
function askedDevice(): DeviceChoice {
  const asked = asks.get('device');
  return DEVICES.find((device) => device === asked) ?? 'auto';
}

/** `?model=fast` keeps to the small model: the page then knows of no other, and fetches nothing more. */
function askedManifest(): Manifest {
  const { fast } = manifest.models;
  return asks.get('model') === 'fast' && fast ? { ...manifest, models: { fast } } : manifest;
}

async function main(): Promise<void> {
  const assetBase = new URL('assets/', document.baseURI).href;
  const airlock = await openAirlock({
    manifest: askedManifest(),
    assetBase,
    models: ['fast'],
    device: askedDevice(),
    parent: document.body,
    title: 'Vitrine',
    downloads: 'by the person',
    page: 'own',
  });
  // The frame says in its own page what could not be fetched; here there is nothing left to do.
  airlock.filled.catch(() => undefined);
  deliverTryOn({ manifest: tryOnManifest, assetBase, port: airlock.port });
  deliverTrust({
    manifest,
    assetBase,
    published: ['manifest.json', 'try-on-manifest.json'],
    port: airlock.port,
    parent: document.body,
  });
  // The keyboard starts inside, as if there were no frame.
  airlock.element.focus();
}

main().catch((error: unknown) => {
  const notice = document.createElement('p');
  notice.className = 'notice';
  notice.setAttribute('role', 'alert');
  notice.textContent = error instanceof Error ? error.message : String(error);
  document.body.append(notice);
});
