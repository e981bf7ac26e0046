/** Asks before work is lost. */

import { css, html, LitElement } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { base, controls } from '../../styles/shared.js';

export interface Question {
  title: string;
  text: string;
  confirm: string;
  keep: string;
}

@customElement('confirm-dialog')
export class ConfirmDialog extends LitElement {
  @state() private question: Question | undefined;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('.keep') private keep!: HTMLButtonElement;
  private answer: ((confirmed: boolean) => void) | undefined;

  static override styles = [
    base,
    controls,
    css`
      dialog {
        inline-size: min(26rem, calc(100vw - 2rem));
        padding: 1.5rem;
        border: 0;
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-high);
      }
      dialog::backdrop {
        background: rgb(12 11 10 / 0.5);
      }
      h2 {
        margin-block-end: 0.5rem;
        font-size: 1.1875rem;
        font-weight: 620;
      }
      p {
        color: var(--ink-quiet);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 0.625rem;
        margin-block-start: 1.5rem;
      }
      @media (forced-colors: active) {
        dialog {
          border: 1px solid CanvasText;
        }
      }
    `,
  ];

  override render() {
    const { question } = this;
    return html`<dialog role="alertdialog" aria-labelledby="title" aria-describedby="text" @close=${this.closed}>
      <h2 id="title">${question?.title}</h2>
      <p id="text">${question?.text}</p>
      <div class="buttons">
        <button class="button keep" @click=${() => this.dialog.close()}>${question?.keep}</button>
        <button class="button danger" @click=${() => this.dialog.close('yes')}>${question?.confirm}</button>
      </div>
    </dialog>`;
  }

  /** True where the person confirms; Escape does not. */
  async ask(question: Question): Promise<boolean> {
    this.question = question;
    await this.updateComplete;
    this.dialog.returnValue = '';
    this.dialog.showModal();
    // A frame of another origin may not use `autofocus`.
    this.keep.focus();
    return new Promise((resolve) => (this.answer = resolve));
  }

  private closed(): void {
    this.answer?.(this.dialog.returnValue === 'yes');
    this.answer = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'confirm-dialog': ConfirmDialog;
  }
}
