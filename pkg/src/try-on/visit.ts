/**
 * One visit of a shopper, as far as it happens in the shop's page: the dialog, the airlock in it, the products' pictures
 * on their way in, the shopper's steps on their way out as events. Loaded when the try-on is opened for the first time.
 *
 * It never sees a photo or a camera's picture: the frame has them, and the frame's messages have no room for them.
 */

import manifest from '#try-on-manifest';
import { openAirlock, toFault, type Airlock } from '../airlock/shell.js';
import type { FromFrame } from '../airlock/messages.js';
import { VitrineError } from '../engine/types.js';
import { dialogStyle } from './dialog-style.js';
import type { Emit, Failure } from './events.js';
import { languageOf, type Language } from './language.js';
import { readMessage, TOKENS, type FromTryOn, type Scheme, type Setup, type Theme, type ToTryOn, type Trouble } from './messages.js';
import { readProducts, type Product } from './products.js';
import { NETWORKS } from './types.js';

/** The networks of a face, which every kind needs. */
const FACES = ['face_detector', 'face_mesh'];
/** The most that a product's picture may weigh, in bytes. */
const HEAVIEST = 32 << 20;

const WORDS: Record<Language, { title: string; close: string; waiting: string; sorry: string; failed: Record<Failure, string> }> = {
  en: {
    title: 'Virtual try-on',
    close: 'Close the try-on',
    waiting: 'Getting ready…',
    sorry: 'The try-on could not open',
    failed: {
      attribute: 'This product cannot be tried on here yet. Everything else in the shop works as before.',
      browser: 'This browser is too old for the try-on: Chrome 91, Firefox 89, Safari 16.4 or newer can show it.',
      asset: 'It could not be loaded. Please check your connection and try again.',
      policy: 'This shop’s settings do not let it open. Everything else works as before.',
      'product-missing': 'The picture of this product could not be loaded.',
    },
  },
  de: {
    title: 'Virtuelle Anprobe',
    close: 'Anprobe schließen',
    waiting: 'Wird vorbereitet …',
    sorry: 'Die Anprobe lässt sich nicht öffnen',
    failed: {
      attribute: 'Dieses Produkt lässt sich hier noch nicht anprobieren. Alles andere im Shop geht wie gewohnt.',
      browser: 'Dieser Browser ist für die Anprobe zu alt: Es braucht Chrome 91, Firefox 89, Safari 16.4 oder neuer.',
      asset: 'Sie konnte nicht geladen werden. Bitte Verbindung prüfen und noch einmal versuchen.',
      policy: 'Die Einstellungen dieses Shops lassen sie nicht zu. Alles andere geht wie gewohnt.',
      'product-missing': 'Das Bild dieses Produkts konnte nicht geladen werden.',
    },
  },
};

/** What the merchant reads of the frame's troubles: nothing of the photo, whatever the engine said. */
const TOLD: Record<Trouble, string> = {
  'no-face': 'No face was found in the shopper’s photo.',
  sight: 'The shopper’s photo does not show where this kind of product goes.',
  photo: 'The shopper’s photo could not be read.',
  product: 'The product’s picture could not be used: it could not be read, or no product was found in it.',
  kind: 'The product’s picture does not show a product of this kind, or this kind cannot be tried on yet.',
  engine: 'The try-on could not work on this device.',
  save: 'The picture could not be saved.',
  'camera-denied': 'The shopper or a policy did not allow the camera.',
  'camera-missing': 'The shopper’s device has no camera.',
  'camera-busy': 'The shopper’s camera could not be opened: it may be in use elsewhere.',
  'camera-lost': 'The shopper’s camera went away while it ran.',
};

export interface VisitOptions {
  element: HTMLElement;
  /** As written on the element; empty where absent. */
  assetBase: string;
  signal: AbortSignal;
  emit: Emit;
  /** Called once, when nothing of it is left. */
  onClose: () => void;
}

export interface Visit {
  /** Resolves when the frame answers, or when the shopper has been told why it does not. */
  readonly opened: Promise<void>;
  close(): void;
}

