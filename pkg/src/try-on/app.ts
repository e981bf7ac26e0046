/** The page that the shopper sees: one stage for pictures, one panel for words and buttons, whatever the step. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { appStyle } from './app-style.js';
import type { Fitting, Obstacle, Step } from './fitting.js';
import { icons } from './icons.js';
import './live-stage.js';
import './photo-stage.js';
import type { ChooseFaceEvent } from './photo-stage.js';
import { LIVE } from './types.js';
import { base, controls } from './styles.js';
import { WORDS, type Reason, type Words } from './words.js';

/** How long a file's address stays: the browser copies in its own time, and a minute is far more than it takes to start. */
const KEPT = 60_000;
/** How long the product may be on nobody before the camera before something is said, in milliseconds. */
const PATIENCE = 1_000;
const ENDINGS: Record<string, string> = { 'image/jpeg': 'jpg', 'image/webp': 'webp' };

@customElement('try-on-app')
export class TryOnApp extends LitElement {
  @property({ attribute: false }) fitting!: Fitting;

  @state() private isOver = false;
  @state() private isComparing = false;
  @query('h1:not([hidden]), .notice h2') private heading!: HTMLElement;
  @query('.chip:has(:checked)') private chip!: HTMLElement | null;
  @query('#photo') private input!: HTMLInputElement;
  private shown: Step | undefined;
  /** When the camera last saw somebody, in milliseconds of the page's clock. */
  private seen = 0;

  static override styles = [base, controls, appStyle];

