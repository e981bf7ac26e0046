/** Links that fetch ahead or resolve names, and ways to make one around the guard's checks. */

import { add, anchor, markup, XHTML, type Aim, type Channel, type Wall } from './channel.js';

/** Each relation of `<link>` that makes a browser ask somebody, with what it needs to be heeded. */
const RELATIONS: readonly [rel: string, wall: Wall, more?: Record<string, string>][] = [
  ['stylesheet', 'style-src'],
  ['alternate stylesheet', 'style-src'],
  ['icon', 'img-src'],
  ['apple-touch-icon', 'img-src'],
  ['manifest', 'manifest-src'],
  ['preload', 'img-src', { as: 'image' }],
  ['preload', 'script-src', { as: 'script' }],
  ['preload', 'font-src', { as: 'font', crossorigin: '' }],
  ['preload', 'connect-src', { as: 'fetch', crossorigin: '' }],
  ['prefetch', 'default-src'],
  ['modulepreload', 'script-src'],
  ['preconnect', 'default-src'],
  ['dns-prefetch', 'default-src'],
  ['prerender', 'default-src'],
  ['compression-dictionary', 'default-src'],
];

/** A link that has a name looked up, which no policy stops. */
function lookUp(link: Node, { host }: Aim): void {
  (link as Element).setAttribute('rel', 'dns-prefetch');
  (link as Element).setAttribute('href', `http://${host}/`);
  document.head.append(link);
}

export const links: readonly Channel[] = [
  ...RELATIONS.map(([rel, wall, more]): Channel => ({
    id: `link-${rel.replace(' ', '-')}${more?.['as'] ? `-${more['as']}` : ''}`,
    title: `<link rel="${rel}"${more?.['as'] ? ` as="${more['as']}"` : ''}>`,
    by: rel === 'dns-prefetch' || rel === 'preconnect' ? ['guard'] : ['guard', wall],
    run({ url }) {
      const link = document.createElement('link');
      for (const [name, value] of Object.entries({ rel, href: url, ...more })) link.setAttribute(name, value);
      document.head.append(link);
    },
  })),
  { id: 'dns-markup', title: 'A name looked up by a <link> in markup', by: ['guard'], run: ({ host }) => void markup(`<link rel="dns-prefetch" href="http://${host}/">`) },
  {
    id: 'dns-name',
    title: 'A name looked up by a <link> whose name changes between check and use',
    by: ['guard'],
    run(aim) {
      let reads = 0;
      lookUp(document.createElement({ toString: () => (reads++ === 0 ? 'div' : 'link') } as unknown as string), aim);
    },
  },
  {
    id: 'dns-root',
    title: 'A name looked up by a <link> that was the root of another document',
    by: ['guard'],
    run: (aim) => lookUp(document.adoptNode(document.implementation.createDocument(XHTML, 'link').documentElement), aim),
  },
  {
    id: 'dns-sanitizer',
    title: 'A name looked up by a <link> that a sanitizer let through',
    by: ['guard'],
    run({ host }) {
      const box = document.createElement('div') as unknown as { setHTML(text: string, options: object): void };
      document.body.append(box as unknown as Node);
      const elements = [{ name: 'link', attributes: ['rel', 'href'] }];
      box.setHTML(`<link rel="dns-prefetch" href="http://${host}/">`, { sanitizer: { elements } });
    },
  },
  {
    id: 'dns-parsed',
    title: 'A name looked up by a <link> out of a parsed document',
    by: ['guard'],
    run(aim) {
      const parse = (Document as unknown as { parseHTML(text: string, options: object): Document }).parseHTML;
      const parsed = parse('<link rel="x">', { sanitizer: { elements: [{ name: 'link', attributes: ['rel'] }] } });
      lookUp(document.adoptNode(parsed.querySelector('link') as Node), aim);
    },
  },
  { id: 'dns-anchor', title: 'A name looked up ahead of a click', by: ['prefetch switch'], run: ({ host }) => void anchor({ href: `https://${host}/` }) },
  {
    id: 'dns-switched-on',
    title: 'Looking up ahead, switched on again',
    by: ['guard'],
    run({ host }) {
      add('meta', { 'http-equiv': 'x-dns-prefetch-control', content: 'on' });
      anchor({ href: `https://${host}/` });
    },
  },
  {
    id: 'dns-switched-on-copy',
    title: 'Looking up ahead, switched on by a copy of the frame’s own <meta>',
    by: ['prefetch switch'],
    run({ host }) {
      const meta = (document.querySelector('meta') ?? add('meta', {})).cloneNode() as HTMLMetaElement;
      meta.httpEquiv = 'x-dns-prefetch-control';
      meta.content = 'on';
      document.head.append(meta);
      anchor({ href: `https://${host}/` });
    },
  },
  {
    id: 'base',
    title: '<base>, and a relative address',
    by: ['guard', 'img-src'],
    run({ url }) {
      const base = document.createElement('base');
      base.href = url;
      document.head.append(base);
      add('img', { src: '' }).setAttribute('src', url.split('/').pop() ?? '');
    },
  },
];
