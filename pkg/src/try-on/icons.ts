/** Icons, drawn for this page: 20 × 20, strokes of 1.6, in the colour of the text around. */

import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

const icon = (paths: SVGTemplateResult): TemplateResult => html`
  <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>
`;

export const icons = {
  device: icon(svg`<rect x="5.6" y="2.6" width="8.8" height="14.8" rx="2"/><path d="M9 14.8h2"/><path d="M8.2 8.6 9.6 10l2.4-2.6"/>`),
  gone: icon(svg`<path d="M16.3 11.7A6.7 6.7 0 0 1 8.3 3.7a6.7 6.7 0 1 0 8 8z"/>`),
  look: icon(svg`<path d="M2.6 10S5.2 5 10 5s7.4 5 7.4 5-2.6 5-7.4 5-7.4-5-7.4-5z"/><circle cx="10" cy="10" r="2.2"/>`),
  photo: icon(svg`<path d="M4.6 6.2h2l1.3-2.1h4.2l1.3 2.1h2c1 0 1.8.8 1.8 1.8v6.4c0 1-.8 1.8-1.8 1.8H4.6c-1 0-1.8-.8-1.8-1.8V8c0-1 .8-1.8 1.8-1.8z"/><circle cx="10" cy="11" r="2.8"/>`),
  camera: icon(svg`<rect x="2.6" y="5.4" width="10" height="9.2" rx="1.8"/><path d="m12.6 9 4.8-2.6v7.2L12.6 11"/>`),
  save: icon(svg`<path d="M10 3.5v9M6.3 9.2 10 12.8l3.7-3.6M3.8 16.5h12.4"/>`),
  compare: icon(svg`<path d="M10 3v14"/><path d="M7.4 5.2H5.2c-.9 0-1.6.7-1.6 1.6v6.4c0 .9.7 1.6 1.6 1.6h2.2M12.6 5.2h2.2c.9 0 1.6.7 1.6 1.6v6.4c0 .9-.7 1.6-1.6 1.6h-2.2"/>`),
  again: icon(svg`<path d="M15.8 8.3A6.2 6.2 0 1 0 16 11.5M16.2 4.2v4.2H12"/>`),
  person: icon(svg`<circle cx="10" cy="6.8" r="3.2"/><path d="M3.8 16.6c.6-3.3 3-5 6.2-5s5.6 1.7 6.2 5"/>`),
  warning: icon(svg`<path d="M10 3.4 17.2 16H2.8z"/><path d="M10 8.2v3.6M10 13.9v.1"/>`),
  check: icon(svg`<path d="m4.5 10.5 3.6 3.6 7.4-8.2"/>`),
};
