/** One photo, large: compared, zoomed, put on its own background, saved. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base, controls, fullScreen, viewer } from '../../styles/shared.js';
import { PhotoAction, type PhotoAsk } from '../actions.js';
import { backdropOf, type Look } from '../export.js';
import { FollowQueue } from '../follow.js';
import { icons } from '../icons.js';
import { isReady, type Photo, type PhotoQueue } from '../queue.js';
import { strings } from '../strings.js';
import { unsurePlaces, type Places } from '../unsure.js';
import './background-picker.js';
import type { BackgroundChange } from './background-picker.js';
import './compare-slider.js';
import type { CompareSlider } from './compare-slider.js';
import './unsure-marks.js';

const { dialog: words } = strings;

/** Above this many pixels the pictures for the screen are magnified instead of the full ones decoded. */
const MOST_PIXELS = 50_000_000;

/** Screen pixels for a picture's pixel, or as large as fits. */
type Zoom = 'fit' | 1 | 2;
const ZOOMS: readonly (readonly [Zoom, string])[] = [
  ['fit', words.fit],
  [1, words.full],
  [2, words.double],
];

/** The full pictures of one photo, for a closer look. */
interface Full {
  id: number;
  /** The cut-out that it is of: a better one may take its place. */
  png: Blob;
  before: string;
  after: string;
  /** Addresses to free. */
  own: readonly string[];
}

@customElement('photo-dialog')
export class PhotoDialog extends LitElement {
  @property({ attribute: false }) queue!: PhotoQueue;
  @property({ attribute: false }) look!: Look;
  @property({ type: Boolean }) copyable = false;
  /** The photo whose file is being made. */
  @property({ attribute: false }) saving: ReadonlySet<number> = new Set();
  /** The photos in the order in which the page shows them. */
  @property({ attribute: false }) order: readonly Photo[] = [];

  @state() private photoId: number | undefined;
  @state() private zoom: Zoom = 'fit';
  @state() private full: Full | undefined;
  /** Whether the unsure places are marked, on this photo and on those that are leafed to. */
  @state() private marked = false;
  @state() private spoken = '';
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('.pan') private pan!: HTMLElement | null;
  @query('compare-slider') private slider!: CompareSlider | null;
  /** Where the divider stands in the view, as a share of its width, while the picture moves beneath. */
  private stand = 0.5;
  private panning: { x: number; y: number } | undefined;

  constructor() {
    super();
    new FollowQueue(
      this,
      () => this.queue,
      (change) => change.of === 'list' || (change.of === 'photo' && change.photo.id === this.photoId),
    );
  }

  static override styles = [
    base,
    controls,
    fullScreen,
    viewer,
    css`
      dialog {
        background: var(--surface);
      }
      dialog::backdrop {
        background: rgb(12 11 10 / 0.6);
      }
      .top {
        background: none;
      }
      .position {
        color: var(--ink-quiet);
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .view {
        background: var(--ground);
      }
      .pan {
        position: absolute;
        inset: 0;
        display: grid;
        overflow: hidden;
      }
      .pan.zoomed {
        overflow: auto;
        overscroll-behavior: contain;
        cursor: grab;
      }
      .pan.zoomed:active {
        cursor: grabbing;
      }
      .pan:focus-visible {
        outline-offset: -2px;
      }
      .picture {
        margin: auto;
        inline-size: 100%;
        block-size: 100%;
        padding: clamp(0.75rem, 2vw, 2rem);
        /* Clear of the zoom's buttons. */
        padding-block-end: 4.5rem;
      }
      .zoomed .picture {
        inline-size: var(--width);
        block-size: var(--height);
        padding: 0;
      }
      compare-slider {
        inline-size: 100%;
        block-size: 100%;
      }
      .zooms {
        position: absolute;
        inset-block-end: 0.875rem;
        inset-inline-start: 50%;
        transform: translateX(-50%);
        display: flex;
        gap: 2px;
        padding: 3px;
        border-radius: 12px;
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .zooms .button {
        padding-inline: 0.75rem;
        font-size: 0.875rem;
        min-block-size: max(34px, var(--target) - 6px);
      }
      .zooms .button[aria-pressed='true'] {
        background: var(--ink);
        color: var(--surface);
      }
      aside {
        display: grid;
        align-content: start;
        gap: 1rem;
        padding: 0.875rem 1.25rem calc(1rem + env(safe-area-inset-bottom));
        border-block-start: 1px solid var(--line);
        max-block-size: 45dvh;
        overflow: auto;
      }
      h3 {
        margin-block-end: 0.375rem;
        font-size: 0.875rem;
        font-weight: 600;
      }
      .actions {
        display: flex;
        gap: 0.5rem;
      }
      .actions .primary {
        flex: 1;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0.25rem 1.25rem;
        font-size: 0.875rem;
      }
      dt {
        color: var(--ink-quiet);
      }
      dd {
        text-align: end;
        font-variant-numeric: tabular-nums;
      }
      .notes {
        display: grid;
        gap: 0.375rem;
        color: var(--ink-quiet);
        font-size: 0.875rem;
      }
      .hint {
        margin-block-start: 0.375rem;
        color: var(--ink-quiet);
        font-size: 0.8125rem;
      }
      .looks {
        display: grid;
        gap: 0.5rem;
      }
      .marks[aria-pressed='true'] {
        border-color: var(--ink);
        box-shadow: inset 0 0 0 1px var(--ink);
      }
      .count {
        min-inline-size: 1.5rem;
        padding: 0 0.375rem;
        border-radius: 99px;
        background: var(--sunken);
        color: var(--ink-quiet);
        font-size: 0.8125rem;
        line-height: 1.5rem;
        font-variant-numeric: tabular-nums;
      }
      .marks[aria-pressed='true'] .count {
        background: var(--surface);
      }
      .hint.sure {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 0.375rem;
        margin: 0;
      }
      .long {
        display: none;
      }
      @media (min-width: 52rem) {
        dialog {
          inline-size: min(82rem, 100vw - 4rem);
          block-size: min(56rem, 100dvh - 4rem);
          margin: auto;
          border-radius: calc(var(--radius) + 4px);
          box-shadow: var(--shadow-high);
        }
        dialog[open] {
          grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) 20rem;
        }
        .top {
          grid-column: 1 / -1;
        }
        aside {
          gap: 1.75rem;
          max-block-size: none;
          padding: 1.5rem;
          border-block-start: 0;
          border-inline-start: 1px solid var(--line);
        }
        .long {
          display: block;
        }
      }
      @media (forced-colors: active) {
        dialog,
        .zooms {
          border: 1px solid CanvasText;
        }
        .zooms .button[aria-pressed='true'] {
          forced-color-adjust: none;
          background: Highlight;
          color: HighlightText;
        }
      }
    `,
  ];

