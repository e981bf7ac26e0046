/** Icons and the wordmark, drawn for this page: 20 × 20, strokes of 1.6, in the colour of the text around. */

import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

const icon = (paths: SVGTemplateResult): TemplateResult => html`
  <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>
`;

export const icons = {
  add: icon(svg`<path d="M10 4v12M4 10h12"/>`),
  brush: icon(svg`<path d="M16.6 3.4c-.9-.9-4.6 1.6-7.4 4.7l2.7 2.7c3.1-2.8 5.6-6.5 4.7-7.4z"/><path d="M8.5 9.2c-2 .1-3.2 1.3-3.3 3.2-.1 1.5-.8 2.6-2 3 3.3 1 7.7.2 8-3.5z"/>`),
  check: icon(svg`<path d="m4.5 10.5 3.6 3.6 7.4-8.2"/>`),
  close: icon(svg`<path d="m5 5 10 10M15 5 5 15"/>`),
  copy: icon(svg`<rect x="7" y="7" width="9.5" height="9.5" rx="2"/><path d="M13 4.2A1.7 1.7 0 0 0 11.3 3.5H5.2a1.7 1.7 0 0 0-1.7 1.7v6.1c0 .8.3 1.3.7 1.7"/>`),
  device: icon(svg`<rect x="5.5" y="5.5" width="9" height="9" rx="1.6"/><path d="M8 3v2.5M12 3v2.5M8 14.5V17M12 14.5V17M3 8h2.5M3 12h2.5M14.5 8H17M14.5 12H17"/>`),
  download: icon(svg`<path d="M10 3.5v9M6.3 9.2 10 12.8l3.7-3.6M3.8 16.5h12.4"/>`),
  dropper: icon(svg`<path d="m11 6.2 2.6-2.4a1.9 1.9 0 0 1 2.7 2.7l-2.5 2.6M10 5.3l4.7 4.7M11.4 6.7l-7 7c-.5.5-.3 1.1-.9 2.1l-.3.9.9-.3c1-.6 1.6-.4 2.1-.9l7-7"/>`),
  eraser: icon(svg`<path d="m8 16.2-4.3-4.3a1.5 1.5 0 0 1 0-2.1l5.8-5.8a1.5 1.5 0 0 1 2.1 0l4.4 4.4a1.5 1.5 0 0 1 0 2.1l-5.7 5.7zM8 16.2h8.5M6.6 6.9l6.5 6.5"/>`),
  enlarge: icon(svg`<path d="M12 3.5h4.5V8M8 16.5H3.5V12M16.5 3.5 11.5 8.5M3.5 16.5l5-5"/>`),
  folder: icon(svg`<path d="M2.8 6.2c0-.9.7-1.6 1.6-1.6h3.3l1.8 2h6.1c.9 0 1.6.7 1.6 1.6v6c0 .9-.7 1.6-1.6 1.6H4.4c-.9 0-1.6-.7-1.6-1.6z"/>`),
  heal: icon(svg`<path d="m4.4 11.9 7.5-7.5a2.6 2.6 0 0 1 3.7 3.7l-7.5 7.5a2.6 2.6 0 0 1-3.7-3.7zM7.9 8.4l3.7 3.7"/><path d="M10 8.6v.1M11.4 10v.1M8.6 10v.1M10 11.4v.1"/>`),
  keep: icon(svg`<circle cx="10" cy="10" r="6.8"/><path d="M10 7v6M7 10h6"/>`),
  keepFile: icon(svg`<path d="M4 5.3c0-.8.6-1.4 1.4-1.4h7.4L16 7.1v7.6c0 .8-.6 1.4-1.4 1.4H5.4c-.8 0-1.4-.6-1.4-1.4z"/><path d="M7 3.9v3.6h5V3.9M7 16.1v-4.6h6v4.6"/>`),
  group: icon(svg`<path d="M3.5 16.2V9.4c0-.7.5-1.2 1.2-1.2h2.1M16.5 16.2v-4.6c0-.7-.5-1.2-1.2-1.2h-2.1M6.8 16.2V5c0-.7.5-1.2 1.2-1.2h4c.7 0 1.2.5 1.2 1.2v11.2M2.4 16.2h15.2"/>`),
  camera: icon(svg`<path d="M4.6 6.2h2l1.3-2.1h4.2l1.3 2.1h2c1 0 1.8.8 1.8 1.8v6.4c0 1-.8 1.8-1.8 1.8H4.6c-1 0-1.8-.8-1.8-1.8V8c0-1 .8-1.8 1.8-1.8z"/><circle cx="10" cy="11" r="2.8"/>`),
  model: icon(svg`<circle cx="10" cy="7" r="3.4"/><path d="M3.6 16.8c.5-3.4 3-5.2 6.4-5.2s5.9 1.8 6.4 5.2"/>`),
  left: icon(svg`<path d="M12.2 4.5 6.8 10l5.4 5.5"/>`),
  right: icon(svg`<path d="M7.8 4.5 13.2 10l-5.4 5.5"/>`),
  minus: icon(svg`<path d="M4 10h12"/>`),
  moon: icon(svg`<path d="M16.3 11.7A6.7 6.7 0 0 1 8.3 3.7a6.7 6.7 0 1 0 8 8z"/>`),
  sun: icon(svg`<circle cx="10" cy="10" r="3.3"/><path d="M10 2.5v1.6M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1"/>`),
  palette: icon(svg`<circle cx="10" cy="10" r="6.8"/><path d="M10 3.2v13.6" /><path d="M10 5.5h5M10 8.5h6.5M10 11.5h6.5M10 14.5h5"/>`),
  pause: icon(svg`<path d="M7 4.5v11M13 4.5v11"/>`),
  play: icon(svg`<path d="M6.5 4.2v11.6L15.5 10z"/>`),
  tag: icon(svg`<path d="M3.5 4.9c0-.8.6-1.4 1.4-1.4h4.7c.4 0 .8.2 1 .4l5.6 5.6a1.5 1.5 0 0 1 0 2.1l-4.6 4.6a1.5 1.5 0 0 1-2.1 0L3.9 10.6a1.4 1.4 0 0 1-.4-1z"/><circle cx="7" cy="7" r="0.9"/>`),
  table: icon(svg`<rect x="3.2" y="4" width="13.6" height="12" rx="1.6"/><path d="M3.2 8h13.6M3.2 12h13.6M8 8v8"/>`),
  photo: icon(svg`<rect x="2.8" y="4" width="14.4" height="12" rx="2"/><circle cx="7" cy="8.2" r="1.3"/><path d="m3.5 14.5 4-3.8 2.7 2.4 3-3.3 3.6 3.6"/>`),
  redo: icon(svg`<path d="M12.5 4.5 16 8l-3.5 3.5M16 8H8.3a4.3 4.3 0 0 0 0 8.5h3"/>`),
  retry: icon(svg`<path d="M15.8 8.3A6.2 6.2 0 1 0 16 11.5M16.2 4.2v4.2H12"/>`),
  search: icon(svg`<circle cx="9" cy="9" r="5.2"/><path d="m13 13 3.5 3.5M7 9h4"/>`),
  down: icon(svg`<path d="m4.5 7.2 5.5 5.6 5.5-5.6"/>`),
  sparkle: icon(svg`<path d="M8.2 3.5c.6 3.6 1.9 4.9 5.5 5.5-3.6.6-4.9 1.9-5.5 5.5-.6-3.6-1.9-4.9-5.5-5.5 3.6-.6 4.9-1.9 5.5-5.5zM15 11.8c.3 1.7.9 2.3 2.6 2.6-1.7.3-2.3.9-2.6 2.6-.3-1.7-.9-2.3-2.6-2.6 1.7-.3 2.3-.9 2.6-2.6z"/>`),
  trash: icon(svg`<path d="M3.8 5.5h12.4M8 5.5V3.8h4v1.7M5.3 5.5l.7 10c.1.7.6 1.2 1.3 1.2h5.4c.7 0 1.2-.5 1.3-1.2l.7-10M8.4 8.7v5M11.6 8.7v5"/>`),
  undo: icon(svg`<path d="M7.5 4.5 4 8l3.5 3.5M4 8h7.7a4.3 4.3 0 0 1 0 8.5h-3"/>`),
  wand: icon(svg`<path d="m3.5 16.5 8-8M13.5 3.2v2.6M13.5 9.2v2.6M9.3 7.5h2.5M15.2 7.5h2.6"/>`),
  unsure: icon(svg`<path d="M3.4 7.2V5.4c0-1.1.9-2 2-2h1.8M12.8 3.4h1.8c1.1 0 2 .9 2 2v1.8M16.6 12.8v1.8c0 1.1-.9 2-2 2h-1.8M7.2 16.6H5.4c-1.1 0-2-.9-2-2v-1.8"/><path d="m6.6 10.4 3.8-3.8M6.9 13.1l6.2-6.2M9.6 13.4l3.8-3.8"/>`),
  warning: icon(svg`<path d="M10 3.4 17.3 16H2.7z"/><path d="M10 8.2v3.6M10 13.9v.1"/>`),
  shield: icon(svg`<path d="M10 2.8 16 5v4.6c0 3.7-2.5 6.4-6 7.6-3.5-1.2-6-3.9-6-7.6V5z"/><path d="m7.3 9.9 1.9 1.9 3.5-3.8"/>`),
  grip: icon(svg`<path d="m7 6-3.5 4L7 14M13 6l3.5 4-3.5 4"/>`),
} as const;

/** A shop window with a V in it: the left stroke solid, as the photo; the right one as its outline, cut out. */
export const logo = html`
  <svg width="30" height="30" viewBox="0 0 32 32" fill="none" aria-hidden="true">
    <path d="M4 27V13.5C4 7 9.2 3 16 3s12 4 12 10.5V27" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>
    <path d="M1.8 28.9h28.4" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>
    <path d="M9 11.5h4.2l3.3 8.6L14.6 25z" fill="var(--accent)"/>
    <path d="m19.3 12.3-4 11.2 4.9-11.2z" stroke="var(--accent)" stroke-width="1.6" stroke-linejoin="round"/>
  </svg>
`;
