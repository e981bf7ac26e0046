/** The page's outer shell: it fetches code and models, opens the photo frame, and never sees a photo. */

import whole from '#manifest';
import tryOnManifest from '#page-try-on-manifest';
import type { Manifest } from 'vitrine/airlock/manifest';
import { openAirlock } from 'vitrine/airlock/shell';
import { deliverTrust } from 'vitrine/airlock/trust-delivery';
import { deliverTryOn } from 'vitrine/airlock/try-on-delivery';
import type { DeviceChoice } from 'vitrine/engine/types';
import { holdBuild, Keeper } from './offline/keeper.js';

const DEVICES: readonly DeviceChoice[] = ['auto', 'cpu', 'gpu'];

const asks = new URLSearchParams(location.search);

/** `?device=cpu` or `?device=gpu` forces one. */
function askedDevice(): DeviceChoice {
  const asked = asks.get('device');
  return DEVICES.find((device) => device === asked) ?? 'auto';
}

/** `?model=fast` keeps to the small model: the page then knows of no other, and fetches nothing more. */
function askedManifest(): Manifest {
  const { fast } = whole.models;
  return asks.get('model') === 'fast' && fast ? { ...whole, models: { fast } } : whole;
}

async function main(): Promise<void> {
  holdBuild();
  const assetBase = new URL('assets/', document.baseURI).href;
  const manifest = askedManifest();
  const airlock = await openAirlock({
    manifest,
    assetBase,
    models: ['fast'],
    device: askedDevice(),
    parent: document.body,
    title: 'Vitrine',
    downloads: 'by the person',
    page: 'own',
  });
  deliverTryOn({ manifest: tryOnManifest, assetBase, port: airlock.port });
  deliverTrust({
    manifest,
    assetBase,
    // All that is served; what travels packed is known to the manifests by its own digest.
    published: ['../files.json', 'manifest.json', 'try-on-manifest.json'],
    port: airlock.port,
    parent: document.body,
  });
  const keeper = new Keeper({ manifest, assetBase, port: airlock.port });
  // The frame says in its own page what could not be fetched; here there is nothing left to do.
  airlock.filled.then(() => keeper.start()).catch(() => undefined);
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