  /** Opens on a finished photo. */
  async open(id: number): Promise<void> {
    this.photoId = id;
    this.zoom = 'fit';
    this.marked = false;
    this.spoken = '';
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    if (this.slider) this.slider.value = 50;
  }

  close(): void {
    this.dialog.close();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.dropFull();
  }

  override render() {
    return html`<dialog aria-label=${this.name} @close=${this.closed} @keydown=${this.key}>${this.content()}</dialog>`;
  }

  private get ready() {
    return this.order.filter(isReady);
  }

  private get photo() {
    const photo = this.photoId === undefined ? undefined : this.queue.get(this.photoId);
    return photo && isReady(photo) ? photo : undefined;
  }

  private get name(): string {
    return this.photo ? words.label(this.photo.file.name) : '';
  }

  private content() {
    const { photo, zoom } = this;
    if (!photo) return nothing;
    const { cutOut } = photo.state;
    const { name } = photo.file;
    const all = this.ready;
    const index = all.findIndex(({ id }) => id === photo.id);
    const full = this.full?.id === photo.id && this.full.png === cutOut.png && zoom !== 'fit' ? this.full : undefined;
    const backdrop = backdropOf(photo, this.look);
    const saving = this.saving.has(photo.id);
    const { places } = this;
    return html`
      <div class="top">
        <h2 title=${name}>${name}</h2>
        <span class="position">${words.position(index + 1, all.length)}</span>
        <button
          class="button quiet icon"
          aria-label=${words.previous}
          title=${words.previous}
          ?disabled=${index <= 0}
          @click=${() => this.go(-1)}
        >
          ${icons.left}
        </button>
        <button
          class="button quiet icon"
          aria-label=${words.next}
          title=${words.next}
          ?disabled=${index >= all.length - 1}
          @click=${() => this.go(1)}
        >
          ${icons.right}
        </button>
        <button class="button quiet icon" aria-label=${words.close} title=${words.close} @click=${() => this.close()}>
          ${icons.close}
        </button>
      </div>
      <div class="view">
        <div
          class="pan ${zoom === 'fit' ? '' : 'zoomed'}"
          tabindex=${zoom === 'fit' ? nothing : 0}
          role=${zoom === 'fit' ? nothing : 'group'}
          aria-label=${zoom === 'fit' ? nothing : words.pan}
          @scroll=${this.scrolled}
          @pointerdown=${this.panStart}
          @pointermove=${this.panMove}
          @pointerup=${this.panEnd}
          @pointercancel=${this.panEnd}
        >
          <div class="picture">
            <compare-slider
              captions
              .photo=${full?.before ?? cutOut.before}
              .cutOut=${full?.after ?? cutOut.after}
              .ratio=${cutOut.width / cutOut.height}
              .backdrop=${backdrop}
              .drag=${zoom === 'fit' ? 'anywhere' : 'grip'}
              .label=${strings.compare.label(name)}
              .alt=${strings.card.cutOutAlt(name)}
              >${this.marked && places && places.list.length > 0
                ? html`<unsure-marks .places=${places}></unsure-marks>`
                : nothing}</compare-slider
            >
          </div>
        </div>
        <div class="zooms" role="group" aria-label=${words.zoom}>
          ${ZOOMS.map(
            ([value, label]) => html`<button
              class="button quiet"
              aria-pressed=${zoom === value}
              @click=${() => this.setZoom(value)}
            >
              ${label}
            </button>`,
          )}
        </div>
      </div>
      <aside>
        <section>
          <h3>${strings.background.short}</h3>
          <background-picker
            scope="one"
            .legend=${strings.background.legendOne}
            .value=${photo.background}
            @background-change=${(event: BackgroundChange) => {
              event.stopPropagation();
              this.queue.setBackground(photo.id, event.background);
            }}
          ></background-picker>
          ${this.look.format === 'image/jpeg' && (photo.background ?? this.look.background) === 'transparent'
            ? html`<p class="hint">${strings.background.jpegNeedsColour}</p>`
            : nothing}
        </section>
        <div class="actions">
          <button class="button primary" ?disabled=${saving} @click=${() => this.ask('save')}>
            ${photo.saved ? icons.check : icons.download}
            ${saving ? strings.save.preparing : `${strings.save.one} ${strings.format.names[this.look.format]}`}
          </button>
          ${this.copyable
            ? html`<button class="button icon" title=${strings.save.copy} aria-label=${strings.save.copyOf(name)} @click=${() => this.ask('copy')}>
                ${icons.copy}
              </button>`
            : nothing}
          <button
            class="button icon"
            title=${strings.card.remove}
            aria-label=${strings.card.removeOf(name)}
            @click=${() => this.ask('remove')}
          >
            ${icons.trash}
          </button>
        </div>
        <div class="looks">
          <button class="button" @click=${() => this.ask('correct')}>${icons.brush} ${strings.editor.open}</button>
          ${places ? this.unsure(places) : nothing}
        </div>
        ${cutOut.notes.length > 0
          ? html`<ul class="notes">
              ${cutOut.notes.map((note) => html`<li>${note}</li>`)}
            </ul>`
          : nothing}
        <section class="long">
          <h3>${words.details}</h3>
          <dl>
            <dt>${words.size}</dt>
            <dd>${strings.card.size(cutOut.width, cutOut.height)}</dd>
            <dt>${words.photo}</dt>
            <dd>${strings.bytes(photo.file.size)}</dd>
            <dt>${words.time}</dt>
            <dd>${words.seconds(cutOut.seconds)}</dd>
            <dt>${words.device}</dt>
            <dd>${words.devices[cutOut.device]}</dd>
            <dt>${words.quality}</dt>
            <dd>${cutOut.corrected ? strings.editor.corrected : strings.card.quality[cutOut.quality]}</dd>
            <dt>${words.model}</dt>
            <dd>${cutOut.model}</dd>
          </dl>
        </section>
        <p class="spoken" role="status">${this.spoken}</p>
      </aside>
    `;
  }

