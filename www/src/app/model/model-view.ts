/** The model studio, over the whole screen: products down, photos of models across, and each product on each of them. */

import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, Marketplace } from 'vitrine/engine/types';
import type { TryOnKit, TryOnSource } from 'vitrine/frame/try-on-source';
import { placeOf } from 'vitrine/try-on/picture';
import { WIDEST } from 'vitrine/try-on/products';
import { USUAL_WIDTH, type Kind } from 'vitrine/try-on/types';
import { base, controls, fullScreen, invitation, spinner } from '../../styles/shared.js';
import type { ActivityLog } from '../activity/log.js';
import { Made, noteWorn } from '../activity/notes.js';
import '../components/confirm-dialog.js';
import type { ConfirmDialog } from '../components/confirm-dialog.js';
import { EditorCovers } from '../editor/correction-editor.js';
import { readyPhotos, type Naming } from '../export.js';
import { FollowQueue } from '../follow.js';
import { icons } from '../icons.js';
import type { Intake } from '../intake.js';
import type { PhotoQueue } from '../queue.js';
import { saveFile } from '../saving/download.js';
import { judgementOf, listedFile, listedFileStyles, type ListedFile } from '../saving/listed-file.js';
import { openSink } from '../saving/open-sink.js';
import { saveAll } from '../saving/save-all.js';
import { sentence } from '../sentence.js';
import { strings } from '../strings.js';
import { ModelBatch, ON_BODY, type ModelPhoto, type Piece, type Wearing } from './model-batch.js';
import { itemsOf, titleOf, type Drawn, type ModelItem } from './model-files.js';
import './model-large.js';
import type { ModelLarge, SaveOne } from './model-large.js';
import { modelStyles } from './model-styles.js';

const { model: words } = strings;

@customElement('model-view')
export class ModelView extends LitElement {
  @property({ attribute: false }) source!: TryOnSource;
  @property({ attribute: false }) engine: Engine | undefined;
  @property({ attribute: false }) queue!: PhotoQueue;
  @property({ attribute: false }) naming!: Naming;
  @property({ attribute: false }) log!: ActivityLog;
  /** Whether files are held over the page. */
  @property({ type: Boolean }) dragging = false;

  @state() private batch: ModelBatch | undefined;
  @state() private loading: { received: number; total: number } | undefined;
  @state() private problem = '';
  @state() private markets: readonly Marketplace[] = [];
  /** The marketplace that files are for; empty for none. */
  @state() private market = '';
  @state() private saving: { done: number; total: number } | undefined;
  /** What came of the last saving, in words. */
  @state() private told = '';
  /** The files of the last saving that the linter has something to say of. */
  @state() private listed: readonly ListedFile[] = [];
  @state() private spoken = '';

  @query('dialog') private dialog!: HTMLDialogElement;
  @query('input[type=file]') private input!: HTMLInputElement;
  @query('model-large') private large!: ModelLarge;
  @query('confirm-dialog') private confirm!: ConfirmDialog;

  private answer: (() => void) | undefined;
  private abort: AbortController | undefined;
  /** What products are, for the next time that this is opened. */
  private readonly remembered = new Map<number, Wearing>();
  private wasWorking = false;

  static override styles = [base, controls, fullScreen, invitation, spinner, listedFileStyles, modelStyles];

  constructor() {
    super();
    new FollowQueue(
      this,
      () => this.queue,
      ({ of }) => of === 'settled',
    );
  }

  /** Whether photos that are dropped or pasted are for this room. */
  get isOpen(): boolean {
    return this.batch !== undefined;
  }

  /** Opens on all photos that have a cut-out; comes back when the person leaves. */
  async open(): Promise<void> {
    if (this.batch || readyPhotos(this.queue.photos).length === 0) return;
    this.batch = new ModelBatch(() => this.changed());
    this.problem = this.spoken = '';
    this.show('');
    await this.updateComplete;
    this.dispatchEvent(new EditorCovers(true));
    this.dialog.showModal();
    this.renderRoot.querySelector<HTMLElement>('.add')?.focus();
    const closed = new Promise<void>((resolve) => (this.answer = resolve));
    void this.fetch();
    return closed;
  }

