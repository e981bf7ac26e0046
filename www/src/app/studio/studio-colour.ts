/** The colour correction: by itself, by a place that is white, or by hand; and what it changes. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ColourTold } from 'vitrine/engine/types';
import { base, controls } from '../../styles/shared.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';
import { AS_SHOT, isAsShot, withLight, withSettings, type Colour, type ColourSettings } from './colour.js';
import { ColourAsk, ColourChange, SceneRest } from './events.js';
import { holdButton } from './hold-button.js';
import { headings, slider, sliderStyles, type Quantity } from './slider.js';

const { colour: words } = strings.studio;

type Setting = Quantity<Partial<ColourSettings>>;

@customElement('studio-colour')
export class StudioColour extends LitElement {
  @property({ attribute: false }) colour!: Colour;
  /** What it comes to for the product that is seen; none where that is not known yet. */
  @property({ attribute: false }) told: ColourTold | undefined;
  /** How many photos there are that could be brought to this one. */
  @property({ type: Number }) others = 0;
  @property({ type: Boolean }) isGroup = false;
  /** Whether a place is being picked. */
  @property({ type: Boolean }) isPicking = false;
  /** Whether the picture is seen without the correction. */
  @property({ type: Boolean }) showsBefore = false;
  /** Whether the others' light is being measured. */
  @property({ type: Boolean }) isMatching = false;

  static override styles = [
    base,
    controls,
    headings,
    sliderStyles,
    css`
      :host,
      section {
        display: grid;
        align-content: start;
        gap: 0.75rem;
      }
      .ways,
      .after {
        display: grid;
        gap: 0.5rem;
      }
      .ways .button {
        justify-content: start;
        padding-inline: 0.75rem;
        text-align: start;
      }
      .ways .button[aria-pressed='true'] {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      .button {
        min-block-size: max(38px, var(--target) - 6px);
        font-size: 0.875rem;
        white-space: normal;
        touch-action: manipulation;
      }
      .button[aria-disabled='true'] {
        cursor: default;
        opacity: 0.55;
      }
      .hold {
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
        -webkit-touch-callout: none;
      }
      .found,
      .change {
        color: var(--ink-quiet);
        font-size: 0.8125rem;
        line-height: 1.45;
      }
      .change strong {
        display: block;
        color: var(--ink);
        font-size: 0.875rem;
        font-weight: 600;
      }
      .change {
        padding: 0.625rem 0.75rem;
        border-radius: var(--radius-small);
        background: var(--sunken);
      }
      .after {
        margin-block-end: 0.375rem;
      }
      .pair {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.5rem;
      }
      @media (max-width: 52rem) {
        .ways {
          grid-template-columns: 1fr 1fr;
        }
        .found {
          grid-column: 1 / -1;
        }
      }
      @media (forced-colors: active) {
        .ways .button[aria-pressed='true'] {
          outline: 2px solid Highlight;
        }
      }
    `,
  ];

  override render() {
    const { colour, told, isPicking } = this;
    const { settings, light } = colour;
    const isPicked = settings.white_balance.neutral !== null && light.by === 'as_shot';
    return html`<section aria-labelledby="colour">
      <h3 id="colour">${words.heading}</h3>
      <div class="ways">
        <button class="button" aria-pressed=${light.by === 'automatic'} @click=${this.automatic}>${icons.wand} ${words.automatic}</button>
        <button class="button" aria-pressed=${isPicking || isPicked} @click=${() => this.ask('pick')}>${icons.dropper} ${words.pick}</button>
        <p class="found" role="status">${this.found(isPicked)}</p>
      </div>
      ${isAsShot(colour)
        ? nothing
        : html`<p class="change" role="status">
            ${told ? html`<strong>${words.change(told.change.mean)}</strong>${words.amount(told.change.mean, told.change.max)}` : words.measuring}
          </p>`}
      <div class="after">
        <div class="pair">
          ${holdButton({
            label: words.before,
            content: html`${icons.photo} ${words.before}`,
            isHeld: this.showsBefore,
            class: 'hold',
            hold: (isHeld) => this.ask(isHeld ? 'before' : 'after'),
          })}
          <button class="button" aria-disabled=${isAsShot(colour)} @click=${this.reset}>${words.reset}</button>
        </div>
        ${this.others > 0
          ? html`<button class="button" ?disabled=${this.isMatching} @click=${() => this.ask('match')}>
              ${icons.copy} ${this.isMatching ? words.matching : this.isGroup ? words.matchGroup : words.match(this.others)}
            </button>`
          : nothing}
      </div>
      ${this.settings(settings).map(({ set, ...setting }) =>
        slider({
          ...setting,
          change: (value) => this.change(withSettings(colour, set(value)), setting.label),
          rest: () => this.dispatchEvent(new SceneRest()),
        }),
      )}
    </section>`;
  }

  /** What decides on white balance and exposure, in words. */
  private found(isPicked: boolean): string {
    const { colour, told } = this;
    if (isPicked) return words.picked;
    if (colour.light.by === 'as_shot') return words.asShot;
    if (!told) return words.measuring;
    if (colour.light.by === 'match') return told.matched_by === 'nothing' ? words.matchedByNothing : told.limited ? words.matchedLimited : words.matched;
    const stops = told.settings.exposure - colour.settings.exposure;
    return words.found(stops, (told.confidence ?? 1) < 0.5);
  }

  private settings({ exposure, white_balance, levels, shadows, highlights }: ColourSettings): Setting[] {
    const { temperature, tint } = white_balance;
    const hundred = (name: 'temperature' | 'tint', value: number): Setting => ({
      ...{ label: words[name], value: Math.round(value * 100), least: -100, most: 100, step: 1, text: words.signed(value * 100) },
      set: (to) => ({ white_balance: { ...white_balance, [name]: to / 100 } }),
    });
    const part = (name: 'shadows' | 'highlights', value: number): Setting => ({
      ...{ label: words[name], value: Math.round(value * 100), least: -100, most: 100, step: 1, text: words.signed(value * 100) },
      set: (to) => ({ [name]: to / 100 }),
    });
    return [
      { label: words.exposure, value: exposure, least: -4, most: 4, step: 0.05, text: words.stops(exposure), set: (to) => ({ exposure: Math.round(to * 100) / 100 }) },
      hundred('temperature', temperature),
      hundred('tint', tint),
      part('shadows', shadows),
      part('highlights', highlights),
      { label: words.black, value: levels.black, least: 0, most: 100, step: 1, text: words.level(levels.black), set: (black) => ({ levels: { ...levels, black } }) },
      { label: words.white, value: levels.white, least: 128, most: 255, step: 1, text: words.level(levels.white), set: (white) => ({ levels: { ...levels, white } }) },
      // Twice as far to the right is twice the exponent.
      { label: words.middle, value: Math.round(Math.log2(levels.gamma) * 50), least: -100, most: 100, step: 1, text: words.signed(Math.log2(levels.gamma) * 50), set: (to) => ({ levels: { ...levels, gamma: 2 ** (to / 50) } }) },
    ];
  }

  private readonly automatic = () => {
    this.change(withLight(this.colour, { by: this.colour.light.by === 'automatic' ? 'as_shot' : 'automatic' }));
  };

  /** A button that is disabled while it has the focus would swallow the keys of undo. */
  private readonly reset = () => {
    if (!isAsShot(this.colour)) this.change(AS_SHOT);
  };

  /** With a `kind`, more is to come until it rests. */
  private change(colour: Colour, kind?: string): void {
    this.dispatchEvent(new ColourChange(colour, kind === undefined ? {} : { kind, isMoving: true }));
  }

  private ask(what: ColourAsk['what']): void {
    this.dispatchEvent(new ColourAsk(what));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'studio-colour': StudioColour;
  }
}
