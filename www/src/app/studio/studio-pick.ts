/** The photo as it was shot, over the stage: a person points at something white or grey in it. */

import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base, controls } from '../../styles/shared.js';
import { strings } from '../strings.js';
import { NeutralPick, PickEnd } from './events.js';

const { picking: words } = strings.studio.colour;

/** A key moves the cross by this part of the photo, and with Shift by that. */
const STEP = { fine: 0.005, coarse: 0.05 };

@customElement('studio-pick')
export class StudioPick extends LitElement {
  /** Address of the photo. */
  @property() photo = '';
  @property() name = '';
  /** Where the cross is, in parts of the photo. */
  @state() private at = { x: 0.5, y: 0.08 };
  @state() private isAimed = false;
  @query('.view') private view!: HTMLElement;
  @query('img') private image!: HTMLImageElement;

  static override styles = [
    base,
    controls,
    css`
      :host {
        position: absolute;
        inset: 0;
        z-index: 2;
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        background: var(--sunken);
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.5rem 0.75rem;
        background: var(--surface);
        font-size: 0.875rem;
        line-height: 1.4;
      }
      .bar p {
        flex: 1;
      }
      .view {
        position: relative;
        display: grid;
        place-items: center;
        min-block-size: 0;
        padding: 1rem;
        cursor: crosshair;
        touch-action: none;
      }
      .view:focus-visible {
        outline-offset: -3px;
      }
      img {
        max-inline-size: 100%;
        max-block-size: 100%;
        min-block-size: 0;
        block-size: auto;
        box-shadow: var(--shadow);
        user-select: none;
        -webkit-user-drag: none;
      }
      .cross {
        position: absolute;
        inset-inline-start: var(--x, 0);
        inset-block-start: var(--y, 0);
        inline-size: 22px;
        block-size: 22px;
        translate: -50% -50%;
        border: 2px solid #ffffff;
        border-radius: 50%;
        outline: 1.5px solid rgb(0 0 0 / 0.8);
        pointer-events: none;
      }
      .view:not(:focus-visible, .aimed) .cross {
        opacity: 0;
      }
      @media (forced-colors: active) {
        img {
          forced-color-adjust: none;
        }
      }
    `,
  ];

  override render() {
    return html`
      <div class="bar">
        <p id="what">${words.what}</p>
        <button class="button" @click=${() => this.dispatchEvent(new PickEnd())}>${words.cancel}</button>
      </div>
      <div
        class="view ${this.isAimed ? 'aimed' : ''}"
        tabindex="0"
        role="application"
        aria-label=${words.label(this.name)}
        aria-describedby="what keys"
        @pointerdown=${this.aim}
        @pointermove=${this.follow}
        @pointerup=${this.point}
        @keydown=${this.keyDown}
      >
        <img src=${this.photo} alt="" draggable="false" @load=${() => this.requestUpdate()} />
        <span class="cross"></span>
      </div>
      <p class="spoken" id="keys">${words.keys}</p>
      <p class="spoken" role="status">${this.isAimed ? words.at(this.at.x, this.at.y) : ''}</p>
    `;
  }

  override firstUpdated(): void {
    this.view.focus({ preventScroll: true });
  }

  override updated(): void {
    const photo = this.image.getBoundingClientRect();
    const view = this.view.getBoundingClientRect();
    this.view.style.setProperty('--x', `${photo.left - view.left + this.at.x * photo.width}px`);
    this.view.style.setProperty('--y', `${photo.top - view.top + this.at.y * photo.height}px`);
  }

  private place({ clientX, clientY }: PointerEvent): { x: number; y: number } | undefined {
    const { left, top, width, height } = this.image.getBoundingClientRect();
    const [x, y] = [(clientX - left) / width, (clientY - top) / height];
    return x >= 0 && x < 1 && y >= 0 && y < 1 ? { x, y } : undefined;
  }

  private readonly aim = (event: PointerEvent) => {
    if (event.button > 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.follow(event);
  };

  private readonly follow = (event: PointerEvent) => {
    const place = event.buttons > 0 ? this.place(event) : undefined;
    if (!place) return;
    this.at = place;
    this.isAimed = true;
  };

  private readonly point = (event: PointerEvent) => {
    const place = this.place(event);
    if (place) this.dispatchEvent(new NeutralPick(place.x, place.y));
  };

  private readonly keyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? STEP.coarse : STEP.fine;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move) {
      const within = (value: number) => Math.min(Math.max(value, 0), 0.999);
      this.at = { x: within(this.at.x + (move[0] ?? 0) * step), y: within(this.at.y + (move[1] ?? 0) * step) };
      this.isAimed = true;
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.dispatchEvent(new NeutralPick(this.at.x, this.at.y));
    } else if (event.key === 'Escape') {
      this.dispatchEvent(new PickEnd());
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'studio-pick': StudioPick;
  }
}
