/** The camera's pictures as they come, with the product on them, as large as their place allows. */

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { fitted } from './picture.js';
import { base } from './styles.js';
import type { LivePicture } from './types.js';

@customElement('live-stage')
export class LiveStage extends LitElement {
  /** Shown once: its bitmap goes to the screen. */
  @property({ attribute: false }) live: LivePicture | undefined;
  /** Whether left and right are as in a mirror. */
  @property({ type: Boolean }) mirror = false;
  @property() alt = '';
  /** What the shopper may do to be seen; empty where they are. */
  @property() hint = '';
  @query('canvas') private canvas!: HTMLCanvasElement;

  static override styles = [
    base,
    fitted,
    css`
      .mirror canvas {
        scale: -1 1;
      }
      .hint {
        position: absolute;
        inset-block-end: 16px;
        inset-inline: 16px;
        inline-size: fit-content;
        margin-inline: auto;
        padding: 6px 14px;
        border-radius: 99px;
        background: rgb(10 14 12 / 0.72);
        color: #ffffff;
        font-size: 0.9375rem;
        font-weight: 560;
        text-align: center;
      }
    `,
  ];

  override render() {
    return html`<div class="picture ${this.mirror ? 'mirror' : ''}">
      <canvas role="img" aria-label=${this.alt}></canvas>
      ${this.hint ? html`<span class="hint" aria-hidden="true">${this.hint}</span>` : nothing}
    </div>`;
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('live') || !this.live) return;
    const { picture } = this.live;
    const { canvas } = this;
    if (canvas.width !== picture.width || canvas.height !== picture.height) {
      canvas.width = picture.width;
      canvas.height = picture.height;
      this.style.setProperty('--ratio', String(picture.width / picture.height));
    }
    canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(picture);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'live-stage': LiveStage;
  }
}
