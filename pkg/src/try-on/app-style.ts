/** The layout of the frame's page: on a phone the stage over the panel, on a desktop beside it. */

import { css } from 'lit';

export const appStyle = css`
  :host {
    display: block;
  }
  main {
    display: grid;
    grid-template: minmax(220px, 1fr) auto / minmax(0, 1fr);
    block-size: 100vh;
    block-size: 100dvh;
    overflow: hidden auto;
    overscroll-behavior: contain;
  }
  .stage {
    display: grid;
    min-block-size: 0;
    background: var(--ground);
    overflow: hidden;
  }
  photo-stage,
  live-stage {
    inline-size: 100%;
    block-size: 100%;
    touch-action: pan-y;
  }
  .product {
    display: grid;
    place-items: center;
    padding: clamp(1.5rem, 8vmin, 4rem);
    background: var(--product-ground);
    min-block-size: 0;
    overflow: hidden;
  }
  .product.drop {
    cursor: pointer;
  }
  .product img {
    max-inline-size: 100%;
    max-block-size: 100%;
    min-block-size: 0;
    object-fit: contain;
  }
  .absent {
    color: #59635f;
  }
  .absent svg {
    inline-size: 56px;
    block-size: 56px;
    stroke-width: 1;
  }
  .panel {
    display: grid;
    background: var(--surface);
  }
  .words {
    display: grid;
    align-content: start;
    gap: 1rem;
    padding: 1.25rem 1.25rem max(1.25rem, env(safe-area-inset-bottom));
  }
  h1 {
    font-size: 1.375rem;
    font-weight: 640;
    line-height: 1.2;
    letter-spacing: -0.014em;
    text-wrap: balance;
  }
  h1:focus,
  .notice h2:focus {
    outline: none;
  }
  .quiet {
    color: var(--ink-quiet);
  }
  .small {
    color: var(--ink-quiet);
    font-size: 0.875rem;
    line-height: 1.45;
  }
  .promises {
    display: grid;
    gap: 0.75rem;
  }
  .promises li {
    display: grid;
    grid-template-columns: 20px 1fr;
    gap: 0.75rem;
    font-size: 0.9375rem;
    line-height: 1.45;
    color: var(--ink-quiet);
  }
  .promises svg {
    margin-block-start: 1px;
    color: var(--ink);
  }
  .promises strong {
    color: var(--ink);
    font-weight: 620;
  }
  .own {
    padding-inline-start: 0.875rem;
    border-inline-start: 3px solid var(--line);
    color: var(--ink-quiet);
    font-size: 0.875rem;
    white-space: pre-line;
  }
  /* Where there is more to read than fits, what to do stays in sight. */
  .buttons {
    position: sticky;
    inset-block-end: 0;
    display: grid;
    gap: 0.5rem;
    padding-block: 0.25rem;
    background: var(--surface);
    box-shadow: 0 -10px 10px -6px var(--surface);
  }
  .pair {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .pair .button {
    flex: 1 1 7.5rem;
    padding-inline: 0.5rem;
    white-space: nowrap;
  }
  .pair .quiet {
    font-size: 0.9375rem;
  }
  .buttons .mouse {
    display: none;
    text-align: center;
  }
  .sealed {
    display: grid;
    grid-template-columns: 20px 1fr;
    gap: 0.5rem;
  }
  .look {
    text-align: center;
  }
  .track {
    block-size: 4px;
    border-radius: 2px;
    background: var(--sunken);
    overflow: hidden;
  }
  .track > div {
    block-size: 100%;
    background: var(--accent);
    transform-origin: 0 50%;
    transition: transform 0.25s linear;
  }
  .notice {
    display: grid;
    grid-template-columns: 20px 1fr;
    gap: 0.75rem;
    padding: 0.875rem 1rem;
    border-radius: var(--radius);
    background: var(--caution-soft);
    color: var(--caution);
  }
  .notice svg {
    margin-block-start: 1px;
  }
  .notice h2 {
    font-size: 1rem;
    font-weight: 620;
    line-height: 1.35;
  }
  .notice p {
    margin-block-start: 0.125rem;
    color: var(--ink);
    font-size: 0.9375rem;
    line-height: 1.45;
  }
  .notice .button {
    margin-block-start: 0.75rem;
  }
  .variants {
    position: relative;
    display: flex;
    gap: 0.5rem;
    margin-inline: -1.25rem;
    padding: 4px 1.25rem;
    overflow-x: auto;
    scrollbar-width: none;
  }
  .chip {
    position: relative;
    display: inline-flex;
    flex: none;
    align-items: center;
    gap: 0.625rem;
    min-block-size: 52px;
    padding: 5px 16px 5px 6px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  .chip:has(:checked) {
    border-color: var(--accent);
    box-shadow: inset 0 0 0 1px var(--accent);
  }
  .chip:has(:disabled) {
    cursor: default;
    color: var(--ink-quiet);
  }
  .chip:has(:focus-visible) {
    outline: 3px solid var(--accent);
    outline-offset: 1px;
  }
  .thumb {
    display: grid;
    place-items: center;
    inline-size: 64px;
    block-size: 42px;
    border-radius: calc(var(--radius) - 5px);
    background: var(--product-ground);
    overflow: hidden;
  }
  .thumb img {
    inline-size: 100%;
    block-size: 100%;
    padding: 4px;
    object-fit: contain;
  }
  .name {
    font-size: 0.9375rem;
    font-weight: 540;
    line-height: 1.2;
  }
  .name small {
    display: block;
    font-size: 0.75rem;
    font-weight: 400;
  }
  .veil {
    position: fixed;
    inset: 0;
    display: grid;
    place-items: center;
    background: color-mix(in srgb, var(--surface) 82%, transparent);
    pointer-events: none;
  }
  .veil span {
    padding: 1rem 1.5rem;
    border: 2px dashed var(--accent);
    border-radius: var(--radius);
    background: var(--surface);
    font-size: 1.125rem;
    font-weight: 600;
  }
  @media (hover: hover) and (pointer: fine) {
    .buttons .mouse {
      display: block;
    }
  }
  @media (min-width: 720px) {
    main {
      grid-template: minmax(0, 1fr) / minmax(0, 1fr) minmax(320px, 400px);
    }
    .panel {
      overflow-y: auto;
      align-items: center;
    }
    .words {
      gap: 1.25rem;
      padding: 4rem 2.25rem 2.25rem;
    }
    h1 {
      font-size: 1.75rem;
    }
    .promises {
      gap: 1.125rem;
    }
    .buttons {
      gap: 0.625rem;
      margin-block-start: 0.25rem;
    }
    .variants {
      flex-direction: column;
      margin-inline: 0;
      padding-inline: 0;
      overflow: visible;
    }
    .look {
      text-align: start;
    }
  }
  /* A phone on its side. */
  @media (min-width: 720px) and (max-height: 520px) {
    .words {
      gap: 0.75rem;
      padding: 1.25rem 1.5rem 1rem;
    }
    h1 {
      padding-inline-end: 3rem;
      font-size: 1.25rem;
    }
    .variants {
      flex-direction: row;
      overflow-x: auto;
    }
  }
  @media (forced-colors: active) {
    .panel,
    .notice,
    .chip,
    .track {
      border: 1px solid CanvasText;
    }
    .chip:has(:checked) {
      border: 3px solid Highlight;
    }
    .track > div {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
