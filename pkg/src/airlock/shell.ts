/**
 * The shell's side of the airlock: opens a frame that has no network, and posts in what it runs on.
 *
 * The frame's document is an enclosure (no script, `frame-src 'none'`) around the frame proper. A frame's own
 * policy says nothing about its navigation; its parent's does. So the enclosure is what keeps a photo from
 * leaving in an address, whatever the policy of the page around it.
 */

import type { Manifest } from './manifest.js';
import { release } from '../engine/release.js';
import { VitrineError, type DeviceChoice } from '../engine/types.js';
import { assetAddress, checkWanted, fetchFrame, fetchParts, type OwnModel, type Wanted } from './assets.js';
import { Delivery } from './delivery.js';
import type { Boot, Fault, FromFrame, ToFrame, Trial } from './messages.js';
import { mark } from '../trace.js';

/** How long the frame's script may take to answer after its document has loaded, in milliseconds. */
const ANSWER_TIME = 2_000;
/** The same where the page's policy forbids scripts in documents, though it may allow this one by its digest. */
const SHORT_ANSWER_TIME = 400;
/** How long it may take to try its worker and its wasm. */
const PROBE_TIME = 10_000;
/** How long a document may take to load from the asset base. */
const LOAD_TIME = 30_000;

export interface AirlockOptions {
  manifest: Manifest;
  /** Address of the assets' folder, absolute, ending in a slash. */
  assetBase: string;
  /** Each a name in the manifest, or a network of one's own; the frame gets them in this order. */
  models: readonly (string | OwnModel)[];
  device: DeviceChoice;
  /** Where the frame is placed. */
  parent: HTMLElement;
  /** What a screen reader calls the frame. */
  title: string;
  /** Whose page this is: a merchant's policy is not known beforehand, and is asked; a merchant's where absent. */
  page?: 'own' | 'merchant';
  /**
   * Whether the frame may ask for the camera, where the build has such a frame. Its enclosure keeps the origin of the
   * asset base, which has to be another than the page's: of its own origin the page could read it.
   */
  camera?: boolean;
  /** Whether the frame may save files when the person asks for it. */
  downloads: 'never' | 'by the person';
  /** Told everything that the frame says, from its first word on: it may say something before it is open. */
  onMessage?: (message: FromFrame) => void;
  /** Bytes received so far, and in all. */
  onProgress?: (received: number, total: number) => void;
  signal?: AbortSignal;
}

/** An open airlock. */
export interface Airlock {
  /** The enclosure; take it out of the page through `close`. */
  readonly element: HTMLIFrameElement;
  /** Everything that crosses the wall. */
  readonly port: MessagePort;
  /** Resolves when wasm and models are in the frame; rejects where they cannot be fetched or are refused. */
  readonly filled: Promise<void>;
  /** Brings the model of the best quality in; absent where there is none. */
  readonly best: Delivery | undefined;
  /** Takes the frame, and every photo in it, out of memory. */
  close(): void;
}

