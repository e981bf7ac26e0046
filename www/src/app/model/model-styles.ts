/** How the model studio is laid out: a sheet of products by photos; on a phone one picture under the other. */

import { css } from 'lit';

export const modelStyles = css`
  dialog[open] {
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
  }
  .narrow {
    display: none;
  }
  .quiet {
    color: var(--ink-quiet);
    font-size: 0.875rem;
  }
  .room {
    min-block-size: 0;
    padding: 1rem clamp(1rem, 2vw, 1.75rem) 2rem;
    overflow: auto;
    outline-offset: -6px;
  }
  .room.dragging {
    outline: 2px dashed var(--accent);
  }
  .lines {
    position: sticky;
    inset-inline-start: 0;
    display: grid;
    gap: 0.75rem;
    margin-block-end: 1.25rem;
    font-size: 0.9375rem;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.75rem 1.25rem;
  }
  .market {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
  }
  .promise {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    color: var(--ink-quiet);
    font-size: 0.875rem;
  }
  .promise svg {
    flex: none;
  }
  .state {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    font-variant-numeric: tabular-nums;
  }
  .state .track {
    flex: 1 1 8rem;
    max-inline-size: 24rem;
  }
  .problem {
    padding: 0.625rem 0.875rem;
    border-radius: var(--radius-small);
    background: var(--danger-soft);
    color: var(--danger);
  }
  .told {
    overflow-wrap: anywhere;
  }
  .findings {
    max-inline-size: 46rem;
    max-block-size: min(20rem, 40dvh);
    overflow-y: auto;
  }
  .sheet {
    display: grid;
    gap: 0.875rem;
    inline-size: max-content;
    min-inline-size: 100%;
  }
  .line {
    display: grid;
    grid-template-columns: 15rem repeat(var(--photos), minmax(11rem, 19rem));
    gap: 0.875rem;
  }
  .line.out {
    opacity: 0.7;
  }
  .sheet.empty {
    grid-template-columns: 15rem minmax(0, 1fr);
    align-items: start;
  }
  .sheet.empty .line {
    display: contents;
  }
  .sheet.empty .invitation {
    grid-area: 1 / 2 / span 100;
  }
  .photos {
    display: contents;
  }
  .corner,
  .piece {
    position: sticky;
    inset-inline-start: 0;
    z-index: 1;
    display: grid;
    align-content: start;
    gap: 0.75rem;
    padding: 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .corner {
    align-self: start;
  }
  legend {
    margin-block-end: 0.375rem;
    padding: 0;
    font-size: 0.875rem;
    font-weight: 600;
  }
  .piece img {
    inline-size: 100%;
    block-size: 7rem;
    padding: 0.5rem;
    border-radius: var(--radius-small);
    background: var(--checker);
    object-fit: contain;
  }
  .about {
    display: grid;
    gap: 0.5rem;
    min-inline-size: 0;
  }
  .name {
    min-inline-size: 0;
    overflow: hidden;
    font-size: 0.875rem;
    font-weight: 550;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .use {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-inline-size: 0;
    min-block-size: 24px;
    cursor: pointer;
  }
  .use input {
    flex: none;
    inline-size: 1.125rem;
    block-size: 1.125rem;
    accent-color: var(--accent);
  }
  .fields {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
  }
  .fields select:disabled {
    opacity: 1;
    cursor: default;
    background: var(--sunken);
    border-color: transparent;
  }
  .width {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    color: var(--ink-quiet);
    font-size: 0.875rem;
  }
  .width input {
    inline-size: 5rem;
    margin-inline-start: auto;
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  .photo {
    display: grid;
    align-content: start;
    gap: 0.375rem;
    min-inline-size: 0;
  }
  .photo .frame {
    position: relative;
    display: grid;
    justify-self: start;
    min-block-size: 8rem;
    min-inline-size: 8rem;
    max-inline-size: 100%;
    border-radius: var(--radius-small);
    background: var(--sunken);
    overflow: hidden;
  }
  .photo .frame > svg {
    position: absolute;
    inset: 0;
    margin: auto;
    color: var(--ink-quiet);
  }
  .photo .frame img {
    position: relative;
    min-inline-size: 100%;
    max-inline-size: 100%;
    block-size: 8rem;
    object-fit: cover;
  }
  .photo .frame.asking img {
    inline-size: 100%;
    block-size: auto;
  }
  .photo .button.quiet {
    justify-self: start;
    padding-inline: 0.5rem;
  }
  .face {
    position: absolute;
    min-inline-size: 28px;
    min-block-size: 28px;
    padding: 0;
    border: 2.5px solid #ffffff;
    border-radius: 10px;
    background: rgb(255 255 255 / 0.1);
    box-shadow:
      0 0 0 1.5px rgb(0 0 0 / 0.55),
      inset 0 0 0 1px rgb(0 0 0 / 0.3);
    cursor: pointer;
  }
  .face:hover {
    background: rgb(255 255 255 / 0.28);
  }
  .button.remove {
    position: absolute;
    inset-block-start: 0.375rem;
    inset-inline-end: 0.375rem;
    inline-size: 32px;
    min-inline-size: 32px;
    block-size: 32px;
    min-block-size: 32px;
  }
  .ask {
    color: var(--accent);
    font-size: 0.9375rem;
    font-weight: 600;
  }
  .bad {
    display: flex;
    gap: 0.375rem;
    color: var(--danger);
    font-size: 0.875rem;
    text-align: start;
  }
  .bad svg {
    flex: none;
  }
  .place .frame {
    position: relative;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 0.5rem;
    aspect-ratio: 4 / 5;
    padding: 0.75rem;
    border-radius: var(--radius);
    background: var(--sunken);
    overflow: hidden;
    text-align: center;
  }
  .picture {
    position: absolute;
    inset: 0;
    padding: 0;
    border: 0;
    border-radius: inherit;
    background: none;
    cursor: zoom-in;
  }
  .picture:focus-visible {
    outline-offset: -4px;
  }
  .picture img {
    inline-size: 100%;
    block-size: 100%;
    border-radius: inherit;
    object-fit: cover;
  }
  .save {
    position: absolute;
    inset-block-end: 0.5rem;
    inset-inline-end: 0.5rem;
    box-shadow: var(--shadow);
  }
  .invitation {
    align-content: start;
    gap: 0.75rem;
    padding: clamp(1.5rem, 1rem + 2vw, 3rem) 1.25rem;
  }
  .invitation p {
    max-inline-size: 36rem;
  }
  .heads .invitation .add {
    justify-self: center;
  }
  @media (max-width: 52rem) {
    .wide {
      display: none;
    }
    .narrow {
      display: block;
    }
    .sheet {
      inline-size: auto;
      gap: 1.5rem;
    }
    .line,
    .sheet.empty {
      grid-template-columns: minmax(0, 1fr);
    }
    .sheet.empty .invitation {
      grid-area: auto;
    }
    .corner {
      order: 1;
    }
    .sheet.empty .corner {
      order: 0;
    }
    .state {
      flex-wrap: nowrap;
    }
    .corner,
    .piece {
      position: static;
    }
    .photos {
      display: flex;
      gap: 0.75rem;
      align-items: start;
      overflow-x: auto;
    }
    .photo {
      flex: none;
      inline-size: 9rem;
    }
    .photo:has(.asking) {
      inline-size: min(80vw, 22rem);
    }
    .piece {
      grid-template-columns: 6rem minmax(0, 1fr);
      align-items: center;
    }
    .piece img {
      block-size: 5rem;
    }
    .place .caption {
      padding-block: 0.375rem;
      color: var(--ink-quiet);
      font-size: 0.875rem;
      overflow-wrap: anywhere;
    }
  }
  @media (forced-colors: active) {
    dialog,
    .place .frame {
      border: 1px solid CanvasText;
    }
  }
`;
