/** How to check without trusting anything that this page says. */

import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../../styles/shared.js';
import { strings } from '../strings.js';
import { section } from './section-style.js';

const { steps: words } = strings.trust;

@customElement('steps-section')
export class StepsSection extends LitElement {
  static override styles = [
    base,
    section,
    css`
      ol {
        display: grid;
        gap: 0.75rem;
        max-inline-size: 44rem;
        padding-inline-start: 1.5rem;
        list-style: decimal;
      }
      li::marker {
        color: var(--ink-quiet);
        font-variant-numeric: tabular-nums;
      }
      strong {
        font-weight: 600;
      }
      code {
        font-family: var(--mono);
        font-size: 0.875em;
      }
    `,
  ];

  override render() {
    return html`<section aria-labelledby="title">
      <h3 id="title">${words.title}</h3>
      <p class="quiet">${words.text}</p>
      <ol>
        <li><strong>${words.network.name}</strong> ${words.network.text}</li>
        <li><strong>${words.airplane.name}</strong> ${words.airplane.text}</li>
        <li><strong>${words.tests.name}</strong> ${words.tests.text} <code>cargo xtask test</code></li>
      </ol>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'steps-section': StepsSection;
  }
}