/** Opens the dialog at once, and in it the frame. */
export function beginVisit(options: VisitOptions): Visit {
  const { element, emit } = options;
  const abort = new AbortController();
  const { signal } = abort;
  const language = languageOf(element);
  const words = WORDS[language];
  const dialog = new Dialog(element, words);
  let airlock: Airlock | undefined;
  let products: readonly Product[] = [];
  let shown = element.getAttribute('sku') ?? '';
  let isOver = false;

  const close = () => {
    if (isOver) return;
    isOver = true;
    options.signal.removeEventListener('abort', close);
    abort.abort();
    airlock?.close();
    dialog.remove();
    emit('vitrine-close', { sku: shown });
    options.onClose();
  };
  dialog.onClose = close;
  options.signal.addEventListener('abort', close, { once: true });

  const fail = (code: Failure, error: unknown) => {
    if (isOver) return;
    abort.abort();
    airlock?.close();
    dialog.fail(words.sorry, words.failed[code]);
    emit('vitrine-error', { code, message: toFault(error).message, sku: shown });
  };

  const hear = (said: FromTryOn | undefined) => {
    if (!said || isOver) return;
    if (said.type === 'consent') emit('vitrine-consent', { sku: shown });
    else if (said.type === 'camera') emit('vitrine-camera', { on: said.on, sku: shown });
    else if (said.type === 'result') emit('vitrine-result', { sku: shown });
    else if (said.type === 'leave') close();
    else if (said.type === 'trouble') emit('vitrine-error', { code: said.trouble, message: TOLD[said.trouble], sku: shown });
    else if (said.type === 'variant') {
      shown = products[said.index]?.sku ?? shown;
      emit('vitrine-variant', { sku: shown });
    }
  };

  async function open(): Promise<void> {
    let read: ReturnType<typeof readProducts>;
    try {
      read = readProducts(element);
    } catch (error) {
      emit('vitrine-open', { sku: shown });
      return fail('attribute', error);
    }
    products = read.products;
    shown = products[read.first]?.sku ?? shown;
    emit('vitrine-open', { sku: shown });

    const base = folder(options.assetBase);
    // Pictures come while the frame does; nothing is asked for after `sealed`.
    const pictures = products.map((product) => fetchPicture(product.address, signal));
    for (const picture of pictures) picture.catch(() => undefined);
    let told = -1;
    try {
      airlock = await openAirlock({
        manifest,
        assetBase: base,
        models: [...FACES, ...NETWORKS[read.kind]],
        device: 'auto',
        camera: mayHaveCamera(base),
        parent: dialog.stage,
        title: words.title,
        downloads: 'by the person',
        signal,
        onMessage: (message: FromFrame | FromTryOn) => hear(readMessage(message, products.length)),
        onProgress: (received, total) => {
          const fraction = total > 0 ? received / total : 0;
          if (isOver || Math.floor(fraction * 100) === told) return;
          told = Math.floor(fraction * 100);
          emit('vitrine-progress', { fraction });
        },
      });
    } catch (error) {
      return fail(failureOf(error), error);
    }
    const { port, filled } = airlock;
    if (isOver) return airlock.close();
    const post = (message: ToTryOn) => port.postMessage(message);
    post({ type: 'setup', setup: setupOf(element, language, read) });
    dialog.showFrame(airlock.element);

    const arrivals = pictures.map((picture, index) =>
      picture.then(
        (file) => post({ type: 'picture', index, file }),
        (error: unknown) => {
          if (isOver) return;
          const fault = toFault(error);
          post({ type: 'no picture', index, fault });
          emit('vitrine-error', { code: 'product-missing', message: fault.message, sku: products[index]?.sku ?? '' });
        },
      ),
    );
    // The frame says to the shopper what could not be fetched.
    const whole = filled.catch((error: unknown) => {
      if (!isOver) emit('vitrine-error', { code: failureOf(error), message: toFault(error).message, sku: shown });
    });
    void Promise.all([whole, ...arrivals]).then(() => post({ type: 'sealed' }));
  }

  return { opened: open(), close };
}

/** A modal dialog in the element's shadow, with a close button that works whatever the frame does. */
class Dialog {
  readonly stage = document.createElement('div');
  readonly #dialog = document.createElement('dialog');
  readonly #waiting = document.createElement('p');
  readonly #sheet = dialogStyle();
  readonly #root: ShadowRoot;
  onClose: () => void = () => undefined;

