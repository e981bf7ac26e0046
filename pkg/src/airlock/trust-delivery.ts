/** The shell's answers to whoever wants to check: what it asked for, what runs here, and attacks in frames beside. */

import { VitrineError } from '../engine/types.js';
import { asked } from './asked.js';
import { fetchFrame, loaded } from './assets.js';
import type { Manifest } from './manifest.js';
import type { FromFrame, LoadedFile, ToFrame, TrialStep } from './messages.js';
import { sha256 } from './sha256.js';
import { openTrial, toFault } from './shell.js';

/** Each check asks the page's own server for a few files: a script in the frame shall not spell anything with that. */
const MOST_CHECKS = 24;
/** How long a frame may take to begin, in milliseconds. */
const BEGINNING = 30_000;
/** How long it may then be silent before its attack is taken to have ended it. */
const SILENCE = 2_500;
/** Frames that attacks may take away, at once. */
const TOGETHER = 4;
/** Entries that the browser shall keep of what was asked for. */
const KEPT = 10_000;

export interface TrustDeliveryOptions {
  manifest: Manifest;
  /** Address of the assets' folder, ending in a slash. */
  assetBase: string;
  /** Where the published digests lie: files that name others with their `sha256`, seen from the asset base; the last holds. */
  published: readonly string[];
  port: MessagePort;
  /** Where frames for attacks are placed. */
  parent: HTMLElement;
}

export function deliverTrust(options: TrustDeliveryOptions): void {
  const { port } = options;
  const send = (message: ToFrame) => port.postMessage(message);
  const step = (step: TrialStep) => send({ type: 'trial', step });
  let checks = 0;
  const count = () => {
    if (++checks > MOST_CHECKS) throw new VitrineError('caller', `This was checked ${MOST_CHECKS} times: reload the page to go on.`);
  };
  performance.setResourceTimingBufferSize(KEPT);
  port.addEventListener('message', ({ data }: MessageEvent<FromFrame>) => {
    if (data.type === 'want asked') send({ type: 'asked', requests: asked(`${location.origin}/`) });
    if (data.type === 'want files') {
      void Promise.resolve().then(count).then(() => files(options)).catch(() => []).then((files) => send({ type: 'files', files }));
    }
    if (data.type === 'want trial') {
      void Promise.resolve().then(count).then(() => trial(options, data, step)).then(
        () => step({ is: 'done' }),
        (error: unknown) => step({ is: 'failed', fault: toFault(error) }),
      );
    }
  });
}

const bytesOf = async (address: string) => {
  const response = await fetch(address, { credentials: 'omit', referrerPolicy: 'no-referrer' });
  if (!response.ok) throw new VitrineError('device', `${address} could not be fetched: the server answered ${response.status}.`);
  return response.arrayBuffer();
};

/** Every file that was loaded, beside what is published now; the page and this very script are fetched once more for it. */
async function files({ assetBase, published }: TrustDeliveryOptions): Promise<LoadedFile[]> {
  const known = new Map<string, string>();
  for (const name of published) {
    const list = JSON.parse(new TextDecoder().decode(await bytesOf(new URL(name, assetBase).href))) as unknown;
    collect(list, known);
  }
  const own = [...document.querySelectorAll('script[src], link[rel=stylesheet]')].map((element) =>
    element instanceof HTMLScriptElement ? element.src : (element as HTMLLinkElement).href,
  );
  const files = [...loaded].map(([name, { bytes, digest }]) => ({ name, bytes, computed: digest, published: known.get(name) }));
  for (const address of [...own, new URL('index.html', document.baseURI).href]) {
    const bytes = await bytesOf(address);
    const name = address.split('/').pop() ?? '';
    files.unshift({ name, bytes: bytes.byteLength, computed: await sha256(bytes), published: known.get(name) });
  }
  return files;
}

/** Digests by file name, wherever they stand in a manifest; of the page's own files, not of those of a folder beside. */
function collect(part: unknown, known: Map<string, string>, name?: string): void {
  if (typeof part !== 'object' || part === null) return;
  const { file = name, sha256 } = part as { file?: string; sha256?: string };
  if (file !== undefined && sha256 !== undefined) known.set(file.replace(/^assets\//, ''), sha256);
  for (const [key, inner] of Object.entries(part)) collect(inner, known, key);
}

/**
 * Every channel, in frames of the same document, beside the one with the photos: those that leave a frame where it is in
 * one, each of the others in its own.
 */
async function trial(
  options: TrustDeliveryOptions,
  { origin, staying, alone }: Extract<FromFrame, { type: 'want trial' }>,
  tell: (step: TrialStep) => void,
): Promise<void> {
  const { manifest, assetBase, parent } = options;
  const document = await fetchFrame({ manifest, assetBase, models: [] });
  // The shell asks its own server and nobody else, whatever address was given: that came from inside the frame.
  const control = new URL('leak/control', location.href).href;
  await fetch(control, { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' })
    .then((response) => response.arrayBuffer())
    .catch(() => undefined);
  tell({ is: 'control', seen: performance.getEntriesByName(control).length > 0 });
  const target = { origin: origin === undefined ? location.origin : new URL(origin).origin };

  /** Resolves with those that were not tried. */
  const run = (ids: readonly string[]) =>
    new Promise<readonly string[]>((resolve) => {
      const left = [...ids];
      let timer: ReturnType<typeof setTimeout>;
      const wait = (time: number) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          const [id] = left.splice(0, 1);
          if (id !== undefined) tell({ is: 'tried', channel: id, outcome: { is: 'gone' } });
          end();
        }, time);
      };
      const close = openTrial(document, {
        parent,
        title: 'Vitrine',
        trial: { ids, target },
        onMessage(message) {
          wait(SILENCE);
          if (message.type !== 'tried' || message.channel !== left[0]) return;
          left.shift();
          tell({ is: 'tried', channel: message.channel, outcome: message.outcome });
          if (left.length === 0) end();
        },
      });
      const end = () => {
        clearTimeout(timer);
        close();
        resolve(left);
      };
      wait(BEGINNING);
    });

  for (let left = staying; left.length > 0; ) left = await run(left);
  const waiting = [...alone];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await run([id]);
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
}
