/** Pictures, sound, films and drawings. */

import { add, adds, blobOf, its, loads, markup, SVG, type Channel } from './channel.js';

const XLINK = 'http://www.w3.org/1999/xlink';

/** A drawing in the document, with one element in it. */
function drawing(name: string, attributes: Record<string, string>): Element {
  const svg = add('svg', {}, SVG);
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  svg.append(element);
  return element;
}

export const pictures: readonly Channel[] = [
  {
    id: 'image',
    title: 'new Image()',
    by: ['img-src'],
    run({ url }) {
      const image = new Image();
      image.src = url;
      return loads(image);
    },
  },
  { id: 'image-srcset', title: '<img srcset>', by: ['img-src'], run: ({ url }) => adds('img', { srcset: `${url} 2x, ${url} 1x` }) },
  {
    id: 'picture',
    title: '<picture>',
    by: ['img-src'],
    run: ({ url }) => void markup(`<picture><source srcset="${url}"><img alt=""></picture>`),
  },
  { id: 'input-image', title: '<input type=image>', by: ['img-src'], run: ({ url }) => adds('input', { type: 'image', src: url }) },
  {
    id: 'attribution',
    title: '<img attributionsrc>',
    by: ['img-src', 'opaque origin'],
    run: ({ url }) => void add('img', { attributionsrc: url, src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' }),
  },
  { id: 'table', title: 'A table’s background', by: ['img-src'], run: ({ url }) => void markup(`<table background="${url}"><td>x</td></table>`) },
  {
    id: 'audio',
    title: '<audio>',
    by: ['media-src'],
    run({ url }) {
      new Audio(url).load();
    },
  },
  { id: 'video', title: '<video>', by: ['media-src'], run: ({ url }) => void add('video', { src: url, autoplay: '', muted: '' }) },
  { id: 'video-source', title: '<source> of a <video>', by: ['media-src'], run: ({ url }) => void markup(`<video><source src="${url}"></video>`) },
  { id: 'poster', title: 'A video’s poster', by: ['img-src'], run: ({ url }) => void add('video', { poster: url }) },
  {
    id: 'track',
    title: '<track>',
    by: ['media-src'],
    run({ url }) {
      const video = add('video', {}) as HTMLVideoElement;
      const track = document.createElement('track');
      video.append(track);
      track.src = url;
      track.track.mode = 'showing';
      return loads(track);
    },
  },
  {
    id: 'playlist',
    title: 'A playlist of its own that names an address',
    by: ['media-src'],
    run({ url }) {
      const list = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${url}\n#EXT-X-ENDLIST`;
      add('video', { src: blobOf(list, 'application/vnd.apple.mpegurl'), autoplay: '' });
    },
  },
  { id: 'svg-image', title: 'SVG <image>', by: ['img-src'], run: ({ url }) => loads(drawing('image', { href: url, width: '9', height: '9' })) },
  { id: 'svg-use', title: 'SVG <use>', by: ['guard', 'img-src', 'default-src'], run: ({ url }) => void drawing('use', { href: `${url}#a` }) },
  {
    id: 'svg-filter-image',
    title: 'SVG <feImage>',
    by: ['img-src'],
    run({ url }) {
      const filter = drawing('filter', { id: 'leak' });
      const image = document.createElementNS(SVG, 'feImage');
      image.setAttributeNS(XLINK, 'href', url);
      image.setAttribute('href', url);
      filter.append(image);
      add('div', { style: '' }).textContent = 'x';
      document.body.style.filter = 'url(#leak)';
      document.body.getBoundingClientRect();
    },
  },
  { id: 'svg-script', title: 'SVG <script href>', by: ['guard', 'script-src'], run: ({ url }) => void drawing('script', { href: url }) },
  {
    id: 'svg-fill',
    title: 'SVG paint from an address',
    by: ['img-src', 'default-src'],
    run: ({ url }) => void drawing('rect', { fill: `url(${url}#a)`, filter: `url(${url}?filter#a)`, width: '9', height: '9' }).getBoundingClientRect(),
  },
  {
    id: 'svg-inside-image',
    title: 'An SVG file of its own as a picture, with an address in it',
    by: ['img-src'],
    run: ({ url }) => void add('img', { src: blobOf(`<svg xmlns="${SVG}" width="9" height="9"><image href="${url}" width="9" height="9"/></svg>`, 'image/svg+xml') }),
  },
  {
    id: 'media-session',
    title: 'A cover for what plays',
    by: ['guard'],
    run({ url }) {
      navigator.mediaSession.metadata = new its['MediaMetadata']({ title: 'x', artwork: [{ src: url, sizes: '96x96' }] });
      navigator.mediaSession.playbackState = 'playing';
    },
  },
];