  private get words(): Words {
    return WORDS[this.fitting.setup.language];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The frame is this page and nothing else, so these live as long as it does.
    document.addEventListener('dragover', this.over);
    document.addEventListener('dragleave', this.left);
    document.addEventListener('drop', this.drop);
    document.addEventListener('paste', this.paste);
    document.addEventListener('keydown', this.key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('dragover', this.over);
    document.removeEventListener('dragleave', this.left);
    document.removeEventListener('drop', this.drop);
    document.removeEventListener('paste', this.paste);
    document.removeEventListener('keydown', this.key);
  }

  override updated(_changed: PropertyValues<this>): void {
    const { step } = this.fitting;
    // In a row that is wider than a phone, the one that is worn can be seen.
    const chip = this.chip;
    chip?.parentElement?.scrollTo({ left: chip.offsetLeft - (chip.parentElement.clientWidth - chip.clientWidth) / 2 });
    if (this.fitting.live?.isWorn || step !== 'live' || step !== this.shown) this.seen = performance.now();
    if (step === this.shown) return;
    this.shown = step;
    // What had the keyboard has gone with the step before: one reads on at the new heading.
    const isHeld = this.shadowRoot?.activeElement?.checkVisibility() ?? false;
    if (step === 'faces' || step === 'choose' || step === 'live' || (step === 'result' && !isHeld)) this.heading.focus();
  }

  override render() {
    const { fitting, words } = this;
    return html`
      <main class=${fitting.step}>
        <div class="stage">${this.stage()}</div>
        <div class="panel">
          <div class="words">${this.panel()}</div>
        </div>
        <p class="spoken" role="status">${this.status()}</p>
        <input id="photo" type="file" accept="image/*" hidden aria-label=${words.choose.button} @change=${this.picked}>
        ${this.isOver ? html`<div class="veil" aria-hidden="true"><span>${words.choose.over}</span></div>` : nothing}
      </main>
    `;
  }

  private stage(): TemplateResult {
    const { fitting, words } = this;
    const { step, photo, live } = fitting;
    if (step === 'live' && live) {
      return html`<live-stage
        .live=${live}
        .mirror=${fitting.isMirror}
        .alt=${fitting.label ? words.live.altOf(fitting.label) : words.live.alt}
        .hint=${this.hint}
      ></live-stage>`;
    }
    if (!photo) return this.product(step === 'choose');
    return html`<photo-stage
      .photo=${photo}
      .drawn=${fitting.drawn}
      .words=${words}
      .choosing=${step === 'faces'}
      .comparing=${this.isComparing}
      .busy=${step === 'reading' || step === 'drawing'}
      .alt=${fitting.label ? words.result.altOf(fitting.label) : words.result.alt}
      @choose-face=${({ face }: ChooseFaceEvent) => void fitting.choose(face)}
      @pointerdown=${this.hold}
      @pointerup=${this.letGo}
      @pointercancel=${this.letGo}
      @pointerleave=${this.letGo}
    ></photo-stage>`;
  }

  /** The product's own picture, on which a photo may be dropped. */
  private product(isDrop: boolean): TemplateResult {
    const { fitting, words } = this;
    const picture = fitting.pictures[fitting.index];
    return html`<div class="product ${isDrop ? 'drop' : ''}" @click=${isDrop ? this.choose : nothing}>
      ${typeof picture === 'object'
        ? html`<img src=${picture.url} alt=${fitting.label || words.productAlt}>`
        : html`<span class="absent" aria-hidden="true">${picture === 'missing' ? icons.warning : icons.photo}</span>`}
    </div>`;
  }

  private panel(): TemplateResult {
    const { step } = this.fitting;
    if (step === 'consent') return this.consent();
    if (step === 'choose') return this.chooser();
    if (step === 'live') return this.watching();
    if (step === 'faces') return this.faces();
    return this.result();
  }

  private consent(): TemplateResult {
    const { fitting, words } = this;
    const { consent } = words;
    const promise = (icon: TemplateResult, title: string, text: string) =>
      html`<li>${icon}<p><strong>${title}</strong> ${text}</p></li>`;
    return html`
      <h1 tabindex="-1">${words.title[fitting.setup.kind]}</h1>
      <ul class="promises">
        ${promise(icons.device, consent.stays, consent.staysWhy)} ${promise(icons.gone, consent.gone, consent.goneWhy)}
        ${promise(icons.look, consent.look, consent.lookWhy)}
      </ul>
      ${fitting.setup.consent ? html`<p class="own">${fitting.setup.consent}</p>` : nothing}
      <div class="buttons">
        <button class="button primary" @click=${() => fitting.consent()}>${consent.agree}</button>
        <button class="button quiet" @click=${() => fitting.leave()}>${consent.decline}</button>
      </div>
    `;
  }

  private chooser(): TemplateResult {
    const { fitting, words } = this;
    const { choose } = words;
    const isWaiting = !fitting.isSealed && fitting.fault === undefined;
    return html`
      <h1 tabindex="-1">${fitting.hasCamera ? choose.titleCamera : choose.title}</h1>
      ${this.obstacle()}
      <p class="quiet">${choose.text[fitting.setup.kind]}</p>
      ${this.variants()}
      <div class="buttons">
        ${fitting.hasCamera
          ? html`<button class="button primary" ?disabled=${!fitting.isOpen} @click=${() => void fitting.watch()}>
              ${icons.camera} ${choose.camera}
            </button>`
          : nothing}
        <button class="button ${fitting.hasCamera ? '' : 'primary'}" ?disabled=${!fitting.isOpen} @click=${this.choose}>
          ${icons.photo} ${choose.button}
        </button>
        <p class="mouse small">${choose.drop}</p>
      </div>
      ${isWaiting
        ? html`<div class="track" role="progressbar" aria-label=${choose.waiting} aria-valuemin="0" aria-valuemax="100"
              aria-valuenow=${Math.round(fitting.loaded * 100)}>
              <div .style=${`transform:scaleX(${fitting.loaded})`}></div>
            </div>
            <p class="small">${choose.waiting}: ${choose.percent(fitting.loaded)}</p>`
        : fitting.fault === undefined
          ? html`<p class="small sealed">${icons.check} ${choose.sealed}</p>`
          : nothing}
    `;
  }

  private watching(): TemplateResult {
    const { fitting, words } = this;
    const { live } = words;
    return html`
      <h1 tabindex="-1">${fitting.live ? live.title : live.starting}</h1>
      ${this.obstacle()} ${fitting.live ? nothing : html`<p class="quiet">${live.allow}</p>`} ${this.variants()}
      <div class="buttons">
        <button class="button primary" ?disabled=${!fitting.live} @click=${() => void fitting.snap()}>${icons.photo} ${live.snap}</button>
        <button class="button quiet" @click=${() => fitting.restart()}>${live.stop}</button>
      </div>
      <p class="small look">${words.result.look}</p>
    `;
  }

  /** What the shopper before the camera may do; empty where they see themselves with the product. */
  private get hint(): string {
    const { fitting, words } = this;
    if (!LIVE.has(fitting.setup.kind)) return words.live.later;
    const isBare = fitting.live && !fitting.live.isWorn && performance.now() - this.seen > PATIENCE;
    if (!isBare) return '';
    return fitting.live?.isSeen ? words.live.hidden : words.live.nobody;
  }

  private faces(): TemplateResult {
    const { fitting, words } = this;
    return html`
      <h1 tabindex="-1">${words.faces.title}</h1>
      <p class="quiet">${words.faces.text}</p>
      <div class="buttons">
        <button class="button quiet" @click=${() => fitting.restart()}>${icons.photo} ${words.result.another}</button>
      </div>
    `;
  }

  private result(): TemplateResult {
    const { fitting, words } = this;
    const { result, working } = words;
    const isWorking = fitting.step !== 'result';
    const title = fitting.step === 'reading' ? working.reading : fitting.step === 'drawing' ? working.drawing : result.title;
    const canShow = !isWorking && fitting.drawn !== undefined;
    return html`
      <h1 tabindex="-1" ?hidden=${!isWorking && fitting.obstacle !== undefined}>${title}</h1>
      ${this.obstacle()} ${this.variants()}
      <div class="buttons">
        ${isWorking || canShow
          ? html`<div class="pair">
              <button class="button" aria-pressed=${this.isComparing} title=${result.compareHint} ?disabled=${!canShow}
                @pointerdown=${this.hold} @pointerup=${this.letGo} @pointercancel=${this.letGo} @pointerleave=${this.letGo}
                @contextmenu=${(event: Event) => event.preventDefault()} @click=${this.toggle}>
                ${icons.compare} ${result.compare}
              </button>
              <button class="button primary" ?disabled=${!canShow} @click=${this.save}>${icons.save} ${result.save}</button>
            </div>`
          : nothing}
        <div class="pair">
          ${(fitting.photo?.faces.length ?? 0) > 1
            ? html`<button class="button quiet" @click=${() => fitting.reconsider()}>${icons.person} ${result.person}</button>`
            : nothing}
          <button class="button ${isWorking || canShow ? 'quiet' : 'primary'}" @click=${() => fitting.restart()}>${icons.photo} ${result.another}</button>
        </div>
      </div>
      <p class="small look">${result.look}</p>
    `;
  }

  /** What went wrong, and what to do about it. */
  private obstacle(): TemplateResult | typeof nothing {
    const { fitting, words } = this;
    const { obstacle, fault } = fitting;
    if (fault !== undefined) return notice(words.failed.title, words.failed[fault]);
    if (obstacle) {
      const { title, text } = words.trouble[obstacle.trouble];
      const canRetry = obstacle.trouble === 'engine' && fitting.step === 'result';
      const again = html`<button class="button" @click=${() => void fitting.again()}>${icons.again} ${words.again}</button>`;
      return notice(title, this.reason(obstacle) ?? text, canRetry ? again : nothing);
    }
    if (fitting.pictures[fitting.index] === 'missing') return notice(words.trouble.product.title, words.trouble.product.text);
    return nothing;
  }

  /** The engine knows more of a photo than that something is wrong with it. */
  private reason({ trouble, error }: Obstacle): string | undefined {
    if (!error || (trouble !== 'photo' && trouble !== 'sight')) return undefined;
    const { reasons } = this.words;
    if (!reasons) return error.message;
    const reason = reasons[error.code as Reason];
    return typeof reason === 'object' ? reason[this.fitting.setup.kind] : reason;
  }

  private variants(): TemplateResult | typeof nothing {
    const { fitting, words } = this;
    const { choices } = fitting.setup;
    if (choices.length < 2) return nothing;
    return html`<fieldset class="variants">
      <legend class="spoken">${words.result.variants}</legend>
      ${choices.map(({ label }, index) => {
        const picture = fitting.pictures[index];
        return html`<label class="chip">
          <input class="spoken" type="radio" name="variant" .checked=${index === fitting.index}
            ?disabled=${picture === 'missing' && index !== fitting.index} @change=${() => void fitting.change(index)}>
          <span class="thumb">${typeof picture === 'object' ? html`<img src=${picture.url} alt="">` : nothing}</span>
          <span class="name">${label}${picture === 'missing' ? html`<small>${words.missing}</small>` : nothing}</span>
        </label>`;
      })}
    </fieldset>`;
  }

  /** What a screen reader is told when something has happened by itself. */
  private status(): string {
    const { fitting, words } = this;
    if (fitting.isSaved) return words.result.saved;
    if (fitting.step === 'reading') return words.working.reading;
    if (fitting.step === 'drawing') return words.working.drawing;
    if (fitting.step === 'live') return !fitting.live ? words.live.starting : this.hint || words.live.title;
    if (fitting.step === 'faces') return words.faces.found(fitting.photo?.faces.length ?? 0);
    if (fitting.step === 'result' && fitting.drawn) return words.result.done(fitting.label);
    return '';
  }

  private readonly choose = () => {
    if (this.fitting.isOpen) this.input.click();
  };

  private readonly picked = () => {
    const [file] = this.input.files ?? [];
    // The same file may be chosen again.
    if (file) this.take(file);
    this.input.value = '';
  };

  private take(file: Blob): void {
    this.isComparing = false;
    void this.fitting.take(file);
  }

  private readonly over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = this.fitting.isOpen ? 'copy' : 'none';
    this.isOver = this.fitting.isOpen;
  };

