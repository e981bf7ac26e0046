/** Which device does the work, or how far the page has come in getting ready. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DeviceReport } from 'vitrine/engine/types';
import { base, controls } from '../../styles/shared.js';
import type { Loading } from '../boot.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';

const { device: words } = strings;

@customElement('device-line')
export class DeviceLine extends LitElement {
  @property({ attribute: false }) report: DeviceReport | undefined;
  @property({ attribute: false }) loading: Loading | undefined;
  /** Why there is no engine, in a sentence. */
  @property() problem = '';
  /** Whether the sentence that gives the reason is shown as well. */
  @property({ type: Boolean }) detailed = false;

  static override styles = [
    base,
    controls,
    css`
      :host {
        color: var(--ink-quiet);
        font-size: 0.875rem;
        line-height: 1.45;
      }
      .line {
        display: flex;
        gap: 0.5rem;
        align-items: flex-start;
      }
      .line svg {
        flex: none;
        margin-block-start: 0.05rem;
        inline-size: 18px;
        block-size: 18px;
      }
      .problem {
        color: var(--danger);
      }
      .what {
        font-weight: 550;
        font-variant-numeric: tabular-nums;
      }
      .track {
        margin-block-start: 0.5rem;
        max-inline-size: 16rem;
      }
      .grow {
        flex: 1;
        min-inline-size: 0;
      }
    `,
  ];

  override render() {
    const { report, loading, problem, detailed } = this;
    if (problem !== '') {
      return html`<div class="line problem">
        ${icons.warning}
        <div>
          <p class="what">${words.failed}</p>
          ${detailed ? html`<p>${problem}</p>` : nothing}
        </div>
      </div>`;
    }
    if (report) {
      return html`<div class="line">
        ${icons.device}
        <div>
          <p class="what">${words[report.device]}</p>
          ${detailed ? html`<p>${report.reason}</p>` : nothing}
        </div>
      </div>`;
    }
    const text = loading ? words.loading(loading.label) : words.starting;
    return html`<div class="line">
      ${icons.device}
      <div class="grow">
        <p class="what">${text}</p>
        ${detailed
          ? html`<div
              class="track"
              role="progressbar"
              aria-label=${words.progress}
              aria-valuemin="0"
              aria-valuemax="100"
              aria-valuenow=${Math.round((loading?.fraction ?? 0) * 100)}
            >
              <div class="fill"></div>
            </div>`
          : nothing}
      </div>
    </div>`;
  }

  override updated(): void {
    const track = this.renderRoot.querySelector<HTMLElement>('.track');
    track?.style.setProperty('--fraction', String(this.loading?.fraction ?? 0));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'device-line': DeviceLine;
  }
}
