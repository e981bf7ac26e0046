/** Styles and fonts. */

import { add, its, type Channel } from './channel.js';

/** A sheet made by script, which no policy on inline styles sees. */
function sheet(rules: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  settle();
}

/** Styles are looked up when somebody asks where things are. */
function settle(): void {
  const box = add('p', { class: 'leak' });
  box.textContent = 'text';
  getComputedStyle(box).backgroundImage;
  box.getBoundingClientRect();
}

function styleElement(text: string): void {
  const style = document.createElement('style');
  style.textContent = text;
  document.head.append(style);
  settle();
}

function property(name: string, value: string): void {
  const box = add('div', {}) as HTMLElement;
  box.style.setProperty(name, value);
  box.textContent = 'x';
  getComputedStyle(box).getPropertyValue(name);
  box.getBoundingClientRect();
}

export const styles: readonly Channel[] = [
  { id: 'style-import', title: '@import in <style>', by: ['style-src'], run: ({ url }) => styleElement(`@import "${url}";`) },
  { id: 'style-url', title: 'url() in <style>', by: ['style-src', 'img-src'], run: ({ url }) => styleElement(`.leak { background: url(${url}) }`) },
  { id: 'style-namespace', title: '@namespace', by: ['style-src'], run: ({ url }) => styleElement(`@namespace url(${url}); .leak { color: red }`) },
  { id: 'style-charset', title: '@charset and src() in a style', by: ['style-src', 'img-src'], run: ({ url }) => styleElement(`.leak { background: src("${url}") }`) },
  { id: 'sheet-background', title: 'A background in a sheet made by script', by: ['img-src'], run: ({ url }) => sheet(`.leak { background: url(${url}) }`) },
  { id: 'sheet-image-set', title: 'image-set()', by: ['img-src'], run: ({ url }) => sheet(`.leak { background: image-set("${url}" 1x) }`) },
  { id: 'sheet-import', title: '@import in a sheet made by script', by: ['style-src'], run: ({ url }) => sheet(`@import "${url}"; .leak { color: red }`) },
  { id: 'sheet-cursor', title: 'A cursor', by: ['img-src'], run: ({ url }) => sheet(`.leak { cursor: url(${url}), auto }`) },
  { id: 'sheet-content', title: 'content: url()', by: ['img-src'], run: ({ url }) => sheet(`.leak::before { content: url(${url}) }`) },
  { id: 'sheet-list', title: 'A list’s marker', by: ['img-src'], run: ({ url }) => sheet(`.leak { display: list-item; list-style: url(${url}) }`) },
  { id: 'sheet-border', title: 'A border’s picture', by: ['img-src'], run: ({ url }) => sheet(`.leak { border: 9px solid; border-image: url(${url}) 30 }`) },
  { id: 'sheet-shape', title: 'A shape', by: ['img-src'], run: ({ url }) => sheet(`.leak { float: left; shape-outside: url(${url}) }`) },
  { id: 'sheet-font', title: '@font-face', by: ['font-src'], run: ({ url }) => sheet(`@font-face { font-family: leak; src: url(${url}) } .leak { font-family: leak }`) },
  { id: 'font-face', title: 'FontFace', by: ['font-src'], run: ({ url }) => new FontFace('leak', `url(${url})`).load().then(() => true) },
  { id: 'property', title: 'A style property', by: ['img-src'], run: ({ url }) => property('background-image', `url(${url})`) },
  { id: 'property-mask', title: 'A mask', by: ['img-src', 'default-src'], run: ({ url }) => property('mask-image', `url(${url})`) },
  { id: 'property-filter', title: 'A filter', by: ['img-src', 'default-src'], run: ({ url }) => property('filter', `url(${url}#a)`) },
  { id: 'property-clip', title: 'A clip path', by: ['img-src', 'default-src'], run: ({ url }) => property('clip-path', `url(${url}#a)`) },
  {
    id: 'xml-stylesheet',
    title: '<?xml-stylesheet?>',
    by: ['style-src'],
    run: ({ url }) => void document.insertBefore(document.createProcessingInstruction('xml-stylesheet', `href="${url}" type="text/css"`), document.documentElement),
  },
  {
    id: 'paint-worklet',
    title: 'A paint worklet from an address',
    by: ['trusted types', 'script-src'],
    run: ({ url }) => its['CSS'].paintWorklet.addModule(url),
  },
];