  constructor(element: HTMLElement, words: { title: string; close: string; waiting: string }) {
    const root = element.shadowRoot;
    if (!root) throw new VitrineError('caller', 'The element has no shadow.');
    this.#root = root;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.#sheet];
    const dialog = this.#dialog;
    dialog.setAttribute('part', 'dialog');
    dialog.ariaLabel = words.title;
    dialog.dataset['scheme'] = schemeOf(element);
    this.stage.className = 'stage';
    this.#waiting.className = 'waiting';
    this.#waiting.setAttribute('role', 'status');
    this.#waiting.textContent = words.waiting;
    this.stage.append(this.#waiting);
    const close = document.createElement('button');
    close.type = 'button';
    close.setAttribute('part', 'close');
    close.ariaLabel = words.close;
    close.addEventListener('click', () => this.onClose());
    dialog.append(this.stage, close);
    // By the Escape key, or a phone's way back.
    dialog.addEventListener('close', () => this.onClose());
    root.append(dialog);
    dialog.showModal();
  }

  /** The keyboard goes on inside. */
  showFrame(frame: HTMLIFrameElement): void {
    this.#waiting.remove();
    frame.classList.add('shown');
    frame.focus();
  }

  fail(title: string, sentence: string): void {
    this.#waiting.remove();
    const notice = document.createElement('div');
    notice.setAttribute('part', 'error');
    notice.setAttribute('role', 'alert');
    const heading = document.createElement('h2');
    heading.textContent = title;
    // The merchant's own words in place of ours.
    const slot = document.createElement('slot');
    slot.name = 'error';
    const text = document.createElement('p');
    text.textContent = sentence;
    slot.append(text);
    notice.append(heading, slot);
    this.stage.replaceChildren(notice);
  }

  remove(): void {
    this.onClose = () => undefined;
    // Gives the keyboard back to where it was.
    this.#dialog.close();
    this.#dialog.remove();
    this.#root.adoptedStyleSheets = this.#root.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
  }
}

/** Which of the shop's two faults or the browser's it is. */
function failureOf(error: unknown): Failure {
  const { kind, message } = toFault(error);
  if (kind === 'caller') return 'policy';
  return /SIMD/.test(message) ? 'browser' : 'asset';
}

/** The assets lie beside the script, where the element does not say another place. */
function folder(given: string): string {
  // Bundlers take `new URL` with the module's address for a file that they should copy; this is a folder.
  const beside = import.meta.url.replace(/[^/]*$/, 'assets/');
  const address = new URL(given || beside, document.baseURI);
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return address.href;
}

/**
 * Whether the camera can be offered. Its frame's enclosure is of the asset base's origin, and a page of the same origin
 * could look into it: there are photos alone then.
 */
function mayHaveCamera(base: string): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  const isAllowed = featurePolicy?.allowsFeature('camera') ?? true;
  return isSecureContext && isAllowed && 'mediaDevices' in navigator && new URL(base).origin !== location.origin;
}

/** Fetched by the shop's page, with the shop's policy. */
async function fetchPicture(address: string, signal: AbortSignal): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'omit', signal });
  } catch (error) {
    throw new VitrineError(
      'caller',
      `The product's picture ${address} could not be fetched (${String(error)}): check the address, its CORS headers, ` +
        "and this page's connect-src.",
    );
  }
  if (!response.ok) {
    throw new VitrineError('caller', `The product's picture ${address} is not there: the server answered ${response.status}.`);
  }
  const type = response.headers.get('Content-Type') ?? '';
  if (/^text\//.test(type)) {
    throw new VitrineError('caller', `The product's picture ${address} is no picture: the server sent ${type}.`);
  }
  const file = await response.blob();
  if (file.size > HEAVIEST) {
    throw new VitrineError('caller', `The product's picture ${address} has ${file.size} bytes; ${HEAVIEST} are the most.`);
  }
  return file;
}

function setupOf(element: HTMLElement, language: Language, { kind, products, first }: ReturnType<typeof readProducts>): Setup {
  const style = getComputedStyle(element);
  const theme: Theme = {};
  for (const token of TOKENS) {
    const value = style.getPropertyValue(`--vitrine-${token}`).trim();
    if (value && value.length < 200) theme[token] = value;
  }
  const consent = [...element.children].filter((child) => child.slot === 'consent');
  return {
    language,
    kind,
    choices: products.map(({ label, widthMm }) => ({ label, widthMm })),
    first,
    consent: consent.map((child) => child.textContent?.trim() ?? '').join('\n').slice(0, 2_000),
    scheme: schemeOf(element),
    theme,
  };
}

/** The colours that the shop's page is made for. */
function schemeOf(element: HTMLElement): Scheme {
  const { colorScheme } = getComputedStyle(element);
  const isDark = /\bdark\b/.test(colorScheme);
  return !isDark ? 'light' : /\blight\b/.test(colorScheme) ? 'either' : 'dark';
}
