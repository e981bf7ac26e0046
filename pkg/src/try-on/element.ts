/**
 * `<vitrine-try-on>`: the element that a shop puts into its page.
 *
 * This is all that the page loads: a box of a known shape with the merchant's poster in it, and a button. What the
 * try-on is made of (the airlock's shell, the frame, wasm, networks, the products' pictures) is fetched when a shopper
 * presses it.
 *
 * ```html
 * <script type="module" src="/vitrine/try-on.js"></script>
 * <vitrine-try-on product="/glasses.png" kind="glasses" width-mm="138" sku="A1">
 *   <img slot="poster" src="/glasses-poster.jpg" alt="">
 * </vitrine-try-on>
 * ```
 *
 * Importing it on a server does nothing. Where another version of it has been registered before, that one stays.
 */

import type { Emit, TryOnEvents } from './events.js';
import { languageOf } from './language.js';
import type { Variant } from './products.js';
import type { Visit } from './visit.js';

export type { ErrorDetail, Failure, TryOnEvents } from './events.js';
export type { Trouble } from './messages.js';
export type { Variant } from './products.js';
export type { Kind } from './types.js';

const WORDS = {
  en: { open: 'Try it on', failed: 'The try-on could not be loaded. Please check your connection and try again.' },
  de: { open: 'Anprobieren', failed: 'Die Anprobe konnte nicht geladen werden. Bitte Verbindung prüfen und noch einmal versuchen.' },
};

const STYLE = `
:host {
  display: block;
  position: relative;
  box-sizing: border-box;
  aspect-ratio: var(--vitrine-ratio, 4 / 5);
  contain: layout;
}
:host([hidden]) { display: none; }
[part='poster'] { position: absolute; inset: 0; display: block; overflow: hidden; border-radius: inherit; }
::slotted([slot='poster']) { display: block; inline-size: 100%; block-size: 100%; object-fit: cover; }
[part='foot'] {
  position: absolute;
  inset-inline: 0;
  inset-block-end: 0;
  display: grid;
  justify-items: center;
  gap: 10px;
  padding: 16px;
}
[part='button'] {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 9px;
  min-block-size: 48px;
  padding: 10px 24px;
  border: 1px solid transparent;
  border-radius: var(--vitrine-radius, 999px);
  background: var(--vitrine-accent, #17201d);
  color: var(--vitrine-on-accent, #fff);
  font: 600 1rem/1.25 var(--vitrine-font, system-ui, sans-serif);
  cursor: pointer;
  box-shadow: 0 6px 22px -8px rgb(0 0 0 / 0.45);
  -webkit-tap-highlight-color: transparent;
}
[part='button']:focus-visible { outline: 3px solid var(--vitrine-accent, #17201d); outline-offset: 3px; }
[part='button'][aria-disabled='true'] { cursor: progress; opacity: 0.8; }
[part='error'] {
  margin: 0;
  padding: 10px 14px;
  border-radius: 10px;
  background: var(--vitrine-surface, #fff);
  color: var(--vitrine-ink, #17201d);
  font: 400 0.9375rem/1.4 var(--vitrine-font, system-ui, sans-serif);
  box-shadow: 0 2px 12px rgb(0 0 0 / 0.2);
}
[part='error']:empty, [hidden] { display: none !important; }
`;

/** On a server there are no elements, and nobody makes one. */
const Element = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** A framework may have set these before the element was known. */
const PROPERTIES = ['product', 'kind', 'widthMm', 'sku', 'variants', 'assetBase'] as const;

export class VitrineTryOn extends Element {
  static readonly observedAttributes = ['lang'];

  readonly #button: HTMLButtonElement | undefined;
  readonly #label = globalThis.document?.createElement('span');
  readonly #error = globalThis.document?.createElement('p');
  #visit: Visit | undefined;
  #opening: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #isReady = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];

