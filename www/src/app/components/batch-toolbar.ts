/** All photos at once: how far they are, what lies under them, how they are saved. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { OutputFormat } from 'vitrine/engine/types';
import { base, controls } from '../../styles/shared.js';
import type { Look } from '../export.js';
import { icons } from '../icons.js';
import type { Tally } from '../queue.js';
import type { Way } from '../saving/sink.js';
import { strings } from '../strings.js';
import './background-picker.js';
import './quality-picker.js';
import type { BackgroundChange } from './background-picker.js';
import type { BestState, QualityChoice } from '../best.js';
import { ChooseEvent } from './drop-zone.js';
import { BestAsk } from './quality-picker.js';

const { batch: words } = strings;
const FORMATS = Object.keys(strings.format.names) as OutputFormat[];

/** Another background or format for all. */
export class LookChange extends Event {
  readonly look: Look;
  constructor(look: Look) {
    super('look-change', { bubbles: true, composed: true });
    this.look = look;
  }
}

export type BatchAsk = 'save-all' | 'stop-saving' | 'pause' | 'resume' | 'cancel-all' | 'retry-failed' | 'name' | 'studio' | 'model' | 'clear';

export class BatchAction extends Event {
  readonly ask: BatchAsk;
  constructor(ask: BatchAsk) {
    super('batch-action', { bubbles: true, composed: true });
    this.ask = ask;
  }
}

@customElement('batch-toolbar')
export class BatchToolbar extends LitElement {
  @property({ attribute: false }) tally!: Tally;
  @property({ attribute: false }) look!: Look;
  @property({ type: Number }) secondsLeft: number | undefined;
  @property({ type: Number }) photosAMinute: number | undefined;
  @property({ type: Boolean }) paused = false;
  @property({ type: Boolean }) engineReady = false;
  /** How all are saved. */
  @property() way: Way = 'zip';
  @property() quality: QualityChoice = 'automatic';
  @property({ attribute: false }) best!: BestState;
  /** Bytes of the best model that are here, and in all. */
  @property({ attribute: false }) bestProgress!: { received: number; total: number };
  /** Whether the person must say so before it is fetched. */
  @property({ type: Boolean }) bestAsks = false;
  /** Files packed and to be packed, while an archive is made. */
  @property({ attribute: false }) packing: { done: number; total: number } | undefined;
  /** On a narrow screen the swatches fold away. */
  @state() private unfolded = false;

  static override styles = [
    base,
    controls,
    css`
      :host {
        position: sticky;
        inset-block-start: 0;
        z-index: 2;
        background: var(--surface);
        border-block: 1px solid var(--line);
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.625rem 1rem;
        max-inline-size: 90rem;
        margin: 0 auto;
        padding: 0.625rem var(--gutter);
      }
      .status {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        flex: 1 1 16rem;
        min-inline-size: 0;
      }
      .words {
        min-inline-size: 0;
        font-variant-numeric: tabular-nums;
      }
      .words strong {
        display: block;
        font-weight: 620;
        line-height: 1.3;
      }
      .words span {
        color: var(--ink-quiet);
        font-size: 0.8125rem;
        line-height: 1.3;
      }
      .words button {
        min-block-size: 24px;
        padding: 0 0.25rem;
        border: 0;
        border-radius: 4px;
        background: none;
        color: var(--accent);
        font-size: 0.8125rem;
        font-weight: 600;
        cursor: pointer;
      }
      .words button:hover {
        text-decoration: underline;
      }
      .words .bad {
        color: var(--danger);
      }
      .settings {
        flex: 1 1 100%;
        display: flex;
        align-items: center;
        gap: 0.75rem;
      }
      .group {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      .pace {
        display: flex;
        flex: none;
        align-items: center;
        gap: 0.25rem;
        /* At the end, so that nothing moves under the pointer when the words beside it change. */
        margin-inline-start: auto;
      }
      .line {
        position: absolute;
        inset-inline: 0;
        inset-block-end: -1px;
        block-size: 3px;
        border-radius: 0;
        background: transparent;
      }
      .fold,
      .short {
        display: none;
      }
      .hint {
        color: var(--ink-quiet);
        font-size: 0.8125rem;
      }
      /* On a phone what is done with all photos lies under the thumb, at the bottom. */
      @media (max-width: 40rem) {
        .settings {
          position: fixed;
          inset-inline: 0;
          inset-block-end: 0;
          z-index: 3;
          flex-wrap: wrap;
          gap: 0.5rem;
          padding: 0.625rem var(--gutter) calc(0.625rem + env(safe-area-inset-bottom));
          border-block-start: 1px solid var(--line);
          background: var(--surface);
        }
        .settings .studio,
        .settings .model,
        .settings .save {
          flex: 1 1 auto;
          padding-inline: 0.5rem;
        }
        .bar {
          gap: 0.5rem;
          flex-wrap: nowrap;
        }
        .status {
          flex: 1 1 0;
          gap: 0.25rem;
          justify-content: space-between;
        }
        .full {
          display: none;
        }
        .short {
          display: inline;
        }
        .status .button,
        .group .button:not(.icon) {
          padding-inline: 0.625rem;
        }
        .group.background {
          order: -1;
          flex: 1 1 100%;
        }
        .group.background.folded {
          display: none;
        }
        .fold {
          display: inline-flex;
        }
        .hint {
          order: -1;
          flex: 1 1 100%;
        }
      }
      @media (min-width: 40.01rem) {
        .studio {
          margin-inline-start: auto;
        }
      }
      .dot {
        inline-size: 20px;
        block-size: 20px;
        border-radius: 50%;
        background: var(--colour);
        box-shadow: inset 0 0 0 1px var(--line-strong);
      }
      .dot.transparent {
        background: repeating-conic-gradient(#c9c5be 0 25%, #ffffff 0 50%) 0 0 / 10px 10px;
      }
      @media (forced-colors: active) {
        .dot {
          forced-color-adjust: none;
        }
      }
    `,
  ];