  private get places(): Places | undefined {
    const { cutOut } = this.photo?.state ?? {};
    return cutOut?.doubt && unsurePlaces(cutOut.doubt, cutOut.width / cutOut.height);
  }

  private unsure({ list, more }: Places) {
    const { unsure } = strings;
    if (list.length === 0) return html`<p class="hint sure">${icons.check} ${unsure.none}</p>`;
    return html`<button
      class="button marks"
      aria-pressed=${this.marked}
      aria-keyshortcuts=${unsure.key}
      title=${strings.editor.withKey(unsure.some(list.length, more), unsure.key)}
      @click=${this.mark}
    >
      ${icons.unsure} ${unsure.show}<span class="count" aria-hidden="true">${unsure.count(list.length, more)}</span>
    </button>`;
  }

  private readonly mark = () => {
    const { places } = this;
    if (!places || places.list.length === 0) return;
    this.marked = !this.marked;
    const { shown, hidden } = strings.unsure;
    this.spoken = this.marked ? shown(places.list.length, places.more) : hidden;
  };

  override updated(): void {
    const { photo, zoom } = this;
    // The photo was removed, here or by a clear: the next one takes its place, or the dialog closes.
    if (this.photoId !== undefined && !photo && this.dialog.open) {
      const next = this.ready.find(({ id }) => id > (this.photoId ?? 0)) ?? this.ready.at(-1);
      if (next) this.photoId = next.id;
      else this.close();
      return;
    }
    if (!photo || zoom === 'fit') return;
    this.loadFull();
    const { width, height } = photo.state.cutOut;
    const scale = zoom / devicePixelRatio;
    const { style } = this.renderRoot.querySelector<HTMLElement>('.picture') as HTMLElement;
    style.setProperty('--width', `${width * scale}px`);
    style.setProperty('--height', `${height * scale}px`);
  }

