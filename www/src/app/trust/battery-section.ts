/** The battery in front of the person: every way out, tried in frames beside the one with the photos. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { CHANNELS, type Outcome } from 'vitrine/airlock/battery/battery';
import type { Gone, TrialStep } from 'vitrine/airlock/messages';
import { base, controls } from '../../styles/shared.js';
import type { Boot } from '../boot.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';
import { section } from './section-style.js';

const { battery: words } = strings.trust;

type Result = Outcome | Gone;

const FAMILIES = [...new Set(CHANNELS.map(({ family }) => family))].map((family) => ({
  family,
  channels: CHANNELS.filter((channel) => channel.family === family),
}));

@customElement('battery-section')
export class BatterySection extends LitElement {
  @property({ attribute: false }) boot!: Boot;
  @state() private results: ReadonlyMap<string, Result> = new Map();
  @state() private phase: 'idle' | 'running' | 'done' = 'idle';
  @state() private isControlSeen: boolean | undefined;
  @state() private problem = '';
  @state() private address = '';

  static override styles = [
    base,
    controls,
    section,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.625rem;
      }
      label {
        display: grid;
        flex: 1 1 16rem;
        gap: 0.25rem;
        max-inline-size: 26rem;
        font-size: 0.875rem;
      }
      .bad {
        color: var(--danger);
      }
      .result {
        font-size: 1.0625rem;
        font-weight: 600;
      }
      summary {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        padding-block: 0.5rem;
        border-block-start: 1px solid var(--line);
        font-size: 0.9375rem;
        font-weight: 550;
        cursor: pointer;
      }
      summary span {
        color: var(--ink-quiet);
        font-weight: 400;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      li {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr);
        gap: 0 0.625rem;
        padding-block: 0.3125rem;
        font-size: 0.875rem;
        line-height: 1.4;
      }
      li svg {
        inline-size: 18px;
        block-size: 18px;
        color: var(--accent);
      }
      li.through svg,
      li.through .outcome {
        color: var(--danger);
      }
      .outcome {
        grid-column: 2;
        color: var(--ink-quiet);
        overflow-wrap: anywhere;
      }
      @media (min-width: 45rem) {
        li {
          grid-template-columns: 20px minmax(0, 1fr) minmax(0, 1fr);
        }
        .outcome {
          grid-column: 3;
        }
      }
    `,
  ];

  override render() {
    const { results, phase } = this;
    const through = [...results.values()].filter(({ is }) => is === 'through').length;
    return html`<section aria-labelledby="title">
      <h3 id="title">${words.title}</h3>
      <p class="quiet">${words.text(CHANNELS.length)}</p>
      <form class="row" novalidate @submit=${this.start}>
        <label>
          ${words.address}
          <input
            class="field"
            type="url"
            inputmode="url"
            autocomplete="off"
            spellcheck="false"
            placeholder="http://127.0.0.1:8000"
            .value=${this.address}
            @input=${(event: Event) => (this.address = (event.target as HTMLInputElement).value.trim())}
          />
        </label>
        <button class="button primary" ?disabled=${phase === 'running'} @click=${this.start}>
          ${phase === 'done' ? words.again : words.start}
        </button>
      </form>
      <p class="quiet">${words.addressText}</p>
      <p class="result ${this.problem !== '' || through > 0 ? 'bad' : ''}" role="status" aria-live="polite">
        ${this.problem !== '' ? this.problem : phase === 'done' ? words.result(through, results.size) : nothing}
      </p>
      ${phase === 'running'
        ? html`<p>${words.running(results.size, CHANNELS.length)}</p>
            <div class="track" role="progressbar" aria-label=${words.progress} aria-valuemin="0" aria-valuemax=${CHANNELS.length} aria-valuenow=${results.size}>
              <div class="fill" style=${`--fraction: ${results.size / CHANNELS.length}`}></div>
            </div>`
        : nothing}
      ${this.isControlSeen === undefined
        ? nothing
        : html`<ul>
            <li class=${this.isControlSeen ? '' : 'through'}>
              ${this.isControlSeen ? icons.check : icons.warning}<span>${words.control}</span>
              <span class="outcome">${this.isControlSeen ? words.controlSeen : words.controlUnseen}</span>
            </li>
          </ul>`}
      ${results.size > 0 ? html`<div>${FAMILIES.map((one) => this.renderFamily(one))}</div>` : nothing}
    </section>`;
  }

  private renderFamily({ family, channels }: (typeof FAMILIES)[number]) {
    const tried = channels.filter(({ id }) => this.results.has(id));
    const shut = tried.filter(({ id }) => this.results.get(id)?.is !== 'through').length;
    return html`<details ?open=${shut < tried.length}>
      <summary>${family}<span>${words.tried(shut, channels.length)}</span></summary>
      <ul>
        ${tried.map(({ id, title }) => this.renderChannel(id, title))}
      </ul>
    </details>`;
  }

  private renderChannel(id: string, title: string) {
    const result = this.results.get(id) as Result;
    const isThrough = result.is === 'through';
    return html`<li data-channel=${id} data-outcome=${result.is} class=${isThrough ? 'through' : ''}>
      ${isThrough ? icons.warning : icons.check}<span>${title}</span><span class="outcome">${words.outcome(result)}</span>
    </li>`;
  }

  private start(event: Event): void {
    event.preventDefault();
    if (this.phase === 'running') return;
    let origin: string | undefined;
    if (this.address !== '') {
      const given = URL.canParse(this.address) ? new URL(this.address) : undefined;
      if (!given || !/^https?:$/.test(given.protocol)) {
        this.problem = words.badAddress;
        return;
      }
      origin = given.origin;
    }
    this.problem = '';
    this.results = new Map();
    this.isControlSeen = undefined;
    this.phase = 'running';
    this.boot.trust.trial(origin, (step) => this.hear(step));
  }

  private hear(step: TrialStep): void {
    if (step.is === 'control') this.isControlSeen = step.seen;
    else if (step.is === 'tried') this.results = new Map(this.results).set(step.channel, step.outcome);
    else {
      this.phase = 'done';
      if (step.is === 'failed') this.problem = step.fault.message;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'battery-section': BatterySection;
  }
}
