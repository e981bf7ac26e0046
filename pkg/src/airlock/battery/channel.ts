/** What an attack is, and what attacks have in common. They run inside the photo frame, as a hostile script would. */

/** What keeps a channel shut; directives are those of the frame's own policy. */
export type Wall =
  | 'guard'
  | 'enclosure'
  | 'sandbox'
  | 'opaque origin'
  | 'shell'
  | 'opener policy'
  | 'connection allowlist'
  | 'prefetch switch'
  | 'connect-src'
  | 'default-src'
  | 'font-src'
  | 'form-action'
  | 'frame-src'
  | 'img-src'
  | 'manifest-src'
  | 'media-src'
  | 'object-src'
  | 'script-src'
  | 'style-src'
  | 'worker-src'
  | 'trusted types';

export type Family =
  | 'Requests by script'
  | 'Direct connections'
  | 'Pictures and media'
  | 'Styles and fonts'
  | 'Hints, links and markup'
  | 'Frames, windows and forms'
  | 'Downloads'
  | 'Workers'
  | 'What is kept'
  | 'Prompts'
  | 'Messages';

/** Where one attack aims at. */
export interface Aim {
  /** An address of its own, so that a hit names its channel. */
  url: string;
  /** The address's host, without a port. */
  host: string;
  /** A port of that host for what speaks neither HTTP nor WebSocket. */
  port: number;
}

export interface Channel {
  /** In lower case with hyphens; it stands in the address that is aimed at. */
  id: string;
  title: string;
  /** Every wall that stands before it; one is enough. */
  by: readonly Wall[];
  /** Whether the frame's document may be gone afterwards, though nothing has left. */
  takesAway?: true;
  /**
   * Tries it. What it throws says that it was refused; `true`, at once or later, that it came through, as far as the
   * frame itself can tell.
   */
  run(aim: Aim): unknown;
}

/** A global by its name, whatever TypeScript knows of it: half of what is attacked is no standard. */
export const its = globalThis as unknown as Record<string, any>;

export const yes = () => true;

/** Resolves when it has loaded. */
export function loads(element: EventTarget, name = 'load'): Promise<true> {
  return new Promise((resolve, reject) => {
    element.addEventListener(name, () => resolve(true));
    element.addEventListener('error', () => reject(new Error('it did not load')));
  });
}

/** Puts an element into the document; `load` tells of one that loads something. */
export function add(name: string, attributes: Record<string, string>, space?: string): Element {
  const element = space ? document.createElementNS(space, name) : document.createElement(name);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.append(element);
  return element;
}

export const adds = (name: string, attributes: Record<string, string>) => loads(add(name, attributes));

/** Puts markup into the document. */
export function markup(text: string): HTMLElement {
  const box = document.createElement('div');
  document.body.append(box);
  box.innerHTML = text;
  return box;
}

export const blobOf = (text: string, type: string) => URL.createObjectURL(new Blob([text], { type }));

/** A link, in the document, to click on. */
export function anchor(attributes: Record<string, string>): HTMLAnchorElement {
  const link = add('a', attributes) as HTMLAnchorElement;
  link.textContent = '.';
  return link;
}

export const XHTML = 'http://www.w3.org/1999/xhtml';
export const SVG = 'http://www.w3.org/2000/svg';
