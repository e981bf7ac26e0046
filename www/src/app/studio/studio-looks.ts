/** The studio's looks, each shown with the seller's own product. */

import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { StudioLook } from 'vitrine/engine/types';
import { base } from '../../styles/shared.js';
import { strings } from '../strings.js';

/** A look is chosen. */
export class LookChoice extends Event {
  readonly look: StudioLook;
  constructor(look: StudioLook) {
    super('look-choice', { bubbles: true, composed: true });
    this.look = look;
  }
}

@customElement('studio-looks')
export class StudioLooks extends LitElement {
  @property({ attribute: false }) looks: readonly StudioLook[] = [];
  /** The one that the picture has, where it has one. */
  @property() current: string | undefined;

  static override styles = [
    base,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(6.25rem, 1fr));
        gap: 0.625rem;
      }
      button {
        display: grid;
        gap: 0.375rem;
        inline-size: 100%;
        padding: 0.3125rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-small);
        background: var(--surface);
        font-size: 0.8125rem;
        font-weight: 550;
        line-height: 1.25;
        text-align: start;
        cursor: pointer;
      }
      button:hover {
        border-color: var(--line-strong);
      }
      button[aria-pressed='true'] {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      canvas {
        display: block;
        inline-size: 100%;
        aspect-ratio: 1;
        border-radius: 5px;
        object-fit: contain;
        background: var(--checker);
      }
      span {
        padding: 0 0.125rem 0.125rem;
      }
      :host([data-row]) ul {
        grid-auto-flow: column;
        grid-template-columns: none;
        grid-auto-columns: 6.25rem;
        overflow-x: auto;
        padding: 2px;
      }
      @media (forced-colors: active) {
        canvas {
          forced-color-adjust: none;
        }
        button[aria-pressed='true'] {
          outline: 2px solid Highlight;
        }
      }
    `,
  ];

  override render() {
    return html`<ul aria-label=${strings.studio.looks}>
      ${this.looks.map(
        (look) => html`<li>
          <button aria-pressed=${look.id === this.current} @click=${() => this.dispatchEvent(new LookChoice(look))}>
            <canvas width="1" height="1" data-look=${look.id} aria-hidden="true"></canvas>
            <span>${look.name}</span>
          </button>
        </li>`,
      )}
    </ul>`;
  }

  /** Puts a picture on a look, and closes it. */
  show(id: string, picture: ImageBitmap): void {
    const canvas = this.renderRoot.querySelector<HTMLCanvasElement>(`[data-look="${CSS.escape(id)}"]`);
    if (!canvas) return picture.close();
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(picture);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'studio-looks': StudioLooks;
  }
  interface HTMLElementEventMap {
    'look-choice': LookChoice;
  }
}
