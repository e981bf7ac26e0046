/** The activity log in the trust dialog: whether it is kept, its last lines, and a file of it; and the way to delete. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base, controls } from '../../styles/shared.js';
import { icons } from '../icons.js';
import { saveFile } from '../saving/download.js';
import { strings } from '../strings.js';
import { section } from '../trust/section-style.js';
import type { ActivityLog, Told } from './log.js';

const { activity: words } = strings.trust;

/** So many of the last entries are shown. */
const SHOWN = 6;
/** So many digits of a hash are enough to tell it from the others by eye. */
const DIGITS = 16;

/** The person wants all photos and what came of them deleted. */
export class ClearAsk extends Event {
  constructor() {
    super('clear-ask', { bubbles: true, composed: true });
  }
}

@customElement('activity-section')
export class ActivitySection extends LitElement {
  @property({ attribute: false }) log!: ActivityLog;
  /** How many photos there are to delete. */
  @property({ type: Number }) photos = 0;
  private end: (() => void) | undefined;

  static override styles = [
    base,
    controls,
    section,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1.5rem;
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-block-size: 24px;
        cursor: pointer;
      }
      ol {
        display: grid;
        border: 1px solid var(--line);
        border-radius: var(--radius-small);
        font-size: 0.875rem;
      }
      li {
        display: grid;
        grid-template-columns: 5rem minmax(9rem, 1fr) minmax(0, 2fr) auto;
        gap: 0.25rem 0.75rem;
        padding: 0.375rem 0.75rem;
      }
      li + li {
        border-block-start: 1px solid var(--line);
      }
      time,
      code {
        color: var(--ink-quiet);
        font-variant-numeric: tabular-nums;
      }
      code {
        font-family: var(--mono);
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      @media (max-width: 40rem) {
        li {
          grid-template-columns: 5rem minmax(0, 1fr);
        }
        .name,
        li code {
          grid-column: 2;
        }
        .name:empty {
          display: none;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.end = this.log.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.end?.();
  }

  override render() {
    const { log, photos } = this;
    const { told, isOn, head } = log;
    return html`<section aria-labelledby="title">
      <h3 id="title">${words.title}</h3>
      <p class="quiet">${words.text}</p>
      <div class="row">
        <label><input type="checkbox" .checked=${isOn} @change=${this.switchLog} />${words.on}</label>
        <label><input type="checkbox" .checked=${log.hasNames} ?disabled=${!isOn} @change=${this.switchNames} />${words.names}</label>
      </div>
      <p class="quiet" role="status">${words.entries(told.length)}. ${words.head} <code>${head}</code></p>
      <ol reversed aria-labelledby="title">
        ${told.slice(-SHOWN).reverse().map((entry) => this.entry(entry))}
      </ol>
      <div class="row">
        <button class="button" @click=${this.save}>${icons.download} ${words.save}</button>
        <p class="quiet">${words.verify} <code>vitrine log verify ${words.file}</code></p>
      </div>
      <div class="row">
        <button class="button" ?disabled=${photos === 0} @click=${() => this.dispatchEvent(new ClearAsk())}>${icons.trash} ${words.clear}</button>
        <p class="quiet">${words.clearText}</p>
      </div>
    </section>`;
  }

  private entry({ time, did, name, output }: Told) {
    return html`<li>
      <time datetime=${time}>${new Date(time).toLocaleTimeString('en')}</time>
      <span>${words.did[did]}</span>
      <span class="name" title=${name ?? nothing}>${name}</span>
      ${output ? html`<code>${output.slice(0, DIGITS)}…</code>` : nothing}
    </li>`;
  }

  private readonly switchLog = ({ target }: Event) => {
    this.log.isOn = (target as HTMLInputElement).checked;
    this.requestUpdate();
  };

  private readonly switchNames = ({ target }: Event) => {
    this.log.hasNames = (target as HTMLInputElement).checked;
  };

  private readonly save = async () => saveFile(await this.log.file(), words.file);
}

declare global {
  interface HTMLElementTagNameMap {
    'activity-section': ActivitySection;
  }
  interface HTMLElementEventMap {
    'clear-ask': ClearAsk;
  }
}