  override render() {
    const { tally, look } = this;
    const busy = tally.waiting + tally.working > 0;
    const settled = tally.total - tally.waiting - tally.working;
    const forced = look.format === 'image/jpeg' && look.background === 'transparent';
    return html`
      <div class="bar">
        <div class="status" role="group" aria-label=${words.region}>
          <p class="words">
            <strong>${this.headline(busy, settled)}</strong>
            <span class="sub">${this.subline(busy)}</span>
          </p>
          ${busy
            ? html`<span class="pace">
                ${tally.waiting > 0 ? this.pauseButton() : nothing}
                <button class="button quiet" aria-label=${words.cancelAll} title=${words.cancelAll} @click=${() => this.ask('cancel-all')}>
                  <span class="full">${words.cancelAll}</span><span class="short">${icons.close}</span>
                </button>
              </span>`
            : nothing}
        </div>
        <div class="group">
          <button
            class="button"
            aria-label=${words.add}
            @click=${() => this.dispatchEvent(new ChooseEvent('photos'))}
          >
            ${icons.add} <span class="full">${words.add}</span>${busy ? nothing : html`<span class="short">${words.addShort}</span>`}
          </button>
          <button
            class="button quiet icon"
            title=${words.clear}
            aria-label=${words.clear}
            @click=${() => this.ask('clear')}
          >
            ${icons.trash}
          </button>
        </div>
        <div class="settings" role="group" aria-label=${words.settings}>
          <div class="group background ${this.unfolded ? '' : 'folded'}" id="swatches">
            <background-picker
              .value=${look.background}
              @background-change=${(event: BackgroundChange) => {
                event.stopPropagation();
                if (event.background) this.change({ ...look, background: event.background });
              }}
            ></background-picker>
          </div>
          <button
            class="button icon fold"
            aria-label=${strings.background.legend}
            aria-expanded=${this.unfolded}
            aria-controls="swatches"
            @click=${() => (this.unfolded = !this.unfolded)}
          >
            <span class="dot ${look.background === 'transparent' ? 'transparent' : ''}"></span>
          </button>
          ${this.best.is === 'unknown' || this.best.is === 'absent'
            ? nothing
            : html`<quality-picker .choice=${this.quality} .best=${this.best} .progress=${this.bestProgress}></quality-picker>`}
          ${forced ? html`<p class="hint">${strings.background.jpegNeedsColour}</p>` : nothing}
          <select class="field" aria-label=${strings.format.label} @change=${this.pickFormat}>
            ${FORMATS.map(
              (format) =>
                html`<option value=${format} ?selected=${format === look.format}>${strings.format.names[format]}</option>`,
            )}
          </select>
          <button class="button icon" title=${words.namingOf} aria-label=${words.namingOf} @click=${() => this.ask('name')}>
            ${icons.tag}
          </button>
          <button class="button studio" aria-label=${words.studioOf} title=${words.studioOf} ?disabled=${tally.ready === 0} @click=${() => this.ask('studio')}>
            ${icons.camera} ${words.studio}
          </button>
          <button class="button model" aria-label=${words.modelOf} title=${words.modelOf} ?disabled=${tally.ready === 0} @click=${() => this.ask('model')}>
            ${icons.model} ${words.model}
          </button>
          ${this.save()}
        </div>
      </div>
      ${busy
        ? html`<div
            class="track line"
            role="progressbar"
            aria-label=${words.progress}
            aria-valuemin="0"
            aria-valuemax=${tally.total}
            aria-valuenow=${settled}
          >
            <div class="fill"></div>
          </div>`
        : nothing}
    `;
  }