/** Opens the frame; resolves as soon as its script runs, while wasm and models may still be on their way. */
export async function openAirlock(options: AirlockOptions): Promise<Airlock> {
  mark('opening');
  const abort = new AbortController();
  const stop = () => abort.abort();
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();

  const wanted: Wanted = { ...options, signal: abort.signal };
  let port: MessagePort | undefined;
  wanted.onProgress = (received, total) => {
    options.onProgress?.(received, total);
    port?.postMessage({ type: 'loading', received, total } satisfies ToFrame);
  };
  checkWanted(wanted);
  // The frame takes the longest to begin. With a camera its document is loaded by address, and this one is not needed.
  const document = options.camera ? undefined : fetchFrame(wanted);
  document?.catch(() => undefined);
  const isDoubtful = options.page === 'own' ? Promise.resolve(false) : forbidsInline();
  const parts = fetchParts(wanted);
  // Their failure is told through `filled`, below; until then nobody listens.
  for (const part of [parts.worker, parts.wasm, ...parts.models]) part.catch(() => undefined);

  let filled = Promise.resolve();
  /** Copies go in, not the bytes themselves: where this frame turns out not to work, another one needs them. */
  const fill = (to: MessagePort) => {
    port = to;
    const post = (message: ToFrame) => to.postMessage(message);
    filled = Promise.all([
      parts.worker.then((worker) => post({ type: 'worker', worker })),
      parts.wasm.then((wasm) => post({ type: 'wasm', wasm })),
      ...parts.models.map((model) => model.then((model) => post({ type: 'model', model }))),
    ]).then(
      () => undefined,
      (error: unknown) => {
        const fault = toFault(error);
        post({ type: 'refused', fault });
        throw new VitrineError(fault.kind, fault.message);
      },
    );
    filled.catch(() => undefined);
  };

  let opened: Opened;
  try {
    opened =
      (await openCamera(options, fill)) ??
      (await openFrame(options, await (document ?? fetchFrame(wanted)), await isDoubtful, fill));
  } catch (error) {
    abort.abort();
    throw error;
  }
  // No other frame will need them.
  void filled.then(async () => release(await parts.wasm)).catch(() => undefined);
  // It works beside the fast network, not beside one of the merchant's own.
  const asset = options.models.includes('fast') ? options.manifest.models['best'] : undefined;
  const best = asset && new Delivery({ asset, assetBase: options.assetBase, port: opened.port, toFault });
  void Promise.resolve(best?.offer().catch(() => undefined)).then((best) => {
    opened.port.postMessage({ type: 'offer', best } satisfies ToFrame);
  });

  return {
    element: opened.element,
    port: opened.port,
    filled,
    best,
    close() {
      abort.abort();
      best?.close();
      options.signal?.removeEventListener('abort', stop);
      opened.port.close();
      opened.element.remove();
    },
  };
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): unknown };
}

let policy: ReturnType<PolicyFactory['createPolicy']> | undefined;

/** The frame's document, whose digest has been checked, for a page that requires trusted types. */
function trust(document: string): unknown {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  policy ??= factory?.createPolicy('vitrine-airlock', { createHTML: (text) => text });
  return policy ? policy.createHTML(document) : document;
}

interface Opened {
  element: HTMLIFrameElement;
  port: MessagePort;
}

/** By its address, from a host that is another origin; where that fails, there are photos without a camera. */
async function openCamera(options: AirlockOptions, fill: (port: MessagePort) => void): Promise<Opened | undefined> {
  const { assetBase, camera: isWanted, manifest } = options;
  if (!isWanted || !manifest.camera) return undefined;
  const address = assetAddress(assetBase, manifest.camera);
  const opened = await place(
    options,
    fill,
    (element) => {
      element.allow = 'camera';
      element.sandbox.add('allow-same-origin');
      element.src = address;
    },
    ANSWER_TIME,
  );
  return typeof opened === 'string' ? undefined : opened;
}

/**
 * First by `srcdoc`; where the page's policy, which a srcdoc frame inherits, forbids its script, by address. Where that
 * fails too, and the first was hardly waited for, by `srcdoc` again.
 */
async function openFrame(
  options: AirlockOptions,
  document: string,
  isDoubtful: boolean,
  fill: (port: MessagePort) => void,
): Promise<Opened> {
  const inPlace = (element: HTMLIFrameElement) => {
    element.srcdoc = trust(document) as string;
  };
  let inline = await place(options, fill, inPlace, isDoubtful ? SHORT_ANSWER_TIME : ANSWER_TIME);
  if (typeof inline !== 'string') return inline;
  const address = assetAddress(options.assetBase, options.manifest.frame);
  const byAddress = (element: HTMLIFrameElement) => {
    element.src = address;
  };
  const served = await place(options, fill, byAddress, ANSWER_TIME);
  if (typeof served !== 'string') return served;
  if (isDoubtful) {
    inline = await place(options, fill, inPlace, ANSWER_TIME);
    if (typeof inline !== 'string') return inline;
  }
  throw new VitrineError(
    'caller',
    `The photo frame could not start: ${inline} in a srcdoc frame, and ${served} when loaded from ${address}. ` +
      `Allow one of the two in this page's Content-Security-Policy: "frame-src ${new URL(address).origin}", ` +
      `or the frame's script digest with 'wasm-unsafe-eval' in script-src and "worker-src blob:".`,
  );
}

