/** Frames, windows, forms, and the frame's own way to another address. */

import { add, anchor, its, loads, markup, SVG, XHTML, type Channel } from './channel.js';

const MATHML = 'http://www.w3.org/1998/Math/MathML';

function form(attributes: Record<string, string>): HTMLFormElement {
  const form = add('form', attributes) as HTMLFormElement;
  form.append(Object.assign(document.createElement('input'), { name: 'x', value: 'x' }));
  return form;
}

const press = (target: EventTarget) => target.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, composed: true }));

export const windows: readonly Channel[] = [
  { id: 'iframe', title: '<iframe>', by: ['guard', 'frame-src'], run: ({ url }) => void add('iframe', { src: url }) },
  {
    id: 'iframe-location',
    title: 'An empty frame that is sent away',
    by: ['guard', 'frame-src'],
    run({ url }) {
      (add('iframe', {}) as HTMLIFrameElement).contentWindow?.location.assign(url);
    },
  },
  {
    id: 'iframe-document',
    title: 'A frame with a document of its own that names an address',
    by: ['guard', 'img-src'],
    run: ({ url }) => void add('iframe', { srcdoc: `<img src="${url}">` }),
  },
  { id: 'iframe-markup', title: 'A frame in markup', by: ['guard', 'frame-src'], run: ({ url }) => void markup(`<iframe src="${url}"></iframe>`) },
  { id: 'object', title: '<object>', by: ['guard', 'object-src'], run: ({ url }) => void add('object', { data: url }) },
  { id: 'embed', title: '<embed>', by: ['guard', 'object-src'], run: ({ url }) => void add('embed', { src: url }) },
  {
    id: 'fenced-frame',
    title: '<fencedframe>',
    by: ['guard', 'frame-src'],
    run({ url }) {
      const frame = document.createElement('fencedframe') as unknown as { config: unknown };
      frame.config = new its['FencedFrameConfig'](url);
      document.body.append(frame as unknown as Node);
    },
  },
  { id: 'open', title: 'window.open()', by: ['guard', 'sandbox'], run: ({ url }) => void window.open(url) },
  { id: 'open-named', title: 'window.open() into a window with a name', by: ['guard', 'sandbox'], run: ({ url }) => void window.open(url, 'leak') },
  {
    id: 'open-blank',
    title: 'An empty window that is sent away',
    by: ['guard', 'sandbox'],
    run({ url }) {
      const opened = window.open('about:blank') as Window;
      opened.location.href = url;
    },
  },
  { id: 'anchor-blank', title: 'A link to a new window', by: ['guard', 'sandbox'], run: ({ url }) => anchor({ href: url, target: '_blank' }).click() },
  { id: 'anchor-parent', title: 'A link for the enclosure', by: ['guard', 'sandbox'], takesAway: true, run: ({ url }) => anchor({ href: url, target: '_parent' }).click() },
  { id: 'anchor-top', title: 'A link for the whole page', by: ['guard', 'sandbox'], takesAway: true, run: ({ url }) => anchor({ href: url, target: '_top' }).click() },
  {
    id: 'parent-location',
    title: 'Sending the enclosure away',
    by: ['sandbox'],
    takesAway: true,
    run({ url }) {
      parent.location.href = url;
    },
  },
  {
    id: 'top-location',
    title: 'Sending the whole page away',
    by: ['sandbox'],
    takesAway: true,
    run({ url }) {
      (top as Window).location.href = url;
    },
  },
  { id: 'form-get', title: 'A form', by: ['form-action', 'sandbox'], takesAway: true, run: ({ url }) => form({ action: url }).submit() },
  { id: 'form-post', title: 'A form that posts', by: ['form-action', 'sandbox'], takesAway: true, run: ({ url }) => form({ action: url, method: 'post' }).requestSubmit() },
  {
    id: 'form-button',
    title: 'A button with an address',
    by: ['form-action', 'sandbox'],
    takesAway: true,
    run({ url }) {
      const button = Object.assign(document.createElement('button'), { formAction: url });
      form({}).append(button);
      button.click();
    },
  },
  {
    id: 'meta-refresh',
    title: '<meta http-equiv=refresh>',
    by: ['guard', 'enclosure'],
    takesAway: true,
    run: ({ url }) => void document.head.append(add('meta', { 'http-equiv': 'refresh', content: `0;url=${url}` })),
  },
  {
    id: 'meta-refresh-copy',
    title: 'A copy of the frame’s own <meta>, made to refresh',
    by: ['enclosure', 'connection allowlist'],
    takesAway: true,
    run({ url }) {
      const meta = (document.querySelector('meta') ?? add('meta', {})).cloneNode() as HTMLMetaElement;
      meta.httpEquiv = 'refresh';
      meta.content = `0;url=${url}`;
      document.head.append(meta);
    },
  },
  {
    id: 'location',
    title: 'location.href',
    by: ['enclosure', 'connection allowlist'],
    takesAway: true,
    run({ url }) {
      location.href = url;
    },
  },
  { id: 'location-replace', title: 'location.replace()', by: ['enclosure', 'connection allowlist'], takesAway: true, run: ({ url }) => location.replace(url) },
  { id: 'navigation-api', title: 'navigation.navigate()', by: ['guard', 'enclosure'], takesAway: true, run: ({ url }) => void its['navigation'].navigate(url) },
  { id: 'anchor', title: 'A link', by: ['guard', 'enclosure'], takesAway: true, run: ({ url }) => anchor({ href: url }).click() },
  {
    id: 'anchor-drawn',
    title: 'A link in a drawing',
    by: ['guard', 'enclosure'],
    takesAway: true,
    run({ url }) {
      const link = document.createElementNS(SVG, 'a');
      link.setAttribute('href', url);
      add('svg', {}, SVG).append(link);
      press(link);
    },
  },
  {
    id: 'anchor-formula',
    title: 'A link in a formula',
    by: ['guard', 'enclosure'],
    takesAway: true,
    run: ({ url }) => void press(add('math', { href: url }, MATHML)),
  },
  {
    id: 'history',
    title: 'history.pushState()',
    by: ['opaque origin'],
    takesAway: true,
    run({ url }) {
      history.pushState(null, '', url);
      location.reload();
    },
  },
  {
    id: 'other-program',
    title: 'An address for another program, such as mail',
    by: ['sandbox', 'enclosure'],
    takesAway: true,
    run({ host }) {
      location.href = `mailto:x@${host}?body=x`;
    },
  },
  {
    id: 'frame-in-template',
    title: 'A frame that a copied document brings along',
    by: ['guard', 'frame-src'],
    run({ url }) {
      const made = document.implementation.createHTMLDocument('x');
      const frame = made.createElementNS(XHTML, 'iframe');
      frame.setAttribute('src', url);
      return loads(document.body.appendChild(document.importNode(frame, true)));
    },
  },
];

