/** Which quality photos get, and how the model of the best one is doing. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base, controls } from '../../styles/shared.js';
import type { BestState, QualityChoice } from '../best.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';

const { quality: words } = strings;
const CHOICES: readonly QualityChoice[] = ['automatic', 'fast', 'best'];

export class QualityChange extends Event {
  readonly choice: QualityChoice;
  constructor(choice: QualityChoice) {
    super('quality-change', { bubbles: true, composed: true });
    this.choice = choice;
  }
}

/** The person wants the model, or its download stopped. */
export class BestAsk extends Event {
  readonly ask: 'start' | 'stop';
  constructor(ask: 'start' | 'stop') {
    super('best-ask', { bubbles: true, composed: true });
    this.ask = ask;
  }
}

@customElement('quality-picker')
export class QualityPicker extends LitElement {
  @property() choice: QualityChoice = 'automatic';
  @property({ attribute: false }) best!: BestState;
  /** Bytes of the model that are here, and in all. */
  @property({ attribute: false }) progress!: { received: number; total: number };
  @state() private isOpen = false;
  @query('.opener') private opener!: HTMLButtonElement;

  static override styles = [
    base,
    controls,
    css`
      :host {
        position: relative;
      }
      .opener {
        position: relative;
        padding-inline: 0.75rem;
        overflow: hidden;
      }
      .opener > svg:last-child {
        inline-size: 14px;
        block-size: 14px;
        color: var(--ink-quiet);
      }
      .opener .track {
        position: absolute;
        inset-inline: 0;
        inset-block-end: 0;
        block-size: 3px;
        border-radius: 0;
        background: transparent;
      }
      .opener .fill {
        display: block;
      }
      .panel {
        position: absolute;
        inset-block-start: calc(100% + 8px);
        inset-inline-end: 0;
        z-index: 4;
        inline-size: 23rem;
        max-inline-size: calc(100vw - 2 * var(--gutter));
        padding: 0.5rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow-high);
      }
      @media (min-width: 40.01rem) and (max-width: 86rem) {
        .panel {
          inset-inline: 0 auto;
        }
      }
      label {
        display: grid;
        grid-template-columns: 20px 1fr auto;
        gap: 0.125rem 0.75rem;
        padding: 0.625rem 0.75rem;
        border-radius: var(--radius-small);
        cursor: pointer;
        -webkit-tap-highlight-color: transparent;
      }
      label:hover {
        background: var(--sunken);
      }
      label:has(:checked) {
        background: var(--accent-soft);
      }
      label:has(:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
      }
      input {
        grid-row: span 2;
        inline-size: 18px;
        block-size: 18px;
        margin-block-start: 0.1875rem;
        accent-color: var(--accent);
        outline: none;
        cursor: pointer;
      }
      .name {
        font-size: 0.9375rem;
        font-weight: 600;
      }
      .size {
        color: var(--ink-quiet);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
        line-height: 1.75;
      }
      .text {
        grid-column: 2 / -1;
        color: var(--ink-quiet);
        font-size: 0.8125rem;
        line-height: 1.45;
      }
      .model {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: 0.375rem 0.75rem;
        margin-block-start: 0.5rem;
        padding: 0.75rem 0.75rem 0.375rem;
        border-block-start: 1px solid var(--line);
        font-size: 0.8125rem;
        line-height: 1.45;
      }
      .model p {
        color: var(--ink-quiet);
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
      }
      .model.failed p {
        color: var(--danger);
      }
      .model .track {
        grid-column: 1 / -1;
      }
      .model .button {
        padding-inline: 0.75rem;
        font-size: 0.875rem;
      }
      /* On a phone the toolbar's second half lies at the bottom: a sheet rises from it. */
      @media (max-width: 40rem) {
        :host {
          position: static;
        }
        .opener {
          padding-inline: 0.625rem;
        }
        .panel {
          inset-block: auto calc(100% + 8px);
          inset-inline: 0.5rem;
          inline-size: auto;
          max-inline-size: none;
        }
      }
      @media (forced-colors: active) {
        label:has(:checked) {
          outline: 1px solid Highlight;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pointerdown', this.outside);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pointerdown', this.outside);
  }

  override render() {
    const { choice, isOpen } = this;
    const coming = this.best.is === 'coming';
    return html`
      <button
        class="button opener"
        aria-label=${words.opener(words.names[choice])}
        aria-expanded=${isOpen}
        aria-controls="panel"
        @click=${() => (this.isOpen = !isOpen)}
      >
        ${icons.sparkle} <span>${words.names[choice]}</span> ${coming ? html`<span class="track"><span class="fill"></span></span>` : nothing}
        ${icons.down}
      </button>
      <div
        class="panel"
        id="panel"
        role="group"
        aria-label=${words.legend}
        ?hidden=${!isOpen}
        @keydown=${this.key}
        @focusout=${this.left}
      >
        ${isOpen
          ? html`<fieldset>
                <legend class="spoken">${words.legend}</legend>
                ${CHOICES.map((value) => this.option(value))}
              </fieldset>
              ${this.model()}`
          : nothing}
      </div>
    `;
  }

  override updated(): void {
    const { received, total } = this.progress;
    for (const track of this.renderRoot.querySelectorAll<HTMLElement>('.track')) {
      track.style.setProperty('--fraction', String(total > 0 ? received / total : 0));
    }
  }

  private option(value: QualityChoice) {
    const size = value === 'fast' || this.isHere ? words.noDownload : words.download(this.progress.total);
    return html`<label>
      <input
        type="radio"
        name="quality"
        value=${value}
        aria-label=${words.names[value]}
        aria-describedby="size-${value} about-${value}"
        .checked=${value === this.choice}
        @change=${() => this.dispatchEvent(new QualityChange(value))}
      />
      <span class="name">${words.names[value]}</span>
      <span class="size" id="size-${value}">${value === 'automatic' ? nothing : size}</span>
      <span class="text" id="about-${value}">${words.about[value]}</span>
    </label>`;
  }

  private get isHere(): boolean {
    return this.best.is === 'here' || (this.best.is === 'offered' && this.best.kept);
  }

  private model() {
    const { best, progress } = this;
    const { received, total } = progress;
    const ask = (what: 'start' | 'stop', label: string) =>
      html`<button class="button" @click=${() => this.dispatchEvent(new BestAsk(what))}>${label}</button>`;
    switch (best.is) {
      case 'coming':
        return html`<div class="model">
          <p>${best.kept ? words.opening : words.coming(received, total)}</p>
          ${ask('stop', words.stop)}
          <div
            class="track"
            role="progressbar"
            aria-label=${words.progress}
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=${Math.round((received / Math.max(total, 1)) * 100)}
          >
            <div class="fill"></div>
          </div>
        </div>`;
      case 'stopped':
        return html`<div class="model"><p>${words.stopped(received, total)}</p>${ask('start', words.resume)}</div>`;
      case 'failed':
        return html`<div class="model failed"><p>${best.why}</p>${ask('start', words.again)}</div>`;
      case 'offered':
        return best.kept ? nothing : html`<div class="model"><p>${words.offered(total)}</p>${ask('start', words.get)}</div>`;
      case 'here':
        return html`<div class="model"><p>${best.kept ? words.here : words.hereNotKept}</p></div>`;
      default:
        return nothing;
    }
  }

  private close(): void {
    this.isOpen = false;
  }

  private readonly outside = (event: PointerEvent) => {
    if (this.isOpen && !event.composedPath().includes(this)) this.close();
  };

  private key(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
    this.opener.focus();
  }

  private left(event: FocusEvent): void {
    // A press on the panel's ground takes the focus from everything and is not a way out.
    if (event.relatedTarget instanceof Node && !this.renderRoot.contains(event.relatedTarget)) this.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'quality-picker': QualityPicker;
  }
  interface HTMLElementEventMap {
    'quality-change': QualityChange;
    'best-ask': BestAsk;
  }
}