/** Whether this page's policy forbids a script that stands in a document, unless it knows its digest. */
function forbidsInline(): Promise<boolean> {
  const script = document.createElement('script');
  return new Promise((resolve) => {
    const listen = ({ effectiveDirective }: SecurityPolicyViolationEvent) => {
      if (effectiveDirective.startsWith('script-src')) end(true);
    };
    const end = (isForbidden: boolean) => {
      clearTimeout(timer);
      document.removeEventListener('securitypolicyviolation', listen);
      script.remove();
      resolve(isForbidden);
    };
    document.addEventListener('securitypolicyviolation', listen);
    // The violation is told in a task of its own, which is queued before this one.
    const timer = setTimeout(() => end(false), 50);
    try {
      script.append('0');
      document.head.append(script);
    } catch {
      end(true);
    }
  });
}

/** The element of a frame, with nothing in it yet. */
function enclosure({ title, downloads, isHidden = downloads === 'never' }: Pick<AirlockOptions, 'title' | 'downloads'> & { isHidden?: boolean }): HTMLIFrameElement {
  const element = document.createElement('iframe');
  element.title = title;
  element.referrerPolicy = 'no-referrer';
  element.setAttribute('sandbox', downloads === 'never' ? 'allow-scripts' : 'allow-scripts allow-downloads');
  element.className = 'vitrine-airlock';
  if (isHidden) {
    // A frame without a page of its own: there, and neither seen nor read out nor reached with the keyboard.
    // `display: none` would stop its timers in some browsers.
    element.ariaHidden = 'true';
    element.tabIndex = -1;
    Object.assign(element.style, {
      position: 'fixed',
      width: '1px',
      height: '1px',
      border: '0',
      opacity: '0',
      pointerEvents: 'none',
      insetInlineStart: '-10px',
    });
  }
  return element;
}

/** A frame of the very same document, out of sight, in which attacks are tried; the answer takes it away. */
export function openTrial(
  document: string,
  { parent, title, trial, onMessage }: Pick<AirlockOptions, 'parent' | 'title'> & { trial: Trial; onMessage: (message: FromFrame) => void },
): () => void {
  const element = enclosure({ title, downloads: 'by the person', isHidden: true });
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }: MessageEvent<FromFrame>) => onMessage(data);
  const boot: Boot = { vitrine: 'boot', device: 'cpu', models: [], trial };
  element.addEventListener('load', () => innerWindow(element)?.postMessage(boot, '*', [channel.port2]), { once: true });
  element.srcdoc = trust(document) as string;
  parent.append(element);
  hush(element);
  return () => {
    channel.port1.close();
    element.remove();
  };
}

/**
 * Places a frame, has it filled as soon as it answers, and lets it try what it will need; the answer is the frame, or
 * in words why it does not work.
 */
