/** A photo and its cut-out over one another, and a divider between them. */

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { fitted } from 'vitrine/try-on/picture';
import { base } from '../../styles/shared.js';
import { icons } from '../icons.js';
import type { Background } from '../queue.js';
import { strings } from '../strings.js';

/** Percent a key press moves the divider, and with Shift or Page keys. */
const STEP = 2;
const LEAP = 10;
/** Milliseconds of the first wipe from photo to cut-out. */
const REVEAL = 900;

/**
 * Fills its own box with the largest rectangle of the picture's shape.
 *
 * To the left of the divider is the photo, to the right the cut-out; `value` is the photo's share in percent.
 */
@customElement('compare-slider')
export class CompareSlider extends LitElement {
  /** Addresses; the photo may be larger or smaller than the cut-out, but has its shape. */
  @property() photo = '';
  @property() cutOut = '';
  /** Width divided by height. */
  @property({ type: Number }) ratio = 1;
  /** 0 to 100. */
  @property({ type: Number }) value = 0;
  @property() backdrop: Background = 'transparent';
  /** What a screen reader calls the slider. */
  @property() label = '';
  @property() alt = '';
  /** `anywhere`: the divider follows a press anywhere in the picture; `grip`: only its handle moves it. */
  @property() drag: 'anywhere' | 'grip' = 'anywhere';
  /** Whether the two sides carry their names. */
  @property({ type: Boolean }) captions = false;

  /** The cut-out that is shown until the one in its place can be painted. */
  @state() private leaving = '';
  @query('.picture') private frame!: HTMLElement;
  @query('.grip') private grip!: HTMLElement;
  private dragging: number | undefined;

  static override styles = [
    base,
    fitted,
    css`
      .picture {
        border-radius: inherit;
        background: var(--backdrop);
      }
      .picture.transparent {
        background: var(--checker);
      }
      :host([drag='anywhere']) .picture {
        touch-action: pan-y;
        cursor: ew-resize;
      }
      img {
        object-fit: fill;
        pointer-events: none;
        -webkit-user-drag: none;
      }
      .after {
        clip-path: inset(0 0 0 calc(var(--at) * 1%));
      }
      .after.coming {
        opacity: 0;
      }
      .before {
        clip-path: inset(0 calc(100% - var(--at) * 1%) 0 0);
      }
      /* What the page lays over the picture, on both sides of the divider. */
      ::slotted(*) {
        position: absolute;
        inset: 0;
      }
      .line {
        position: absolute;
        inset-block: 0;
        /* Left and right are the picture's, whichever way the page is read. */
        left: calc(var(--at) * 1%);
        width: 2px;
        margin-left: -1px;
        background: #ffffff;
        box-shadow:
          0 0 0 1px rgb(0 0 0 / 0.22),
          0 0 10px rgb(0 0 0 / 0.25);
        pointer-events: none;
      }
      .picture.closed .line {
        opacity: 0;
      }
      .grip {
        position: absolute;
        top: var(--grip-y, 50%);
        /* At either end the handle stays inside the picture. */
        left: clamp(23px, var(--at) * 1%, 100% - 23px);
        display: grid;
        place-items: center;
        inline-size: 44px;
        block-size: 44px;
        margin: -22px 0 0 -22px;
        color: #1b1a18;
        cursor: ew-resize;
        touch-action: none;
        outline: none;
      }
      .grip::before {
        content: '';
        position: absolute;
        inset: 5px;
        border-radius: 50%;
        background: #ffffff;
        box-shadow:
          0 0 0 1px rgb(0 0 0 / 0.18),
          0 2px 8px rgb(0 0 0 / 0.28);
        transition: transform 0.15s var(--ease);
      }
      .grip svg {
        position: relative;
        inline-size: 18px;
        block-size: 18px;
      }
      .grip:hover::before,
      .grip.dragging::before {
        transform: scale(1.08);
      }
      .grip:focus-visible::before {
        outline: 3px solid #0b6b57;
        outline-offset: 0;
        box-shadow:
          0 0 0 5px #ffffff,
          0 2px 8px rgb(0 0 0 / 0.4);
      }
      .caption {
        position: absolute;
        inset-block-start: 12px;
        padding: 3px 10px;
        border-radius: 99px;
        background: rgb(20 19 17 / 0.72);
        color: #ffffff;
        font-size: 0.8125rem;
        font-weight: 550;
        pointer-events: none;
        transition: opacity 0.2s;
      }
      .caption.first {
        left: 12px;
      }
      .caption.second {
        right: 12px;
      }
      .caption.away {
        opacity: 0;
      }
      @media (forced-colors: active) {
        .grip::before,
        .line {
          background: ButtonFace;
          border: 2px solid ButtonText;
        }
        .grip {
          color: ButtonText;
        }
        .grip:focus-visible::before {
          outline-color: Highlight;
        }
        .picture,
        .caption {
          forced-color-adjust: none;
        }
      }
    `,
  ];

