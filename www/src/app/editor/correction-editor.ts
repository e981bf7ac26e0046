/** Correction by hand, over the whole screen: brush, region, undo, zoom; by mouse, touch and keyboard. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Corrected, Correction, CorrectionStep, Doubt, Engine, Intent } from 'vitrine/engine/types';
import { base, controls, fullScreen, segments, spinner } from '../../styles/shared.js';
import '../components/confirm-dialog.js';
import type { ConfirmDialog } from '../components/confirm-dialog.js';
import '../components/unsure-marks.js';
import type { UnsureMarks } from '../components/unsure-marks.js';
import { icons } from '../icons.js';
import { sentence } from '../sentence.js';
import { strings } from '../strings.js';
import { unsurePlaces, type Places } from '../unsure.js';
import { Gestures } from './gestures.js';
import { Stage, type Ground, type Preview } from './stage.js';
import { editorStyles } from './styles.js';
import type { Point } from './viewport.js';

const { editor: words } = strings;

/** What is corrected. */
export interface Subject {
  name: string;
  photo: Blob;
  /** Its cut-out, PNG at full size. */
  png: Blob;
  /** The colour that the cut-out will stand on, where it has one. */
  colour: `#${string}` | undefined;
  /** Where it is unsure, where that is known. */
  doubt: Doubt | undefined;
}

/** The brush's diameter on the screen, CSS pixels: zooming in makes it finer on the photo. */
const SIZES = { least: 4, most: 240 };
/** Shown where the cut-out has no colour of its own: found in few photos, so that leftovers show. */
const STRIKING = '#e0409a';
/** What a key moves the brush by, in parts of its diameter, and with Shift. */
const STEP = { fine: 0.15, coarse: 1 };
const ZOOM_STEP = 1.4;

/** Fired when the editor comes to cover the page, and just before it stops to. */
export class EditorCovers extends Event {
  readonly covers: boolean;
  constructor(covers: boolean) {
    super('editor-covers');
    this.covers = covers;
  }
}

@customElement('correction-editor')
export class CorrectionEditor extends LitElement {
  @property({ attribute: false }) engine: Engine | undefined;

  @state() private subject: Subject | undefined;
  @state() private correction: Correction | undefined;
  @state() private problem = '';
  @state() private finishing = false;
  @state() private intent: Intent = 'erase';
  @state() private tool: 'brush' | 'region' | 'heal' = 'brush';
  @state() private size = 48;
  @state() private softness = 0.5;
  @state() private tolerance = 0.25;
  @state() private ground: Ground = 'checker';
  @state() private canUndo = false;
  @state() private canRedo = false;
  /** Steps that the engine has not answered. */
  @state() private pending = 0;
  @state() private panHeld = false;
  @state() private zoom = 1;
  @state() private fits = true;
  @state() private hinted = true;
  @state() private spoken = '';
  /** Why the last step was not done. */
  @state() private refused = '';
  /** Whether the unsure places are marked. */
  @state() private marked = false;
  /** The number of the place that was gone to last, from 0. */
  @state() private placeAt: number | undefined;

  @query('dialog') private dialog!: HTMLDialogElement;
  @query('.stage') private view!: HTMLElement | null;
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  @query('unsure-marks') private marks!: UnsureMarks | null;
  @query('.ring') private ring!: HTMLElement | null;
  @query('confirm-dialog') private confirm!: ConfirmDialog;

  private stage: Stage | undefined;
  private opening: AbortController | undefined;
  private answer: ((corrected: Corrected | undefined) => void) | undefined;
  private readonly resizing = new ResizeObserver(() => this.fill());
  /** The stroke that a pointer or the Enter key is drawing. */
  private stroke: Preview | undefined;
  /** Where the brush is, in the view. */
  private brush: Point | undefined;

  static override styles = [base, controls, fullScreen, segments, spinner, editorStyles];