  /** Takes photos of models; what is no photo is said. */
  take({ photos, leftOut, archives, closed }: Intake): void {
    const others = [...leftOut, ...archives.map(({ file }) => file.name), ...closed];
    this.show(others.length > 0 ? words.leftOut(others) : '');
    this.addPhotos(photos.map(({ file }) => file));
  }

  private addPhotos(files: readonly File[]): void {
    if (files.length === 0) return;
    this.batch?.addPhotos(files);
    for (const file of files) this.log.note({ did: 'opened', inputs: [file], name: file.name });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.end();
  }

  override willUpdate(): void {
    // More photos may be cut out meanwhile.
    this.batch?.addPieces(
      readyPhotos(this.queue.photos).map(({ id, file, state: { cutOut } }) => ({
        id,
        name: file.name,
        png: cutOut.png,
        photo: cutOut.corrected ? undefined : file,
        picture: cutOut.after,
      })),
      (id) => this.remembered.get(id) ?? { kind: 'glasses', widthMm: USUAL_WIDTH.glasses },
    );
  }

  override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { done, failed, total } = this.batch?.tally ?? { done: 0, failed: 0, total: 0 };
    const fractions = { '.drawing': (done + failed) / Math.max(total, 1), '.loading': (this.loading?.received ?? 0) / Math.max(this.loading?.total ?? 1, 1) };
    for (const [track, fraction] of Object.entries(fractions)) {
      this.renderRoot.querySelector<HTMLElement>(track)?.style.setProperty('--fraction', String(fraction));
    }
  }

  override render() {
    const { batch } = this;
    return html`
      <dialog aria-labelledby="title" @cancel=${this.cancelled} @save-one=${({ drawn }: SaveOne) => this.saveOne(drawn)}>
        ${batch ? html`${this.top(batch)}${this.content(batch)}` : nothing}
        <input type="file" accept="image/*,.heic,.heif,.avif,.tif,.tiff" multiple hidden @change=${this.chosen} />
        <model-large .all=${batch?.drawn ?? []}></model-large>
        <confirm-dialog></confirm-dialog>
        <p class="spoken" role="status" aria-live="polite">${this.spoken}</p>
      </dialog>
    `;
  }

  private top(batch: ModelBatch) {
    const { saving } = this;
    const { done } = batch.tally;
    return html`<div class="top">
      <button class="button quiet" aria-label=${words.close} @click=${() => this.leave()}>
        <span class="wide">${words.close}</span><span class="narrow">${icons.close}</span>
      </button>
      <h2 id="title">${words.title}</h2>
      ${saving
        ? html`<button class="button" @click=${() => this.abort?.abort()}>${icons.close} ${words.saving(saving.done, saving.total)}</button>`
        : html`<button class="button primary" aria-label=${words.saveAllOf(done)} ?disabled=${done === 0} @click=${() => this.saveAll(batch)}>
            ${icons.download} ${words.saveAll} ${done > 1 ? html`<span class="count">${done}</span>` : nothing}
          </button>`}
    </div>`;
  }

  private content(batch: ModelBatch) {
    const { photos, pieces } = batch;
    const isEmpty = photos.length === 0;
    return html`<div class="room ${this.dragging ? 'dragging' : ''}">
      ${this.lines(batch)}
      <div class="sheet ${isEmpty ? 'empty' : ''}" .style=${`--photos:${Math.max(photos.length, 1)}`}>
        <div class="line heads">
          ${isEmpty ? this.invitation() : nothing}
          ${pieces.length > 1 ? html`<div class="corner">${this.forAll(batch)}</div>` : html`<span></span>`}
          ${isEmpty
            ? nothing
            : html`<div class="photos" role="group" aria-label=${words.photos}>
                ${repeat(photos, ({ id }) => id, (photo) => this.photo(batch, photo))}
              </div>`}
        </div>
        ${repeat(
          pieces,
          ({ id }) => id,
          (piece) => html`<section class="line ${piece.isIn ? '' : 'out'}" aria-label=${piece.name}>
            ${this.piece(batch, piece)} ${piece.isIn ? photos.map((photo) => this.place(batch, piece, photo)) : nothing}
          </section>`,
        )}
      </div>
    </div>`;
  }

  /** What is under way, what stands in the way, and what one should know. */
  private lines(batch: ModelBatch) {
    const { loading, problem, told } = this;
    const { total, done, failed } = batch.tally;
    const trouble = problem || batch.problem;
    const isUnfinished = done + failed < total;
    return html`<div class="lines">
      <p class="promise">${icons.shield} <span>${words.promise} ${words.illustration}</span></p>
      ${loading
        ? html`<div class="state">
            <p>${words.loading(loading.received, loading.total)}</p>
            <div class="track loading" role="progressbar" aria-label=${words.loadingProgress} aria-valuemin="0" aria-valuemax=${loading.total} aria-valuenow=${loading.received}><div class="fill"></div></div>
          </div>`
        : nothing}
      ${trouble
        ? html`<div class="state problem" role="alert">
            <p>${trouble}</p>
            <button class="button" @click=${() => (problem ? this.fetch() : batch.resume())}>${icons.retry} ${words.again}</button>
          </div>`
        : nothing}
      ${isUnfinished && !trouble && (batch.isWorking || batch.isStopped)
        ? html`<div class="state">
            <p>${batch.isStopped ? words.stopped : words.drawing(done + failed, total)}</p>
            <div class="track drawing" role="progressbar" aria-label=${words.progress} aria-valuemin="0" aria-valuemax=${total} aria-valuenow=${done + failed}><div class="fill"></div></div>
            ${batch.isStopped
              ? html`<button class="button" @click=${() => batch.resume()}>${icons.play} ${words.resume}</button>`
              : html`<button class="button" @click=${() => batch.stop()}>${icons.close} ${words.stop}</button>`}
          </div>`
        : nothing}
      ${batch.photos.length > 0
        ? html`<div class="tools">
            <button class="button add" @click=${() => this.input.click()}>${icons.add} ${words.add}</button>
            ${done > 0 && this.markets.length > 0 ? this.forMarket() : nothing}
          </div>`
        : nothing}
      ${told ? html`<p class="told" id="told">${told}</p>` : nothing}
      ${this.listed.length > 0
        ? html`<div class="findings" tabindex="0" role="group" aria-labelledby="told">
            <ul class="listed">
              ${this.listed.map(listedFile)}
            </ul>
          </div>`
        : nothing}
    </div>`;
  }

  private forMarket() {
    return html`<label class="market">
      ${words.market}
      <select class="field" @change=${({ target }: Event) => (this.market = (target as HTMLSelectElement).value)}>
        <option value="" ?selected=${this.market === ''}>${words.asTheyAre}</option>
        ${this.markets.map(({ id, name }) => html`<option value=${id} ?selected=${id === this.market}>${name}</option>`)}
      </select>
    </label>`;
  }

  private invitation() {
    const { empty } = words;
    return html`<div class="invitation">
      <span class="emblem">${icons.model}</span>
      <h3>${empty.title}</h3>
      <p>${empty.text}</p>
      <button class="button primary add" @click=${() => this.input.click()}>${icons.add} ${empty.choose}</button>
      <p class="quiet mouse">${empty.drop}</p>
      <p class="quiet">${empty.tip}</p>
    </div>`;
  }

  // Products

  private forAll(batch: ModelBatch) {
    const [first] = batch.pieces;
    if (!first) return nothing;
    const same = <K extends keyof Wearing>(key: K) => batch.pieces.every((piece) => piece[key] === first[key]);
    return html`<fieldset>
      <legend>${words.forAll}</legend>
      ${this.fields(batch, {
        kind: same('kind') ? first.kind : undefined,
        widthMm: same('widthMm') ? first.widthMm : undefined,
        kindLabel: words.kind,
        widthLabel: words.width,
        set: (wearing) => this.setWearing(batch, wearing),
      })}
    </fieldset>`;
  }

  private piece(batch: ModelBatch, piece: Piece) {
    const { id, name, picture, isIn, kind, widthMm } = piece;
    return html`<div class="piece">
      <img src=${picture} alt="" />
      <div class="about">
        ${batch.pieces.length > 1
          ? html`<label class="use" title=${name}>
              <input type="checkbox" aria-label=${words.use(name)} .checked=${isIn} @change=${() => batch.setIn(id, !isIn)} />
              <span class="name">${name}</span>
            </label>`
          : html`<p class="name" title=${name}>${name}</p>`}
        ${isIn
          ? this.fields(batch, {
              kind,
              widthMm,
              kindLabel: words.kindOf(name),
              widthLabel: ON_BODY.has(kind) ? words.chestOf(name) : words.widthOf(name),
              set: (wearing) => this.setWearing(batch, wearing, [id]),
            })
          : nothing}
      </div>
    </div>`;
  }

  /** What it is and how wide; nothing where products differ. */
  private fields(
    { kinds }: ModelBatch,
    { kind, widthMm, kindLabel, widthLabel, set }: {
      kind: Kind | undefined;
      widthMm: number | undefined;
      kindLabel: string;
      widthLabel: string;
      set: (wearing: Partial<Wearing>) => void;
    },
  ) {
    const shown = kinds.length > 0 ? kinds : kind ? [kind] : [];
    return html`<div class="fields">
      <select
        class="field"
        aria-label=${kindLabel}
        ?disabled=${shown.length < 2}
        @change=${({ target }: Event) => {
          const chosen = kinds.find((kind) => kind === (target as HTMLSelectElement).value);
          // Who says that it is a hat has not measured it yet.
          if (chosen) set({ kind: chosen, widthMm: USUAL_WIDTH[chosen] });
        }}
      >
        ${kind ? nothing : html`<option value="" selected>–</option>`}
        ${shown.map((one) => html`<option value=${one} ?selected=${one === kind}>${words.kinds[one] ?? one}</option>`)}
      </select>
      <span class="width">
        <span aria-hidden="true">${ON_BODY.has(kind) ? words.chest : words.width}</span>
        <input
          class="field"
          type="number"
          min="1"
          max=${WIDEST}
          step="any"
          inputmode="decimal"
          aria-label=${widthLabel}
          title=${widthLabel}
          .value=${widthMm === undefined ? '' : String(widthMm)}
          @change=${({ target }: Event) => {
            const input = target as HTMLInputElement;
            const asked = input.valueAsNumber;
            // What is no width is the one before.
            if (asked >= 1 && asked <= WIDEST) set({ widthMm: asked });
            else input.value = widthMm === undefined ? '' : String(widthMm);
          }}
        />
        ${words.unit}
      </span>
    </div>`;
  }

  private setWearing(batch: ModelBatch, wearing: Partial<Wearing>, ids?: readonly number[]): void {
    batch.setWearing(wearing, ids);
    for (const { id, kind, widthMm } of batch.pieces) this.remembered.set(id, { kind, widthMm });
  }

  // Photos

  private photo(batch: ModelBatch, photo: ModelPhoto) {
    const { id, file, url, state } = photo;
    const { name } = file;
    return html`<div class="photo" id="photo-${id}">
      <div class="frame ${state.is === 'asking' ? 'asking' : ''}">
        ${icons.photo}
        <img src=${url} alt=${words.photoAlt(name)} @error=${({ target }: Event) => ((target as HTMLElement).hidden = true)} />
        ${state.is === 'asking'
          ? state.person.faces.map(
              (face, at, all) => html`<button
                class="face"
                .style=${placeOf(face)}
                aria-label=${words.face(at + 1, all.length)}
                title=${words.face(at + 1, all.length)}
                @click=${() => batch.setFace(id, at)}
              ></button>`,
            )
          : nothing}
        <button class="button icon remove" aria-label=${words.remove(name)} title=${words.remove(name)} @click=${() => this.removePhoto(batch, id)}>
          ${icons.close}
        </button>
      </div>
      <p class="name" title=${name}>${name}</p>
      ${state.is === 'reading' ? html`<p class="quiet">${words.reading}</p>` : nothing}
      ${state.is === 'failed' ? html`<p class="bad" role="alert">${icons.warning} <span>${state.why}</span></p>` : nothing}
      ${state.is === 'asking' ? html`<p class="ask">${words.who}</p>` : nothing}
      ${state.is === 'ready' && state.person.faces.length > 1
        ? html`<button class="button quiet" aria-label=${words.anotherIn(name)} @click=${() => batch.setFace(id, undefined)}>
            ${icons.model} ${words.another}
          </button>`
        : nothing}
    </div>`;
  }

  private removePhoto(batch: ModelBatch, id: number): void {
    batch.removePhoto(id);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.add')?.focus());
  }

  private place(batch: ModelBatch, piece: Piece, photo: ModelPhoto) {
    const worn = batch.worn(piece, photo);
    const title = titleOf(piece, photo);
    const { state } = photo;
    const message = (text: string) => html`<p class="quiet">${text}</p>`;
    let inside;
    if (state.is === 'failed') inside = message(words.noPhoto);
    else if (state.is === 'asking') {
      const ask = () => this.renderRoot.querySelector<HTMLElement>(`#photo-${photo.id} .face`)?.focus();
      inside = html`<button class="button" aria-label=${words.whoIn(photo.file.name)} @click=${ask}>${icons.model} ${words.choose}</button>`;
    }
    else if (worn.is === 'done') {
      const drawn: Drawn = { piece, photo, worn };
      inside = html`
        <button class="picture" aria-label=${words.enlarge(title)} title=${words.enlarge(title)} @click=${() => this.large.open(drawn)}>
          <img src=${worn.small} alt="" />
        </button>
        <button class="button icon save" aria-label=${words.save(title)} title=${words.save(title)} @click=${() => this.saveOne(drawn)}>
          ${worn.isSaved ? icons.check : icons.download}
        </button>
      `;
    } else if (worn.is === 'working') inside = html`<span class="spinner"></span>${message(words.working)}`;
    else if (worn.is === 'failed') inside = html`<p class="bad">${icons.warning} <span>${worn.why}</span></p>`;
    else inside = message(batch.isStopped ? words.stopped : words.waiting);
    return html`<div class="place">
      <div class="frame">${inside}</div>
      <p class="caption narrow">${photo.file.name}</p>
    </div>`;
  }

  private readonly chosen = (event: Event) => {
    const input = event.target as HTMLInputElement;
    if (input.files) this.addPhotos([...input.files]);
    this.show('');
    // The same file may be chosen again.
    input.value = '';
  };

  // The engine

  private async fetch(): Promise<void> {
    const { batch } = this;
    this.problem = '';
    this.loading = { received: 0, total: 0 };
    let kit: TryOnKit | undefined;
    try {
      kit = await this.source.fetch((received, total) => {
        if (batch === this.batch) this.loading = { received, total };
      });
    } catch (error) {
      if (batch === this.batch) this.problem = sentence(error instanceof Error ? error.message : String(error));
    }
    if (batch !== this.batch) return;
    this.loading = undefined;
    if (kit) batch?.begin(kit);
    // Without them there are still the pictures as they are.
    this.markets = (await this.engine?.presets().catch(() => [])) ?? [];
  }

  private changed(): void {
    const { batch } = this;
    if (!batch) return;
    if (this.wasWorking && !batch.isWorking) {
      const { done, failed, total } = batch.tally;
      if (done + failed === total && total > 0) this.say(words.done(done, failed));
    }
    this.wasWorking = batch.isWorking;
    this.requestUpdate();
  }

  // Saving

  private itemsOf(batch: ModelBatch): ModelItem[] {
    const market = this.engine && this.market ? { engine: this.engine, id: this.market } : undefined;
    return itemsOf(batch.drawn, this.queue.photos, this.naming, market);
  }

  private async saveOne({ piece, photo, worn }: Drawn): Promise<void> {
    const { batch } = this;
    if (!batch) return;
    // Among all, so that its name is the one that it has in the archive.
    const item = this.itemsOf(batch).find(({ of }) => of.worn.file === worn.file);
    if (!item) return;
    try {
      const file = await item.make(new AbortController().signal);
      const name = item.path.slice(item.path.lastIndexOf('/') + 1);
      saveFile(file, name);
      batch.markSaved(piece, photo);
      noteWorn(this.log, item.of, batch.networks, this.market, { file, name });
      this.tell(words.saved(name), [item]);
    } catch (error) {
      this.tell(sentence(error instanceof Error ? error.message : String(error)));
    }
  }

  private async saveAll(batch: ModelBatch): Promise<void> {
    const { drawn } = batch;
    const [only] = drawn;
    if (only && drawn.length === 1 && this.naming.way !== 'folder') return await this.saveOne(only);
    const abort = new AbortController();
    this.abort = abort;
    const total = drawn.length;
    let left = this.itemsOf(batch);
    const lines: string[] = [];
    const made: ModelItem[] = [];
    const hashes = new Made(this.log);
    const { market } = this;
    try {
      for (let part = 1; left.length > 0; part++) {
        const sink = await openSink(this.naming.way, { archive: part === 1 ? words.archive : words.archivePart(part) });
        if (!sink) return;
        const before = total - left.length;
        const outcome = await saveAll(left, sink, {
          signal: abort.signal,
          onProgress: (done) => (this.saving = { done: before + done, total }),
          onMade: hashes.add,
        });
        for (const { item, path } of outcome.saved) {
          batch.markSaved(item.of.piece, item.of.photo);
          noteWorn(this.log, item.of, batch.networks, market, { file: hashes.of(item), name: path });
        }
        if (outcome.saved.length > 0) lines.push(words.savedAll(outcome.saved.length, outcome.name));
        made.push(...outcome.saved.map(({ item }) => item as ModelItem));
        lines.push(...outcome.failed.map(({ why }) => sentence(why)));
        left = [...(outcome.left as ModelItem[])];
        // A full archive is followed by the next.
        if (outcome.stopped === 'volume') continue;
        if (left.length > 0 && outcome.stopped) lines.push(words.left(left.length, strings.report.obstacle[outcome.stopped]));
        break;
      }
    } catch (error) {
      lines.push(sentence(error instanceof Error ? error.message : String(error)));
    } finally {
      this.saving = undefined;
      this.abort = undefined;
    }
    this.tell(lines.join(' '), made);
  }

  // Leaving

  private readonly cancelled = (event: Event) => {
    if (event.target !== this.dialog) return;
    event.preventDefault();
    void this.leave();
  };

  private async leave(): Promise<void> {
    const unsaved = this.batch?.tally.unsaved ?? 0;
    const { title, text, confirm, keep } = words.leave;
    if (unsaved > 0 && !(await this.confirm.ask({ title, text: text(unsaved), confirm, keep }))) return;
    this.end();
  }

  private end(): void {
    this.abort?.abort();
    this.batch?.close();
    this.batch = undefined;
    this.loading = undefined;
    this.large?.leave();
    if (this.dialog?.open) {
      // First, for the focus goes back to what was pressed to get here.
      this.dispatchEvent(new EditorCovers(false));
      this.dialog.close();
    }
    this.answer?.();
    this.answer = undefined;
  }

  /** Gives up what is known of products; photos of models go when the person leaves. */
  forget(): void {
    this.end();
    this.remembered.clear();
  }

  /** Shown and announced. */
  private tell(text: string, made: readonly ModelItem[] = []): void {
    this.show(text, made);
    this.say(this.told);
  }

  /** Of files that were made for a marketplace, how they are, too. */
  private show(text: string, made: readonly ModelItem[] = []): void {
    const reports = made.flatMap(({ report }) => report ?? []);
    const clean = reports.filter(({ clean }) => clean).length;
    this.told = reports.length > 0 ? `${text} ${words.clean(clean, reports.length)}` : text;
    this.listed = made.flatMap(listed);
  }

  /** The same words twice are a change only with something between. */
  private say(text: string): void {
    this.spoken = text === this.spoken ? `${text}\u00a0` : text;
  }
}

/** What the linter says of a file, where there is anything to say. */
function listed({ path, report }: ModelItem): ListedFile[] {
  if (!report || (report.findings.length === 0 && report.notes.length === 0)) return [];
  const { findings, notes } = report;
  return [{ state: judgementOf(report), name: path, findings, more: notes.map((note) => html`<p class="finding">${sentence(note)}</p>`) }];
}

declare global {
  interface HTMLElementTagNameMap {
    'model-view': ModelView;
  }
}
