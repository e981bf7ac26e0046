/**
 * Keeps the seller's page for visits without a network.
 *
 * It answers GET requests for this build's own files, each by its name, and nothing else: whatever it does not know by
 * name goes to the network as if it were not here, and is not kept. What it keeps it has compared with the digests that
 * it was built with. No photo comes near it: photos are in a frame with an opaque origin, which no service worker
 * controls, and which sends no requests.
 *
 * A new build's worker waits until the shell says that no tab of an older one is open (see keeper.ts), for activation
 * is when the older files go.
 */

import pageFiles from '#page-files';
import { sha256 } from 'vitrine/airlock/sha256';
import type { Asset } from 'vitrine/airlock/manifest';
import { setCacheNameDetails } from 'workbox-core';
import { addRoute, matchPrecache, precache } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';
import { bytesOf, cacheNames, FRAME_FILES, STUDIO_FILES, type Kept, type ToWorker } from './keeping.js';

/** How long the server may take to send the page, in milliseconds: then comes the one that is kept. */
const PATIENCE = 4_000;
const PAGE = 'index.html';

/** What is used here of a service worker's scope; the project's types are those of pages. */
interface Scope extends EventTarget {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
}
/** An event of a worker, which lives until the work is done. */
interface Lasting extends MessageEvent<ToWorker> {
  waitUntil(work: Promise<unknown>): void;
}

const worker = self as unknown as Scope;
const { scope } = worker.registration;
const names = cacheNames(scope);
const address = (file: string) => new URL(file, scope).href;
const inAssets = ({ file }: Asset) => address(`assets/${file}`);

/** A digest as a page's `integrity` has it. */
function integrity(hex: string): string {
  const bytes = hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}

/** Names with a digest come out of the browser's own cache, where the page's first visit has left them. */
const entry = (url: string, { sha256 }: Asset, revision: string | null = null) => ({ url, revision, integrity: integrity(sha256) });

setCacheNameDetails({ prefix: '', precache: names.page, suffix: '' });
precache([
  ...pageFiles.map((asset) => entry(address(asset.file), asset, asset.file === PAGE ? asset.sha256 : null)),
  ...FRAME_FILES.map((asset) => entry(inAssets(asset), asset)),
]);

// The page itself: whoever has a network gets what the server has now.
const pageAddresses = new Set([address(''), address(PAGE)].map((page) => new URL(page).pathname));
registerRoute(
  ({ request, url, sameOrigin }) => sameOrigin && request.mode === 'navigate' && pageAddresses.has(url.pathname),
  async ({ request }) => {
    let answer: Response | undefined;
    try {
      answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok || answer.type === 'opaqueredirect') return answer;
    } catch {
      // No network, or as good as none.
    }
    return (await matchPrecache(address(PAGE))) ?? answer ?? Response.error();
  },
);
addRoute({ cleanURLs: false });

const studioFiles = new Map(STUDIO_FILES.map((asset) => [inAssets(asset), asset]));
registerRoute(
  ({ url }) => studioFiles.has(url.href),
  new CacheFirst({
    cacheName: names.studio,
    plugins: [
      {
        async cacheWillUpdate({ request, response }) {
          const asset = studioFiles.get(request.url);
          // A wrong file goes on to the shell, which refuses it in words. And nothing is kept beside a page that the
          // person had removed while this worker still runs.
          const isKept = asset !== undefined && response.ok && (await matchPrecache(address(PAGE))) !== undefined;
          return isKept && (await sha256(await response.clone().arrayBuffer())) === asset.sha256 ? response : null;
        },
      },
    ],
  }),
);

worker.addEventListener('activate', (event) => {
  const tidy = async () => {
    await worker.clients.claim();
    if (!(await caches.has(names.studio))) return;
    const studio = await caches.open(names.studio);
    const old = (await studio.keys()).filter(({ url }) => !studioFiles.has(url));
    await Promise.all(old.map((key) => studio.delete(key)));
  };
  (event as Lasting).waitUntil(tidy());
});

async function whatIsKept(): Promise<Kept> {
  const files = [...pageFiles.map(({ file }) => address(file)), ...FRAME_FILES.map(inAssets)];
  const page = await Promise.all(files.map((file) => matchPrecache(file)));
  const parts = await Promise.all([...studioFiles.keys()].map((file) => caches.match(file, { cacheName: names.studio })));
  return {
    around: pageFiles.map(({ file }) => file),
    page: { bytes: bytesOf(pageFiles) + bytesOf(FRAME_FILES), kept: page.every(Boolean) },
    studio: { bytes: bytesOf(STUDIO_FILES), kept: parts.every(Boolean) },
  };
}

worker.addEventListener('message', (event) => {
  const { data, ports } = event as Lasting;
  const answer = async () => {
    if (data.ask === 'take over') return worker.skipWaiting();
    // A page that was loaded past its service worker has it from here on; one that waits may not take it.
    await worker.clients.claim().catch(() => undefined);
    ports[0]?.postMessage(await whatIsKept());
  };
  (event as Lasting).waitUntil(answer());
});
