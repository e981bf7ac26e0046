/** Whether the page works without a network, what of it is on this device, and how to have more or nothing of it there. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { OfflinePart, OfflineState } from 'vitrine/airlock/messages';
import type { OfflineSource } from 'vitrine/frame/offline-source';
import { base, controls } from '../../styles/shared.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';
import { section } from './section-style.js';

const { offline: words } = strings;

@customElement('offline-section')
export class OfflineSection extends LitElement {
  @property({ attribute: false }) source!: OfflineSource;
  @state() private now: OfflineState | undefined;
  private unlisten: (() => void) | undefined;

  static override styles = [
    base,
    controls,
    section,
    css`
      .state {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        font-weight: 550;
      }
      .state svg {
        flex: none;
        color: var(--accent);
      }
      .state.not svg {
        color: var(--caution);
      }
      .state + .quiet {
        margin-block-start: 0.25rem;
      }
      dl {
        max-inline-size: 44rem;
        font-size: 0.9375rem;
        font-variant-numeric: tabular-nums;
      }
      dl > div {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto 6.5rem;
        gap: 0.75rem;
        padding-block: 0.5rem;
        border-block-end: 1px solid var(--line);
      }
      dd {
        color: var(--ink-quiet);
        text-align: end;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.625rem;
      }
      .button {
        white-space: normal;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.unlisten = this.source.onState((state) => (this.now = state));
    this.source.ask('look');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unlisten?.();
  }

  override render() {
    const { now } = this;
    const is = now?.is ?? 'preparing';
    return html`<section aria-labelledby="title">
      <h3 id="title">${words.title}</h3>
      <div role="status">
        <p class="state ${is === 'kept' ? '' : 'not'}">${is === 'kept' ? icons.check : icons.warning} ${words.state[is]}</p>
        <p class="quiet">${words.why[is]}</p>
      </div>
      ${now ? this.renderParts(now) : nothing}
    </section>`;
  }

  private renderParts(now: OfflineState) {
    const parts = [
      { name: words.page, part: now.page },
      { name: words.studio, part: now.studio },
      ...(now.best ? [{ name: words.best, part: now.best }] : []),
    ];
    const missing = parts.slice(1).filter(({ part: { is } }) => is === 'not kept' || is === 'failed');
    const bytes = missing.reduce((sum, { part }) => sum + part.bytes, 0);
    const coming = parts.some(({ part }) => part.is === 'coming');
    const some = now.is === 'incomplete' || now.is === 'behind an older tab' || parts.some(({ part }) => part.is === 'kept');
    return html`
      <dl>
        ${parts.map(({ name, part }) => this.renderPart(name, part))}
      </dl>
      <div class="buttons">
        ${now.is === 'kept' && bytes > 0
          ? html`<button class="button keep" ?disabled=${coming} @click=${() => this.source.ask('keep')}>
              ${icons.download} ${words.keep(bytes)}
            </button>`
          : nothing}
        ${some
          ? html`<button class="button remove" ?disabled=${coming} @click=${() => this.source.ask('remove')}>
              ${icons.trash} ${words.remove}
            </button>`
          : nothing}
      </div>
    `;
  }

  private renderPart(name: string, { bytes, is }: OfflinePart) {
    return html`<div>
      <dt>${name}</dt>
      <dd>${strings.bytes(bytes)}</dd>
      <dd>${words.part[is]}</dd>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'offline-section': OfflineSection;
  }
}
