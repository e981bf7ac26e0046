/** What the studio's settings have in common: the headings of their parts, and sliders that say in words where they are. */

import { css, html } from 'lit';

/** Something that a slider sets. */
export interface Quantity<Whole> {
  label: string;
  value: number;
  least: number;
  most: number;
  step?: number;
  /** What the value is in words. */
  text: string;
  /** What it is a part of, with another value. */
  set: (value: number) => Whole;
}

export interface Slider extends Omit<Quantity<never>, 'set'> {
  /** While it moves. */
  change: (value: number) => void;
  /** When it has come to rest. */
  rest: () => void;
}

/** Headings of the parts; on a phone the tabs are what is seen of them. */
export const headings = css`
  h3 {
    font-size: 0.9375rem;
    font-weight: 620;
  }
  @media (max-width: 52rem) {
    h3 {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
`;

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
