/** The place that asks for photos. Dropping works anywhere on the page; this is where it is said. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { base, controls, invitation } from '../../styles/shared.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';

const { drop: words } = strings;

/** The person wants to choose files, or a whole folder. */
export class ChooseEvent extends Event {
  readonly what: 'photos' | 'folder';
  constructor(what: 'photos' | 'folder') {
    super('choose', { bubbles: true, composed: true });
    this.what = what;
  }
}

@customElement('drop-zone')
export class DropZone extends LitElement {
  @query('.primary') private first!: HTMLButtonElement;

  static override styles = [
    base,
    controls,
    invitation,
    css`
      .invitation {
        gap: 0.875rem;
        padding: clamp(1.5rem, 1rem + 1.2vw, 2.75rem) 1.25rem;
        cursor: pointer;
        transition:
          border-color 0.2s,
          background-color 0.2s;
      }
      .invitation:hover {
        border-color: var(--accent);
        background: color-mix(in srgb, var(--accent-soft) 45%, var(--surface));
      }
      h2 {
        letter-spacing: -0.01em;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0.625rem;
      }
      .primary {
        font-size: 1rem;
      }
      .folder {
        min-block-size: 46px;
      }
      .small {
        color: var(--ink-quiet);
        font-size: 0.875rem;
      }
      kbd {
        display: inline-block;
        min-inline-size: 1.625rem;
        padding: 0.0625rem 0.375rem;
        border: 1px solid var(--line);
        border-block-end-width: 2px;
        border-radius: 5px;
        background: var(--surface);
        color: var(--ink);
        font: 500 0.8125rem/1.4 var(--font);
        text-align: center;
      }
      .touch {
        display: none;
      }
      @media (pointer: coarse) {
        .touch {
          display: block;
        }
      }
    `,
  ];

  override render() {
    const keys = /mac|iphone|ipad/i.test(navigator.platform) ? words.pasteKeys.apple : words.pasteKeys.other;
    // The whole area takes a click; for the keyboard and for screen readers its button is the way.
    return html`<div class="invitation" @click=${this.pressed}>
      <span class="emblem">${icons.photo}</span>
      <h2>
        <span class="mouse">${words.title}</span>
        <span class="touch">${words.titleTouch}</span>
      </h2>
      <div class="buttons">
        <button class="button primary" @click=${() => this.choose('photos')}>${words.choose}</button>
        ${'webkitdirectory' in HTMLInputElement.prototype
          ? html`<button class="button folder mouse" @click=${() => this.choose('folder')}>${words.folder}</button>`
          : nothing}
      </div>
      <p class="small mouse">${words.paste} <kbd>${keys[0]}</kbd> <kbd>${keys[1]}</kbd></p>
      <p class="small">${words.formats}</p>
    </div>`;
  }

  override focus(): void {
    this.first?.focus();
  }

  private pressed(event: MouseEvent): void {
    if (!event.composedPath().some((node) => node instanceof HTMLButtonElement)) this.choose('photos');
  }

  private choose(what: 'photos' | 'folder'): void {
    this.dispatchEvent(new ChooseEvent(what));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'drop-zone': DropZone;
  }
  interface HTMLElementEventMap {
    choose: ChooseEvent;
  }
}