  private readonly left = (event: DragEvent) => {
    if (!event.relatedTarget) this.isOver = false;
  };

  private readonly drop = (event: DragEvent) => {
    event.preventDefault();
    this.isOver = false;
    const [file] = event.dataTransfer?.files ?? [];
    if (file) this.take(file);
  };

  private readonly paste = (event: ClipboardEvent) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (file) this.take(file);
  };

  private readonly key = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) this.fitting.leave();
  };

  private readonly hold = (event: PointerEvent) => {
    if (this.fitting.step === 'result' && this.fitting.drawn && event.button === 0) this.isComparing = true;
  };

  private readonly letGo = () => {
    this.isComparing = false;
  };

  /** By key or by a screen reader it is a switch; a finger or mouse has held it already. */
  private readonly toggle = (event: MouseEvent) => {
    if (event.detail === 0) this.isComparing = !this.isComparing;
  };

  private readonly save = async () => {
    const { fitting, words } = this;
    const file = await fitting.save();
    if (!file) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = `${words.fileName}.${ENDINGS[file.type] ?? 'png'}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
  };
}

function notice(title: string, text: string, action: unknown = nothing): TemplateResult {
  return html`<div class="notice" role="alert">
    ${icons.warning}
    <div><h2 tabindex="-1">${title}</h2><p>${text}</p>${action}</div>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'try-on-app': TryOnApp;
  }
}
