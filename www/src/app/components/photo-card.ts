/** One photo: what is being done with it, what came of it, and what can be done next. */

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base, controls } from '../../styles/shared.js';
import { PhotoAction, type PhotoAsk } from '../actions.js';
import { backdropOf, type Look } from '../export.js';
import { FollowQueue } from '../follow.js';
import { icons } from '../icons.js';
import { makeThumbnail } from '../pictures.js';
import { isUnsure } from '../confidence.js';
import { isReady, type Better, type CutOut, type Photo, type PhotoQueue } from '../queue.js';
import { strings } from '../strings.js';
import { unwatch, watch } from '../visibility.js';
import './background-picker.js';
import type { BackgroundChange } from './background-picker.js';
import './compare-slider.js';
import type { CompareSlider } from './compare-slider.js';

const { card: words } = strings;

@customElement('photo-card')
export class PhotoCard extends LitElement {
  @property({ attribute: false }) queue!: PhotoQueue;
  @property({ type: Number }) photoId = 0;
  @property({ attribute: false }) look!: Look;
  /** Whether its file is being made. */
  @property({ type: Boolean }) saving = false;
  @property({ type: Boolean }) copyable = false;
  @property({ type: Boolean }) engineReady = false;
  /** What the page knows of the best quality: none on offer, nothing more to expect, or it may follow. */
  @property() best: 'absent' | 'not wanted' | 'to follow' = 'absent';
  /** Whether a photo that waits does so for the model of the best quality. */
  @property({ type: Boolean }) waitsForBest = false;

  @state() private thumbnail: string | undefined;
  @state() private choosing = false;
  /** Whether the card has been near the screen: until then it holds no picture, for hundreds of cards would. */
  @state() private wasNear = false;
  @query('compare-slider') private slider!: CompareSlider | null;
  private isNear = false;
  private thumbnailAsked = false;
  private takingOver = false;
  private wasWorking = false;