  /**
   * Opens on a cut-out. The answer is what the person made of it, or nothing where they left it as it was; it comes
   * when the editor has closed.
   */
  async open(subject: Subject): Promise<Corrected | undefined> {
    const { engine } = this;
    if (!engine || this.subject) return undefined;
    this.subject = subject;
    this.problem = '';
    this.canUndo = this.canRedo = this.finishing = false;
    this.hinted = true;
    this.tool = 'brush';
    this.spoken = this.refused = '';
    this.marked = false;
    this.placeAt = undefined;
    if (this.ground !== 'mask' && this.ground !== 'checker') this.ground = 'checker';
    await this.updateComplete;
    this.dispatchEvent(new EditorCovers(true));
    this.dialog.showModal();
    const opening = new AbortController();
    this.opening = opening;
    const answer = new Promise<Corrected | undefined>((resolve) => (this.answer = resolve));
    try {
      const correction = await engine.correct(subject.photo, subject.png, opening.signal);
      if (opening.signal.aborted) correction.close();
      else await this.begin(correction);
    } catch (error) {
      if (!opening.signal.aborted) this.fail(error);
    }
    return answer;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.close(undefined);
  }

  override render() {
    const { subject } = this;
    return html`
      <dialog
        class="editor"
        aria-label=${subject ? words.label(subject.name) : nothing}
        @cancel=${this.cancelled}
        @keydown=${this.keyDown}
        @keyup=${this.keyUp}
      >
        ${subject ? this.content(subject) : nothing}
      </dialog>
      <confirm-dialog></confirm-dialog>
    `;
  }

  private content(subject: Subject) {
    const { correction, problem } = this;
    const isReady = correction !== undefined && problem === '' && !this.finishing;
    return html`
      <div class="top">
        <button class="button quiet" @click=${this.leave}>${words.cancel}</button>
        <div class="titles">
          <h2 title=${subject.name}>${subject.name}</h2>
          <p>${words.promise}</p>
        </div>
        <button class="button primary" ?disabled=${!isReady} @click=${this.done}>
          ${this.finishing ? words.finishing : words.done}
        </button>
      </div>
      <div class="area">
        <div
          class="stage ${this.tool} ${isReady ? '' : 'idle'} ${this.panHeld ? 'panning' : ''}"
          tabindex=${isReady ? 0 : -1}
          role="application"
          aria-label=${words.canvas}
          aria-describedby="keys"
          @blur=${this.blurred}
        >
          <canvas aria-hidden="true"></canvas>
          ${this.marked && isReady
            ? html`<unsure-marks
                .places=${this.places}
                .place=${this.placeAt === undefined ? undefined : this.places?.list[this.placeAt]}
              ></unsure-marks>`
            : nothing}
          <div class="ring ${this.tool === 'heal' ? 'heal' : this.intent}" hidden></div>
        </div>
        <p class="spoken" id="keys">${words.keys}</p>
        ${problem
          ? html`<div class="notice"><p>${problem}</p></div>`
          : correction === undefined
            ? html`<div class="notice"><span class="spinner"></span><p>${words.opening}</p></div>`
            : this.overlays(subject)}
      </div>
      ${this.toolbar(!isReady)}
      <p class="spoken" role="status" aria-live="polite">${this.spoken}</p>
    `;
  }

