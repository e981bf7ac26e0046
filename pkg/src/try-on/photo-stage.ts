/** The shopper's photo as large as its place allows: alone, with the product on it, or with the people in it to choose from. */

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Photo } from './fitting.js';
import { fitted, placeOf } from './picture.js';
import { base } from './styles.js';
import type { FaceBox } from './types.js';
import type { Words } from './words.js';

/** Longer side of what is drawn for the screen, in pixels: more no screen shows, and phones have not the memory. */
const LONGEST = 2_400;

/** The shopper has chosen a person, by number. */
export class ChooseFaceEvent extends Event {
  readonly face: number;
  constructor(face: number) {
    super('choose-face', { bubbles: true, composed: true });
    this.face = face;
  }
}

@customElement('photo-stage')
export class PhotoStage extends LitElement {
  @property({ attribute: false }) photo: Photo | undefined;
  /** The photo with the product on it. */
  @property({ attribute: false }) drawn: ImageBitmap | undefined;
  @property({ type: Boolean }) choosing = false;
  /** Whether the photo alone is shown for a while. */
  @property({ type: Boolean }) comparing = false;
  @property({ type: Boolean }) busy = false;
  @property() alt = '';
  @property({ attribute: false }) words!: Words;

  /** Width divided by height; of the picture itself, until the engine has read it. */
  @state() private ratio = 0;
  @state() private isBroken = false;
  @query('canvas') private canvas!: HTMLCanvasElement;

  static override styles = [
    base,
    fitted,
    css`
      canvas {
        transition: opacity 0.12s;
      }
      .comparing canvas {
        opacity: 0;
      }
      .tag {
        position: absolute;
        inset-block-start: 12px;
        inset-inline-start: 12px;
        padding: 4px 12px;
        border-radius: 99px;
        background: rgb(10 14 12 / 0.72);
        color: #ffffff;
        font-size: 0.875rem;
        font-weight: 560;
      }
      .face {
        position: absolute;
        min-inline-size: 32px;
        min-block-size: 32px;
        padding: 0;
        border: 2.5px solid #ffffff;
        border-radius: 14px;
        background: rgb(255 255 255 / 0.08);
        box-shadow:
          0 0 0 1.5px rgb(0 0 0 / 0.5),
          inset 0 0 0 1px rgb(0 0 0 / 0.3);
        cursor: pointer;
        transition: background-color 0.15s;
      }
      .face:hover {
        background: rgb(255 255 255 / 0.24);
      }
      .face:focus-visible {
        outline: 3px solid #ffffff;
        outline-offset: 3px;
        box-shadow: 0 0 0 9px rgb(0 0 0 / 0.6);
      }
      .face span {
        position: absolute;
        inset-block-end: -1px;
        inset-inline-start: 50%;
        translate: -50% 50%;
        padding: 3px 11px;
        border-radius: 99px;
        background: #ffffff;
        color: #10130f;
        font-size: 0.8125rem;
        font-weight: 620;
        line-height: 1.3;
        white-space: nowrap;
        box-shadow: 0 1px 5px rgb(0 0 0 / 0.4);
      }
      .sweep {
        position: absolute;
        inset: 0;
        background: linear-gradient(100deg, transparent 30%, rgb(255 255 255 / 0.34) 50%, transparent 70%) 0 0 / 250% 100%;
        animation: sweep 1.5s linear infinite;
      }
      @keyframes sweep {
        from {
          background-position: 160% 0;
        }
        to {
          background-position: -90% 0;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .sweep {
          background: rgb(255 255 255 / 0.2);
        }
      }
      @media (forced-colors: active) {
        .face {
          border-color: ButtonText;
        }
        .face span,
        .tag {
          border: 1px solid ButtonText;
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('photo')) this.isBroken = false;
    const { width = 0, height = 0 } = this.photo ?? {};
    if (width > 0 && height > 0) this.ratio = width / height;
  }

  override updated(changed: PropertyValues<this>): void {
    this.style.setProperty('--ratio', String(this.ratio || 0.8));
    if (changed.has('drawn')) this.paint();
  }

  override render() {
    const { photo, words } = this;
    if (!photo) return nothing;
    const isComparing = this.comparing && !this.isBroken;
    // The picture with the product is what is described; the photo under it is the same without.
    return html`<div class="picture ${isComparing ? 'comparing' : ''}" @contextmenu=${(event: Event) => event.preventDefault()}>
      <img src=${photo.url} alt=${this.drawn && !isComparing ? '' : words.result.before} ?hidden=${this.isBroken}
        draggable="false" @load=${this.arrived} @error=${() => (this.isBroken = true)}>
      <canvas role="img" aria-label=${this.alt} ?hidden=${!this.drawn || this.choosing}></canvas>
      ${this.busy ? html`<div class="sweep"></div>` : nothing}
      ${isComparing && this.drawn ? html`<span class="tag" aria-hidden="true">${words.result.before}</span>` : nothing}
      ${this.choosing ? photo.faces.map((face, index) => this.face(face, index)) : nothing}
    </div>`;
  }

  private face(box: FaceBox, index: number) {
    const label = this.words.faces.person(index + 1);
    return html`<button class="face" aria-label=${label} .style=${placeOf(box)}
      @click=${() => this.dispatchEvent(new ChooseFaceEvent(index))}>
      <span aria-hidden="true">${label}</span>
    </button>`;
  }

  private arrived({ target }: Event): void {
    const { naturalWidth, naturalHeight } = target as HTMLImageElement;
    if (!this.photo?.width && naturalHeight > 0) this.ratio = naturalWidth / naturalHeight;
  }

  private paint(): void {
    const { drawn, canvas } = this;
    if (!canvas) return;
    if (!drawn) {
      canvas.width = canvas.height = 0;
      return;
    }
    const scale = Math.min(1, LONGEST / Math.max(drawn.width, drawn.height));
    canvas.width = Math.round(drawn.width * scale);
    canvas.height = Math.round(drawn.height * scale);
    const context = canvas.getContext('2d');
    if (!context) return;
    context.imageSmoothingQuality = 'high';
    context.drawImage(drawn, 0, 0, canvas.width, canvas.height);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'photo-stage': PhotoStage;
  }
  interface HTMLElementEventMap {
    'choose-face': ChooseFaceEvent;
  }
}
