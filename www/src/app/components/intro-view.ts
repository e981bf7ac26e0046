/** The first view: what this is, the promise, the place for photos, and a picture that shows it. */

import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { DeviceReport } from 'vitrine/engine/types';
import { base, controls } from '../../styles/shared.js';
import type { Loading } from '../boot.js';
import { icons } from '../icons.js';
import { sample } from '../sample/sample.js';
import { strings } from '../strings.js';
import { TrustAsk } from '../trust/trust-dialog.js';
import './compare-slider.js';
import './device-line.js';
import './drop-zone.js';
import type { DropZone } from './drop-zone.js';

const { intro: words, demo } = strings;

/** The person wants to see it done on the example. */
export class TrySample extends Event {
  constructor() {
    super('try-sample', { bubbles: true, composed: true });
  }
}

@customElement('intro-view')
export class IntroView extends LitElement {
  @property({ attribute: false }) report: DeviceReport | undefined;
  @property({ attribute: false }) loading: Loading | undefined;
  @property() problem = '';
  @query('drop-zone') private zone!: DropZone;

  static override styles = [
    base,
    controls,
    css`
      .view {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: clamp(2rem, 1rem + 4vw, 5rem);
        max-inline-size: 90rem;
        margin: 0 auto;
        padding: clamp(0.75rem, 1.75vw, 3rem) var(--gutter) clamp(2.5rem, 6vw, 5rem);
      }
      h1 {
        font-size: clamp(2rem, 1.1rem + 3.6vw, 3.375rem);
        font-weight: 680;
        line-height: 1.06;
        letter-spacing: -0.03em;
        text-wrap: balance;
      }
      h1 span {
        display: block;
      }
      h1 .promise {
        color: var(--accent);
      }
      .lead {
        max-inline-size: 34rem;
        margin-block: 1rem 1.5rem;
        color: var(--ink-quiet);
        font-size: clamp(1.0625rem, 1rem + 0.25vw, 1.1875rem);
        line-height: 1.55;
        text-wrap: pretty;
      }
      .facts {
        display: grid;
        gap: 0.875rem;
        margin-block-start: 1.5rem;
      }
      .proof {
        display: flex;
        gap: 0.5rem;
        color: var(--ink-quiet);
        font-size: 0.875rem;
        line-height: 1.45;
      }
      .proof svg {
        flex: none;
        inline-size: 18px;
        block-size: 18px;
        margin-block-start: 0.05rem;
      }
      .proof button {
        padding: 0;
        border: 0;
        background: none;
        color: var(--accent);
        font-weight: 550;
        text-decoration: underline;
        text-underline-offset: 0.2em;
        cursor: pointer;
      }
      figure {
        display: grid;
        justify-items: center;
        align-content: start;
        gap: 0.875rem;
      }
      .window {
        inline-size: 100%;
        max-inline-size: 38rem;
        padding: clamp(8px, 1.2vw, 14px);
        border-radius: calc(var(--radius) + 10px);
        background: var(--surface);
        box-shadow: var(--shadow-high);
      }
      .window compare-slider {
        aspect-ratio: 1;
        border-radius: calc(var(--radius) + 1px);
      }
      @media (min-width: 60rem) {
        .view {
          grid-template-columns: minmax(0, 1.06fr) minmax(0, 1fr);
          align-items: center;
        }
        figure {
          justify-self: end;
          inline-size: 100%;
          max-inline-size: 38rem;
        }
      }
      @media (forced-colors: active) {
        .window {
          border: 1px solid CanvasText;
        }
      }
    `,
  ];

  override render() {
    return html`<div class="view">
      <div>
        <h1>
          <span>${words.title}</span>
          <span class="promise">${words.promise}</span>
        </h1>
        <p class="lead">${words.text}</p>
        <drop-zone></drop-zone>
        <div class="facts">
          <device-line detailed .report=${this.report} .loading=${this.loading} .problem=${this.problem}></device-line>
          <p class="proof">
            ${icons.shield}
            <span>
              ${this.report ? words.proof : words.proofWhileLoading}
              <button aria-haspopup="dialog" @click=${() => this.dispatchEvent(new TrustAsk())}>${strings.trust.open}</button>
            </span>
          </p>
        </div>
      </div>
      <figure>
        <div class="window">
          <compare-slider
            captions
            .photo=${sample.photo}
            .cutOut=${sample.cutOut}
            .value=${50}
            .label=${demo.label}
            .alt=${demo.alt}
          ></compare-slider>
        </div>
        <button class="button" @click=${() => this.dispatchEvent(new TrySample())}>${demo.try}</button>
      </figure>
    </div>`;
  }

  override focus(): void {
    this.zone.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'intro-view': IntroView;
  }
  interface HTMLElementEventMap {
    'try-sample': TrySample;
  }
}
