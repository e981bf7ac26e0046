/** A file for a marketplace in a list: what became of it, and what the linter says of it, a line a finding. */

import { css, html, nothing, type TemplateResult } from 'lit';
import type { Finding, ShotReport } from 'vitrine/engine/types';
import { icons } from '../icons.js';
import { sentence } from '../sentence.js';
import { strings } from '../strings.js';

const { shop: words } = strings.studio;

export interface ListedFile {
  /** What became of it; `saved` where no marketplace was asked for. */
  readonly state: keyof typeof words.states;
  readonly name: string;
  /** Why it was not made. */
  readonly why?: string | undefined;
  readonly findings: readonly Finding[];
  /** What can be done about a finding, after it. */
  readonly mend?: (finding: Finding) => unknown;
  /** What else there is to say. */
  readonly more?: unknown;
}

/** What the linter says of a file, in a word. */
export function judgementOf({ findings, clean }: ShotReport): 'clean' | 'look' | 'breaks' {
  if (findings.some(({ severity }) => severity === 'error')) return 'breaks';
  return clean ? 'clean' : 'look';
}

export function listedFile({ state, name, why, findings, mend, more = nothing }: ListedFile): TemplateResult {
  const isGood = state === 'saved' || state === 'clean';
  return html`<li class=${state}>
    <p class="file">${isGood ? icons.check : icons.warning}<span class="path">${name}</span><span class="state">${words.states[state]}</span></p>
    ${why ? html`<p class="finding">${why}</p>` : nothing}
    ${findings.map(
      (finding) => html`<p class="finding ${finding.severity}">
        ${finding.severity === 'error' ? icons.close : finding.severity === 'warning' ? icons.warning : nothing}
        <span class="spoken">${words.severities[finding.severity]}</span> ${sentence(finding.message)} ${mend?.(finding) ?? nothing}
      </p>`,
    )}
    ${more}
  </li>`;
}

export const listedFileStyles = css`
  .listed {
    display: grid;
    gap: 0.5rem;
  }
  .listed > li {
    display: grid;
    gap: 0.375rem;
    padding: 0.625rem 0.75rem;
    border-radius: var(--radius-small);
    background: var(--sunken);
    content-visibility: auto;
    contain-intrinsic-size: auto 3rem;
  }
  .listed .file {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    font-size: 0.9375rem;
    font-weight: 550;
  }
  .listed svg {
    flex: none;
  }
  .listed .path {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .listed .state {
    flex: none;
    font-size: 0.8125rem;
  }
  :is(.saved, .clean) > .file > :is(svg, .state) {
    color: var(--accent);
  }
  :is(.look, .left) > .file > :is(svg, .state) {
    color: var(--caution);
  }
  :is(.breaks, .failed) > .file > :is(svg, .state) {
    color: var(--danger);
  }
  .finding {
    position: relative;
    padding-inline-start: 1.75rem;
    font-size: 0.875rem;
    line-height: 1.45;
  }
  .finding > svg {
    position: absolute;
    inset-block-start: 0.125rem;
    inset-inline-start: 0.125rem;
    inline-size: 16px;
    block-size: 16px;
  }
  .finding.error {
    color: var(--danger);
  }
  .finding.warning {
    color: var(--caution);
  }
  @media (forced-colors: active) {
    .listed > li {
      border: 1px solid CanvasText;
    }
  }
`;
