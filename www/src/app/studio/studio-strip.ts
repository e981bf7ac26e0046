/** All photos and groups in a row; one of them is worked on. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { base } from '../../styles/shared.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';
import { PhotoChoice } from './events.js';
import { colorOf } from './scene.js';
import { sceneOf, type Scenes } from './scenes.js';
import type { Subject } from './subject.js';

const { strip: words } = strings.studio;

@customElement('studio-strip')
export class StudioStrip extends LitElement {
  @property({ attribute: false }) subjects: readonly Subject[] = [];
  @property({ attribute: false }) scenes!: Scenes;
  @property({ type: Number }) current = 0;

  static override styles = [
    base,
    css`
      ul {
        display: flex;
        gap: 0.5rem;
        padding: 0.5rem clamp(0.625rem, 2vw, 1.25rem);
        overflow-x: auto;
        scrollbar-width: thin;
      }
      li {
        flex: none;
        content-visibility: auto;
        contain-intrinsic-size: 64px 64px;
      }
      button {
        position: relative;
        display: block;
        inline-size: 64px;
        block-size: 64px;
        padding: 3px;
        border: 1px solid var(--line);
        border-radius: var(--radius-small);
        background: var(--surface);
        cursor: pointer;
      }
      button:focus-visible {
        outline-offset: -3px;
      }
      button[aria-current='true'] {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      .pictures {
        display: grid;
        inline-size: 100%;
        block-size: 100%;
        padding: 3px;
        border-radius: 6px;
        background: var(--colour, var(--checker));
      }
      .pictures.group {
        grid-template-columns: 1fr 1fr;
        grid-auto-rows: minmax(0, 1fr);
      }
      img {
        inline-size: 100%;
        block-size: 100%;
        min-inline-size: 0;
        min-block-size: 0;
        object-fit: contain;
      }
      .own {
        position: absolute;
        inset-block-start: -1px;
        inset-inline-end: -1px;
        display: grid;
        place-items: center;
        inline-size: 20px;
        block-size: 20px;
        border-radius: 0 var(--radius-small) 0 8px;
        background: var(--accent);
        color: var(--on-accent);
      }
      .own svg {
        inline-size: 14px;
        block-size: 14px;
      }
      @media (forced-colors: active) {
        .pictures {
          forced-color-adjust: none;
        }
        button[aria-current='true'] {
          outline: 2px solid Highlight;
        }
      }
    `,
  ];

  override render() {
    const { subjects, scenes } = this;
    return html`<ul aria-label=${words.label}>
      ${repeat(
        subjects,
        ({ id }) => id,
        ({ id, name: title, photos, isGroup }, index) => {
          const isOwn = scenes.own.has(id) && !isGroup;
          const name = words.photo(title, index + 1, subjects.length);
          return html`<li>
            <button
              title=${title}
              aria-label=${isOwn ? words.ownPhoto(name) : name}
              aria-current=${id === this.current}
              @click=${() => this.dispatchEvent(new PhotoChoice(id))}
            >
              <span class="pictures ${isGroup ? 'group' : ''}" data-id=${id}>
                ${photos.slice(0, 4).map(({ state }) => html`<img src=${state.cutOut.after} alt="" loading="lazy" draggable="false" />`)}
              </span>
              ${isOwn ? html`<span class="own">${icons.brush}</span>` : nothing}
            </button>
          </li>`;
        },
      )}
    </ul>`;
  }

  override updated(): void {
    // No style attributes under the frame's policy.
    for (const picture of this.renderRoot.querySelectorAll<HTMLElement>('.pictures')) {
      const colour = colorOf(sceneOf(this.scenes, Number(picture.dataset['id'])).backdrop);
      if (colour === undefined) picture.style.removeProperty('--colour');
      else picture.style.setProperty('--colour', colour);
    }
    this.renderRoot.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'studio-strip': StudioStrip;
  }
}