  private overlays(subject: Subject) {
    const colour = subject.colour ?? STRIKING;
    const grounds: readonly (readonly [Ground, string])[] = [
      ['checker', words.grounds.checker],
      ['#ffffff', words.grounds.white],
      ['#000000', words.grounds.black],
      ...(['#ffffff', '#000000'].includes(colour) ? [] : [[colour, words.grounds.colour] as const]),
      ['mask', words.grounds.mask],
    ];
    const percent = strings.percent(this.zoom);
    const toggle = this.fits ? words.fullOf(percent) : words.fitOf(percent);
    return html`
      <div class="floating grounds" role="group" aria-label=${words.ground}>
        ${grounds.map(
          ([ground, name]) => html`<button
            class="button quiet"
            title=${name}
            aria-label=${name}
            aria-pressed=${this.ground === ground}
            @click=${() => (this.ground = ground)}
          >
            <span class="swatch ${ground.startsWith('#') ? '' : ground}" data-colour=${ground}></span>
          </button>`,
        )}
      </div>
      <div class="floating zooms" role="group" aria-label=${words.zoom}>
        <button class="button quiet" title=${words.zoomOut} aria-label=${words.zoomOut} @click=${() => this.zoomBy(1 / ZOOM_STEP)}>
          ${icons.minus}
        </button>
        <button
          class="button quiet value"
          title=${toggle}
          aria-label=${toggle}
          @click=${() => (this.fits ? this.zoomTo(1) : this.fit())}
        >
          ${percent}
        </button>
        <button class="button quiet" title=${words.zoomIn} aria-label=${words.zoomIn} @click=${() => this.zoomBy(ZOOM_STEP)}>
          ${icons.add}
        </button>
      </div>
      ${this.unsure()}
      ${this.refused
        ? html`<div class="hint"><p>${this.refused}</p></div>`
        : this.hinted && !this.canUndo
        ? html`<div class="hint"><p>${words.hints[this.tool]}</p></div>`
        : nothing}
    `;
  }

  private unsure() {
    const { places, placeAt } = this;
    if (!places) return nothing;
    const { unsure } = strings;
    const { list, more } = places;
    if (list.length === 0) return html`<p class="floating unsure sure">${icons.check}<span>${unsure.none}</span></p>`;
    const count = placeAt === undefined ? unsure.count(list.length, more) : unsure.of(placeAt + 1, list.length, more);
    return html`<div class="floating unsure" role="group" aria-label=${unsure.legend}>
      <button
        class="button quiet"
        title=${words.withKey(unsure.show, unsure.key)}
        aria-label=${unsure.show}
        aria-pressed=${this.marked}
        aria-keyshortcuts=${unsure.key}
        @click=${this.mark}
      >
        ${icons.unsure}<span class="wide">${unsure.show}</span>
      </button>
      <span class="count">${count}</span>
      <button
        class="button quiet next"
        title=${words.withKey(unsure.next, unsure.nextKey)}
        aria-label=${unsure.next}
        aria-keyshortcuts=${unsure.nextKey}
        @click=${() => this.goToPlace(1)}
      >
        ${icons.right}
      </button>
    </div>`;
  }

  /** What painting means; it is painting again, where something was healed. */
  private mean(intent: Intent): void {
    this.intent = intent;
    if (this.tool === 'heal') this.tool = 'brush';
  }