  constructor() {
    super();
    new FollowQueue(
      this,
      () => this.queue,
      (change) => change.of === 'photo' && change.photo.id === this.photoId,
    );
  }

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
        content-visibility: auto;
        contain-intrinsic-block-size: auto 26rem;
      }
      .stage {
        position: relative;
        aspect-ratio: 1;
        border-radius: var(--radius) var(--radius) 0 0;
        overflow: hidden;
        background: var(--sunken);
      }
      compare-slider {
        position: absolute;
        inset: 0;
      }
      .coming {
        opacity: 0;
      }
      .thumbnail {
        inline-size: 100%;
        block-size: 100%;
        object-fit: contain;
        transition: filter 0.4s;
      }
      .pending .thumbnail {
        filter: saturate(0.35) opacity(0.55);
      }
      .failed .thumbnail {
        filter: saturate(0) opacity(0.4);
      }
      .none {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        color: var(--ink-quiet);
      }
      .none svg {
        inline-size: 40px;
        block-size: 40px;
        stroke-width: 1;
        opacity: 0.6;
      }
      /* A band of light that passes over a photo at work. */
      .working .sweep {
        position: absolute;
        inset: 0;
        overflow: hidden;
      }
      .working .sweep::after {
        content: '';
        position: absolute;
        inset-block: 0;
        inline-size: 45%;
        background: linear-gradient(90deg, transparent, rgb(255 255 255 / 0.38), transparent);
        animation: sweep 2.2s linear infinite;
      }
      @keyframes sweep {
        from {
          transform: translateX(-110%);
        }
        to {
          transform: translateX(330%);
        }
      }
      .stage > .track {
        position: absolute;
        inset-inline: 0;
        inset-block-end: 0;
        border-radius: 0;
      }
      .corner {
        position: absolute;
        inset-block-start: 6px;
        inset-inline-end: 6px;
        display: flex;
      }
      /* The disc is smaller than what a finger may hit. */
      .corner.low {
        inset-block: auto 6px;
      }
      .corner .button {
        position: relative;
        border-color: transparent;
        border-radius: 50%;
        background: none;
        color: var(--ink);
      }
      .corner .button::before {
        content: '';
        position: absolute;
        inset: 4px;
        border-radius: 50%;
        background: var(--surface);
        box-shadow: 0 1px 4px rgb(0 0 0 / 0.25);
      }
      .corner .button:hover::before {
        background: var(--sunken);
      }
      .corner .button svg {
        position: relative;
        inline-size: 18px;
        block-size: 18px;
      }
      @media (hover: hover) and (pointer: fine) {
        .done .corner {
          opacity: 0;
          transition: opacity 0.15s;
        }
        :host(:hover) .corner,
        :host(:focus-within) .corner {
          opacity: 1;
        }
      }
      .body {
        display: flex;
        flex-direction: column;
        flex: 1;
        gap: 0.75rem;
        padding: 0.875rem 1rem 1rem;
      }
      h2 {
        overflow: hidden;
        font-size: 0.9375rem;
        font-weight: 600;
        line-height: 1.35;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .meta {
        color: var(--ink-quiet);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }
      .meta .quality {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
        vertical-align: bottom;
      }
      .meta .quality svg {
        inline-size: 14px;
        block-size: 14px;
      }
      .meta .quality.best {
        color: var(--accent);
        font-weight: 600;
      }
      .flag {
        position: absolute;
        inset-block-start: 10px;
        inset-inline-start: 10px;
        display: flex;
        align-items: center;
        gap: 0.3125rem;
        padding: 0.1875rem 0.625rem 0.1875rem 0.4375rem;
        border-radius: 99px;
        background: var(--caution-soft);
        color: var(--caution);
        font-size: 0.8125rem;
        font-weight: 600;
        line-height: 1.4;
        box-shadow: 0 1px 4px rgb(0 0 0 / 0.2);
        pointer-events: none;
      }
      .flag svg {
        inline-size: 15px;
        block-size: 15px;
      }
      .title {
        font-weight: 600;
      }
      .message {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0.25rem 0.625rem;
        padding: 0.75rem 0.875rem;
        border-radius: var(--radius-small);
        font-size: 0.875rem;
        line-height: 1.45;
        overflow-wrap: anywhere;
      }
      .message svg {
        margin-block-start: 1px;
      }
      .message > div {
        display: grid;
        gap: 0.25rem;
      }
      .message.danger {
        background: var(--danger-soft);
      }
      .message.danger svg,
      .message.danger .title {
        color: var(--danger);
      }
      .message.caution {
        background: var(--caution-soft);
      }
      .message.caution svg,
      .message.caution .title {
        color: var(--caution);
      }
      .notes {
        display: grid;
        gap: 0.25rem;
        color: var(--ink-quiet);
        font-size: 0.8125rem;
        line-height: 1.45;
      }
      .notes li {
        padding-inline-start: 0.75rem;
        border-inline-start: 2px solid var(--line);
      }
      .actions {
        display: flex;
        gap: 0.5rem;
        margin-block-start: auto;
      }
      /* What a neighbour in the row unfolds moves no button under the pointer. */
      .done + .body .actions {
        margin-block-start: 0;
      }
      .actions .wide {
        flex: 1;
      }
      /* At rest the handle stands back; it comes forward when the card is pointed at. */
      @media (hover: hover) and (pointer: fine) {
        :host(:not(:hover)) compare-slider:not(:focus-within)::part(grip) {
          opacity: 0.72;
          scale: 0.8;
        }
      }
      .own-colour {
        inline-size: 20px;
        block-size: 20px;
        border-radius: 50%;
        background: var(--colour);
        box-shadow: inset 0 0 0 1px var(--line-strong);
      }
      .own-colour.transparent {
        background: repeating-conic-gradient(#c9c5be 0 25%, #ffffff 0 50%) 0 0 / 10px 10px;
      }
      @media (forced-colors: active) {
        :host {
          border: 1px solid CanvasText;
        }
        .message {
          border: 1px solid CanvasText;
        }
        .own-colour,
        .sweep {
          forced-color-adjust: none;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    watch(this, (isNear) => {
      this.isNear = isNear;
      this.wasNear ||= isNear;
      this.queue.setNear(this.photoId, isNear);
      if (isNear) this.askThumbnail();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    unwatch(this);
    this.queue.setNear(this.photoId, false);
    this.dropThumbnail();
  }

  override render() {
    const photo = this.queue.get(this.photoId);
    if (!photo) return nothing;
    const { state, file } = photo;
    switch (state.is) {
      case 'waiting':
        return this.layout(
          photo,
          'pending',
          this.picture(file.name),
          [this.waitText(), strings.bytes(file.size)],
          this.cancelButton(photo),
        );
      case 'working': {
        const { stage, fraction } = state.progress;
        const picture = html`${this.picture(file.name)}
          <div class="sweep"></div>
          <div
            class="track"
            role="progressbar"
            aria-label=${words.progress(file.name)}
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=${Math.round(fraction * 100)}
            aria-valuetext="${words.stages[stage]}, ${strings.percent(fraction)}"
          >
            <div class="fill"></div>
          </div>`;
        const meta = [words.stages[stage], strings.percent(fraction)];
        return this.layout(photo, 'pending working', picture, meta, this.cancelButton(photo));
      }
      case 'failed':
        return this.layout(photo, 'failed', this.picture(file.name), [strings.bytes(file.size)], [
          this.message('danger', words.failed, [state.why]),
          this.afterwards(photo),
        ]);
      case 'cancelled': {
        const meta = [words.cancelled, strings.bytes(file.size)];
        return this.layout(photo, 'failed', this.picture(file.name), meta, this.afterwards(photo));
      }
      case 'done':
        return isReady(photo) ? this.done(photo, state.cutOut, state.better) : this.noSubject(photo, state.cutOut);
    }
  }

  private waitText(): string {
    if (!this.engineReady) return words.waitingForEngine;
    return this.waitsForBest ? words.waitingForBest : words.waiting;
  }

  override updated(): void {
    const photo = this.queue.get(this.photoId);
    if (!photo) return;
    const { state } = photo;
    if (state.is === 'working') this.wasWorking = true;
    const progress = state.is === 'done' && state.better?.is === 'working' ? state.better.progress : undefined;
    const { fraction } = (state.is === 'working' ? state.progress : progress) ?? { fraction: 0 };
    this.renderRoot.querySelector<HTMLElement>('.track')?.style.setProperty('--fraction', String(fraction));
    if (state.is === 'done') {
      if (this.wasWorking) void this.takeOver();
      else if (!this.takingOver) this.dropThumbnail();
      this.wasWorking = false;
    } else {
      this.askThumbnail();
    }
    const backdrop = backdropOf(photo, this.look);
    this.renderRoot.querySelector<HTMLElement>('.own-colour')?.style.setProperty('--colour', backdrop);
  }

  /** Puts the keyboard on the first thing to do here. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.actions button')?.focus();
  }

  private done(photo: Photo, cutOut: CutOut, better: Better | undefined) {
    const { name } = photo.file;
    const backdrop = backdropOf(photo, this.look);
    const picture = html`${this.thumbnail ? this.picture(name) : nothing}
      <compare-slider
        class=${this.thumbnail ? 'coming' : ''}
        .photo=${this.wasNear ? cutOut.before : ''}
        .cutOut=${this.wasNear ? cutOut.after : ''}
        .ratio=${cutOut.width / cutOut.height}
        .backdrop=${backdrop}
        .label=${strings.compare.label(name)}
        .alt=${words.cutOutAlt(name)}
      ></compare-slider>
      ${isUnsure(photo) ? html`<p class="flag">${icons.search} ${words.unsure}</p>` : nothing}
      ${better?.is === 'working'
        ? html`<div
            class="track"
            role="progressbar"
            aria-label=${words.improvingOf(name)}
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=${Math.round(better.progress.fraction * 100)}
          >
            <div class="fill"></div>
          </div>`
        : nothing}
      <div class="corner">
        ${this.iconButton('open', words.openOf(name), icons.enlarge)}
        ${this.iconButton('remove', words.removeOf(name), icons.close)}
      </div>
      <div class="corner low">${this.iconButton('correct', strings.editor.openOf(name), icons.brush)}</div>`;
    const quality = this.quality(cutOut, better);
    const meta = [words.size(cutOut.width, cutOut.height), strings.bytes(cutOut.png.size), ...(quality ? [quality] : [])];
    const failed = better?.is === 'failed' && better.why !== '' ? [words.bestFailed(better.why)] : [];
    return this.layout(photo, 'done', picture, meta, [
      this.notes([...cutOut.notes, ...failed]),
      html`<div class="actions">
        <button
          class="button wide"
          aria-label=${this.saving ? nothing : strings.save.oneOf(name)}
          ?disabled=${this.saving}
          @click=${() => this.ask('save')}
        >
          ${photo.saved ? icons.check : icons.download} ${this.saving ? strings.save.preparing : strings.save.one}
        </button>
        <button
          class="button icon"
          title=${strings.background.short}
          aria-label=${words.backgroundOf(name)}
          aria-expanded=${this.choosing}
          @click=${() => (this.choosing = !this.choosing)}
        >
          <span class="own-colour ${backdrop === 'transparent' ? 'transparent' : ''}"></span>
        </button>
        ${this.copyable
          ? html`<button
              class="button icon"
              title=${strings.save.copy}
              aria-label=${strings.save.copyOf(name)}
              @click=${() => this.ask('copy')}
            >
              ${icons.copy}
            </button>`
          : nothing}
      </div>`,
      this.choosing
        ? html`<background-picker
            scope="one"
            .legend=${words.backgroundOf(name)}
            .value=${photo.background}
            @background-change=${(event: BackgroundChange) => {
              event.stopPropagation();
              this.queue.setBackground(photo.id, event.background);
            }}
          ></background-picker>`
        : nothing,
    ]);
  }

  /** Which quality is shown, and whether a better one is on its way; nothing where there is only one. */
  private quality({ quality, corrected }: CutOut, better: Better | undefined) {
    if (corrected) return html`<span class="quality best">${icons.brush} ${strings.editor.corrected}</span>`;
    if (quality === 'best') return html`<span class="quality best">${icons.sparkle} ${words.quality.best}</span>`;
    if (better?.is === 'working') return html`<span class="quality">${words.improving(better.progress.fraction)}</span>`;
    if (this.best === 'absent') return undefined;
    const follows = this.best === 'to follow' && better?.is !== 'failed';
    return html`<span class="quality">${follows ? words.bestToFollow : words.quality.fast}</span>`;
  }

  private noSubject(photo: Photo, { before, notes }: CutOut) {
    const picture = html`<img class="thumbnail" src=${before} alt=${words.photoAlt(photo.file.name)} />`;
    return this.layout(photo, 'empty', picture, [strings.bytes(photo.file.size)], [
      this.message('caution', words.noSubject, [words.noSubjectText, ...notes]),
      this.actions(
        this.button(strings.editor.open, strings.editor.openOf(photo.file.name), () => this.ask('correct')),
        this.button(words.remove, words.removeOf(photo.file.name), () => this.ask('remove')),
      ),
    ]);
  }

  private layout(photo: Photo, kind: string, picture: unknown, meta: readonly unknown[], body: unknown): TemplateResult {
    const { name } = photo.file;
    return html`
      <div class="stage ${kind}">${picture}</div>
      <div class="body">
        <div>
          <h2 title=${name}>${name}</h2>
          <p class="meta">${meta.map((part, index) => html`${index === 0 ? '' : ' · '}${part}`)}</p>
        </div>
        ${body}
      </div>
    `;
  }

  private picture(name: string) {
    return this.thumbnail
      ? html`<img class="thumbnail" src=${this.thumbnail} alt=${words.photoAlt(name)} decoding="async" />`
      : html`<div class="none">${icons.photo}</div>`;
  }

  private notes(notes: readonly string[]) {
    return notes.length === 0 ? nothing : html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
  }

  private message(kind: 'danger' | 'caution', title: string, sentences: readonly string[]) {
    return html`<div class="message ${kind}">
      ${kind === 'danger' ? icons.warning : icons.search}
      <div>
        <p class="title">${title}</p>
        ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
      </div>
    </div>`;
  }

  private actions(...buttons: unknown[]) {
    return html`<div class="actions">${buttons}</div>`;
  }

  private cancelButton({ id, file }: Photo) {
    return this.actions(this.button(words.cancel, words.cancelOf(file.name), () => this.queue.cancel(id)));
  }

  private afterwards({ id, file }: Photo) {
    return this.actions(
      this.button(words.retry, words.retryOf(file.name), () => this.queue.retry(id)),
      this.button(words.remove, words.removeOf(file.name), () => this.ask('remove')),
    );
  }

  private button(text: string, label: string, click: () => void) {
    return html`<button class="button wide" aria-label=${label} @click=${click}>${text}</button>`;
  }

  private iconButton(ask: PhotoAsk, label: string, icon: TemplateResult) {
    return html`<button class="button icon" title=${label} aria-label=${label} @click=${() => this.ask(ask)}>${icon}</button>`;
  }

  private ask(ask: PhotoAsk): void {
    this.dispatchEvent(new PhotoAction(ask, this.photoId));
  }

  /** The thumbnail stays until the cut-out can be painted, and the wipe begins from the same picture. */
  private async takeOver(): Promise<void> {
    this.takingOver = true;
    const { slider } = this;
    // Nobody waits for what is out of sight, and it would be decoded for nobody.
    if (this.isNear) await slider?.painted();
    this.takingOver = false;
    // Meanwhile the card may have gone, or have been put to another photo.
    if (this.queue.get(this.photoId)?.state.is !== 'done') return;
    this.dropThumbnail();
    if (this.isNear && this.isConnected) slider?.reveal();
  }

  private askThumbnail(): void {
    const photo = this.queue.get(this.photoId);
    if (!this.isNear || this.thumbnailAsked || !photo || photo.state.is === 'done') return;
    this.thumbnailAsked = true;
    const isWanted = () => this.isConnected && this.queue.get(photo.id)?.state.is !== 'done' && this.photoId === photo.id;
    void makeThumbnail(photo.file, () => this.isNear && isWanted()).then((address) => {
      if (!address) {
        // It had scrolled away before its turn: it may ask again.
        if (!this.isNear) this.thumbnailAsked = false;
      } else if (isWanted()) {
        this.thumbnail = address;
      } else {
        URL.revokeObjectURL(address);
      }
    });
  }

  private dropThumbnail(): void {
    if (this.thumbnail) URL.revokeObjectURL(this.thumbnail);
    this.thumbnail = undefined;
    this.thumbnailAsked = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'photo-card': PhotoCard;
  }
}
