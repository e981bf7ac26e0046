/** The look of the frame: its colours in both schemes, what the shop's theme changes of them, and what components share. */

import { css } from 'lit';
import { TOKENS, type Setup } from './messages.js';

const light = css`
  color-scheme: light;
  --ground: #f1f2ef;
  --product-ground: #f1f2ef;
  --surface: #ffffff;
  --sunken: #f1f2ef;
  --line: #dde0dc;
  --line-strong: #7f8884;
  --ink: #17201d;
  --ink-quiet: #59635f;
  --accent: #17201d;
  --on-accent: #ffffff;
  --caution: #6b4e00;
  --caution-soft: #fbf3dc;
`;

const dark = css`
  color-scheme: dark;
  --ground: #101211;
  /* Shops photograph for a light page, and dark frames would drown in a dark one. */
  --product-ground: #e6e9e6;
  --surface: #181b1a;
  --sunken: #232726;
  --line: #353b38;
  --line-strong: #87908c;
  --ink: #f1f3f1;
  --ink-quiet: #a7afab;
  --accent: #e8ece9;
  --on-accent: #17201d;
  --caution: #e8c56c;
  --caution-soft: #33290f;
`;

const page = css`
  :root {
    ${light}
    --radius: 12px;
    --font: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
    background: var(--surface);
    color: var(--ink);
    font: 400 1rem/1.5 var(--font);
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
  }
  @media (prefers-color-scheme: dark) {
    :root[data-scheme='either'] {
      ${dark}
    }
  }
  :root[data-scheme='dark'] {
    ${dark}
  }
  body {
    margin: 0;
  }
`;

/** Gives the document its style, without a `<style>`, which the frame's policy would refuse; the shop's theme over it. */
export function dress(target: Document, { scheme, theme }: Setup): void {
  const sheet = page.styleSheet;
  if (sheet) target.adoptedStyleSheets = [...target.adoptedStyleSheets, sheet];
  const root = target.documentElement;
  root.dataset['scheme'] = scheme;
  for (const token of TOKENS) {
    const value = theme[token];
    if (value !== undefined) root.style.setProperty(`--${token}`, value);
  }
  const { accent } = theme;
  if (accent !== undefined && theme['on-accent'] === undefined) root.style.setProperty('--on-accent', textOn(accent));
}

/** Black or white, whichever can be read better on a colour (WCAG 2's relative luminance). */
function textOn(colour: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return '#ffffff';
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = [...context.getImageData(0, 0, 1, 1).data].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) ** 2 > 0.05 * 1.05 ? '#000000' : '#ffffff';
}

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  p,
  ul,
  dl,
  dd,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  ul {
    list-style: none;
  }
  img,
  svg,
  canvas {
    display: block;
  }
  svg {
    flex: none;
  }
  button,
  input {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  .spoken {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 0.01ms !important;
    }
  }
`;

export const controls = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5625rem;
    min-block-size: 48px;
    padding: 0.5rem 1.125rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font-weight: 560;
    line-height: 1.25;
    text-align: center;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
    transition:
      background-color 0.15s,
      border-color 0.15s;
  }
  .button:hover {
    background: var(--sunken);
  }
  .button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  .button.primary:hover {
    background: color-mix(in srgb, var(--accent) 88%, var(--surface));
  }
  .button.quiet {
    border-color: transparent;
    background: none;
    color: var(--ink-quiet);
  }
  .button.quiet:hover {
    background: var(--sunken);
    color: var(--ink);
  }
  .button[aria-pressed='true'] {
    background: var(--sunken);
  }
  .button:disabled {
    cursor: default;
    opacity: 0.5;
  }
  @media (forced-colors: active) {
    .button,
    .button.primary,
    .button.quiet {
      border: 1px solid ButtonText;
    }
    .button:disabled {
      border-color: GrayText;
      color: GrayText;
      opacity: 1;
    }
  }
`;