  private toolbar(disabled: boolean) {
    const toggle = (kind: string, isOn: boolean, label: string, key: string, icon: TemplateResult, choose: () => void) =>
      html`<button
        class="button quiet ${kind}"
        title=${words.withKey(label, key)}
        aria-pressed=${isOn}
        aria-keyshortcuts=${key}
        ?disabled=${disabled}
        @click=${choose}
      >
        ${icon}<span>${label}</span>
      </button>`;
    const { intent, tool } = this;
    return html`<div class="toolbar" role="group" aria-label=${words.tools}>
      <div class="tools">
        <div class="segments" role="group" aria-label=${words.intent}>
          ${toggle('keep', intent === 'keep' && tool !== 'heal', words.keep, 'K', icons.keep, () => this.mean('keep'))}
          ${toggle('erase', intent === 'erase' && tool !== 'heal', words.erase, 'E', icons.eraser, () => this.mean('erase'))}
        </div>
        <div class="segments" role="group" aria-label=${words.tool}>
          ${toggle('', tool === 'brush', words.brush, 'B', icons.brush, () => (this.tool = 'brush'))}
          ${toggle('', tool === 'region', words.region, 'R', icons.wand, () => (this.tool = 'region'))}
          ${toggle('', tool === 'heal', words.heal, 'H', icons.heal, () => (this.tool = 'heal'))}
        </div>
        <div class="steps">
          <button
            class="button quiet icon"
            title=${words.undoKey}
            aria-label=${words.undo}
            ?disabled=${disabled || !(this.canUndo || this.pending > 0)}
            @click=${this.undo}
          >
            ${icons.undo}
          </button>
          <button
            class="button quiet icon"
            title=${words.redoKey}
            aria-label=${words.redo}
            ?disabled=${disabled || !this.canRedo}
            @click=${this.redo}
          >
            ${icons.redo}
          </button>
        </div>
      </div>
      <div class="sliders">
        ${tool !== 'region'
          ? this.slider(words.size, this.size, SIZES.least, SIZES.most, String(this.size), disabled, (value) => (this.size = value))
          : nothing}
        ${tool === 'brush'
          ? html`${this.slider(words.softness, Math.round(this.softness * 100), 0, 100, strings.percent(this.softness), disabled, (value) => (this.softness = value / 100))}`
          : nothing}
        ${tool === 'region'
          ? this.slider(words.tolerance, Math.round(this.tolerance * 100), 2, 80, strings.percent(this.tolerance), disabled, (value) => (this.tolerance = value / 100))
          : nothing}
      </div>
    </div>`;
  }

  private slider(label: string, value: number, least: number, most: number, text: string, disabled: boolean, set: (value: number) => void) {
    return html`<label>
      <span>${label}</span><span class="amount" aria-hidden="true">${text}</span>
      <input
        type="range"
        min=${least}
        max=${most}
        .value=${String(value)}
        aria-valuetext=${text}
        ?disabled=${disabled}
        @input=${(event: Event) => {
          set((event.target as HTMLInputElement).valueAsNumber);
          this.showInMiddle();
        }}
        @change=${() => this.hover(undefined)}
      />
    </label>`;
  }

  override updated(): void {
    // No style attributes under the frame's policy.
    for (const swatch of this.renderRoot.querySelectorAll<HTMLElement>('.swatch[data-colour]')) {
      const colour = swatch.dataset['colour'] ?? '';
      if (colour.startsWith('#')) swatch.style.setProperty('--colour', colour);
    }
    if (this.stage) this.stage.ground = this.ground;
    this.placeRing();
    this.placeMarks();
  }

  // Opening and closing

  private async begin(correction: Correction): Promise<void> {
    this.correction = correction;
    await this.updateComplete;
    const { canvas, view } = this;
    if (!canvas || !view) return;
    const stage = new Stage(canvas, correction);
    this.stage = stage;
    const style = getComputedStyle(this);
    stage.checks = [style.getPropertyValue('--check-a').trim(), style.getPropertyValue('--check-b').trim()];
    stage.ground = this.ground;
    this.fill();
    this.resizing.observe(view);
    new Gestures(view, {
      isPanning: () => this.panHeld,
      hover: (at) => this.hover(at),
      begin: (at) => this.beginStroke(at),
      move: (through) => this.extendStroke(through),
      end: () => this.endStroke(),
      abandon: () => this.abandonStroke(),
      pan: (x, y) => this.pan(x, y),
      zoom: (factor, at) => this.zoomBy(factor, at),
    });
    view.focus({ preventScroll: true });
  }

  private fail(error: unknown): void {
    this.problem = error instanceof Error ? error.message : String(error);
    this.spoken = this.problem;
  }

  private readonly done = async () => {
    const { correction } = this;
    if (!correction || this.finishing || this.problem) return;
    this.abandonStroke();
    if (!this.canUndo && this.pending === 0) return this.close(undefined);
    this.finishing = true;
    try {
      this.close(await correction.finish());
    } catch (error) {
      this.finishing = false;
      this.fail(error);
    }
  };

  private readonly cancelled = (event: Event) => {
    event.preventDefault();
    void this.leave();
  };

