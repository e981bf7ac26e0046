/** What components have in common: box model, buttons, fields, and text for screen readers only. */

import { css } from 'lit';

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  img,
  svg {
    display: block;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
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
    gap: 0.5rem;
    min-block-size: var(--target);
    padding: 0.375rem 0.9375rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--ink);
    font-size: 0.9375rem;
    font-weight: 550;
    line-height: 1.25;
    text-align: center;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
    transition:
      background-color 0.15s,
      border-color 0.15s,
      color 0.15s;
  }
  .button svg {
    flex: none;
  }
  .button:hover {
    background: var(--sunken);
  }
  .button:disabled {
    cursor: default;
    opacity: 0.55;
  }
  .button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  .button.primary:hover:not(:disabled) {
    background: var(--accent-strong);
  }
  .button.quiet {
    border-color: transparent;
    background: transparent;
    color: var(--ink-quiet);
  }
  .button.quiet:hover:not(:disabled) {
    background: var(--sunken);
    color: var(--ink);
  }
  .button.icon {
    inline-size: var(--target);
    min-inline-size: var(--target);
    block-size: var(--target);
    padding: 0;
  }
  .button.danger {
    border-color: transparent;
    background: var(--danger);
    color: var(--surface);
  }
  .button[aria-expanded='true'],
  .button[aria-pressed='true'] {
    background: var(--sunken);
    color: var(--ink);
  }
  .field {
    min-block-size: var(--target);
    padding: 0.25rem 0.625rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    font-size: 0.9375rem;
  }
  select.field {
    appearance: none;
    padding-inline-end: 2rem;
    font-weight: 550;
    cursor: pointer;
    /* The arrow is drawn with two borders of light, so that it takes the theme's colour. */
    background:
      linear-gradient(45deg, transparent 50%, var(--ink-quiet) 50%) calc(100% - 18px) 52% / 5px 5px no-repeat,
      linear-gradient(-45deg, transparent 50%, var(--ink-quiet) 50%) calc(100% - 13px) 52% / 5px 5px no-repeat,
      var(--surface);
  }
  .track {
    block-size: 4px;
    border-radius: 2px;
    background: var(--sunken);
    overflow: hidden;
  }
  .track > .fill {
    block-size: 100%;
    inline-size: 100%;
    border-radius: inherit;
    background: var(--accent);
    transform: scaleX(var(--fraction, 0));
    transform-origin: 0 50%;
    transition: transform 0.25s linear;
  }
  @media (forced-colors: active) {
    .button,
    .button.primary,
    .button.danger,
    .button.quiet {
      border: 1px solid ButtonText;
    }
    .track {
      border: 1px solid CanvasText;
      block-size: 8px;
    }
    .track > .fill {
      background: Highlight;
      forced-color-adjust: none;
    }
    select.field {
      background: Field;
      appearance: auto;
    }
    .button:disabled {
      color: GrayText;
      border-color: GrayText;
      opacity: 1;
    }
  }
`;

/** A dialog over the whole window: a header, what it is about, and a foot. */
export const fullScreen = css`
  dialog {
    inline-size: 100vw;
    block-size: 100dvh;
    max-inline-size: none;
    max-block-size: none;
    margin: 0;
    padding: 0;
    border: 0;
    color: var(--ink);
    overflow: hidden;
  }
  dialog[open] {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
  }
`;