  override render() {
    const at = Math.round(this.value);
    return html`
      <div
        class="picture ${this.backdrop === 'transparent' ? 'transparent' : ''} ${this.value <= 0 || this.value >= 100 ? 'closed' : ''}"
        @pointerdown=${this.down}
        @pointermove=${this.move}
        @pointerup=${this.up}
        @pointercancel=${this.cancel}
      >
        ${repeat(
          [this.cutOut, this.leaving].filter((address) => address !== ''),
          (address) => address,
          (address) => {
            const coming = this.leaving !== '' && address === this.cutOut;
            const alt = address === this.cutOut ? this.alt : '';
            return html`<img class="after ${coming ? 'coming' : ''}" src=${address} alt=${alt} decoding="async" draggable="false" />`;
          },
        )}
        ${this.photo === '' ? nothing : html`<img class="before" src=${this.photo} alt="" decoding="async" draggable="false" />`}
        <slot></slot>
        ${this.captions
          ? html`
              <span class="caption first ${this.value < 22 ? 'away' : ''}" aria-hidden="true">${strings.compare.before}</span>
              <span class="caption second ${this.value > 78 ? 'away' : ''}" aria-hidden="true">${strings.compare.after}</span>
            `
          : nothing}
        <div class="line"></div>
        <div
          class="grip"
          part="grip"
          role="slider"
          tabindex="0"
          aria-label=${this.label}
          aria-orientation="horizontal"
          aria-valuemin="0"
          aria-valuemax="100"
          aria-valuenow=${at}
          aria-valuetext=${at === 0 ? strings.compare.onlyAfter : at === 100 ? strings.compare.onlyBefore : strings.compare.value(at)}
          @keydown=${this.key}
        >
          ${icons.grip}
        </div>
      </div>
    `;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    // Another photo's picture takes over at once; a better one of the same photo, when it can be painted.
    const before = changed.get('cutOut');
    if (before && !changed.has('photo') && this.photo !== '') this.leaving = before;
    else if (changed.has('photo')) this.leaving = '';
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('cutOut') && this.leaving !== '') void this.change();
    // The frame's policy allows no style attribute; the object model is not markup.
    const { style } = this.frame;
    style.setProperty('--at', String(this.value));
    style.setProperty('--ratio', String(this.ratio));
    style.setProperty('--backdrop', this.backdrop === 'transparent' ? 'none' : this.backdrop);
  }

  private async change(): Promise<void> {
    const { cutOut } = this;
    const picture = [...this.renderRoot.querySelectorAll('img')].find(({ src }) => src === cutOut);
    await picture?.decode().catch(() => undefined);
    if (this.cutOut === cutOut) this.leaving = '';
  }

  /** Resolves when both pictures are decoded: shown before, the slider would flash empty. */
  async painted(): Promise<void> {
    await this.updateComplete;
    // A picture that cannot be decoded is not waited for; its text stands in its place.
    await Promise.all([...this.renderRoot.querySelectorAll('img')].map((picture) => picture.decode().catch(() => undefined)));
  }

  /** Wipes from the photo to `rest`, once; at once where the person asked for less motion. */
  reveal(rest = 0): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.value = rest;
      return;
    }
    const from = performance.now();
    this.value = 100;
    const step = (now: number) => {
      if (this.dragging !== undefined || !this.isConnected) return;
      const part = Math.min(Math.max((now - from) / REVEAL, 0), 1);
      const eased = part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2;
      this.value = 100 + (rest - 100) * eased;
      if (part < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const onGrip = event.composedPath().includes(this.grip);
    if (this.drag === 'grip' && !onGrip) return;
    this.dragging = event.pointerId;
    this.frame.setPointerCapture(event.pointerId);
    this.grip.classList.add('dragging');
    // A finger may be about to scroll the page: its first move decides. A mouse means it.
    if (event.pointerType === 'mouse' && !onGrip) this.follow(event);
    if (event.pointerType === 'mouse') {
      event.preventDefault();
      this.grip.focus({ preventScroll: true });
    }
  }

  private move(event: PointerEvent): void {
    if (this.dragging === event.pointerId) this.follow(event);
  }

  private up(event: PointerEvent): void {
    if (this.dragging !== event.pointerId) return;
    if (!event.composedPath().includes(this.grip)) this.follow(event);
    this.cancel();
  }

  private cancel(): void {
    this.dragging = undefined;
    this.grip.classList.remove('dragging');
  }

  private follow(event: PointerEvent): void {
    const { left, width } = this.frame.getBoundingClientRect();
    const value = ((event.clientX - left) / width) * 100;
    // The ends catch, so that the divider can be put out of sight.
    this.value = value < 1.5 ? 0 : value > 98.5 ? 100 : value;
  }

  private key(event: KeyboardEvent): void {
    const step = event.shiftKey ? LEAP : STEP;
    const to = {
      ArrowLeft: this.value - step,
      ArrowDown: this.value - step,
      ArrowRight: this.value + step,
      ArrowUp: this.value + step,
      PageDown: this.value - LEAP,
      PageUp: this.value + LEAP,
      Home: 0,
      End: 100,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.value = Math.min(Math.max(to, 0), 100);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'compare-slider': CompareSlider;
  }
}