  private readonly leave = async () => {
    if (this.finishing) return;
    if ((this.canUndo || this.pending > 0) && !this.problem) {
      const { title, text, confirm, keep } = words.discard;
      if (!(await this.confirm.ask({ title, text, confirm, keep }))) return;
    }
    this.close(undefined);
  };

  private close(corrected: Corrected | undefined): void {
    this.opening?.abort();
    this.resizing.disconnect();
    this.stage?.close();
    this.correction?.close();
    this.stage = this.correction = this.opening = this.stroke = this.brush = this.subject = undefined;
    this.pending = 0;
    this.panHeld = false;
    if (this.dialog?.open) {
      // First, for the focus goes back to what was pressed to get here.
      this.dispatchEvent(new EditorCovers(false));
      this.dialog.close();
    }
    this.answer?.(corrected);
    this.answer = undefined;
  }

  // What is done to the cut-out

  private async apply(step: CorrectionStep, preview?: Preview): Promise<boolean> {
    const { correction, stage } = this;
    if (!correction || !stage) return false;
    this.pending++;
    try {
      const patch = await correction.apply(step);
      if (this.stage !== stage) {
        patch.changed?.picture.close();
        return false;
      }
      if (preview) stage.previews.delete(preview);
      stage.take(patch);
      this.refused = sentence(patch.refused ?? '');
      this.canUndo = patch.canUndo;
      this.canRedo = patch.canRedo;
      if (this.refused) this.say(this.refused);
      return patch.changed !== undefined || patch.refused !== undefined;
    } catch (error) {
      if (this.stage === stage) this.fail(error);
      return false;
    } finally {
      if (this.stage === stage) this.pending--;
    }
  }

  private beginStroke(at: Point): void {
    const { stage } = this;
    if (!stage || this.finishing || this.problem) return;
    const point = stage.viewport.toPicture(at);
    if (this.tool === 'region') {
      this.stroke = { intent: this.intent, points: [point], radius: 0, softness: 0 };
      return;
    }
    const radius = this.size / 2 / stage.viewport.scale;
    this.stroke =
      this.tool === 'heal'
        ? { intent: 'heal', points: [point], radius, softness: 0 }
        : { intent: this.intent, points: [point], radius, softness: this.softness };
    this.refused = '';
    stage.previews.add(this.stroke);
    stage.draw();
  }

  private extendStroke(through: readonly Point[]): void {
    const { stage, stroke } = this;
    // A click on a region is where it began.
    if (!stage || !stroke || stroke.radius === 0) return;
    for (const at of through) stroke.points.push(stage.viewport.toPicture(at));
    stage.draw();
  }

  private endStroke(): void {
    const { stroke, correction } = this;
    this.stroke = undefined;
    const [first] = stroke?.points ?? [];
    if (!stroke || !correction || !first) return;
    const { divisor } = correction;
    const { intent, radius, softness } = stroke;
    this.hinted = false;
    if (radius === 0 && intent !== 'heal') {
      const { tolerance } = this;
      void this.apply({ is: 'region', intent, x: first.x * divisor, y: first.y * divisor, tolerance }).then((changed) =>
        this.say(changed ? words.said[intent] : words.said.nothing),
      );
      return;
    }
    const points = Float32Array.from(stroke.points.flatMap(({ x, y }) => [x * divisor, y * divisor]));
    const step: CorrectionStep =
      intent === 'heal'
        ? { is: 'heal', points, radius: radius * divisor }
        : { is: 'stroke', intent, points, radius: radius * divisor, softness };
    void this.apply(step, stroke).then((changed) => {
      if (!this.refused) this.say(changed ? words.said[intent] : words.said.nothing);
    });
  }

  private abandonStroke(): void {
    const { stage, stroke } = this;
    this.stroke = undefined;
    if (!stage || !stroke) return;
    stage.previews.delete(stroke);
    stage.draw();
  }

