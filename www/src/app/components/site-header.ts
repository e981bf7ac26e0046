/** The wordmark, the device in short, the way to check what is promised, and the switch between light and dark. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DeviceReport } from 'vitrine/engine/types';
import { base, controls } from '../../styles/shared.js';
import type { Loading } from '../boot.js';
import { icons, logo } from '../icons.js';
import { strings } from '../strings.js';
import { TrustAsk } from '../trust/trust-dialog.js';
import './device-line.js';

type Theme = 'light' | 'dark';

@customElement('site-header')
export class SiteHeader extends LitElement {
  @property({ attribute: false }) report: DeviceReport | undefined;
  @property({ attribute: false }) loading: Loading | undefined;
  @property() problem = '';
  /** On the first view the device has a place of its own. */
  @property({ type: Boolean }) showsDevice = false;
  @state() private theme: Theme = 'light';
  private readonly system = matchMedia('(prefers-color-scheme: dark)');

  static override styles = [
    base,
    controls,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 1rem;
        max-inline-size: 90rem;
        min-block-size: 4.25rem;
        margin: 0 auto;
        padding: 0.5rem var(--gutter);
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        margin-inline-end: auto;
        font-size: 1.25rem;
        font-weight: 650;
        letter-spacing: -0.015em;
      }
      device-line {
        display: none;
      }
      @media (min-width: 45rem) {
        device-line {
          display: block;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.followSystem();
    this.system.addEventListener('change', this.followSystem);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.system.removeEventListener('change', this.followSystem);
  }

  override render() {
    const label = this.theme === 'dark' ? strings.theme.toLight : strings.theme.toDark;
    return html`<header>
      <div class="brand">${logo}<span>${strings.name}</span></div>
      ${this.showsDevice
        ? html`<device-line .report=${this.report} .loading=${this.loading} .problem=${this.problem}></device-line>`
        : nothing}
      <button
        class="button quiet icon"
        title=${strings.trust.open}
        aria-label=${strings.trust.open}
        aria-haspopup="dialog"
        @click=${() => this.dispatchEvent(new TrustAsk())}
      >
        ${icons.shield}
      </button>
      <button class="button quiet icon" title=${label} aria-label=${label} @click=${this.toggle}>
        ${this.theme === 'dark' ? icons.sun : icons.moon}
      </button>
    </header>`;
  }

  /** Nothing can be stored here, so a choice lasts as long as the page. */
  private toggle(): void {
    this.theme = this.theme === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = this.theme;
  }

  private readonly followSystem = () => {
    if (document.documentElement.dataset['theme']) return;
    this.theme = this.system.matches ? 'dark' : 'light';
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'site-header': SiteHeader;
  }
}
