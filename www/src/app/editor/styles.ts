/** How the editor looks: a header, the picture, the tools below it; on a phone within a thumb's reach. */

import { css } from 'lit';

export const editorStyles = css`
  dialog.editor {
    overscroll-behavior: none;
  }
  .titles {
    flex: 1;
    min-inline-size: 0;
  }
  .titles h2,
  .titles p {
    line-height: 1.3;
  }
  .titles p {
    overflow: hidden;
    color: var(--ink-quiet);
    font-size: 0.8125rem;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .area {
    position: relative;
    min-block-size: 0;
    overflow: hidden;
  }
  .stage {
    position: absolute;
    inset: 0;
    cursor: none;
    touch-action: none;
    user-select: none;
    -webkit-user-select: none;
    -webkit-touch-callout: none;
  }
  .stage.region {
    cursor: crosshair;
  }
  .stage.panning {
    cursor: grab;
  }
  .stage.panning:active {
    cursor: grabbing;
  }
  .stage.idle {
    cursor: progress;
  }
  .stage:focus-visible {
    outline-offset: -3px;
  }
  canvas {
    display: block;
    inline-size: 100%;
    block-size: 100%;
  }
  unsure-marks {
    position: absolute;
    left: var(--x);
    top: var(--y);
    width: var(--width);
    height: var(--height);
  }
  /* The brush: a light line within a dark one is seen on anything. */
  .ring {
    position: absolute;
    inset-block-start: 0;
    inset-inline-start: 0;
    inline-size: var(--size);
    block-size: var(--size);
    margin: calc(var(--size) / -2) 0 0 calc(var(--size) / -2);
    border: 1.5px solid #ffffff;
    border-radius: 50%;
    box-shadow:
      0 0 0 1px rgb(0 0 0 / 0.75),
      inset 0 0 0 1px rgb(0 0 0 / 0.35);
    transform: translate(var(--x), var(--y));
    pointer-events: none;
    will-change: transform;
  }
  /* Where its soft rim begins. */
  .ring::before {
    content: '';
    position: absolute;
    inset: calc(var(--size) * var(--softness) / 2);
    border: 1px dashed rgb(255 255 255 / 0.9);
    border-radius: 50%;
    mix-blend-mode: difference;
  }
  .ring::after {
    content: '';
    position: absolute;
    inset: 50% auto auto 50%;
    inline-size: 9px;
    block-size: 9px;
    margin: -4.5px;
    border-radius: 50%;
    background:
      linear-gradient(#fff, #fff) 50% / 7px 1.5px no-repeat,
      linear-gradient(#fff, #fff) 50% / 1.5px 7px no-repeat;
    mix-blend-mode: difference;
  }
  .ring.erase::after {
    background: linear-gradient(#fff, #fff) 50% / 7px 1.5px no-repeat;
  }
  .floating {
    position: absolute;
    display: flex;
    align-items: center;
    gap: 2px;
    padding: 4px;
    border-radius: 14px;
    background: color-mix(in srgb, var(--surface) 94%, transparent);
    box-shadow: var(--shadow);
  }
  .grounds {
    inset-block-start: 0.75rem;
    inset-inline-start: 50%;
    transform: translateX(-50%);
  }
  .grounds .button {
    inline-size: max(34px, var(--target) - 6px);
    min-inline-size: 0;
    block-size: max(34px, var(--target) - 6px);
    min-block-size: 0;
    padding: 0;
    border-radius: 10px;
  }
  .grounds .button[aria-pressed='true'] {
    background: none;
    box-shadow: inset 0 0 0 2px var(--accent);
  }
  .swatch {
    inline-size: 20px;
    block-size: 20px;
    border-radius: 50%;
    box-shadow: inset 0 0 0 1px var(--line-strong);
    background: var(--colour);
  }
  .swatch.checker {
    background: repeating-conic-gradient(#c9c5be 0 25%, #ffffff 0 50%) 0 0 / 10px 10px;
  }
  .swatch.mask {
    background: linear-gradient(90deg, #e22648 50%, #d8c7b4 50%);
  }
  .zooms {
    inset-block-end: 0.75rem;
    inset-inline-end: 0.75rem;
  }
  .zooms .button,
  .unsure .button {
    min-block-size: max(34px, var(--target) - 6px);
    block-size: max(34px, var(--target) - 6px);
    min-inline-size: max(34px, var(--target) - 6px);
    padding: 0 0.5rem;
    border-radius: 10px;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  .zooms .value {
    min-inline-size: 3.75rem;
  }
  .unsure {
    inset-block-end: 0.75rem;
    inset-inline-start: 0.75rem;
  }
  .unsure .button {
    gap: 0.5rem;
    padding: 0 0.625rem;
  }
  .unsure .button[aria-pressed='true'],
  .unsure .button[aria-pressed='true']:hover {
    background: var(--ink);
    color: var(--surface);
  }
  .unsure .next {
    padding: 0;
  }
  .unsure .count {
    min-inline-size: 2rem;
    padding-inline: 0.375rem;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
    text-align: center;
  }
  .unsure.sure {
    gap: 0.375rem;
    padding: 0.5rem 0.875rem 0.5rem 0.625rem;
    color: var(--ink-quiet);
    font-size: 0.875rem;
    pointer-events: none;
  }
  .hint {
    position: absolute;
    inset-block-start: 4.25rem;
    inset-inline: 1rem;
    display: grid;
    justify-items: center;
    pointer-events: none;
  }
  .hint p {
    padding: 0.4375rem 0.875rem;
    border-radius: 99px;
    background: var(--ink);
    color: var(--surface);
    font-size: 0.875rem;
    line-height: 1.35;
    text-align: center;
    box-shadow: var(--shadow);
  }
  .notice {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 0.875rem;
    padding: 1.5rem;
    text-align: center;
  }
  .notice p {
    max-inline-size: 30rem;
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 0.5rem clamp(0.75rem, 2.4vw, 2.25rem);
    padding: 0.625rem clamp(0.625rem, 2vw, 1.25rem);
    padding-block-end: max(0.625rem, env(safe-area-inset-bottom));
    border-block-start: 1px solid var(--line);
    background: var(--surface);
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 0.625rem;
  }
  .segments {
    display: flex;
  }
  .segments .button {
    gap: 0.4375rem;
    min-block-size: max(36px, var(--target) - 4px);
    padding-inline: 0.8125rem;
    font-size: 0.9375rem;
  }
  .segments .keep[aria-pressed='true'] {
    background: var(--accent);
    color: var(--on-accent);
  }
  .segments .erase[aria-pressed='true'] {
    background: var(--danger);
    color: var(--surface);
  }
  .sliders {
    display: flex;
    gap: clamp(0.875rem, 2.4vw, 1.75rem);
  }
  .sliders label {
    display: grid;
    grid-template-columns: auto auto;
    align-items: center;
    gap: 0.125rem 0.625rem;
    font-size: 0.875rem;
    font-weight: 550;
  }
  .amount {
    color: var(--ink-quiet);
    font-weight: 400;
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  input[type='range'] {
    grid-column: 1 / -1;
    inline-size: clamp(7rem, 12vw, 10.5rem);
    block-size: 22px;
    accent-color: var(--accent);
    cursor: pointer;
  }
  @media (max-width: 52rem) {
    .titles p,
    .unsure .wide {
      display: none;
    }
    .toolbar {
      flex-direction: column;
      align-items: stretch;
      gap: 0.625rem;
    }
    .tools {
      justify-content: space-between;
      gap: 0.25rem;
    }
    .segments .button {
      flex-direction: column;
      gap: 0;
      inline-size: clamp(44px, 12.6vw, 54px);
      padding: 0.25rem 0;
      font-size: 0.75rem;
      line-height: 1.2;
    }
    .steps {
      display: flex;
    }
    .steps .button {
      inline-size: 40px;
      min-inline-size: 40px;
    }
    .sliders label {
      flex: 1;
    }
    .sliders input[type='range'] {
      inline-size: 100%;
      block-size: 28px;
    }
  }
  .steps {
    display: flex;
  }
  @media (forced-colors: active) {
    dialog.editor,
    .floating {
      border: 1px solid CanvasText;
    }
    .swatch {
      forced-color-adjust: none;
    }
    .button[aria-pressed='true'] {
      forced-color-adjust: none;
      background: Highlight !important;
      color: HighlightText !important;
    }
  }
`;
