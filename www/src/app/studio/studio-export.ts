/** Files for several marketplaces at once: chosen, made one after another, and what the linter says of each. */

import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Engine, Fix, Marketplace } from 'vitrine/engine/types';
import { base, controls, panel } from '../../styles/shared.js';
import type { ActivityLog } from '../activity/log.js';
import { Made, noteShot } from '../activity/notes.js';
import type { Naming } from '../export.js';
import { icons } from '../icons.js';
import type { Photo } from '../queue.js';
import { saveFile } from '../saving/download.js';
import { judgementOf, listedFile, listedFileStyles } from '../saving/listed-file.js';
import { openSink } from '../saving/open-sink.js';
import { saveAll } from '../saving/save-all.js';
import type { Obstacle } from '../saving/sink.js';
import { sentence } from '../sentence.js';
import { strings } from '../strings.js';
import { exportStyles } from './export-styles.js';
import type { Scenes } from './scenes.js';
import { keyOf, Shooting, type ShotItem } from './shots.js';
import type { Subject } from './subject.js';

const { shop: words } = strings.studio;

/** Stands for no marketplace: the scene as it is. */
const AS_IS = '';

export interface ExportTask {
  subjects: readonly Subject[];
  all: readonly Photo[];
  current: Subject;
  scenes: Scenes;
  /** What is behind the products in scenes whose backdrop is a photo. */
  place: Blob | undefined;
}

/** What became of a file. */
interface Result {
  item: ShotItem;
  /** Where it is, or why it is not. */
  is: 'saved' | 'failed' | 'left';
  text: string;
}

/** A picture is saved. */
export class ShotSaved extends Event {
  readonly subject: Subject;
  constructor(subject: Subject) {
    super('shot-saved');
    this.subject = subject;
  }
}

/** The person wants to change names and way of saving. */
export class NameAsk extends Event {
  /** The first marketplace that is chosen, where one is. */
  readonly platform: string | undefined;
  constructor(platform: string | undefined) {
    super('name-ask', { bubbles: true, composed: true });
    this.platform = platform;
  }
}

@customElement('studio-export')
export class StudioExport extends LitElement {
  @property({ attribute: false }) engine: Engine | undefined;
  @property({ attribute: false }) naming!: Naming;
  @property({ attribute: false }) log!: ActivityLog;

  @state() private task: ExportTask | undefined;
  @state() private markets: readonly Marketplace[] = [];
  @state() private chosen: ReadonlySet<string> = new Set([AS_IS]);
  @state() private scope: 'all' | 'one' = 'all';
  @state() private shooting: Shooting | undefined;
  @state() private progress = { done: 0, total: 0, fraction: 0 };
  @state() private isPaused = false;
  @state() private results: readonly Result[] | undefined;
  @state() private stopped = '';
  @state() private problem = '';
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('h2') private heading!: HTMLElement;

  /** What is done about findings, by the files' keys. */
  private fixes: ReadonlyMap<string, readonly Fix[]> = new Map();
  private abort: AbortController | undefined;
  private startedAt = 0;

  static override styles = [base, controls, panel, listedFileStyles, exportStyles];