  private readonly undo = () => {
    if (!this.canUndo && this.pending === 0) return;
    void this.apply({ is: 'undo' }).then((changed) => changed && this.say(words.said.undone));
  };

  private readonly redo = () => {
    if (!this.canRedo) return;
    void this.apply({ is: 'redo' }).then((changed) => changed && this.say(words.said.redone));
  };

  /** The same words twice are a change only with something between. */
  private say(text: string): void {
    this.spoken = text === this.spoken ? `${text}\u00a0` : text;
  }

  // Where it lies

  private fill(): void {
    const { view, stage } = this;
    if (!view || !stage) return;
    stage.resize(view.clientWidth, view.clientHeight);
    this.moved();
  }

  private fit(): void {
    this.stage?.viewport.fit();
    this.moved();
  }

  private zoomTo(zoom: number): void {
    this.stage?.viewport.zoomTo(zoom, this.brush);
    this.moved();
  }

  private zoomBy(factor: number, at = this.brush): void {
    this.stage?.viewport.zoomBy(factor, at);
    this.moved();
  }

  private pan(x: number, y: number): void {
    this.stage?.viewport.pan(x, y);
    this.moved();
  }

  private moved(): void {
    const { stage } = this;
    if (!stage) return;
    stage.draw();
    this.placeMarks();
    this.zoom = stage.viewport.zoom;
    this.fits = stage.viewport.fits;
  }

  // Where it is unsure

  private get places(): Places | undefined {
    const { correction, subject } = this;
    return correction && subject?.doubt && unsurePlaces(subject.doubt, correction.width / correction.height);
  }

  private readonly mark = () => {
    const { places } = this;
    if (!places) return;
    const { list, more } = places;
    if (list.length === 0) return this.say(strings.unsure.none);
    this.marked = !this.marked;
    this.placeAt = undefined;
    this.say(this.marked ? strings.unsure.shown(list.length, more) : strings.unsure.hidden);
  };

  /** Goes to the next place, or with -1 to the one before; after the last comes the first. */
  private goToPlace(step: 1 | -1): void {
    const { places, stage } = this;
    if (!places || !stage) return;
    const { list } = places;
    const count = list.length;
    const at = this.placeAt === undefined ? (step > 0 ? 0 : count - 1) : (this.placeAt + step + count) % count;
    const place = list[at];
    if (!place) return this.say(strings.unsure.none);
    this.abandonStroke();
    this.marked = true;
    this.placeAt = at;
    const { width, height } = stage.picture;
    stage.viewport.show({
      left: place.left * width,
      top: place.top * height,
      width: place.width * width,
      height: place.height * height,
    });
    this.moved();
    // A brush on its way by keyboard goes along; a mouse's is where the mouse is.
    if (this.brush) this.showInMiddle();
    this.say(strings.unsure.at(at + 1, count));
  }

  /** The marks lie on the picture, wherever that lies. */
  private placeMarks(): void {
    const { marks, stage } = this;
    if (!marks || !stage) return;
    const { x, y, scale } = stage.viewport;
    const { width, height } = stage.picture;
    const { style } = marks;
    style.setProperty('--x', `${x}px`);
    style.setProperty('--y', `${y}px`);
    style.setProperty('--width', `${width * scale}px`);
    style.setProperty('--height', `${height * scale}px`);
  }

  // The brush

  private hover(at: Point | undefined): void {
    this.brush = at;
    this.placeRing();
  }

  /** While its size changes, the brush is shown where everyone looks. */
  private showInMiddle(): void {
    const { view } = this;
    if (view) this.hover({ x: view.clientWidth / 2, y: view.clientHeight / 2 });
  }

  private placeRing(): void {
    const { ring, brush } = this;
    if (!ring) return;
    ring.hidden = !brush || this.tool === 'region' || this.panHeld || !this.stage;
    if (!brush) return;
    const { style } = ring;
    style.setProperty('--x', `${brush.x}px`);
    style.setProperty('--y', `${brush.y}px`);
    style.setProperty('--size', `${this.size}px`);
    style.setProperty('--softness', String(this.tool === 'heal' ? 0 : this.softness));
  }