async function place(
  options: AirlockOptions,
  fill: (port: MessagePort) => void,
  point: (element: HTMLIFrameElement) => void,
  answerTime: number,
): Promise<Opened | string> {
  const element = enclosure(options);
  const loaded = new Promise<void>((resolve) => element.addEventListener('load', () => resolve(), { once: true }));
  try {
    point(element);
  } catch {
    return 'its document was refused by the trusted types';
  }
  options.parent.append(element);
  hush(element);

  const channel = new MessageChannel();
  const fail = (reason: string) => {
    channel.port1.close();
    element.remove();
    return reason;
  };
  mark('frame placed');
  // Whoever gives up while it opens does not wait for a frame that is gone.
  const { signal } = options;
  const givenUp = new Promise<never>((_, reject) => {
    const leave = () => {
      fail('');
      reject(new VitrineError('cancelled', 'Loading was cancelled.'));
    };
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  });
  givenUp.catch(() => undefined);
  if ((await within(LOAD_TIME, loaded, givenUp)) === LATE) return fail('its document did not load');
  const inner = innerWindow(element);
  if (!inner) return fail('its document was blocked');

  mark('frame loaded');
  const { onMessage } = options;
  if (onMessage) channel.port1.addEventListener('message', ({ data }: MessageEvent<FromFrame>) => onMessage(data));
  const hello = firstMessage(channel.port1, 'hello');
  const models = options.models.map((model) => (typeof model === 'string' ? model : model.name));
  const boot: Boot = { vitrine: 'boot', device: options.device, models };
  // The frame's origin is opaque: no other target can be named.
  inner.postMessage(boot, '*', [channel.port2]);
  if ((await within(answerTime, firstMessage(channel.port1, 'here'), givenUp)) === LATE) {
    return fail('its script was blocked');
  }
  mark('frame answered');
  fill(channel.port1);
  const answer = await within(PROBE_TIME, hello, givenUp);
  mark('frame tried');
  if (answer === LATE) return fail('its script did not finish starting');
  if (!answer.wasm) return fail('WebAssembly was blocked');
  if (!answer.worker) return fail('its worker was blocked');
  return { element, port: channel.port1 };
}

/** Frames whose windows may say nothing to this page's. */
const hushed = new Set<HTMLIFrameElement>();

/**
 * A frame speaks through its port alone. What a script that got into it posts to this page's window reaches no listener
 * that was added after the first frame, and might pass it on.
 */
function hush(element: HTMLIFrameElement): void {
  if (hushed.size === 0) {
    // Listeners at the window itself come in the order in which they were added, those that capture too.
    addEventListener('message', stopHushed, { capture: true });
  }
  for (const gone of hushed) if (!gone.isConnected) hushed.delete(gone);
  hushed.add(element);
}

function stopHushed(event: MessageEvent): void {
  const windows = [...hushed].map(({ contentWindow }) => contentWindow);
  for (let at = event.source as Window | null; at; at = at.parent === at ? null : at.parent) {
    if (windows.includes(at)) return event.stopImmediatePropagation();
  }
}

/** The frame proper: the one frame in the enclosure, the only thing that another origin may see of it. */
function innerWindow(element: HTMLIFrameElement): Window | undefined {
  try {
    return element.contentWindow?.[0];
  } catch {
    // A blocked document has no frames, and the browser's page in its place lets nobody look.
    return undefined;
  }
}

const LATE = Symbol('late');

async function within<T>(time: number, promise: Promise<T>, givenUp: Promise<never>): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), time);
  });
  try {
    return await Promise.race([promise, late, givenUp]);
  } finally {
    clearTimeout(timer);
  }
}

function firstMessage<T extends FromFrame['type']>(
  port: MessagePort,
  type: T,
): Promise<Extract<FromFrame, { type: T }>> {
  return new Promise((resolve) => {
    const listen = ({ data }: MessageEvent<FromFrame>) => {
      if (data.type !== type) return;
      port.removeEventListener('message', listen);
      resolve(data as Extract<FromFrame, { type: T }>);
    };
    port.addEventListener('message', listen);
    port.start();
  });
}

/** An error in the form that crosses a wall. */
export function toFault(error: unknown): Fault {
  if (error instanceof VitrineError) return { kind: error.kind, message: error.message };
  return { kind: 'device', message: `Something unexpected happened: ${String(error)}` };
}
