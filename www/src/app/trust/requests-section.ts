/** What was asked for since the first photo came in, as the browser's own record has it. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Asked } from 'vitrine/airlock/messages';
import { base, controls } from '../../styles/shared.js';
import type { Boot } from '../boot.js';
import { strings } from '../strings.js';
import { section } from './section-style.js';

const { requests: words } = strings.trust;

/** How often it is counted anew while somebody looks, in milliseconds. */
const PERIOD = 2_000;

@customElement('requests-section')
export class RequestsSection extends LitElement {
  @property({ attribute: false }) boot!: Boot;
  /** When the first photo came in, in milliseconds since 1970; not yet where absent. */
  @property({ attribute: false }) since: number | undefined;
  @state() private asked: readonly Asked[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    base,
    controls,
    section,
    css`
      .count {
        font-size: 1.0625rem;
        font-weight: 600;
      }
      summary {
        padding-block: 0.375rem;
        font-size: 0.9375rem;
        font-weight: 550;
        cursor: pointer;
      }
      li {
        padding-block: 0.1875rem;
        color: var(--ink-quiet);
        font-size: 0.875rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.count();
    this.timer = setInterval(() => void this.count(), PERIOD);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  override render() {
    const { since, asked } = this;
    const later = since === undefined ? [] : asked.filter(({ at }) => at >= since);
    const earlier = asked.filter((one) => !later.includes(one));
    return html`<section aria-labelledby="title">
      <h3 id="title">${words.title}</h3>
      <p class="count">${since === undefined ? words.noPhoto : words.count(later.length)}</p>
      <p class="quiet">${words.text}</p>
      ${later.length > 0 ? html`<ul>${later.map(({ name }) => html`<li>${name}</li>`)}</ul>` : nothing}
      <details>
        <summary>${words.before(earlier.length)}</summary>
        <ul>
          ${earlier.map(({ name }) => html`<li>${name}</li>`)}
        </ul>
      </details>
    </section>`;
  }

  private async count(): Promise<void> {
    const asked = await this.boot.trust.asked();
    if (asked.length !== this.asked.length) this.asked = asked;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'requests-section': RequestsSection;
  }
}
