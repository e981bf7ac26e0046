/** The picture: drawn by the engine, and the product in it moved and scaled by mouse, touch and keyboard. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base, spinner } from '../../styles/shared.js';
import { Gestures } from '../editor/gestures.js';
import { strings } from '../strings.js';
import { LayerChoice, SceneChange, SceneRest } from './events.js';
import { boxOf, moved, placeOf, scaled, type Box, type Scene } from './scene.js';

const { stage: words } = strings.studio;

/** Around the picture, in CSS pixels. */
const MARGIN = 20;
/** A key moves the product by this part of the picture, and with Shift by that. */
const STEP = { fine: 0.005, coarse: 0.04 };
const KEY_SCALE = { fine: 1.02, coarse: 1.12 };
/** After so many milliseconds without a key or a turn of the wheel, the product rests. */
const REST = 260;
/** Finest picture that is drawn for the screen, in pixels of its longer side. */
const FINEST = 1600;

@customElement('studio-stage')
export class StudioStage extends LitElement {
  @property({ attribute: false }) scene!: Scene;
  /** Width by height of what is visible of each product, by the numbers of the scene's layers, where that is known. */
  @property({ attribute: false }) aspects: readonly (number | undefined)[] = [];
  /** The layer whose product is moved. */
  @property({ type: Number }) selected = 0;
  /** Address of the photo as it was, shown in the picture's place. */
  @property() photo: string | undefined;
  @property() name = '';

  @state() private isHeld = false;
  /** Whether a picture has come. */
  @state() private isDrawn = false;
  @query('.view') private view!: HTMLElement;
  @query('.picture') private picture!: HTMLElement;
  @query('canvas') private canvas!: HTMLCanvasElement;
  @query('.frame') private frame!: HTMLElement | null;

  private readonly resizing = new ResizeObserver(() => this.fit());
  private resting: ReturnType<typeof setTimeout> | undefined;
  /** Where the finger is, in parts of the picture. */
  private last: { x: number; y: number } | undefined;
  private fitted = { width: 1, height: 1 };

  static override styles = [
    base,
    spinner,
    css`
      :host {
        position: relative;
        min-inline-size: 0;
        min-block-size: 0;
        overflow: hidden;
        background: var(--sunken);
      }
      .view {
        position: absolute;
        /* Below is room for the whole's own button. */
        inset: 0 0 2.5rem;
        display: grid;
        place-items: center;
        cursor: grab;
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
        -webkit-touch-callout: none;
      }
      .view.held {
        cursor: grabbing;
      }
      .view:focus-visible {
        outline-offset: -3px;
      }
      .picture {
        position: relative;
        inline-size: var(--width, 0);
        block-size: var(--height, 0);
        background: var(--checker);
        box-shadow: var(--shadow);
      }
      canvas,
      img {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
      }
      img {
        object-fit: contain;
        background: var(--ground);
      }
      .frame {
        position: absolute;
        inset-inline-start: var(--left);
        inset-block-start: var(--top);
        inline-size: var(--wide);
        block-size: var(--high);
        border: 1.5px solid #ffffff;
        outline: 1px solid rgb(0 0 0 / 0.55);
        opacity: 0;
        pointer-events: none;
        transition: opacity 0.15s;
      }
      .view:hover .frame,
      .view:focus-visible .frame,
      .view.held .frame {
        opacity: 1;
      }
      @media (pointer: coarse) {
        .frame {
          opacity: 1;
        }
      }
      .handle {
        position: absolute;
        inset-block-start: -18px;
        inline-size: 36px;
        block-size: 36px;
        pointer-events: auto;
        touch-action: none;
      }
      .handle::after {
        content: '';
        position: absolute;
        inset: 11px;
        border-radius: 50%;
        background: #ffffff;
        box-shadow: 0 0 0 1.5px rgb(0 0 0 / 0.7);
      }
      .handle.right {
        inset-inline-end: -18px;
        cursor: nesw-resize;
      }
      .handle.left {
        inset-inline-start: -18px;
        cursor: nwse-resize;
      }
      .spinner {
        position: absolute;
        inset: calc(50% - 17px) auto auto calc(50% - 17px);
      }
      @media (forced-colors: active) {
        canvas,
        img {
          forced-color-adjust: none;
        }
      }
    `,
  ];

  override render() {
    const { photo, scene } = this;
    const place = placeOf(scene, this.selected);
    return html`
      <div
        class="view ${this.isHeld ? 'held' : ''}"
        tabindex="0"
        role="application"
        aria-label=${place ? words.label(this.name, place.x, place.y, place.height) : words.labelOf(this.name)}
        aria-describedby="keys"
        @keydown=${this.keyDown}
      >
        <div class="picture">
          <canvas aria-hidden="true"></canvas>
          ${this.isDrawn ? nothing : html`<span class="spinner"></span>`}
          ${photo
            ? html`<img src=${photo} alt=${words.photoAlt(this.name)} draggable="false" />`
            : html`<div class="frame" ?hidden=${!place || !this.box(this.selected) || !this.isDrawn}>
                <span class="handle left" @pointerdown=${this.takeHandle}></span>
                <span class="handle right" @pointerdown=${this.takeHandle}></span>
              </div>`}
        </div>
      </div>
      <p class="spoken" id="keys">${words.keys}</p>
    `;
  }

  override firstUpdated(): void {
    this.resizing.observe(this.view);
    new Gestures(this.view, {
      isPanning: () => false,
      hover: () => undefined,
      begin: (at) => this.hold(at),
      move: (through) => {
        const at = through.at(-1);
        if (at) this.drag(at);
      },
      end: () => this.letGo(),
      abandon: () => this.letGo(),
      pan: (x, y) => this.moveBy(x / this.fitted.width, y / this.fitted.height),
      zoom: (factor) => this.scaleBy(factor),
    });
  }