  async open(task: ExportTask): Promise<void> {
    this.task = task;
    this.results = undefined;
    this.problem = this.stopped = '';
    await this.updateComplete;
    this.dialog.showModal();
    try {
      this.markets = (await this.engine?.presets()) ?? [];
    } catch (error) {
      this.problem = say(error);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  override render() {
    const { task, shooting, results } = this;
    return html`<dialog aria-labelledby="title" @cancel=${this.cancelled} @close=${this.closed}>
      <h2 id="title" tabindex="-1">${words.heading}</h2>
      ${!task ? nothing : shooting ? this.working() : results ? this.done(results) : this.choosing(task)}
    </dialog>`;
  }

  override updated(): void {
    const { done, total, fraction } = this.progress;
    const track = this.renderRoot.querySelector<HTMLElement>('.track');
    track?.style.setProperty('--fraction', String((done + fraction) / Math.max(total, 1)));
  }

  // Choosing

  private choosing(task: ExportTask) {
    const { chosen, markets, scope } = this;
    const count = this.subjectsOf(task).length * chosen.size;
    const [first] = chosen.size > 0 ? this.plan(task).items : [];
    return html`
      <div class="body">
        ${this.problem ? html`<p class="bad" role="alert">${this.problem}</p>` : nothing}
        ${task.subjects.length > 1
          ? html`<fieldset>
              <legend>${words.which}</legend>
              <div class="ways">
                ${(['all', 'one'] as const).map(
                  (way) => html`<label
                    ><input type="radio" name="scope" .checked=${way === scope} @change=${() => (this.scope = way)} />${way === 'all'
                      ? words.all(task.subjects.length)
                      : words.one}</label
                  >`,
                )}
              </div>
            </fieldset>`
          : nothing}
        <fieldset>
          <legend>${words.where}</legend>
          <ul class="markets">
            ${this.market(AS_IS, words.asIs, words.asIsText, '')}
            ${markets.map(({ id, name, size: [width, height], background, confidence }) =>
              this.market(id, name, words.about(width, height, background), confidence === 'C' ? words.unsure : ''),
            )}
          </ul>
        </fieldset>
        ${markets[0] ? html`<p class="quiet-text">${words.asOf(markets[0].as_of)}</p>` : nothing}
        <div class="names">
          <p class="quiet-text">${first ? words.firstName(first.path) : words.noLook}</p>
          <button class="button" @click=${() => this.dispatchEvent(new NameAsk(this.chosenIds.find((id) => id !== AS_IS)))}>${icons.tag} ${words.names}</button>
        </div>
      </div>
      <div class="foot">
        <button class="button" @click=${() => this.dialog.close()}>${words.cancel}</button>
        <button class="button primary" ?disabled=${count === 0} @click=${this.start}>${icons.download} ${words.start(count)}</button>
      </div>
    `;
  }

  private market(id: string, name: string, about: string, note: string) {
    return html`<li>
      <label>
        <input
          type="checkbox"
          name="market"
          value=${id}
          .checked=${this.chosen.has(id)}
          @change=${() => {
            const chosen = new Set(this.chosen);
            if (!chosen.delete(id)) chosen.add(id);
            this.chosen = chosen;
          }}
        />
        <span><strong>${name}</strong><span class="about">${about}</span>${note ? html`<span class="about">${note}</span>` : nothing}</span>
      </label>
    </li>`;
  }

  private subjectsOf({ subjects, current }: ExportTask): readonly Subject[] {
    return this.scope === 'one' ? [current] : subjects;
  }

  /** In the order in which they are shown. */
  private get chosenIds(): readonly string[] {
    return [AS_IS, ...this.markets.map(({ id }) => id)].filter((id) => this.chosen.has(id));
  }

  private plan(task: ExportTask): Shooting {
    const ids = this.chosenIds;
    return new Shooting(this.engine as Engine, {
      subjects: this.subjectsOf(task),
      all: task.all,
      scenes: task.scenes,
      place: task.place,
      naming: this.naming,
      presets: ids.map((id) => (id === AS_IS ? undefined : id)),
      fixes: this.fixes,
    });
  }

  // Working

  private working() {
    const { done, total } = this.progress;
    const seconds = done > 0 && !this.isPaused ? ((performance.now() - this.startedAt) / 1_000 / done) * (total - done) : undefined;
    return html`
      <div class="body" aria-live="polite">
        <p>
          <strong>${words.working(done, total)}</strong>
          <span class="quiet-text">${this.isPaused ? words.paused : seconds === undefined ? nothing : words.left(seconds)}</span>
        </p>
        <div class="track" role="progressbar" aria-label=${words.progress} aria-valuemin="0" aria-valuemax=${total} aria-valuenow=${done}>
          <div class="fill"></div>
        </div>
      </div>
      <div class="foot">
        <button class="button" @click=${this.togglePause}>
          ${this.isPaused ? html`${icons.play} ${words.resume}` : html`${icons.pause} ${words.pause}`}
        </button>
        <button class="button" @click=${() => this.stop()}>${icons.close} ${words.stop}</button>
      </div>
    `;
  }

  private readonly start = async () => {
    if (!this.task || !this.engine) return;
    this.fixes = new Map();
    const shooting = this.plan(this.task);
    await this.run(shooting, shooting.items, []);
  };

  /** Makes and saves `items`; what an earlier run has made stays in the results. */
  private async run(shooting: Shooting, items: readonly ShotItem[], before: readonly Result[]): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    this.problem = '';
    this.isPaused = false;
    this.progress = { done: 0, total: items.length, fraction: 0 };
    shooting.onProgress = (fraction) => (this.progress = { ...this.progress, fraction });
    const results = [...before];
    const made = new Made(this.log);
    let left: readonly ShotItem[] = items;
    let stopped: Obstacle | 'by the person' | undefined;
    try {
      for (let part = 1; left.length > 0; part++) {
        const sink = await openSink(this.naming.way, { archive: part === 1 ? words.archive : words.archivePart(part) });
        if (!sink) return;
        this.startedAt ||= performance.now();
        this.shooting = shooting;
        const offset = items.length - left.length;
        const outcome = await saveAll(left, sink, {
          signal: abort.signal,
          onProgress: (done) => (this.progress = { ...this.progress, done: offset + done, fraction: 0 }),
          onMade: made.add,
        });
        for (const { item, path } of outcome.saved) {
          const { of } = item as ShotItem;
          this.dispatchEvent(new ShotSaved(of.subject));
          noteShot(this.log, of, shooting.madeWith(of), { file: made.of(item), name: path });
        }
        for (const { item, path } of outcome.saved) results.push({ item: item as ShotItem, is: 'saved', text: path });
        for (const { item, why } of outcome.failed) results.push({ item: item as ShotItem, is: 'failed', text: why });
        left = outcome.left as readonly ShotItem[];
        ({ stopped } = outcome);
        // A full archive is followed by the next.
        if (stopped !== 'volume') break;
      }
    } catch (error) {
      this.problem = say(error);
      return;
    } finally {
      shooting.close();
      this.shooting = undefined;
      this.abort = undefined;
      this.startedAt = 0;
    }
    for (const item of left) results.push({ item, is: 'left', text: '' });
    this.stopped = stopped ? strings.report.obstacle[stopped] : '';
    // What was made again stands where it stood.
    const order = new Map(shooting.items.map(({ of }, index) => [keyOf(of), index]));
    const place = ({ item }: Result) => order.get(keyOf(item.of)) ?? 0;
    this.results = results.sort((one, other) => place(one) - place(other));
    await this.updateComplete;
    this.heading.focus();
  }

  private readonly togglePause = () => {
    this.isPaused = !this.isPaused;
    if (this.isPaused) this.shooting?.pause();
    else this.shooting?.resume();
  };

  private stop(): void {
    this.abort?.abort();
    this.shooting?.resume();
  }

  // Done

  private done(results: readonly Result[]) {
    const saved = results.filter(({ is }) => is === 'saved');
    const rest = results.filter(({ is }) => is !== 'saved');
    const judged = saved.filter(({ item }) => item.of.preset !== undefined);
    const clean = judged.filter(({ item }) => item.report?.clean).length;
    const fixable = saved.filter((result) => fixesOf(result).length > 0);
    return html`
      <div class="body" tabindex="0" role="group" aria-labelledby="title">
        <p role="status">
          <strong>${words.done(saved.length, results.length)}</strong>
          ${judged.length > 0 ? html`<span class="quiet-text">${words.clean(clean, judged.length)}</span>` : nothing}
          ${this.stopped ? html`<span class="quiet-text">${this.stopped}</span>` : nothing}
        </p>
        <ul class="listed">
          ${results.map((result) => this.result(result, results))}
        </ul>
      </div>
      <div class="foot">
        <button class="button quiet" ?disabled=${saved.length === 0} @click=${() => this.saveProof(saved)}>${icons.shield} ${words.proof}</button>
        ${fixable.length > 1
          ? html`<button class="button" @click=${() => this.fix(results, fixable)}>${icons.wand} ${words.fixAll(fixable.length)}</button>`
          : nothing}
        ${rest.length > 0
          ? html`<button class="button" @click=${() => this.again(saved, rest.map(({ item }) => item))}>${words.again(rest.length)}</button>`
          : nothing}
        <button class="button primary" @click=${() => this.dialog.close()}>${words.close}</button>
      </div>
    `;
  }

  private result(result: Result, results: readonly Result[]) {
    const { item, is, text } = result;
    const { report, path } = item;
    const judgement = report ? judgementOf(report) : 'look';
    // Of a group's photos, each thing once.
    const list = (which: 'kept' | 'dropped') => [...new Set((report?.fidelity ?? []).flatMap(({ metadata }) => metadata[which].map(({ what }) => what)))].join(', ');
    const [kept, dropped] = [list('kept'), list('dropped')];
    const notes = [
      ...(report?.notes ?? []),
      ...(report?.verdict ? [report.verdict] : []),
      ...(kept ? [words.kept(kept)] : []),
      ...(dropped ? [words.dropped(dropped)] : []),
    ];
    return listedFile({
      state: is !== 'saved' ? is : judgement === 'clean' && item.of.preset === undefined ? 'saved' : judgement,
      name: is === 'saved' ? text : path,
      why: is === 'failed' ? text : undefined,
      findings: report?.findings ?? [],
      mend: ({ fix }) =>
        fix
          ? html`<button class="button fix" aria-label=${words.fixOf(words.fixes[fix.do], text)} @click=${() => this.fix(results, [result], fix)}>
              ${icons.wand} ${words.fixes[fix.do]}
            </button>`
          : nothing,
      more:
        notes.length > 0
          ? html`<details>
              <summary>${words.notes}</summary>
              <ul>
                ${notes.map((note) => html`<li>${sentence(note)}</li>`)}
              </ul>
            </details>`
          : nothing,
    });
  }

  private async again(saved: readonly Result[], items: readonly ShotItem[]): Promise<void> {
    if (!this.task) return;
    // What makes them is closed by now, so another does; the names stay.
    const wanted = new Set(items.map(({ of }) => keyOf(of)));
    const shooting = this.plan(this.task);
    await this.run(shooting, shooting.items.filter(({ of }) => wanted.has(keyOf(of))), saved);
  }

  /** Makes some of the files again, with one fix or all that their findings have. */
  private async fix(results: readonly Result[], which: readonly Result[], only?: Fix): Promise<void> {
    const fixes = new Map(this.fixes);
    for (const result of which) {
      const key = keyOf(result.item.of);
      fixes.set(key, [...(fixes.get(key) ?? []), ...(only ? [only] : fixesOf(result))]);
    }
    this.fixes = fixes;
    await this.again(
      results.filter((result) => !which.includes(result)),
      which.map(({ item }) => item),
    );
  }

  private saveProof(saved: readonly Result[]): void {
    const files = saved.map(({ item: { of, report }, text }) => ({ file: text, photos: of.subject.photos.map(({ file }) => file.name), marketplace: of.preset, ...report }));
    saveFile(new Blob([JSON.stringify({ vitrine: 1, files }, null, 2)], { type: 'application/json' }), words.proofFile);
  }

  private readonly cancelled = (event: Event) => {
    // What is at work is stopped in so many words.
    if (this.shooting) event.preventDefault();
  };

  private readonly closed = () => {
    this.stop();
    this.task = this.results = undefined;
  };
}

/** What can be done about what the linter found. */
function fixesOf({ item }: Result): readonly Fix[] {
  return (item.report?.findings ?? []).flatMap(({ fix }) => fix ?? []);
}

function say(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

declare global {
  interface HTMLElementTagNameMap {
    'studio-export': StudioExport;
  }
  interface HTMLElementEventMap {
    'name-ask': NameAsk;
    'shot-saved': ShotSaved;
  }
}
