/** How the studio is laid out: looks, picture, settings, photos; on a phone the picture, and one thing at a time below. */

import { css } from 'lit';

export const viewStyles = css`
  dialog.studio {
    overscroll-behavior: none;
  }
  dialog.studio[open] {
    grid-template: auto minmax(0, 1fr) auto / 15.5rem minmax(0, 1fr) 18.5rem;
    grid-template-areas: 'top top top' 'looks stage settings' 'strip strip strip';
  }
  .top {
    grid-area: top;
  }
  .steps {
    display: flex;
  }
  .panel {
    min-block-size: 0;
    padding: 1rem;
    overflow-y: auto;
    background: var(--surface);
  }
  .panel:focus-visible {
    outline-offset: -3px;
  }
  .looks {
    grid-area: looks;
    border-inline-end: 1px solid var(--line);
  }
  .looks h3 {
    margin-block-end: 0.75rem;
    font-size: 0.9375rem;
    font-weight: 620;
  }
  .settings {
    grid-area: settings;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 1.5rem;
    border-inline-start: 1px solid var(--line);
  }
  .scope {
    display: grid;
    gap: 0.5rem;
    font-size: 0.875rem;
  }
  .segments {
    display: grid;
    grid-template-columns: 1fr 1fr;
  }
  .segments .button {
    min-block-size: max(34px, var(--target) - 6px);
    padding: 0.25rem 0.375rem;
    font-size: 0.8125rem;
  }
  .middle {
    grid-area: stage;
    position: relative;
    display: grid;
    min-inline-size: 0;
    min-block-size: 0;
  }
  .before {
    position: absolute;
    inset-block-end: 0.75rem;
    inset-inline-start: 50%;
    translate: -50% 0;
    box-shadow: var(--shadow);
    touch-action: none;
    user-select: none;
    -webkit-user-select: none;
  }
  .problem {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline: 1rem;
    padding: 0.625rem 0.875rem;
    border-radius: var(--radius-small);
    background: var(--danger-soft);
    color: var(--danger);
    font-size: 0.9375rem;
  }
  studio-strip {
    grid-area: strip;
    min-inline-size: 0;
    border-block-start: 1px solid var(--line);
    background: var(--surface);
  }
  .tabs {
    display: flex;
    border-block-start: 1px solid var(--line);
    background: var(--surface);
    padding: 0 0.25rem env(safe-area-inset-bottom);
  }
  .tabs .button {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 48px;
    padding: 0.25rem 0.125rem;
    border: 0;
    border-radius: 0;
    font-size: 0.8125rem;
  }
  .tabs .button[aria-selected='true'] {
    color: var(--accent);
    box-shadow: inset 0 2px var(--accent);
  }
  .wide {
    display: inline;
  }
  @media (max-width: 52rem) {
    dialog.studio[open] {
      grid-template: auto minmax(0, 1fr) auto auto / minmax(0, 1fr);
      grid-template-areas: 'top' 'stage' 'sheet' 'tabs';
    }
    .top {
      gap: 0.125rem;
      padding-inline: 0.5rem;
    }
    .sheet {
      grid-area: sheet;
      max-block-size: 34dvh;
      padding: 0.75rem 1rem;
      border-block-start: 1px solid var(--line);
    }
    .sheet.photos {
      padding: 0.75rem 0;
    }
    .sheet .scope {
      padding: 0 1rem 0.5rem;
    }
    studio-strip {
      border: 0;
    }
    .tabs {
      grid-area: tabs;
    }
    .wide {
      display: none;
    }
    .before {
      inset-inline: auto 0.75rem;
      inline-size: var(--target);
      padding: 0;
      translate: none;
    }
    .top .button:not(.primary) {
      padding-inline: 0.5rem;
    }
    .top .primary {
      padding-inline: 0.75rem;
    }
  }
  @media (forced-colors: active) {
    dialog.studio {
      border: 1px solid CanvasText;
    }
    .button[aria-pressed='true'],
    .button[aria-selected='true'] {
      forced-color-adjust: none;
      background: Highlight !important;
      color: HighlightText !important;
    }
  }
`;