  private resizeBrush(factor: number): void {
    const size = factor > 1 ? Math.max(this.size * factor, this.size + 1) : Math.min(this.size * factor, this.size - 1);
    this.size = Math.round(Math.min(Math.max(size, SIZES.least), SIZES.most));
    if (!this.brush) this.showInMiddle();
  }

  // Keys

  private keyDown(event: KeyboardEvent): void {
    const { key } = event;
    if (!this.stage || this.finishing || this.problem || event.altKey) return;
    const target = event.composedPath()[0];
    const onStage = target === this.view;
    const isHandled = event.ctrlKey || event.metaKey ? this.keyWithControl(event) : this.plainKey(event, target) || (onStage && this.stageKey(event));
    if (!isHandled) return;
    event.preventDefault();
    if (key !== 'Escape') event.stopPropagation();
  }

  private keyWithControl({ key, shiftKey }: KeyboardEvent): boolean {
    const letter = key.toLowerCase();
    if (letter === 'z' && !shiftKey) this.undo();
    else if (letter === 'y' || letter === 'z') this.redo();
    else return false;
    return true;
  }

  private plainKey({ key, repeat, shiftKey }: KeyboardEvent, target: EventTarget | undefined): boolean {
    switch (key.toLowerCase()) {
      case 'k':
        this.mean('keep');
        return true;
      case 'e':
      case 'x':
        this.mean('erase');
        return true;
      case 'h':
        this.tool = 'heal';
        return true;
      case 'b':
        this.tool = 'brush';
        return true;
      case 'r':
        this.tool = 'region';
        return true;
      case 'm':
        this.ground = this.ground === 'mask' ? 'checker' : 'mask';
        return true;
      case 'u':
        this.mark();
        return true;
      case 'n':
        this.goToPlace(shiftKey ? -1 : 1);
        return true;
      case '[':
        this.resizeBrush(1 / 1.15);
        return true;
      case ']':
        this.resizeBrush(1.15);
        return true;
      case '+':
      case '=':
        this.zoomBy(ZOOM_STEP);
        return true;
      case '-':
        this.zoomBy(1 / ZOOM_STEP);
        return true;
      case '0':
        this.fit();
        return true;
      case '1':
        this.zoomTo(1);
        return true;
      case ' ':
        // On a button it presses the button.
        if (target instanceof HTMLButtonElement) return false;
        if (!repeat) this.panHeld = true;
        return true;
      default:
        return false;
    }
  }

  /** Keys that draw: they count only while the picture has the focus. */
  private stageKey({ key, shiftKey, repeat }: KeyboardEvent): boolean {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (direction) {
      const [x = 0, y = 0] = direction;
      if (!this.brush) this.showInMiddle();
      else {
        const step = Math.max(this.size * (shiftKey ? STEP.coarse : STEP.fine), 1);
        this.moveBrush(x * step, y * step);
      }
      return true;
    }
    if (key !== 'Enter') return false;
    if (!this.brush) this.showInMiddle();
    if (!repeat && this.brush && !this.stroke) this.beginStroke(this.brush);
    return true;
  }

  private moveBrush(x: number, y: number): void {
    const { stage, brush } = this;
    if (!stage || !brush) return;
    if (this.panHeld) return this.pan(-x, -y);
    const at = stage.viewport.reveal({ x: brush.x + x, y: brush.y + y });
    this.hover(at);
    this.extendStroke([at]);
    this.moved();
  }

  private keyUp({ key }: KeyboardEvent): void {
    if (key === ' ') this.panHeld = false;
    if (key === 'Enter' && this.stroke) this.endStroke();
  }

  private readonly blurred = () => {
    this.panHeld = false;
    if (this.stroke) this.endStroke();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'correction-editor': CorrectionEditor;
  }
}
