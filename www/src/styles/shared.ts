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
  .primary .count {
    padding: 0 0.4375rem;
    border-radius: 99px;
    background: color-mix(in srgb, currentColor 18%, transparent);
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
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
    background: var(--ground);
    color: var(--ink);
    overflow: hidden;
  }
  dialog[open] {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
  }
  .top {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.5rem clamp(0.625rem, 2vw, 1.25rem);
    padding-block-start: max(0.5rem, env(safe-area-inset-top));
    border-block-end: 1px solid var(--line);
    background: var(--surface);
  }
  .top h2 {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    font-size: 1rem;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`;

/** One picture in a `fullScreen` dialog: its name in the header, and the picture below. */
export const viewer = css`
  .top {
    gap: 0.25rem;
    min-block-size: 56px;
    padding: 0.375rem 0.75rem 0.375rem 1.25rem;
    padding-block-start: max(0.375rem, env(safe-area-inset-top));
  }
  .view {
    position: relative;
    min-block-size: 0;
  }
`;

/** A dialog in the middle of the window: a header, what scrolls, and a foot of buttons. Each says how wide it is. */
export const panel = css`
  dialog {
    max-block-size: calc(100dvh - 1.5rem);
    padding: 0;
    border: 0;
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow-high);
    overflow: hidden;
  }
  dialog[open] {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto;
  }
  dialog::backdrop {
    background: rgb(12 11 10 / 0.5);
  }
  h2 {
    font-size: 1.1875rem;
    font-weight: 620;
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 0.625rem;
    padding: 0.875rem 1.5rem 1.25rem;
    border-block-start: 1px solid var(--line);
  }
  @media (forced-colors: active) {
    dialog {
      border: 1px solid CanvasText;
    }
  }
`;

/** A place that asks for photos: an emblem, what to do, and a button, in a dashed frame. */
export const invitation = css`
  .invitation {
    display: grid;
    justify-items: center;
    border: 1.5px dashed var(--line-strong);
    border-radius: calc(var(--radius) + 4px);
    background: var(--surface);
    text-align: center;
  }
  .emblem {
    display: grid;
    place-items: center;
    inline-size: 56px;
    block-size: 56px;
    border-radius: 50%;
    background: var(--accent-soft);
    color: var(--accent);
  }
  .emblem svg {
    inline-size: 26px;
    block-size: 26px;
  }
  .invitation .primary {
    min-block-size: 46px;
    padding-inline: 1.375rem;
  }
  .invitation :is(h2, h3) {
    font-size: 1.1875rem;
    font-weight: 600;
  }
  @media (pointer: coarse) {
    .mouse {
      display: none;
    }
  }
`;

/** Buttons side by side of which one is pressed. */
export const segments = css`
  .segments {
    gap: 2px;
    padding: 3px;
    border-radius: 12px;
    background: var(--sunken);
  }
  .segments .button {
    border-radius: 9px;
  }
  .segments .button[aria-pressed='true'] {
    background: var(--surface);
    color: var(--ink);
    box-shadow: 0 1px 3px rgb(0 0 0 / 0.16);
  }
`;

/** Something is on its way, and nobody knows how long. */
export const spinner = css`
  .spinner {
    inline-size: 34px;
    block-size: 34px;
    border: 3px solid var(--line);
    border-block-start-color: var(--accent);
    border-radius: 50%;
    animation: turn 0.9s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
`;
