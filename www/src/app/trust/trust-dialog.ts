/** What somebody can check who does not believe that nothing leaves: one section for each way to look. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base, controls, panel } from '../../styles/shared.js';
import '../activity/activity-section.js';
import type { ActivityLog } from '../activity/log.js';
import type { Boot } from '../boot.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';
import './battery-section.js';
import './files-section.js';
import './requests-section.js';
import './steps-section.js';

const { trust: words } = strings;

/** The person wants to check. */
export class TrustAsk extends Event {
  constructor() {
    super('trust-ask', { bubbles: true, composed: true });
  }
}

@customElement('trust-dialog')
export class TrustDialog extends LitElement {
  @property({ attribute: false }) boot!: Boot;
  /** When the first photo came in, in milliseconds since 1970. */
  @property({ attribute: false }) since: number | undefined;
  @property({ attribute: false }) log!: ActivityLog;
  /** How many photos there are to delete. */
  @property({ type: Number }) photos = 0;
  /** Sections are made when they are first wanted. */
  @state() private wasOpened = false;
  @state() private isOpen = false;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('.body') private body!: HTMLElement;

  static override styles = [
    base,
    controls,
    panel,
    css`
      dialog {
        inline-size: min(60rem, calc(100vw - 1.5rem));
        block-size: 60rem;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 1rem;
        padding: 0.75rem 0.75rem 0.75rem 1.5rem;
        border-block-end: 1px solid var(--line);
      }
      h2 {
        flex: 1;
      }
      .body {
        display: grid;
        align-content: start;
        gap: 2rem;
        position: relative;
        padding: 1.25rem 1.5rem 2rem;
        overflow-y: auto;
      }
      .lead {
        max-inline-size: 44rem;
        color: var(--ink-quiet);
      }
      @media (max-width: 40rem) {
        .head {
          padding-inline-start: 1rem;
        }
        .body {
          padding-inline: 1rem;
        }
      }
    `,
  ];

  override render() {
    return html`<dialog aria-labelledby="title" @close=${() => (this.isOpen = false)}>
      <div class="head">
        <h2 id="title">${words.title}</h2>
        <button class="button quiet icon" aria-label=${words.close} title=${words.close} @click=${() => this.dialog.close()}>
          ${icons.close}
        </button>
      </div>
      <div class="body" tabindex="0" role="group" aria-labelledby="title">
        <p class="lead">${words.lead}</p>
        ${this.wasOpened ? this.renderSections() : nothing}
      </div>
    </dialog>`;
  }

  private renderSections() {
    return html`
      ${this.isOpen ? html`<requests-section .boot=${this.boot} .since=${this.since}></requests-section>` : nothing}
      <battery-section .boot=${this.boot}></battery-section>
      <files-section .boot=${this.boot}></files-section>
      <activity-section .log=${this.log} .photos=${this.photos}></activity-section>
      <steps-section></steps-section>
    `;
  }

  async open(): Promise<void> {
    this.wasOpened = true;
    this.isOpen = true;
    await this.updateComplete;
    this.dialog.showModal();
    this.body.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'trust-dialog': TrustDialog;
  }
  interface HTMLElementEventMap {
    'trust-ask': TrustAsk;
  }
}
