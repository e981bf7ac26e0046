/** The page: holds the queue, the look, and what lies over everything; passes on what a person asks for. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { DeviceReport, Engine } from 'vitrine/engine/types';
import { base, controls } from '../../styles/shared.js';
import type { PhotoAction } from '../actions.js';
import { revokeNow } from '../addresses.js';
import { ActivityLog } from '../activity/log.js';
import { noteCutOut, noteSaved, Made } from '../activity/notes.js';
import { scriptHash } from '../activity/script-hash.js';
import { BestModel, type QualityChoice } from '../best.js';
import type { Boot, Loading } from '../boot.js';
import { isUnsure, unsureFirst } from '../confidence.js';
import '../editor/correction-editor.js';
import type { CorrectionEditor, EditorCovers } from '../editor/correction-editor.js';
import { backdropOf, canCopy, copy, DEFAULT_NAMING, itemsOf, readyPhotos, saveOne, type Look, type Naming, type ReadyPhoto } from '../export.js';
import { FollowQueue } from '../follow.js';
import { icons } from '../icons.js';
import { fromDrop, fromInput, fromPaste, isFolder, isLitter, seemsFolder, type Intake } from '../intake.js';
import '../model/model-view.js';
import type { ModelView } from '../model/model-view.js';
import { stemOf } from '../naming/file-name.js';
import { discardLater, discardPictures, keepCutOut, keepPictures } from '../pictures.js';
import { isReady, PhotoQueue, type Change, type Incoming, type Photo, type Removed } from '../queue.js';
import { sampleFile } from '../sample/sample.js';
import { openSink } from '../saving/open-sink.js';
import { saveAll, type Item, type Outcome } from '../saving/save-all.js';
import type { Sink } from '../saving/sink.js';
import { VOLUME, ZipSink } from '../saving/zip-sink.js';
import { strings } from '../strings.js';
import '../studio/studio-view.js';
import type { NameAsk } from '../studio/studio-export.js';
import type { NamingLoad, StudioView } from '../studio/studio-view.js';
import '../trust/trust-dialog.js';
import type { TrustDialog } from '../trust/trust-dialog.js';
import { unzip } from '../zip/unzip.js';
import type { BatchAction, LookChange } from './batch-toolbar.js';
import './batch-toolbar.js';
import './confirm-dialog.js';
import type { ConfirmDialog } from './confirm-dialog.js';
import type { ChooseEvent } from './drop-zone.js';
import './intro-view.js';
import './naming-dialog.js';
import type { NamingDialog } from './naming-dialog.js';
import type { IntroView } from './intro-view.js';
import './photo-card.js';
import type { PhotoCard } from './photo-card.js';
import './photo-dialog.js';
import type { PhotoDialog } from './photo-dialog.js';
import type { BestAsk, QualityChange } from './quality-picker.js';
import './report-dialog.js';
import type { ReportDialog } from './report-dialog.js';
import './site-header.js';
import './toast-stack.js';
import type { ToastStack } from './toast-stack.js';

/** What the file dialog offers; pictures for which some systems know no type by their extension. */
const ACCEPT = 'image/*,.heic,.heif,.avif,.tif,.tiff,.jxl,.bmp,.zip,application/zip';
/** Announcements come one after another with this pause, or a screen reader drops some. Milliseconds. */
const ANNOUNCE_PAUSE = 700;
/** Photos out of an archive come into the list so many at a time: the first are worked on while others are unpacked. */
const UNPACKED_TOGETHER = 16;
/** An archive that did not fit is made of volumes half as large, down to this many bytes. */
const SMALLEST_VOLUME = 64 << 20;

@customElement('vitrine-app')
export class VitrineApp extends LitElement {
  @property({ attribute: false }) boot!: Boot;

  @state() private engine: Engine | undefined;
  @state() private report: DeviceReport | undefined;
  @state() private loading: Loading | undefined;
  @state() private problem = '';
  @state() private look: Look = { background: 'transparent', format: 'image/png' };
  @state() private naming: Naming = DEFAULT_NAMING;
  /** The archive that is being opened. */
  @state() private opening: { name: string; done: number; total: number } | undefined;
  @state() private quality: QualityChoice = 'automatic';
  @state() private order: 'as added' | 'unsure first' = 'as added';
  @state() private saving: ReadonlySet<number> = new Set();
  @state() private packing: { done: number; total: number } | undefined;
  @state() private dragging: 'files' | 'folder' | undefined;
  /** A new build waits, and the person has not said "not now". */
  @state() private offersUpdate = false;
  @state() private copyable = canCopy();
  @state() private spoken = '';
  @state() private firstPhotoAt: number | undefined;

