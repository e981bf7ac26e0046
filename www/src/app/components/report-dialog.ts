/** Says what became of many files: a sentence, lists to unfold, and what can be done about it. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { base, controls, panel } from '../../styles/shared.js';
import { strings } from '../strings.js';

const { report: words } = strings;

export interface Report {
  title: string;
  text: string;
  lists: readonly { title: string; lines: readonly string[]; isOpen?: boolean }[];
  /** What the person can do about it, on a button. */
  action?: string;
}

@customElement('report-dialog')
export class ReportDialog extends LitElement {
  @state() private report: Report | undefined;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('.first') private first!: HTMLButtonElement;
  private answer: ((acts: boolean) => void) | undefined;

  static override styles = [
    base,
    controls,
    panel,
    css`
      dialog {
        inline-size: min(34rem, calc(100vw - 2rem));
        max-block-size: min(40rem, calc(100dvh - 2rem));
      }
      .head {
        padding: 1.5rem 1.5rem 0.75rem;
      }
      .head p {
        margin-block-start: 0.375rem;
        color: var(--ink-quiet);
      }
      .lists {
        padding: 0 1.5rem;
        overflow-y: auto;
      }
      summary {
        padding-block: 0.625rem;
        font-weight: 550;
        cursor: pointer;
      }
      li {
        padding-block: 0.25rem;
        color: var(--ink-quiet);
        font-size: 0.875rem;
        line-height: 1.4;
        overflow-wrap: anywhere;
        content-visibility: auto;
        contain-intrinsic-size: auto 1.75rem;
      }
      .foot {
        padding: 1rem 1.5rem 1.5rem;
        border: 0;
      }
    `,
  ];

  override render() {
    const { report } = this;
    return html`<dialog aria-labelledby="title" @close=${this.closed}>
      <div class="head">
        <h2 id="title">${report?.title}</h2>
        ${report?.text ? html`<p>${report.text}</p>` : nothing}
      </div>
      <div class="lists" tabindex="0" role="group" aria-labelledby="title">
        ${report?.lists.map(({ title, lines, isOpen = false }) => {
          const list = html`<ul>
            ${lines.map((line) => html`<li>${line}</li>`)}
          </ul>`;
          return title === ''
            ? list
            : html`<details ?open=${isOpen}>
                <summary>${title}</summary>
                ${list}
              </details>`;
        })}
      </div>
      <div class="foot">
        <button class="button ${report?.action ? '' : 'first'}" @click=${() => this.dialog.close()}>${words.close}</button>
        ${report?.action
          ? html`<button class="button primary first" @click=${() => this.dialog.close('act')}>${report.action}</button>`
          : nothing}
      </div>
    </dialog>`;
  }

  /** True where the person does something about it. */
  async open(report: Report): Promise<boolean> {
    // One that is open makes room: the newest is what matters.
    this.answer?.(false);
    this.answer = undefined;
    this.report = report;
    await this.updateComplete;
    this.dialog.returnValue = '';
    if (!this.dialog.open) this.dialog.showModal();
    this.first.focus();
    return new Promise((resolve) => (this.answer = resolve));
  }

  private closed(): void {
    this.answer?.(this.dialog.returnValue === 'act');
    this.answer = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'report-dialog': ReportDialog;
  }
}