  override updated(): void {
    this.fit();
    const { frame } = this;
    const box = this.box(this.selected);
    if (!frame || !box) return;
    for (const [name, value] of [['left', box.left], ['top', box.top], ['wide', box.width], ['high', box.height]] as const) {
      frame.style.setProperty(`--${name}`, `${value * 100}%`);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
    clearTimeout(this.resting);
  }

  override focus(): void {
    this.view.focus({ preventScroll: true });
  }

  /** Puts a picture on the screen, and closes it. */
  show(picture: ImageBitmap): void {
    this.isDrawn = true;
    const { canvas } = this;
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(picture);
  }

  /** Waits for a first picture again. */
  clear(): void {
    this.isDrawn = false;
    this.canvas?.getContext('bitmaprenderer')?.transferFromImageBitmap(null);
  }

  /** The longer side, in pixels, of a picture that is as fine as this screen shows. */
  get longest(): number {
    const { size } = this.scene;
    const shown = Math.max(this.fitted.width, this.fitted.height) * devicePixelRatio;
    return Math.round(Math.max(64, Math.min(shown, FINEST, Math.max(size.width, size.height))));
  }

  /** Makes the picture as large as fits. */
  private fit(): void {
    const { view, picture, scene } = this;
    const { clientWidth, clientHeight } = view;
    const { width, height } = scene.size;
    const scale = Math.max(Math.min((clientWidth - 2 * MARGIN) / width, (clientHeight - 2 * MARGIN) / height), 0.001);
    const fitted = { width: Math.round(width * scale), height: Math.round(height * scale) };
    const grew = Math.max(fitted.width, fitted.height) > Math.max(this.fitted.width, this.fitted.height);
    this.fitted = fitted;
    picture.style.setProperty('--width', `${fitted.width}px`);
    picture.style.setProperty('--height', `${fitted.height}px`);
    // A larger one shows more.
    if (grew) this.dispatchEvent(new SceneRest());
  }

  private box(index: number): Box | undefined {
    const picture = this.scene.layers[index]?.picture;
    const aspect = picture === undefined ? undefined : this.aspects[picture];
    return aspect ? boxOf(this.scene, aspect, index) : undefined;
  }

  /** Takes the product under a finger: of several, the one in front. */
  private hold(at: { x: number; y: number }): void {
    const { left, top } = this.picture.getBoundingClientRect();
    const view = this.view.getBoundingClientRect();
    const x = (at.x + view.left - left) / this.fitted.width;
    const y = (at.y + view.top - top) / this.fitted.height;
    const isIn = (box: Box) => x >= box.left && x <= box.left + box.width && y >= box.top && y <= box.top + box.height;
    const under = this.scene.layers.reduce((found, _, index) => {
      const box = this.box(index);
      return box && isIn(box) ? index : found;
    }, -1);
    if (under >= 0 && under !== this.selected) this.dispatchEvent(new LayerChoice(under));
    if (under >= 0) this.selected = under;
    this.isHeld = true;
    this.last = at;
  }

  private drag(at: { x: number; y: number }): void {
    const { last } = this;
    if (!last) return;
    this.last = at;
    this.change(moved(this.scene, (at.x - last.x) / this.fitted.width, (at.y - last.y) / this.fitted.height, this.selected), 'move');
  }

  private letGo(): void {
    this.isHeld = false;
    this.last = undefined;
    this.rest();
  }

  private moveBy(right: number, down: number): void {
    this.change(moved(this.scene, right, down, this.selected), 'move');
    this.restSoon();
  }

  private scaleBy(factor: number): void {
    this.change(scaled(this.scene, factor), 'scale');
    this.restSoon();
  }

  private readonly takeHandle = (event: PointerEvent) => {
    const place = placeOf(this.scene, this.selected);
    const handle = event.currentTarget as HTMLElement;
    if (!place || event.button > 0) return;
    event.preventDefault();
    event.stopPropagation();
    handle.setPointerCapture(event.pointerId);
    this.isHeld = true;
    const { left, top } = this.picture.getBoundingClientRect();
    const foot = { x: left + place.x * this.fitted.width, y: top + place.y * this.fitted.height };
    const distance = ({ clientX, clientY }: PointerEvent) => Math.max(Math.hypot(clientX - foot.x, clientY - foot.y), 4);
    const from = distance(event);
    const { scene } = this;
    const move = (now: PointerEvent) => {
      now.stopPropagation();
      this.change(scaled(scene, distance(now) / from), 'scale');
    };
    const end = (now: Event) => {
      now.stopPropagation();
      handle.removeEventListener('pointermove', move);
      this.letGo();
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', end, { once: true });
  };

  private readonly keyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? STEP.coarse : STEP.fine;
    const factor = event.shiftKey ? KEY_SCALE.coarse : KEY_SCALE.fine;
    switch (event.key) {
      case 'ArrowLeft':
        this.moveBy(-step, 0);
        break;
      case 'ArrowRight':
        this.moveBy(step, 0);
        break;
      case 'ArrowUp':
        this.moveBy(0, -step);
        break;
      case 'ArrowDown':
        this.moveBy(0, step);
        break;
      case '+':
      case '=':
        this.scaleBy(factor);
        break;
      case '-':
      case '_':
        this.scaleBy(1 / factor);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  private change(scene: Scene, kind: string): void {
    if (this.photo) return;
    // The next movement begins where this one ends, and may come before the whole has answered.
    this.scene = scene;
    this.dispatchEvent(new SceneChange(scene, { kind, isMoving: true }));
  }

  private restSoon(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST);
  }

  private rest(): void {
    clearTimeout(this.resting);
    this.dispatchEvent(new SceneRest());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'studio-stage': StudioStage;
  }
}