    const poster = part('div', 'poster');
    poster.append(slot('poster'));
    const foot = part('div', 'foot');
    const button = part('button', 'button');
    button.type = 'button';
    button.append(this.#label);
    this.#button = button;
    const own = slot('button');
    own.append(button);
    own.addEventListener('click', () => void this.open());
    this.#error.setAttribute('part', 'error');
    this.#error.setAttribute('role', 'alert');
    foot.append(this.#error, own);
    root.append(poster, foot);
  }

  connectedCallback(): void {
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const value: unknown = this[name];
      delete (this as Record<string, unknown>)[name];
      (this as Record<string, unknown>)[name] = value;
    }
    this.#say();
    if (this.#isReady) return;
    this.#isReady = true;
    // Whoever made the element listens by then.
    queueMicrotask(() => this.#emit('vitrine-ready', {}));
  }

  disconnectedCallback(): void {
    // An element that only moves is connected again by then; its frame could not have moved with it.
    queueMicrotask(() => {
      if (!this.isConnected || this.#visit) this.close();
    });
  }

  attributeChangedCallback(): void {
    this.#say();
  }

  /**
   * Opens the try-on, as the button does; resolves when it stands open or has said why it cannot. Never rejects: what
   * goes wrong is told to the shopper in a sentence and to the page by `vitrine-error`.
   */
  open(): Promise<void> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Closes it: every photo, the camera, and the memory that they took are gone. */
  close(): void {
    this.#abort?.abort();
    this.#visit?.close();
  }

  /** Closes it, for a page that takes the element away. It may be opened again. */
  dispose(): void {
    this.close();
    this.#tell('');
  }

  async #open(): Promise<void> {
    if (this.#visit || !this.isConnected) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#tell('');
    this.#button?.setAttribute('aria-disabled', 'true');
    try {
      const { beginVisit } = await import('./visit.js');
      if (abort.signal.aborted || !this.isConnected) return;
      this.#visit = beginVisit({
        element: this,
        assetBase: this.assetBase,
        signal: abort.signal,
        emit: this.#emit,
        onClose: () => {
          this.#visit = undefined;
        },
      });
      await this.#visit.opened;
    } catch (error) {
      this.#tell(WORDS[languageOf(this)].failed);
      this.#emit('vitrine-error', { code: 'asset', message: `The try-on's script could not be loaded: ${String(error)}` });
    } finally {
      this.#button?.removeAttribute('aria-disabled');
    }
  }

  #say(): void {
    this.#label.textContent = WORDS[languageOf(this)].open;
  }

  #tell(sentence: string): void {
    this.#error.textContent = sentence;
  }

  readonly #emit: Emit = (name, detail) => {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  };

  /** Address of the product's picture. */
  get product(): string {
    return this.#read('product');
  }
  set product(value: string) {
    this.#write('product', value);
  }
  /** `glasses` (where absent), `hat`, `headband`, `earrings`, `necklace`, `top` or `dress`. */
  get kind(): string {
    return this.#read('kind');
  }
  set kind(value: string) {
    this.#write('kind', value);
  }
  /** The product's width in millimetres. */
  get widthMm(): number {
    return Number(this.#read('width-mm'));
  }
  set widthMm(value: number) {
    this.#write('width-mm', value);
  }
  /** The merchant's own name of the product; comes back in events. */
  get sku(): string {
    return this.#read('sku');
  }
  set sku(value: string) {
    this.#write('sku', value);
  }
  /** As JSON; an array may be set. */
  get variants(): string {
    return this.#read('variants');
  }
  set variants(value: string | readonly Variant[]) {
    this.#write('variants', typeof value === 'string' ? value : JSON.stringify(value));
  }
  /** Address of the folder with the package's assets, where it is not beside this script. */
  get assetBase(): string {
    return this.#read('asset-base');
  }
  set assetBase(value: string) {
    this.#write('asset-base', value);
  }

  #read(name: string): string {
    return this.getAttribute(name) ?? '';
  }

  #write(name: string, value: unknown): void {
    if (value === undefined || value === null) this.removeAttribute(name);
    else this.setAttribute(name, String(value));
  }
}

function part<Tag extends 'div' | 'button'>(tag: Tag, name: string): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.setAttribute('part', name);
  return element;
}

function slot(name: string): HTMLSlotElement {
  const element = document.createElement('slot');
  element.name = name;
  return element;
}

// A second copy of this script, or another version of it, finds the name taken and leaves it.
if (globalThis.customElements && !customElements.get('vitrine-try-on')) {
  customElements.define('vitrine-try-on', VitrineTryOn);
}

declare global {
  interface HTMLElementTagNameMap {
    'vitrine-try-on': VitrineTryOn;
  }
  interface HTMLElementEventMap extends TryOnEventMap {}
}
type TryOnEventMap = { [Name in keyof TryOnEvents]: CustomEvent<TryOnEvents[Name]> };
