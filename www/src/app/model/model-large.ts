/** A product on a photo as large as the window allows, and the photo without it while a button is held. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base, controls, fullScreen, viewer } from '../../styles/shared.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';
import { holdButton } from '../studio/hold-button.js';
import { titleOf, type Drawn } from './model-files.js';

const { model: words } = strings;

/** The picture that is seen is to be saved. */
export class SaveOne extends Event {
  readonly drawn: Drawn;
  constructor(drawn: Drawn) {
    super('save-one', { bubbles: true, composed: true });
    this.drawn = drawn;
  }
}

@customElement('model-large')
export class ModelLarge extends LitElement {
  /** Everything that can be looked at, in order. */
  @property({ attribute: false }) all: readonly Drawn[] = [];

  @state() private current: Drawn | undefined;
  @state() private url = '';
  @state() private showsPhoto = false;
  /** Whether the browser shows the photo itself; some formats only the engine reads. */
  @state() private hasPhoto = true;
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    base,
    controls,
    fullScreen,
    viewer,
    css`
      img {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
        object-fit: contain;
      }
      .hidden {
        visibility: hidden;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.5rem 0.75rem;
        padding: 0.625rem 1rem;
        padding-block-end: max(0.625rem, env(safe-area-inset-bottom));
        border-block-start: 1px solid var(--line);
        background: var(--surface);
      }
      .foot p {
        color: var(--ink-quiet);
        font-size: 0.875rem;
      }
      .compare {
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
      }
    `,
  ];

  override render() {
    const { current } = this;
    return html`<dialog aria-labelledby="title" @close=${this.closed} @keydown=${this.keyDown}>
      ${current ? this.content(current) : nothing}
    </dialog>`;
  }

  private content(current: Drawn) {
    const { piece, photo } = current;
    const title = titleOf(piece, photo);
    const step = (label: string, icon: unknown, by: number) => html`<button
      class="button quiet icon"
      aria-label=${label}
      title=${label}
      ?disabled=${!this.neighbour(by)}
      @click=${() => this.go(by)}
    >
      ${icon}
    </button>`;
    return html`
      <div class="top">
        <h2 id="title">${title}</h2>
        ${this.all.length > 1 ? html`${step(words.previous, icons.left, -1)}${step(words.next, icons.right, 1)}` : nothing}
        <button class="button quiet icon close" aria-label=${words.close} title=${words.close} @click=${() => this.dialog.close()}>${icons.close}</button>
      </div>
      <div class="view">
        <img class="drawn" src=${this.url} alt=${title} />
        <img
          class="photo ${this.showsPhoto ? '' : 'hidden'}"
          src=${photo.url}
          alt=${words.photoAlt(photo.file.name)}
          @error=${() => (this.hasPhoto = false)}
        />
      </div>
      <div class="foot">
        ${holdButton({
          label: words.compare,
          content: html`${icons.photo} ${words.compare}`,
          isHeld: this.showsPhoto,
          hidden: !this.hasPhoto,
          class: 'compare',
          hold: (isHeld) => (this.showsPhoto = isHeld),
        })}
        <button class="button primary" aria-label=${words.save(title)} @click=${() => this.dispatchEvent(new SaveOne(current))}>
          ${icons.download} ${words.saveOne}
        </button>
        <p>${words.illustration}</p>
      </div>
    `;
  }

  async open(drawn: Drawn): Promise<void> {
    this.show(drawn);
    await this.updateComplete;
    this.dialog.showModal();
    this.renderRoot.querySelector<HTMLElement>('.close')?.focus();
  }

  /** Closes it, if it is open. */
  leave(): void {
    if (this.dialog?.open) this.dialog.close();
  }

  private show(drawn: Drawn): void {
    URL.revokeObjectURL(this.url);
    this.current = drawn;
    this.url = URL.createObjectURL(drawn.worn.file);
    this.showsPhoto = false;
    this.hasPhoto = true;
  }

  private neighbour(by: number): Drawn | undefined {
    const at = this.all.findIndex(({ piece, photo }) => piece.id === this.current?.piece.id && photo.id === this.current.photo.id);
    return at < 0 ? undefined : this.all[at + by];
  }

  private go(by: number): void {
    const next = this.neighbour(by);
    if (next) this.show(next);
  }

  private readonly keyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.go(by);
  };

  private closed(): void {
    URL.revokeObjectURL(this.url);
    this.url = '';
    this.current = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'model-large': ModelLarge;
  }
  interface HTMLElementEventMap {
    'save-one': SaveOne;
  }
}