  private async setZoom(zoom: Zoom): Promise<void> {
    if (zoom === this.zoom) return;
    const value = this.slider?.value ?? 50;
    if (this.zoom === 'fit') this.stand = value / 100;
    this.zoom = zoom;
    this.loadFull();
    await this.updateComplete;
    const { pan, slider } = this;
    if (!pan || !slider) return;
    if (zoom === 'fit') {
      slider.style.removeProperty('--grip-y');
      slider.value = this.stand * 100;
      return;
    }
    pan.scrollTo((pan.scrollWidth - pan.clientWidth) / 2, (pan.scrollHeight - pan.clientHeight) / 2);
    this.scrolled();
  }

  /** The divider keeps its place in the view while the picture moves beneath it. */
  private readonly scrolled = () => {
    const { pan, slider } = this;
    if (!pan || !slider || this.zoom === 'fit') return;
    const view = pan.getBoundingClientRect();
    const picture = slider.getBoundingClientRect();
    slider.value = Math.min(Math.max(((view.left + this.stand * view.width - picture.left) / picture.width) * 100, 0), 100);
    slider.style.setProperty('--grip-y', `${view.top + view.height / 2 - picture.top}px`);
  };

  private rememberStand(): void {
    const { pan, slider } = this;
    if (!pan || !slider || this.zoom === 'fit') return;
    const view = pan.getBoundingClientRect();
    const picture = slider.getBoundingClientRect();
    const at = picture.left + (slider.value / 100) * picture.width;
    this.stand = Math.min(Math.max((at - view.left) / view.width, 0.02), 0.98);
  }

  /** A mouse drags the picture; fingers scroll it by themselves. */
  private panStart(event: PointerEvent): void {
    if (this.zoom === 'fit' || event.pointerType !== 'mouse' || event.button !== 0) return;
    const onGrip = event.composedPath().some((node) => node instanceof HTMLElement && node.getAttribute('role') === 'slider');
    if (onGrip) return;
    this.panning = { x: event.clientX, y: event.clientY };
    this.pan?.setPointerCapture(event.pointerId);
  }

  private panMove(event: PointerEvent): void {
    if (!this.panning) return;
    this.pan?.scrollBy(this.panning.x - event.clientX, this.panning.y - event.clientY);
    this.panning = { x: event.clientX, y: event.clientY };
  }

  private panEnd(): void {
    if (!this.panning) this.rememberStand();
    this.panning = undefined;
  }

  /** Full pictures are decoded only for a closer look, and the photo only where the browser reads its format. */
  private loadFull(): void {
    const { photo } = this;
    if (this.zoom === 'fit' || !photo) return;
    const { png, width, height, before } = photo.state.cutOut;
    if (this.full?.id === photo.id && this.full.png === png) return;
    this.dropFull();
    if (width * height > MOST_PIXELS) return;
    const original = URL.createObjectURL(photo.file);
    const after = URL.createObjectURL(png);
    const full: Full = { id: photo.id, png, before, after, own: [original, after] };
    this.full = full;
    const probe = new Image();
    probe.src = original;
    probe.decode().then(
      () => {
        if (this.full === full) this.full = { ...full, before: original };
      },
      () => undefined,
    );
  }

  private dropFull(): void {
    for (const address of this.full?.own ?? []) URL.revokeObjectURL(address);
    this.full = undefined;
  }

  private go(step: number): void {
    const all = this.ready;
    const next = all[all.findIndex(({ id }) => id === this.photoId) + step];
    if (!next) return;
    this.photoId = next.id;
    this.loadFull();
  }

  private key(event: KeyboardEvent): void {
    const zoom = { '0': 'fit', '1': 1, '2': 2 }[event.key] as Zoom | undefined;
    const typing = event.composedPath().some((node) => node instanceof HTMLInputElement && node.type === 'text');
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (zoom !== undefined) void this.setZoom(zoom);
    if (event.key.toLowerCase() === 'u') this.mark();
    // The divider moved by keyboard keeps its new place when the picture is scrolled.
    if (event.composedPath().includes(this.slider as EventTarget)) queueMicrotask(() => this.rememberStand());
  }

  private closed(): void {
    this.dropFull();
    this.photoId = undefined;
    this.dispatchEvent(new Event('dialog-closed'));
  }

  private ask(ask: PhotoAsk): void {
    if (this.photoId !== undefined) this.dispatchEvent(new PhotoAction(ask, this.photoId));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'photo-dialog': PhotoDialog;
  }
}
