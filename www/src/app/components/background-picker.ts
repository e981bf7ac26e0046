/** Which colour lies under a cut-out: none, a few that shops use, or one's own. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base, controls } from '../../styles/shared.js';
import { icons } from '../icons.js';
import type { Background } from '../queue.js';
import { strings } from '../strings.js';

const { background: words } = strings;
const COLOURS = Object.keys(words.names) as Background[];
/** What the colour field starts from. */
const FIRST_CUSTOM = '#cfd8e3';

/** Fired on every change, also while a colour is being chosen. */
export class BackgroundChange extends Event {
  /** Undefined: like all. */
  readonly background: Background | undefined;
  constructor(background: Background | undefined) {
    super('background-change', { bubbles: true, composed: true });
    this.background = background;
  }
}

@customElement('background-picker')
export class BackgroundPicker extends LitElement {
  @property() value: Background | undefined = 'transparent';
  /** `one` offers to follow the background for all. */
  @property() scope: 'all' | 'one' = 'all';
  @property() legend: string = words.legend;
  @state() private custom: Background = FIRST_CUSTOM;

  static override styles = [
    base,
    controls,
    css`
      fieldset {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px;
      }
      label {
        position: relative;
        display: grid;
        place-items: center;
        inline-size: max(36px, min(var(--target), 44px));
        block-size: max(36px, min(var(--target), 44px));
        border-radius: 50%;
        cursor: pointer;
        -webkit-tap-highlight-color: transparent;
      }
      label.words {
        inline-size: auto;
        padding-inline: 0.875rem;
        border-radius: 99px;
        border: 1px solid var(--line-strong);
        margin-inline-end: 4px;
        block-size: 34px;
        font-size: 0.875rem;
        font-weight: 550;
      }
      input[type='radio'] {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
        opacity: 0;
        cursor: pointer;
      }
      .swatch {
        inline-size: 26px;
        block-size: 26px;
        border-radius: 50%;
        background: var(--colour);
        box-shadow: inset 0 0 0 1px var(--line-strong);
        transition: transform 0.15s var(--ease);
        pointer-events: none;
      }
      .swatch.transparent {
        background: repeating-conic-gradient(#c9c5be 0 25%, #ffffff 0 50%) 0 0 / 10px 10px;
      }
      label:hover .swatch {
        transform: scale(1.08);
      }
      input:checked + .swatch {
        box-shadow:
          inset 0 0 0 1px var(--line-strong),
          0 0 0 2px var(--surface),
          0 0 0 4px var(--accent);
      }
      label.words:has(input:checked) {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      label:has(input:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: 1px;
      }
      label.words:has(input:focus-visible) {
        outline-offset: 3px;
      }
      .swatch.own {
        display: grid;
        place-items: center;
        background: conic-gradient(from 210deg, #d96b5b, #d9b35b, #7fb069, #4f9d9d, #5b7ed9, #a66bc9, #d96b5b);
        color: #ffffff;
      }
      .swatch.own.chosen {
        background: var(--colour);
      }
      .own-fields {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        margin-inline-start: 4px;
      }
      input[type='color'] {
        inline-size: var(--target);
        block-size: max(34px, var(--target) - 4px);
        padding: 3px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        cursor: pointer;
      }
      .hex {
        inline-size: 6.5rem;
        min-block-size: max(34px, var(--target) - 4px);
        font: 0.875rem/1.2 var(--mono);
      }
      .hex:user-invalid {
        border-color: var(--danger);
      }
      @media (forced-colors: active) {
        .swatch {
          forced-color-adjust: none;
          border: 1px solid #888;
        }
        input:checked + .swatch {
          outline: 3px solid Highlight;
          outline-offset: 2px;
        }
      }
    `,
  ];

  override willUpdate(): void {
    const { value } = this;
    if (value !== undefined && value !== 'transparent' && !COLOURS.includes(value)) this.custom = value;
  }

  override render() {
    const { value } = this;
    const isOwn = value !== undefined && value !== 'transparent' && !COLOURS.includes(value);
    return html`
      <fieldset>
        <legend class="spoken">${this.legend}</legend>
        ${this.scope === 'one'
          ? html`<label class="words">
              <input type="radio" name="background" .checked=${value === undefined} @change=${() => this.choose(undefined)} />
              ${words.likeAll}
            </label>`
          : nothing}
        <label title=${words.transparent}>
          <input
            type="radio"
            name="background"
            aria-label=${words.transparent}
            .checked=${value === 'transparent'}
            @change=${() => this.choose('transparent')}
          />
          <span class="swatch transparent"></span>
        </label>
        ${COLOURS.map(
          (colour) => html`<label title=${words.names[colour] ?? colour}>
            <input
              type="radio"
              name="background"
              aria-label=${words.names[colour] ?? colour}
              .checked=${value === colour}
              @change=${() => this.choose(colour)}
            />
            <span class="swatch" data-colour=${colour}></span>
          </label>`,
        )}
        <label title=${words.custom}>
          <input
            type="radio"
            name="background"
            aria-label=${words.custom}
            .checked=${isOwn}
            @change=${() => this.choose(this.custom)}
          />
          <span class="swatch own ${isOwn ? 'chosen' : ''}" data-colour=${isOwn ? value : ''}>${isOwn ? nothing : icons.add}</span>
        </label>
        ${isOwn
          ? html`<span class="own-fields">
              <input type="color" aria-label=${words.custom} .value=${value} @input=${this.pick} />
              <input
                class="field hex"
                type="text"
                aria-label=${words.hex}
                .value=${value}
                pattern="#?[0-9a-fA-F]{6}"
                maxlength="7"
                spellcheck="false"
                autocomplete="off"
                @change=${this.type}
              />
            </span>`
          : nothing}
      </fieldset>
    `;
  }

  override updated(): void {
    // No style attributes under the frame's policy.
    for (const swatch of this.renderRoot.querySelectorAll<HTMLElement>('[data-colour]')) {
      swatch.style.setProperty('--colour', swatch.dataset['colour'] ?? '');
    }
  }

  private choose(background: Background | undefined): void {
    this.value = background;
    this.dispatchEvent(new BackgroundChange(background));
  }

  private pick(event: Event): void {
    this.choose((event.target as HTMLInputElement).value as Background);
  }

  private type(event: Event): void {
    const field = event.target as HTMLInputElement;
    const digits = /^#?([0-9a-f]{6})$/i.exec(field.value.trim())?.[1];
    if (digits) this.choose(`#${digits.toLowerCase()}`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'background-picker': BackgroundPicker;
  }
  interface HTMLElementEventMap {
    'background-change': BackgroundChange;
  }
}
