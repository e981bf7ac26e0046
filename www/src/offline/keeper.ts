/**
 * Has the page kept for visits without a network, and tells the frame how far that is.
 *
 * This is the shell's: the frame, with its opaque origin, can have no service worker. A newer build is looked for when
 * the page is loaded and when it is seen again, once an hour at most; it waits, and is announced. While any tab of an
 * older build is open its files stay: each tab holds a lock under its build's name, and the new build's worker takes
 * over when there is no other lock.
 */

import tryOnManifest from '#page-try-on-manifest';
import { fetchParts } from 'vitrine/airlock/assets';
import { MOST_STARTS } from 'vitrine/airlock/delivery';
import type { Manifest } from 'vitrine/airlock/manifest';
import type { FromFrame, OfflineAsk, OfflinePart, OfflineState, ToFrame } from 'vitrine/airlock/messages';
import { fetchModel, lookUp, removeModels } from 'vitrine/airlock/store';
import { bytesOf, cacheNames, FRAME_FILES, STUDIO_FILES, type Kept, type ToWorker } from './keeping.js';

/** How often a newer build is looked for at most, in milliseconds. */
const HOUR = 3_600_000;
/** How long a worker may take to answer, in milliseconds. */
const ANSWER_TIME = 5_000;
/** How long what has been fetched may take to be on the disk, in milliseconds. */
const STORE_TIME = 10_000;
/** Before the build's name in that of its tabs' lock. */
const LOCK = 'vitrine-build/';

/** This build, by the name of the shell's own script, which carries its digest. */
const BUILD = new URL(import.meta.url).pathname.split('/').pop() ?? '';

export interface KeeperOptions {
  /** Of this visit: where it knows of no best quality, none is kept. */
  manifest: Manifest;
  /** Address of the assets' folder, ending in a slash. */
  assetBase: string;
  port: MessagePort;
}

/** Says to the other tabs that this build is in use. Call it first, for the page's files must stay while they are fetched. */
export function holdBuild(): void {
  const { locks } = navigator as { locks?: LockManager };
  locks?.request(LOCK + BUILD, { mode: 'shared' }, () => new Promise(() => undefined)).catch(() => undefined);
}