  @query('intro-view') private intro!: IntroView | null;
  @query('photo-dialog') private dialog!: PhotoDialog;
  @query('correction-editor') private editor!: CorrectionEditor;
  @query('studio-view') private studio!: StudioView;
  @query('model-view') private model!: ModelView;
  @query('confirm-dialog') private confirm!: ConfirmDialog;
  @query('naming-dialog') private namer!: NamingDialog;
  @query('report-dialog') private reports!: ReportDialog;
  @query('trust-dialog') private trust!: TrustDialog;
  @query('toast-stack') private toasts!: ToastStack;
  @query('#photos') private photosInput!: HTMLInputElement;
  @query('#gallery-heading') private heading!: HTMLElement | null;

  /** Stands outside the shadow root: Chromium gives no drop to a file field within one. */
  private readonly folderInput = document.createElement('input');
  private queue!: PhotoQueue;
  private readonly log = new ActivityLog(scriptHash());
  private best!: BestModel;
  /** Cut-outs improved since that was last announced. */
  private improved = 0;
  private stopPacking: AbortController | undefined;
  private stopOpening: AbortController | undefined;
  /** Archives are opened one after another. */
  private lastOpening: Promise<unknown> = Promise.resolve();
  private volume = VOLUME;
  private dragDepth = 0;
  private pasted = 0;
  private readonly announcements: string[] = [];
  private announcing: ReturnType<typeof setTimeout> | undefined;
  private clock: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-block-size: 100vh;
        min-block-size: 100dvh;
      }
      main {
        flex: 1;
      }
      /* Nothing of it is seen, so nothing of it is drawn; its size and its place stay. */
      main[data-covered] {
        visibility: hidden;
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 16.5rem), 1fr));
        gap: clamp(1rem, 0.6rem + 1vw, 1.625rem);
        max-inline-size: 90rem;
        margin: 0 auto;
        padding: clamp(1rem, 2vw, 1.75rem) var(--gutter) 3rem;
      }
      .order {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        max-inline-size: 90rem;
        margin: 0 auto;
        padding: clamp(0.75rem, 2vw, 1.25rem) var(--gutter) 0;
        font-size: 0.9375rem;
      }
      .order p {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--caution);
        font-weight: 550;
      }
      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        max-inline-size: 90rem;
        inline-size: 100%;
        margin: 0 auto;
        padding: 0.25rem var(--gutter);
        font-variant-numeric: tabular-nums;
      }
      .strip p {
        min-inline-size: 0;
        overflow-wrap: anywhere;
      }
      aside.strip {
        inline-size: calc(100% - 2 * var(--gutter));
        padding: 0.5rem 0.5rem 0.5rem 1rem;
        border-radius: var(--radius);
        background: var(--accent-soft);
      }
      aside.strip p {
        flex: 1 1 16rem;
      }
      .order .button[aria-pressed='true'] {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      .grid > li {
        display: grid;
        min-inline-size: 0;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 2rem;
        max-inline-size: 90rem;
        inline-size: 100%;
        margin: 0 auto;
        padding: 0 var(--gutter) 1.75rem;
        color: var(--ink-quiet);
        font-size: 0.875rem;
      }
      footer .line {
        display: flex;
        gap: 0.5rem;
      }
      footer .line svg {
        flex: none;
        inline-size: 18px;
        block-size: 18px;
      }
      @media (max-width: 40rem) {
        footer {
          padding-block-end: 6.5rem;
        }
      }
      .overlay {
        position: fixed;
        inset: 0;
        z-index: 10;
        display: grid;
        place-items: center;
        padding: 1.25rem;
        background: color-mix(in srgb, var(--ground) 88%, transparent);
        pointer-events: none;
      }
      /* Lies unseen over everything while a folder is dragged: only such a field may open it here. */
      ::slotted(input) {
        position: fixed;
        inset: 0;
        z-index: 11;
        inline-size: 100%;
        block-size: 100%;
        opacity: 0;
      }
      ::slotted([hidden]) {
        display: none;
      }
      .overlay > div {
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 0.25rem;
        inline-size: 100%;
        block-size: 100%;
        border: 2px dashed var(--accent);
        border-radius: calc(var(--radius) + 8px);
        text-align: center;
      }
      .overlay strong {
        font-size: clamp(1.5rem, 1rem + 2vw, 2.25rem);
        font-weight: 650;
        letter-spacing: -0.02em;
      }
      .overlay span {
        color: var(--ink-quiet);
      }
      #gallery-heading:focus {
        outline: none;
      }
    `,
  ];

  override connectedCallback(): void {
    if (!this.queue) this.begin();
    super.connectedCallback();
    addEventListener('dragenter', this.dragEnter);
    addEventListener('dragover', this.dragOver);
    addEventListener('dragleave', this.dragLeave);
    addEventListener('drop', this.drop);
    addEventListener('paste', this.paste);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('dragenter', this.dragEnter);
    removeEventListener('dragover', this.dragOver);
    removeEventListener('dragleave', this.dragLeave);
    removeEventListener('drop', this.drop);
    removeEventListener('paste', this.paste);
    clearInterval(this.clock);
  }

  private begin(): void {
    const { boot, folderInput } = this;
    Object.assign(folderInput, { type: 'file', webkitdirectory: true, hidden: true, tabIndex: -1, ariaHidden: 'true' });
    folderInput.addEventListener('change', (event) => this.chosen(event));
    this.append(folderInput);
    this.queue = new PhotoQueue({
      engine: boot.engine,
      keep: keepPictures,
      discard: discardPictures,
      replace: discardLater,
    });
    this.queue.setQuality(this.quality);
    this.best = new BestModel(boot.best);
    let was = this.best.state;
    this.best.subscribe(() => {
      const { state } = this.best;
      if (state !== was) this.bestChanged();
      was = state;
      this.requestUpdate();
    });
    new FollowQueue(
      this,
      () => this.queue,
      // Progress of a single photo is its card's affair.
      (change) => change.of !== 'photo' || change.photo.state.is !== 'working',
    );
    this.queue.subscribe((change) => this.changed(change));
    let hadUpdate = false;
    boot.offline.onState(({ update }) => {
      if (update && !hadUpdate) this.say(strings.offline.update);
      if (update !== hadUpdate) this.offersUpdate = update;
      hadUpdate = update;
    });
    boot.loading((loading) => (this.loading = loading));
    boot.engine.then(
      (engine) => {
        this.engine = engine;
        this.report = engine.device;
        engine.onDeviceChange((report) => {
          this.report = report;
          this.say(report.reason);
        });
        this.say(strings.announce.ready);
      },
      (error: unknown) => {
        this.problem = error instanceof Error ? error.message : String(error);
        this.say(`${strings.device.failed}. ${this.problem}`);
      },
    );
  }

  override updated(): void {
    this.folderInput.hidden = this.dragging !== 'folder';
  }

  override render() {
    const photos = this.order === 'unsure first' ? unsureFirst(this.queue.photos) : this.queue.photos;
    const isEmpty = photos.length === 0;
    return html`
      <site-header
        .showsDevice=${!isEmpty}
        .report=${this.report}
        .loading=${this.loading}
        .problem=${this.problem}
        @trust-ask=${() => void this.trust.open()}
      ></site-header>
      ${this.offersUpdate
        ? html`<aside class="strip" aria-label=${strings.offline.newVersion}>
            <p>${strings.offline.update}</p>
            <button class="button" @click=${() => void this.reload()}>${strings.offline.reload}</button>
            <button class="button quiet" @click=${() => (this.offersUpdate = false)}>${strings.offline.later}</button>
          </aside>`
        : nothing}
      ${this.opening
        ? html`<div class="strip">
            <p>${strings.archive.opening(this.opening.name, this.opening.done, this.opening.total)}</p>
            <button class="button quiet" @click=${() => this.stopOpening?.abort()}>${strings.card.cancel}</button>
          </div>`
        : nothing}
      <main @choose=${this.choose}>${isEmpty ? this.renderIntro() : this.renderGallery(photos)}</main>
      ${isEmpty ? nothing : this.renderFooter()}
      <input id="photos" type="file" accept=${ACCEPT} multiple hidden @change=${this.chosen} />
      <slot></slot>
      <photo-dialog
        .queue=${this.queue}
        .order=${photos}
        .look=${this.look}
        .copyable=${this.copyable}
        .saving=${this.saving}
        @photo-action=${this.photoAction}
      ></photo-dialog>
      <correction-editor
        .engine=${this.engine}
        @editor-covers=${this.cover}
      ></correction-editor>
      <studio-view
        .engine=${this.engine}
        .queue=${this.queue}
        .naming=${this.naming}
        .log=${this.log}
        @editor-covers=${this.cover}
        @name-ask=${({ platform }: NameAsk) => void this.name(platform)}
        @naming-load=${({ template }: NamingLoad) => (this.naming = { ...this.naming, template })}
      ></studio-view>
      <model-view
        .engine=${this.engine}
        .source=${this.boot.tryOn}
        .queue=${this.queue}
        .naming=${this.naming}
        .log=${this.log}
        .dragging=${this.dragging !== undefined}
        @editor-covers=${this.cover}
      ></model-view>
      <naming-dialog></naming-dialog>
      <report-dialog></report-dialog>
      <confirm-dialog></confirm-dialog>
      <trust-dialog
        .boot=${this.boot}
        .since=${this.firstPhotoAt}
        .log=${this.log}
        .photos=${photos.length}
        @clear-ask=${this.clear}
      ></trust-dialog>
      <toast-stack></toast-stack>
      ${this.dragging
        ? html`<div class="overlay">
            <div><strong>${strings.drop.overlay}</strong><span>${strings.drop.overlayText}</span></div>
          </div>`
        : nothing}
      <p class="spoken" role="status" aria-live="polite">${this.spoken}</p>
    `;
  }

  private renderIntro() {
    return html`<intro-view
      .report=${this.report}
      .loading=${this.loading}
      .problem=${this.problem}
      @trust-ask=${() => void this.trust.open()}
      @try-sample=${() => this.take({ photos: [{ file: sampleFile(), folder: '' }], leftOut: [], archives: [], closed: [] })}
    ></intro-view>`;
  }

  private renderGallery(photos: readonly Photo[]) {
    const engineReady = this.engine !== undefined;
    const { state, progress } = this.best;
    const follows = this.quality !== 'fast' && (state.is === 'coming' || state.is === 'here');
    const none = state.is === 'unknown' || state.is === 'absent';
    const best = none ? 'absent' : follows ? 'to follow' : 'not wanted';
    const unsure = photos.filter(isUnsure).length;
    return html`
      <h1 class="spoken" id="gallery-heading" tabindex="-1">${strings.batch.heading}</h1>
      <batch-toolbar
        .tally=${this.queue.tally()}
        .look=${this.look}
        .secondsLeft=${this.queue.secondsLeft()}
        .photosAMinute=${this.queue.photosAMinute()}
        .paused=${this.queue.isPaused}
        .way=${this.naming.way}
        .engineReady=${engineReady}
        .packing=${this.packing}
        .quality=${this.quality}
        .best=${state}
        .bestProgress=${progress}
        .bestAsks=${this.best.asksFirst}
        @quality-change=${this.qualityChange}
        @best-ask=${this.bestAsk}
        @look-change=${(event: LookChange) => (this.look = event.look)}
        @batch-action=${this.batchAction}
      ></batch-toolbar>
      ${unsure > 0
        ? html`<div class="order">
            <p>${icons.search} ${strings.order.unsure(unsure)}</p>
            <button
              class="button"
              aria-pressed=${this.order === 'unsure first'}
              @click=${() => (this.order = this.order === 'as added' ? 'unsure first' : 'as added')}
            >
              ${strings.order.unsureFirst}
            </button>
          </div>`
        : nothing}
      <ul class="grid" aria-labelledby="gallery-heading" @photo-action=${this.photoAction}>
        ${repeat(
          photos,
          ({ id }) => id,
          ({ id }) => html`<li>
            <photo-card
              .queue=${this.queue}
              .photoId=${id}
              .look=${this.look}
              .saving=${this.saving.has(id)}
              .copyable=${this.copyable}
              .engineReady=${engineReady}
              .best=${best}
              .waitsForBest=${this.queue.waitsForBest}
            ></photo-card>
          </li>`,
        )}
      </ul>
    `;
  }

  private renderFooter() {
    return html`<footer>
      <p class="line">${icons.shield} ${strings.footer}</p>
      <device-line detailed .report=${this.report} .loading=${this.loading} .problem=${this.problem}></device-line>
    </footer>`;
  }

  private changed(change: Change): void {
    if (change.of === 'list') this.followPhotos();
    if (change.of === 'settled') {
      const { file, state } = change.photo;
      if (state.is === 'failed') this.say(strings.announce.failed(file.name, state.why));
      else if (state.is === 'done') {
        noteCutOut(this.log, change.photo);
        this.say(isReady(change.photo) ? strings.announce.done(file.name) : strings.announce.noSubject(file.name));
      }
    } else if (change.of === 'improved') {
      noteCutOut(this.log, change.photo);
      this.improved++;
      // One sentence for all of them, not one for each.
      if (this.queue.tally().improvable === 0) {
        this.say(strings.announce.improved(this.improved));
        this.improved = 0;
      }
    } else if (change.of === 'idle') {
      const { ready, total } = this.queue.tally();
      if (total > 1) this.say(strings.announce.allDone(ready, total - ready));
    }
    // The time left runs down between two photos as well.
    const { waiting, working } = this.queue.tally();
    if (waiting + working === 0) {
      clearInterval(this.clock);
      this.clock = undefined;
    } else {
      this.clock ??= setInterval(() => this.requestUpdate(), 1_000);
    }
  }

  private readonly cover = ({ covers }: EditorCovers) => {
    this.renderRoot.querySelector('main')?.toggleAttribute('data-covered', covers);
  };

  // Photos in

  private choose(event: ChooseEvent): void {
    (event.what === 'folder' ? this.folderInput : this.photosInput).click();
  }

  private chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    if (input.files) this.take(fromInput(input.files));
    // The same file may be chosen again.
    input.value = '';
  }

  private take(intake: Intake): void {
    if (this.model.isOpen) return this.model.take(intake);
    const { photos, leftOut, archives, closed } = intake;
    this.addPhotos(photos);
    if (closed.length > 0) this.notify(strings.toast.closed(closed));
    else if (leftOut.length === 1) this.notify(strings.toast.leftOut(leftOut));
    else if (leftOut.length > 1) this.reportLeftOut(strings.toast.leftOut(leftOut), leftOut);
    else if (photos.length + archives.length === 0) this.notify(strings.toast.nothing);
    for (const archive of archives) this.lastOpening = this.lastOpening.then(() => this.unpack(archive));
  }

  private addPhotos(photos: readonly Incoming[]): void {
    if (photos.length === 0) return;
    const wasEmpty = this.queue.photos.length === 0;
    this.firstPhotoAt ??= Date.now();
    this.queue.add(photos);
    for (const { file } of photos) this.log.note({ did: 'opened', inputs: [file], name: file.name });
    this.say(strings.announce.added(photos.length));
    // The button that had the focus is gone with the first view.
    if (wasEmpty) void this.updateComplete.then(() => this.heading?.focus({ preventScroll: true }));
  }

  private async unpack({ file, folder }: Incoming): Promise<void> {
    const abort = new AbortController();
    this.stopOpening = abort;
    this.opening = { name: file.name, done: 0, total: 0 };
    this.say(strings.archive.opening(file.name, 0, 0));
    const top = [folder, stemOf(file.name)].filter(Boolean).join('/');
    const skipped: string[] = [];
    let ready: Incoming[] = [];
    let count = 0;
    const flush = () => {
      count += ready.length;
      this.addPhotos(ready);
      ready = [];
    };
    try {
      const options = {
        isLitter,
        signal: abort.signal,
        onProgress: (done: number, total: number) => (this.opening = { name: file.name, done, total }),
      };
      for await (const found of unzip(file, options)) {
        if (found.is === 'skipped') skipped.push(strings.report.line(found.path, found.why));
        else if (ready.push({ file: found.file, folder: [top, found.folder].filter(Boolean).join('/') }) >= UNPACKED_TOGETHER) flush();
      }
      flush();
      if (skipped.length > 0) this.reportLeftOut(strings.toast.leftOutOf(skipped.length, file.name), skipped);
      else if (count === 0) this.notify(strings.toast.nothing);
    } catch (error) {
      flush();
      if (!abort.signal.aborted) this.notify(strings.archive.failed(file.name, error instanceof Error ? error.message : String(error)));
    } finally {
      this.opening = undefined;
      this.stopOpening = undefined;
    }
  }

  /** A sentence, and the list behind it for who wants to know. */
  private reportLeftOut(text: string, lines: readonly string[]): void {
    const { inTitle, leftOut, show } = strings.report;
    const run = () => void this.reports.open({ title: inTitle, text: leftOut(lines.length), lists: [{ title: '', lines, isOpen: true }] });
    this.toasts.show({ text, action: { label: show, run } });
    this.say(text);
  }

  private hasFiles(event: DragEvent): boolean {
    return event.dataTransfer?.types.includes('Files') ?? false;
  }

  private isOnCatcher(event: DragEvent): boolean {
    return event.composedPath().includes(this.folderInput);
  }

  private readonly dragEnter = (event: DragEvent) => {
    if (!this.hasFiles(event)) return;
    if (!this.isOnCatcher(event)) event.preventDefault();
    this.dragDepth++;
    this.dragging = event.dataTransfer && seemsFolder(event.dataTransfer) ? 'folder' : 'files';
  };

  private readonly dragOver = (event: DragEvent) => {
    // Over the field for folders the browser itself takes the drop, unless it is told otherwise.
    if (!this.hasFiles(event) || this.isOnCatcher(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  };

  private readonly dragLeave = (event: DragEvent) => {
    if (!this.hasFiles(event)) return;
    this.dragDepth = Math.max(this.dragDepth - 1, 0);
    if (this.dragDepth === 0) this.dragging = undefined;
  };

  private readonly drop = async (event: DragEvent) => {
    this.dragDepth = 0;
    // The field for folders must still be there when the browser gives it what fell on it.
    setTimeout(() => (this.dragging = undefined));
    if (event.dataTransfer && this.isOnCatcher(event) && isFolder(event.dataTransfer)) return;
    // Without this the browser would open the file in the place of the page.
    event.preventDefault();
    if (event.dataTransfer && this.hasFiles(event)) this.take(await fromDrop(event.dataTransfer));
  };

  private readonly paste = (event: ClipboardEvent) => {
    const isTyping = event.composedPath().some((node) => node instanceof HTMLInputElement && node.type === 'text');
    if (isTyping || !event.clipboardData || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    const intake = fromPaste(event.clipboardData, this.pasted);
    this.pasted += intake.photos.length;
    this.take(intake);
  };

  // Quality

  private qualityChange({ choice }: QualityChange): void {
    this.quality = choice;
    this.queue.setQuality(choice);
    // Who asks for the best by name wants what it takes.
    if (choice === 'best') this.best.start();
    else this.followPhotos();
  }

  /** Has the best model fetched while there are photos for it: who only looks at the page pays for nothing. */
  private followPhotos(): void {
    if (this.quality === 'fast' || this.queue.photos.length === 0) this.best.pause();
    else void this.best.startUnasked();
  }

  private bestAsk({ ask }: BestAsk): void {
    if (ask === 'start') this.best.start();
    else this.best.stop();
  }

  private bestChanged(): void {
    const { state } = this.best;
    if (state.is === 'here') {
      this.queue.addBest();
      this.say(strings.announce.bestReady);
      if (!state.kept) this.notify(strings.quality.notKept);
    } else if (state.is === 'failed') {
      this.say(state.why);
    }
  }

  // What is asked for

  private photoAction({ ask, id }: PhotoAction): void {
    switch (ask) {
      case 'open':
        void this.dialog.open(id);
        break;
      case 'correct':
        void this.correct(id);
        break;
      case 'save':
        void this.save(id);
        break;
      case 'copy':
        void this.copy(id);
        break;
      case 'remove':
        this.removePhoto(id);
        break;
    }
  }

  private batchAction({ ask }: BatchAction): void {
    switch (ask) {
      case 'save-all':
        void this.saveAll();
        break;
      case 'stop-saving':
        this.stopPacking?.abort();
        break;
      case 'pause':
        this.queue.pause();
        this.say(strings.announce.paused);
        break;
      case 'resume':
        this.queue.resume();
        this.say(strings.announce.resumed);
        break;
      case 'cancel-all':
        this.queue.cancelAll();
        break;
      case 'retry-failed':
        this.queue.retryFailed();
        break;
      case 'name':
        void this.name();
        break;
      case 'studio':
        void this.openRoom(this.studio);
        break;
      case 'model':
        void this.openRoom(this.model);
        break;
      case 'clear':
        void this.clear();
        break;
    }
  }

  private async save(id: number): Promise<void> {
    const photo = this.queue.get(id);
    if (!this.engine || !photo || !isReady(photo) || this.saving.has(id)) return;
    this.saving = new Set([...this.saving, id]);
    const release = this.queue.pauseImproving();
    try {
      const { file, name } = await saveOne(this.engine, photo, this.queue.photos, this.look, this.naming);
      this.queue.markSaved(id, photo.state.cutOut);
      noteSaved(this.log, photo, this.look, 'files', { file, name });
      this.say(strings.save.saved(name));
    } catch (error) {
      this.notify(strings.save.failed(photo.file.name, error instanceof Error ? error.message : String(error)));
    } finally {
      release();
      this.saving = new Set([...this.saving].filter((other) => other !== id));
    }
  }

  private async name(platform?: string): Promise<void> {
    const naming = await this.namer.open({ naming: this.naming, photos: this.queue.photos, look: this.look, platform });
    if (!naming) return;
    this.naming = naming;
    this.say(strings.announce.named);
  }

  private async saveAll(): Promise<void> {
    const [first, ...others] = readyPhotos(this.queue.photos);
    if (!this.engine || !first || this.packing) return;
    if (others.length === 0 && this.naming.way !== 'folder') return this.save(first.id);
    await this.saveItems(itemsOf(this.engine, this.queue.photos, this.look, this.naming), 1);
  }

  /** `part` counts the archives that one batch becomes. */
  private async saveItems(items: readonly Item<ReadyPhoto>[], part: number): Promise<void> {
    const { way } = this.naming;
    const total = items.length;
    const archive = part === 1 ? strings.save.archive : strings.save.archivePart(part);
    let sink: Sink | undefined;
    try {
      sink = await openSink(way, { archive, volume: this.volume });
      // The person has chosen no folder after all.
      if (!sink) return;
    } catch (error) {
      return this.notify(error instanceof Error ? error.message : String(error));
    }
    const abort = new AbortController();
    this.stopPacking = abort;
    this.packing = { done: 0, total };
    const release = this.queue.pauseImproving();
    const made = new Made(this.log);
    let outcome: Outcome<ReadyPhoto>;
    try {
      outcome = await saveAll(items, sink, {
        signal: abort.signal,
        onProgress: (done) => (this.packing = { done, total }),
        onMade: made.add,
      });
    } finally {
      release();
      this.packing = undefined;
      this.stopPacking = undefined;
    }
    const { saved, failed, left, stopped, name } = outcome;
    for (const { item, path } of saved) {
      this.queue.markSaved(item.of.id, item.of.state.cutOut);
      noteSaved(this.log, item.of, this.look, way, { file: made.of(item), name: path });
    }
    if (failed.length + left.length === 0) return this.notify(strings.save.savedAll(saved.length, name));
    // Who stops before anything is saved has nothing to read about it.
    if (stopped === 'by the person' && saved.length + failed.length === 0) return;
    if (stopped === 'full' && sink instanceof ZipSink) this.volume = Math.max(SMALLEST_VOLUME, Math.floor(sink.size / 2));
    const words = strings.report;
    const again = [...failed.map(({ item }) => item), ...left];
    const goOn = await this.reports.open({
      title: words.outTitle(saved.length, total),
      text: stopped ? words.obstacle[stopped] : '',
      lists: [
        { title: words.failedList(failed.length), lines: failed.map(({ item, why }) => words.line(item.path, why)), isOpen: true },
        { title: words.savedList(saved.length), lines: saved.map(({ path }) => path) },
        { title: words.leftList(left.length), lines: left.map(({ path }) => path) },
      ].filter(({ lines }) => lines.length > 0),
      action: words.saveRest(again.length, saved.length),
    });
    if (goOn) await this.saveItems(again, saved.length > 0 ? part + 1 : part);
  }

  private async copy(id: number): Promise<void> {
    const photo = this.queue.get(id);
    if (!this.engine || !photo || !isReady(photo)) return;
    const release = this.queue.pauseImproving();
    try {
      const file = await copy(this.engine, photo, this.look);
      this.queue.markSaved(id, photo.state.cutOut);
      noteSaved(this.log, photo, { ...this.look, format: 'image/png' }, 'clipboard', { file });
      this.notify(strings.save.copied);
    } catch {
      // The frame's rights are known for certain only now.
      this.copyable = false;
      this.notify(strings.save.copyFailed);
    } finally {
      release();
    }
  }

  private async correct(id: number): Promise<void> {
    const photo = this.queue.get(id);
    if (!this.engine || photo?.state.is !== 'done') return;
    const release = this.queue.beginCorrection(id);
    try {
      const { file, state } = photo;
      const backdrop = backdropOf(photo, this.look);
      const colour = backdrop === 'transparent' ? undefined : backdrop;
      const corrected = await this.editor.open({ name: file.name, photo: file, png: state.cutOut.png, colour, doubt: state.cutOut.doubt });
      if (!corrected) return;
      const { png, coverage, retouched } = corrected;
      this.queue.correct(id, { png, coverage, retouched, after: await keepCutOut(corrected.after) });
      this.log.note({ did: 'corrected', inputs: [file, state.cutOut.png], settings: { healed: retouched }, output: png });
      this.say(strings.editor.saved(file.name));
    } catch (error) {
      this.notify(error instanceof Error ? error.message : String(error));
    } finally {
      release();
    }
  }

  private async openRoom(room: StudioView | ModelView): Promise<void> {
    const release = this.queue.pauseImproving();
    try {
      await room.open();
    } finally {
      release();
    }
  }

  private removePhoto(id: number): void {
    const { photos } = this.queue;
    const index = photos.findIndex((photo) => photo.id === id);
    const photo = photos[index];
    if (!photo) return;
    const removed = this.queue.remove([id]);
    this.offerUndo(strings.toast.removed(photo.file.name), removed);
    const next = photos[index + 1] ?? photos[index - 1];
    void this.updateComplete.then(() => {
      if (!next) this.intro?.focus();
      else this.cards.find((card) => card.photoId === next.id)?.focus();
    });
  }

  private readonly clear = async (): Promise<void> => {
    const { unsaved, waiting, working } = this.queue.tally();
    const unfinished = waiting + working;
    const { title, text, textWorking, textAll, confirm, keep } = strings.clear;
    const sentences = [unsaved > 0 ? text(unsaved) : '', unfinished > 0 ? textWorking(unfinished) : '', textAll];
    if (!(await this.confirm.ask({ title, text: sentences.filter(Boolean).join(' '), confirm, keep }))) return;
    await this.deleteAll();
    this.intro?.focus();
  };

  /** Gives up the photos and all that was made of them, with the memory that held it; there is no way back. */
  private async deleteAll(): Promise<void> {
    this.stopOpening?.abort();
    this.stopPacking?.abort();
    const removed = this.queue.remove();
    removed.release();
    // What was removed before could still come back.
    this.toasts.clear();
    this.studio.forget();
    this.model.forget();
    revokeNow();
    await this.engine?.forget();
    this.log.note({ did: 'cleared', settings: { photos: removed.photos.length } });
    // It holds files until they are hashed.
    await this.log.settle();
    this.notify(strings.toast.cleared(removed.photos.length));
  }

  private async reload(): Promise<void> {
    const { title, text, confirm, keep } = strings.offline.lose;
    const { length } = this.queue.photos;
    if (length === 0 || (await this.confirm.ask({ title, text: text(length), confirm, keep }))) this.boot.offline.ask('reload');
  }

  private offerUndo(text: string, removed: Removed): void {
    this.toasts.show({
      text,
      action: {
        label: strings.toast.undo,
        run: () => {
          removed.restore();
          this.say(strings.announce.restored(removed.photos.length));
          const first = removed.photos[0];
          void this.updateComplete.then(() => this.cards.find((card) => card.photoId === first?.id)?.focus());
        },
      },
      onGone: () => removed.release(),
    });
    this.say(text);
  }

  private get cards(): PhotoCard[] {
    return [...this.renderRoot.querySelectorAll('photo-card')];
  }

  /** Shown and announced. */
  private notify(text: string): void {
    this.toasts.show({ text });
    this.say(text);
  }

  /** Announces to screen readers, one sentence after another; of a long line only the last are still news. */
  private say(text: string): void {
    this.announcements.push(text);
    if (this.announcements.length > 4) this.announcements.splice(0, this.announcements.length - 4);
    if (this.announcing === undefined) this.sayNext();
  }

  private sayNext(): void {
    const text = this.announcements.shift();
    if (text === undefined) {
      this.announcing = undefined;
      return;
    }
    // The same words twice are a change only with something between.
    this.spoken = text === this.spoken ? `${text}\u00a0` : text;
    this.announcing = setTimeout(() => this.sayNext(), ANNOUNCE_PAUSE);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'vitrine-app': VitrineApp;
  }
}