  override updated(): void {
    const { total, waiting, working } = this.tally;
    const track = this.renderRoot.querySelector<HTMLElement>('.line');
    track?.style.setProperty('--fraction', String((total - waiting - working) / Math.max(total, 1)));
    this.renderRoot.querySelector<HTMLElement>('.dot')?.style.setProperty('--colour', this.look.background);
  }

  private headline(busy: boolean, settled: number): string {
    const { total, ready } = this.tally;
    if (busy) return words.working(settled, total);
    return ready > 0 ? words.finished(ready) : words.nothingReady(total);
  }

  private subline(busy: boolean) {
    const { tally } = this;
    const { failed, done, ready } = tally;
    const bad = failed + done - ready;
    const parts = [];
    if (busy) {
      if (this.paused) parts.push(html`<span>${words.paused(tally.waiting)}</span>`);
      else if (!this.engineReady) parts.push(html`<span>${words.preparing}</span>`);
      else if (this.secondsLeft !== undefined) parts.push(html`<span>${words.left(this.secondsLeft)}</span>`);
      if (this.photosAMinute !== undefined && !this.paused) parts.push(html`<span>${words.rate(this.photosAMinute)}</span>`);
    }
    if (bad > 0 && !busy) {
      const again = html` <button aria-label=${words.retryFailedOf(failed)} @click=${() => this.ask('retry-failed')}>${words.retryFailed}</button>`;
      parts.push(html`<span class="bad">${words.failed(bad)}</span>${failed > 0 ? again : nothing}`);
    }
    const best = this.bestLine();
    if (best !== nothing) parts.push(best);
    return parts.map((part, index) => (index === 0 ? part : html`<span> · </span>${part}`));
  }

  /** What the model of the best quality is up to, where it concerns the photos here. */
  private bestLine() {
    const { best, bestProgress, quality, tally } = this;
    const { short } = strings.quality;
    const wanted = quality !== 'fast' && (tally.improvable > 0 || (quality === 'best' && tally.waiting > 0));
    const { received, total } = bestProgress;
    const ask = (what: 'start' | 'stop', text: string, label: string) =>
      html` <button aria-label=${label} @click=${() => this.dispatchEvent(new BestAsk(what))}>${text}</button>`;
    switch (best.is) {
      case 'coming':
        return html`<span>${best.kept ? short.opening : short.coming(received, total)}</span>${ask('stop', short.stop, short.stopOf)}`;
      case 'failed':
        return wanted
          ? html`<span class="bad">${short.failed}</span>${ask('start', short.again, short.againOf)}`
          : nothing;
      case 'offered':
        return wanted && this.bestAsks
          ? html`<span>${short.asks(total)}</span>${ask('start', short.get, short.getOf(total))}`
          : nothing;
      case 'stopped':
        // Who stopped it on automatic knows; who wants nothing but the best sees why nothing happens.
        return quality === 'best' && wanted
          ? html`<span>${short.waiting}</span>${ask('start', short.get, short.getOf(total))}`
          : nothing;
      case 'here':
        return wanted && tally.improvable > 0 ? html`<span>${short.improving(tally.improvable)}</span>` : nothing;
      default:
        return nothing;
    }
  }

  private pauseButton() {
    const { paused, tally } = this;
    const [ask, text, label] = paused
      ? (['resume', words.resume, words.resumeOf(tally.waiting)] as const)
      : (['pause', words.pause, words.pauseOf(tally.waiting)] as const);
    return html`<button class="button icon ${paused ? '' : 'quiet'}" title=${text} aria-label=${label} @click=${() => this.ask(ask)}>
      ${paused ? icons.play : icons.pause}
    </button>`;
  }

  private save() {
    const { packing, tally } = this;
    if (packing) {
      return html`<button class="button primary save" aria-label=${strings.save.stop(packing.done, packing.total)} @click=${() => this.ask('stop-saving')}>
        ${icons.close} ${strings.save.packing(packing.done, packing.total)}
      </button>`;
    }
    return html`<button
      class="button primary save"
      aria-label=${strings.save.allOf(tally.ready, this.way)}
      ?disabled=${tally.ready === 0}
      @click=${() => this.ask('save-all')}
    >
      ${icons.download} ${tally.ready === 1 ? strings.save.one : strings.save.all}
      ${tally.ready > 1 ? html`<span class="count">${tally.ready}</span>` : nothing}
    </button>`;
  }

  private pickFormat(event: Event): void {
    this.change({ ...this.look, format: (event.target as HTMLSelectElement).value as OutputFormat });
  }

  private change(look: Look): void {
    this.dispatchEvent(new LookChange(look));
  }

  private ask(ask: BatchAsk): void {
    this.dispatchEvent(new BatchAction(ask));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'batch-toolbar': BatchToolbar;
  }
  interface HTMLElementEventMap {
    'look-change': LookChange;
    'batch-action': BatchAction;
  }
}
