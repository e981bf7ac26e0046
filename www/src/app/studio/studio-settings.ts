/** The scene's settings: what is behind the product, how it is lit, where it stands. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Harmony } from 'vitrine/engine/types';
import { base, controls, segments } from '../../styles/shared.js';
import { strings } from '../strings.js';
import { PlaceAsk, SceneChange, SceneRest } from './events.js';
import { backdropAs, MATERIALS, moved, placeOf, scaled, TURN, turned, withPlace, type Backdrop, type PhotoBackdrop, type Scene, type Sweep } from './scene.js';
import { headings, slider, sliderStyles, type Quantity } from './slider.js';

const { settings: words } = strings.studio;

/** Parts of the settings; a phone shows one of them at a time. */
export const PARTS = ['backdrop', 'light', 'product', 'relight'] as const;
export type Part = (typeof PARTS)[number];

const KINDS: readonly Backdrop['kind'][] = ['sweep', 'solid', 'gradient', 'photo', 'transparent'];
/** Shapes of the picture by their sides; the longer one is this long, in pixels. */
const SHAPES = [[1, 1], [4, 5], [3, 4], [2, 3], [5, 4], [4, 3], [16, 9], [9, 16]] as const;
const LONGEST = 2000;
/** What a side can have, in pixels. */
const SIDE = { least: 1, most: 10_000 };

/** The horizon of the lowest camera; that of the highest is as far above the picture's top. */
const LOW = 0.6;

const percent = (value: number) => Math.round(value * 100);

@customElement('studio-settings')
export class StudioSettings extends LitElement {
  @property({ attribute: false }) scene!: Scene;
  /** The layer whose product is placed. */
  @property({ type: Number }) selected = 0;
  /** Colours that go with the product, as soon as they are known. */
  @property({ attribute: false }) harmonies: readonly Harmony[] = [];
  /** The name of the photo that is behind, where one was chosen. */
  @property() place = '';
  @property({ attribute: false }) parts: readonly Part[] = PARTS;

