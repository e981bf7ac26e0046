/** A slider with its name and what it says in words, as all settings of the studio have them. */

import { css, html } from 'lit';

export interface Slider {
  label: string;
  value: number;
  least: number;
  most: number;
  step?: number;
  /** What the value is in words. */
  text: string;
  /** While it moves. */
  change: (value: number) => void;
  /** When it has come to rest. */
  rest: () => void;
}

export const sliderStyles = css`
  .slider {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 0 0.625rem;
    font-size: 0.875rem;
    font-weight: 550;
  }
  .amount {
    color: var(--ink-quiet);
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
  input[type='range'] {
    grid-column: 1 / -1;
    inline-size: 100%;
    block-size: 26px;
    accent-color: var(--accent);
    cursor: pointer;
  }
`;

export function slider({ label, value, least, most, step = 1, text, change, rest }: Slider) {
  return html`<label class="slider">
    <span>${label}</span><span class="amount" aria-hidden="true">${text}</span>
    <input
      type="range"
      min=${least}
      max=${most}
      step=${step}
      .value=${String(value)}
      aria-valuetext=${text}
      @input=${(event: Event) => change((event.target as HTMLInputElement).valueAsNumber)}
      @change=${rest}
    />
  </label>`;
}