/** A download link in the document; `inside` goes into it. */
const download = (url: string) => anchor({ href: url, download: 'x.png' });

export const downloads: readonly Channel[] = [
  { id: 'download', title: 'A download from an address', by: ['guard'], run: ({ url }) => download(url).click() },
  {
    id: 'download-detached',
    title: 'The same, outside the document',
    by: ['guard'],
    run({ url }) {
      const link = document.createElement('a');
      link.href = url;
      link.download = 'x.png';
      link.click();
    },
  },
  {
    id: 'download-event',
    title: 'The same, by an event',
    by: ['guard'],
    run({ url }) {
      const link = download(url);
      link.remove();
      press(link);
    },
  },
  {
    id: 'download-late',
    title: 'A download whose address changes after the check',
    by: ['guard'],
    run({ url }) {
      const link = download(URL.createObjectURL(new Blob(['x'])));
      link.addEventListener('click', () => (link.href = url));
      link.click();
    },
  },
  {
    id: 'download-pretended',
    title: 'A download that pretends to be the frame’s own',
    by: ['guard'],
    run({ url }) {
      const link = download(url);
      Object.defineProperty(link, 'href', { value: 'blob:x' });
      link.getAttribute = () => null;
      link.remove();
      link.click();
    },
  },
  {
    id: 'download-hidden',
    title: 'A download in a closed shadow tree',
    by: ['guard'],
    run({ url }) {
      const link = download(url);
      const [outer, inner, button] = ['div', 'div', 'b'].map((name) => document.createElement(name)) as [Element, Element, HTMLElement];
      inner.attachShadow({ mode: 'closed' }).append(button);
      link.append(inner);
      outer.attachShadow({ mode: 'closed' }).append(link);
      document.body.append(outer);
      button.click();
    },
  },
  {
    id: 'download-stopped',
    title: 'A download by an event that nobody hears',
    by: ['guard'],
    run({ url }) {
      const event = new MouseEvent('click', { bubbles: true, composed: true });
      event.stopPropagation();
      download(url).dispatchEvent(event);
    },
  },
  {
    id: 'download-key',
    title: 'A download by a key',
    by: ['guard'],
    run({ url }) {
      const link = download(url);
      link.focus();
      for (const type of ['keydown', 'keypress']) link.dispatchEvent(new KeyboardEvent(type, { key: 'Enter', code: 'Enter', bubbles: true }));
      link.dispatchEvent(new UIEvent('DOMActivate', { bubbles: true }));
    },
  },
  {
    id: 'download-area',
    title: 'A download by an image map',
    by: ['guard'],
    run: ({ url }) => (add('area', { href: url, download: 'x.png' }) as HTMLAreaElement).click(),
  },
  {
    id: 'ping',
    title: '<a ping>',
    by: ['guard', 'connect-src'],
    run: ({ url }) => anchor({ href: URL.createObjectURL(new Blob(['x'])), download: 'x.txt', ping: url }).click(),
  },
];
