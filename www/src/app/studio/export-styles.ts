/** How the export looks: what there is to choose, how far it is, what came of it. */

import { css } from 'lit';

export const exportStyles = css`
  dialog {
    inline-size: min(46rem, calc(100vw - 1.5rem));
  }
  h2 {
    padding: 1.25rem 1.5rem 0.75rem;
  }
  h2:focus {
    outline: none;
  }
  .body {
    display: grid;
    align-content: start;
    gap: 1.125rem;
    padding: 0.25rem 1.5rem 1.25rem;
    overflow-y: auto;
  }
  .body:focus-visible {
    outline-offset: -3px;
  }
  .body > p > strong {
    display: block;
    font-weight: 600;
  }
  legend {
    margin-block-end: 0.5rem;
    padding: 0;
    font-size: 0.9375rem;
    font-weight: 600;
  }
  .ways,
  .names {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
  }
  .names {
    justify-content: space-between;
  }
  .names p {
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  label {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    min-block-size: var(--target);
    padding: 0.4375rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--radius-small);
    font-weight: 550;
    cursor: pointer;
  }
  label:has(:checked) {
    border-color: var(--accent);
    box-shadow: inset 0 0 0 1px var(--accent);
  }
  input {
    flex: none;
    inline-size: 18px;
    block-size: 18px;
    accent-color: var(--accent);
  }
  .markets {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
    gap: 0.5rem;
  }
  .markets li {
    display: grid;
  }
  .markets label > span {
    min-inline-size: 0;
  }
  .markets strong {
    display: block;
    font-size: 0.9375rem;
    font-weight: 580;
    line-height: 1.3;
  }
  .about {
    display: block;
    color: var(--ink-quiet);
    font-size: 0.8125rem;
    font-weight: 400;
    line-height: 1.35;
  }
  .quiet-text {
    color: var(--ink-quiet);
    font-size: 0.875rem;
    line-height: 1.45;
  }
  .bad {
    color: var(--danger);
  }
  details {
    padding-inline-start: 1.75rem;
    font-size: 0.875rem;
    line-height: 1.45;
  }
  .fix {
    display: inline-flex;
    min-block-size: max(30px, var(--target) - 12px);
    margin-block: 0.25rem;
    padding: 0.125rem 0.625rem;
    font-size: 0.8125rem;
  }
  .fix svg {
    inline-size: 16px;
    block-size: 16px;
  }
  summary,
  details li {
    color: var(--ink-quiet);
  }
  summary {
    min-block-size: 24px;
    cursor: pointer;
  }
  details li {
    padding-block: 0.125rem;
  }
`;