export class Keeper {
  readonly #options: KeeperOptions;
  #registration: ServiceWorkerRegistration | undefined;
  /** Why there is nothing, where that is known for good. */
  #obstacle: 'not possible' | 'refused' | 'removed' | undefined;
  #isIncomplete = false;
  #lookedAt = performance.now();
  #starts = 0;
  /** What is being kept now, or could not be. */
  #keeping: { studio?: OfflinePart['is']; best?: OfflinePart['is'] } = {};
  #told = '';
  #telling: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
    options.port.addEventListener('message', ({ data }: MessageEvent<FromFrame>) => {
      if (data.type === 'offline') void this.#do(data.ask);
    });
  }

  /** Call it when the page has what it needs: the worker then finds the files in the browser's own cache. */
  async start(): Promise<void> {
    if (!navigator.serviceWorker) {
      this.#obstacle = 'not possible';
      return this.#tell();
    }
    let registration: ServiceWorkerRegistration;
    try {
      registration = await navigator.serviceWorker.register(trusted('service-worker.js'), { updateViaCache: 'none' });
    } catch (error) {
      // Of its script that did not come, or was none, browsers tell by this error.
      if (error instanceof TypeError) this.#isIncomplete = true;
      else this.#obstacle = 'refused';
      return this.#tell();
    }
    this.#registration = registration;
    registration.addEventListener('updatefound', () => this.#watch(registration.installing));
    this.#watch(registration.installing);
    navigator.serviceWorker.addEventListener('controllerchange', () => void this.#tell());
    document.addEventListener('visibilitychange', () => this.#seen());
    // Whoever has just been registered is new. Without a network there is nothing newer.
    if (registration.active) registration.update().catch(() => undefined);
    await this.#tell();
  }

  #watch(worker: ServiceWorker | null): void {
    let isInstalled = false;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') isInstalled = true;
      this.#isIncomplete = worker.state === 'redundant' && !isInstalled;
      void this.#tell();
    });
  }

  #seen(): void {
    if (document.visibilityState !== 'visible' || this.#obstacle) return;
    if (performance.now() - this.#lookedAt >= HOUR) {
      this.#lookedAt = performance.now();
      this.#registration?.update().catch(() => undefined);
    }
    // A tab with an older build may be gone.
    void this.#tell();
  }

  async #do(ask: OfflineAsk): Promise<void> {
    if (ask === 'keep') await Promise.all([this.#keepStudio(), this.#keepBest()]);
    if (ask === 'remove') await this.#remove();
    if (ask === 'reload') return this.#reload();
    await this.#tell();
  }

  async #keepStudio(): Promise<void> {
    const state = await this.#look();
    if (state.is !== 'kept' || state.studio.is === 'kept' || !this.#mayStart('studio')) return;
    try {
      const models = Object.keys(tryOnManifest.models);
      const parts = fetchParts({ manifest: tryOnManifest, assetBase: this.#options.assetBase, models });
      await Promise.all([parts.worker, parts.wasm, ...parts.models]);
      // The worker gives first and stores then.
      const end = performance.now() + STORE_TIME;
      while (!(await ask(this.#registration?.active))?.studio.kept) {
        if (performance.now() > end) throw new Error('no room');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      delete this.#keeping.studio;
    } catch {
      this.#keeping.studio = 'failed';
    }
  }

  async #keepBest(): Promise<void> {
    const asset = this.#options.manifest.models['best'];
    if (!asset || (await lookUp('best', asset)).kept || !this.#mayStart('best')) return;
    try {
      const { signal } = new AbortController();
      const { kept } = await fetchModel({ name: 'best', asset, assetBase: this.#options.assetBase, signal, onProgress: () => undefined });
      if (!kept) throw new Error('no room');
      delete this.#keeping.best;
    } catch {
      this.#keeping.best = 'failed';
    }
  }

  /** A script that got into the frame shall not spell a photo to the server in requests. */
  #mayStart(part: 'studio' | 'best'): boolean {
    if (this.#keeping[part] === 'coming' || ++this.#starts > MOST_STARTS) return false;
    this.#keeping[part] = 'coming';
    void this.#tell();
    return true;
  }

  async #remove(): Promise<void> {
    // Whoever asks the worker what it keeps makes it look into its caches, and by that makes them.
    await this.#telling;
    const registration = this.#registration;
    if (registration) {
      const { page, studio } = cacheNames(registration.scope);
      await registration.unregister();
      await Promise.all([page, studio].map((name) => caches.delete(name)));
      // Its worker goes on until the page is closed, and is asked nothing more.
      this.#registration = undefined;
      this.#obstacle = 'removed';
    }
    await removeModels();
    this.#keeping = {};
  }

  /** With the newer build's worker in charge, if no other tab needs the old one: the server may be out of reach. */
  async #reload(): Promise<void> {
    const waiting = this.#registration?.waiting;
    const newer = await ask(waiting);
    if (waiting && newer && (await this.#isFree([BUILD, ...newer.around], 1))) {
      const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
      tell(waiting, { ask: 'take over' });
      await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, ANSWER_TIME))]);
    }
    location.reload();
  }

  /** Whether no tab is open but those of these builds, and of this very one no more than so many. */
  async #isFree(builds: readonly string[], ofThis = Infinity): Promise<boolean> {
    const { held = [] } = await navigator.locks.query();
    const open = held.flatMap(({ name = '' }) => (name.startsWith(LOCK) ? [name.slice(LOCK.length)] : []));
    return open.every((build) => builds.includes(build)) && open.filter((build) => build === BUILD).length <= ofThis;
  }

  async #look(): Promise<OfflineState> {
    const registration = this.#registration;
    const [active, waiting] = await Promise.all([ask(registration?.active), ask(registration?.waiting)]);
    const isOwn = (kept: Kept | undefined) => kept?.around.includes(BUILD) === true;
    if (registration?.waiting && isOwn(waiting) && (await this.#isFree(waiting?.around ?? []))) {
      tell(registration.waiting, { ask: 'take over' });
    }
    const is = () => {
      if (this.#obstacle) return this.#obstacle;
      if (isOwn(active) && active?.page.kept) return 'kept';
      if (isOwn(waiting)) return 'behind an older tab';
      return this.#isIncomplete ? 'incomplete' : 'preparing';
    };
    const state = is();
    const kept = state === 'kept' ? active : undefined;
    const asset = this.#options.manifest.models['best'];
    const best = asset && { bytes: asset.packed ?? asset.bytes, isKept: (await lookUp('best', asset)).kept };
    return {
      is: state,
      page: { bytes: kept?.page.bytes ?? bytesOf(FRAME_FILES), is: kept ? 'kept' : 'not kept' },
      studio: { bytes: bytesOf(STUDIO_FILES), is: kept?.studio.kept ? 'kept' : (this.#keeping.studio ?? 'not kept') },
      best: best && { bytes: best.bytes, is: best.isKept ? 'kept' : (this.#keeping.best ?? 'not kept') },
      update: waiting !== undefined && !isOwn(waiting),
    };
  }

  /** Tells the frame, where anything has changed; one after another, or an older look might be told last. */
  #tell(): Promise<void> {
    const look = async () => {
      const state = await this.#look();
      const now = JSON.stringify(state);
      if (now === this.#told) return;
      this.#told = now;
      this.#options.port.postMessage({ type: 'offline', state } satisfies ToFrame);
    };
    return (this.#telling = this.#telling.then(look).catch(() => undefined));
  }
}

const tell = (worker: ServiceWorker, message: ToWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer);

/** What a worker keeps; nothing where there is none, or it does not answer. */
async function ask(worker: ServiceWorker | null | undefined): Promise<Kept | undefined> {
  if (!worker) return undefined;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<Kept | undefined>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<Kept>) => resolve(data);
    setTimeout(() => resolve(undefined), ANSWER_TIME);
  });
  tell(worker, { ask: 'what is kept' }, [port2]);
  return answer.finally(() => port1.close());
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(text: string): string }): { createScriptURL(text: string): unknown };
}

/** The worker's address, for this page requires trusted types. */
function trusted(address: string): string {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  const policy = factory?.createPolicy('vitrine-offline', { createScriptURL: (text) => text });
  return (policy?.createScriptURL(address) ?? address) as string;
}