  static override styles = [
    base,
    controls,
    segments,
    headings,
    sliderStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        align-content: start;
        gap: 1.5rem;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      .segments {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(4.25rem, 1fr));
      }
      .segments .button {
        min-block-size: max(34px, var(--target) - 6px);
        padding: 0.25rem 0.125rem;
        font-size: 0.8125rem;
      }
      .row {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.75rem;
        font-size: 0.875rem;
        font-weight: 550;
      }
      input[type='color'] {
        inline-size: 3.25rem;
        block-size: max(34px, var(--target) - 6px);
        padding: 2px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        cursor: pointer;
      }
      .name {
        min-inline-size: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .swatches {
        display: flex;
        flex: none;
        gap: 0.375rem;
      }
      .swatches button {
        inline-size: 26px;
        block-size: 26px;
        border: 1px solid var(--line-strong);
        border-radius: 50%;
        background: var(--swatch);
        cursor: pointer;
      }
      .swatches button[aria-pressed='true'] {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      @media (pointer: coarse) {
        .swatches button {
          inline-size: 34px;
          block-size: 34px;
        }
      }
      .hint {
        font-size: 0.8125rem;
        color: var(--ink-quiet);
      }
      .sides {
        display: flex;
        align-items: center;
        gap: 0.375rem;
      }
      .sides .field {
        inline-size: 4.75rem;
        padding-inline: 0.375rem;
        text-align: end;
      }
      select {
        min-inline-size: 9rem;
      }
      @media (max-width: 52rem) {
        :host {
          gap: 0.875rem;
        }
      }
    `,
  ];

  override updated(): void {
    // The frame's policy allows no style attribute; the object model is not markup.
    for (const swatch of this.renderRoot.querySelectorAll<HTMLButtonElement>('.swatches button')) swatch.style.setProperty('--swatch', swatch.value);
  }

  override render() {
    return this.parts.map((part) => html`<section aria-labelledby=${part}>
      <h3 id=${part}>${words.parts[part]}</h3>
      ${{ backdrop: () => this.backdrop(), light: () => this.light(), relight: () => this.relight(), product: () => this.product() }[part]()}
    </section>`);
  }

  private backdrop() {
    const { scene } = this;
    const { backdrop, floor, camera } = scene;
    const set = (changes: Partial<Backdrop>) => ({ ...scene, backdrop: { ...backdrop, ...changes } as Backdrop });
    return html`
      <div class="segments" role="group" aria-label=${words.kind}>
        ${KINDS.map(
          (kind) => html`<button
            class="button quiet"
            aria-pressed=${kind === backdrop.kind}
            @click=${() => {
              // Of a photo there has to be one first.
              if (kind === 'photo' && !this.place) this.dispatchEvent(new PlaceAsk());
              else if (kind !== backdrop.kind) this.change({ ...scene, backdrop: backdropAs(kind, backdrop) });
            }}
          >
            ${words.kinds[kind]}
          </button>`,
        )}
      </div>
      ${backdrop.kind === 'solid' || backdrop.kind === 'sweep' ? this.color(words.color, backdrop.color, (color) => set({ color })) : nothing}
      ${backdrop.kind === 'gradient'
        ? html`${this.color(words.from, backdrop.from, (from) => set({ from }))} ${this.color(words.to, backdrop.to, (to) => set({ to }))}`
        : nothing}
      ${backdrop.kind === 'gradient' ? this.swatches(backdrop.to, (to) => set({ to })) : nothing}
      ${backdrop.kind === 'solid' || backdrop.kind === 'sweep' ? this.swatches(backdrop.color, (color) => set({ color })) : nothing}
      ${backdrop.kind === 'gradient' && backdrop.shape === 'linear'
        ? this.slider({ label: words.angle, value: backdrop.angle, least: -180, most: 180, text: words.degrees(backdrop.angle), set: (angle) => set({ angle }) })
        : nothing}
      ${backdrop.kind === 'sweep' ? this.material(backdrop, set) : nothing}
      ${backdrop.kind === 'sweep'
        ? html`${this.share(words.wall, backdrop.wall, (wall) => set({ wall }))} ${this.share(words.falloff, backdrop.falloff, (falloff) => set({ falloff }))}`
        : nothing}
      ${backdrop.kind === 'photo' ? this.photo(backdrop, set) : nothing}
      ${this.share(words.gloss, floor.gloss, (gloss) => ({ ...scene, floor: { ...floor, gloss } }), 0.4)}
      ${floor.gloss > 0 ? this.share(words.roughness, floor.roughness, (roughness) => ({ ...scene, floor: { ...floor, roughness } })) : nothing}
      ${this.share(words.height, (LOW - camera.horizon) / (2 * LOW), (height) => ({ ...scene, camera: { ...camera, horizon: LOW * (1 - 2 * height) } }))}
    `;
  }

  /** Colours that go with the product, to choose from. */
  private swatches(now: string, set: (color: string) => Scene) {
    if (this.harmonies.length === 0) return nothing;
    return html`<div class="row">
      <span id="harmonies">${words.harmonies}</span>
      <div class="swatches" role="group" aria-labelledby="harmonies">
        ${this.harmonies.map(
          ({ relation, color }) => html`<button
            value=${color}
            aria-pressed=${color === now}
            aria-label=${words.relations[relation]}
            title=${words.relations[relation]}
            @click=${() => this.change(set(color))}
          ></button>`,
        )}
      </div>
    </div>`;
  }

  /** Which photo is behind, how it is shown, and how blurred what is far away in it. */
  private photo({ at, wall, blur }: PhotoBackdrop, set: (changes: Partial<PhotoBackdrop>) => Scene) {
    return html`
      <div class="row">
        <span class="name" title=${this.place}>${this.place || words.noPlace}</span>
        <button class="button quiet" @click=${() => this.dispatchEvent(new PlaceAsk())}>${words.choosePlace}</button>
      </div>
      ${this.share(words.depthOfField, blur, (blur) => set({ blur }), 0.2)}
      ${this.share(words.wall, wall, (wall) => set({ wall }))}
      ${this.share(words.placeAcross, at[0], (across) => set({ at: [across, at[1]] }))}
      ${this.share(words.placeDown, at[1], (down) => set({ at: [at[0], down] }))}
    `;
  }

  /** What a sweep is made of, how large its pattern is, and another piece of it. */
  private material(sweep: Sweep, set: (changes: Partial<Sweep>) => Scene) {
    const { material, scale, seed } = sweep;
    return html`
      <label class="row"
        >${words.material}
        <select
          class="field"
          @change=${(event: Event) => {
            const chosen = MATERIALS[(event.target as HTMLSelectElement).selectedIndex] ?? 'plain';
            this.change(set({ material: chosen }));
          }}
        >
          ${MATERIALS.map((each) => html`<option ?selected=${each === material}>${words.materials[each]}</option>`)}
        </select>
      </label>
      ${material === 'plain'
        ? nothing
        : html`
            ${this.slider({ label: words.pattern, value: percent(scale), least: 25, most: 400, text: strings.percent(scale), set: (value) => set({ scale: value / 100 }) })}
            <button class="button quiet" @click=${() => this.change(set({ seed: (seed + 1) % 1000 }))}>${words.anotherPiece}</button>
          `}
    `;
  }

  private light() {
    const { scene } = this;
    const { key, fill, shadow } = scene;
    return html`
      ${this.slider({ label: words.azimuth, value: key.azimuth, least: -180, most: 180, text: words.direction(key.azimuth), set: (azimuth) => ({ ...scene, key: { ...key, azimuth } }) })}
      ${this.slider({ label: words.elevation, value: key.elevation, least: 5, most: 90, text: words.degrees(key.elevation), set: (elevation) => ({ ...scene, key: { ...key, elevation } }) })}
      ${this.slider({ label: words.softness, value: key.size, least: 1, most: 90, text: words.degrees(key.size), set: (size) => ({ ...scene, key: { ...key, size } }) })}
      ${this.share(words.fill, fill.share, (share) => ({ ...scene, fill: { ...fill, share } }))}
      ${(['contact', 'cast', 'ambient'] as const).map((kind) =>
        this.share(words.shadows[kind], shadow[kind], (value) => ({ ...scene, shadow: { ...shadow, [kind]: value } })),
      )}
    `;
  }

  /** Light that changes the products' own pixels, and what it does to the finished picture. */
  private relight() {
    const { scene } = this;
    const { relight, shadow } = scene;
    return html`
      <p class="hint">${words.relightHint}</p>
      ${(['rim', 'fill', 'harmony', 'vignette'] as const).map((kind) =>
        this.share(words.relights[kind], relight[kind], (value) => ({ ...scene, relight: { ...relight, [kind]: value } })),
      )}
      ${scene.layers.length > 1 ? this.share(words.mutual, shadow.mutual, (mutual) => ({ ...scene, shadow: { ...shadow, mutual } })) : nothing}
    `;
  }

  private product() {
    const { scene } = this;
    const { selected } = this;
    const place = placeOf(scene, selected);
    const { width, height } = scene.size;
    const shape = SHAPES.findIndex(([w, h]) => Math.abs(width / height - w / h) < 0.005);
    return html`
      <label class="row"
        >${words.shape}
        <select class="field" @change=${this.pickShape}>
          ${SHAPES.map(([w, h], index) => html`<option value=${index} ?selected=${index === shape}>${words.shapes(w, h)}</option>`)}
          ${shape < 0 ? html`<option value="-1" selected>${words.ownShape}</option>` : nothing}
        </select>
      </label>
      <div class="row">
        <span id="size">${words.pixels}</span>
        <span class="sides" role="group" aria-labelledby="size">
          ${this.side(words.wide, width, (to) => ({ width: to, height }))} × ${this.side(words.tall, height, (to) => ({ width, height: to }))}
        </span>
      </div>
      ${place
        ? html`
            ${this.slider({
              label: words.size,
              value: percent(Math.max(place.width, place.height)),
              least: 5,
              most: 150,
              text: strings.percent(Math.max(place.width, place.height)),
              set: (value) => scaled(scene, value / 100 / Math.max(place.width, place.height)),
            })}
            ${this.share(words.across, place.x, (x) => withPlace(scene, { ...place, x }, selected))}
            ${this.share(words.depth, 1 - place.y, (depth) => moved(scene, 0, 1 - depth - place.y, selected))} ${this.turn(scene, selected)}
          `
        : nothing}
    `;
  }

  /** Turns the product to where it stands straight. */
  private turn(scene: Scene, selected: number) {
    const rotation = scene.layers[selected]?.rotation ?? 0;
    return slider({
      ...{ label: words.turn, value: rotation, least: -TURN, most: TURN, step: 0.1, text: words.turned(rotation) },
      change: (to) => this.change(turned(scene, to, selected), words.turn),
      rest: () => this.dispatchEvent(new SceneRest()),
    });
  }

  private readonly pickShape = (event: Event) => {
    const shape = SHAPES[Number((event.target as HTMLSelectElement).value)];
    if (!shape) return;
    const [w, h] = shape;
    const scale = LONGEST / Math.max(w, h);
    this.change({ ...this.scene, size: { width: Math.round(w * scale), height: Math.round(h * scale) } });
  };

  /** A side of the picture in pixels; what is no number is the one before. */
  private side(label: string, value: number, size: (to: number) => Scene['size']) {
    return html`<input
      class="field"
      type="number"
      inputmode="numeric"
      min=${SIDE.least}
      max=${SIDE.most}
      aria-label=${label}
      .value=${String(value)}
      @change=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        const asked = Math.round(input.valueAsNumber);
        const side = Number.isFinite(asked) ? Math.min(Math.max(asked, SIDE.least), SIDE.most) : value;
        input.value = String(side);
        if (side !== value) this.change({ ...this.scene, size: size(side) });
      }}
    />`;
  }

  private color(label: string, value: string, set: (color: string) => Scene) {
    return html`<label class="row"
      >${label}
      <input
        type="color"
        .value=${value}
        @input=${(event: Event) => this.change(set((event.target as HTMLInputElement).value), label)}
        @change=${() => this.dispatchEvent(new SceneRest())}
      />
    </label>`;
  }

  /** A slider of a part of something, 0 to 1. */
  private share(label: string, value: number, set: (value: number) => Scene, most = 1) {
    const to = (shown: number) => set((shown / 100) * most);
    return this.slider({ label, value: percent(value / most), least: 0, most: 100, text: strings.percent(value / most), set: to });
  }

  private slider({ set, value, ...amount }: Quantity<Scene>) {
    const change = (to: number) => this.change(set(to), amount.label);
    return slider({ ...amount, value: Math.round(value), change, rest: () => this.dispatchEvent(new SceneRest()) });
  }

  /** With a `kind`, more is to come until it rests. */
  private change(scene: Scene, kind?: string): void {
    this.dispatchEvent(new SceneChange(scene, kind === undefined ? {} : { kind, isMoving: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'studio-settings': StudioSettings;
  }
}
