/** How files are called and where they go: a template, a table with article numbers, and what comes of both. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { base, controls, panel } from '../../styles/shared.js';
import { nameFiles, type Look, type Naming } from '../export.js';
import { icons } from '../icons.js';
import { readTable } from '../naming/csv.js';
import { match, readMapping, type Mapping } from '../naming/mapping.js';
import type { Plan } from '../naming/plan.js';
import { FIELDS, parseTemplate, type Field } from '../naming/template.js';
import type { Photo } from '../queue.js';
import { canPickFolder } from '../saving/folder-sink.js';
import type { Way } from '../saving/sink.js';
import { strings } from '../strings.js';

const { naming: words } = strings;

/** What a batch has values for; one that goes to marketplaces has one more. */
const offered = (platform: string | undefined): readonly Field[] => FIELDS.filter((field) => field !== 'platform' || platform !== undefined);
/** Names shown of a long batch. */
const SHOWN = 5;

export interface NamingTask {
  naming: Naming;
  photos: readonly Photo[];
  look: Look;
  /** The first of the marketplaces that files are made for, where they are made for any. */
  platform?: string | undefined;
}

@customElement('naming-dialog')
export class NamingDialog extends LitElement {
  @state() private task: NamingTask | undefined;
  @state() private text = '';
  @state() private mapping: Mapping | undefined;
  @state() private way: Way = 'zip';
  @state() private tableProblem = '';
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('#template') private input!: HTMLInputElement;
  @query('#table') private tableInput!: HTMLInputElement;
  private answer: ((naming: Naming | undefined) => void) | undefined;

  static override styles = [
    base,
    controls,
    panel,
    css`
      dialog {
        inline-size: min(40rem, calc(100vw - 1.5rem));
      }
      h2 {
        padding: 1.25rem 1.5rem 0.75rem;
      }
      .body {
        display: grid;
        align-content: start;
        gap: 1.375rem;
        padding: 0.25rem 1.5rem 1rem;
        overflow-y: auto;
      }
      section {
        display: grid;
        gap: 0.5rem;
        min-inline-size: 0;
      }
      label,
      h3,
      legend {
        margin: 0;
        padding: 0;
        font-size: 0.9375rem;
        font-weight: 600;
      }
      legend {
        margin-block-end: 0.5rem;
      }
      fieldset .quiet-text {
        margin-block-start: 0.5rem;
      }
      .template {
        inline-size: 100%;
        font-family: ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace;
      }
      .template[aria-invalid='true'] {
        border-color: var(--danger);
      }
      .fields,
      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
      }
      .fields .button {
        min-block-size: 34px;
        padding: 0.125rem 0.625rem;
        font-size: 0.8125rem;
      }
      .quiet-text {
        color: var(--ink-quiet);
        font-size: 0.875rem;
        line-height: 1.45;
      }
      .bad {
        color: var(--danger);
        font-size: 0.875rem;
        line-height: 1.45;
      }
      [data-empty] {
        margin-block-start: -0.5rem;
      }
      .caution {
        color: var(--caution);
        font-size: 0.875rem;
        line-height: 1.45;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      details {
        font-size: 0.875rem;
      }
      summary {
        padding-block: 0.25rem;
        color: var(--caution);
        cursor: pointer;
      }
      .names {
        padding: 0.625rem 0.875rem;
        border-radius: var(--radius-small);
        background: var(--sunken);
      }
      .names li,
      details li {
        font-size: 0.875rem;
        line-height: 1.6;
        overflow-wrap: anywhere;
      }
      details ul {
        max-block-size: 10rem;
        overflow-y: auto;
        color: var(--ink-quiet);
      }
      .ways label {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        min-block-size: var(--target);
        padding-inline: 0.75rem;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-small);
        font-weight: 550;
        cursor: pointer;
      }
      .ways label:has(:checked) {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      .ways input {
        accent-color: var(--accent);
      }
    `,
  ];

  override render() {
    return html`<dialog aria-labelledby="title" @close=${this.closed}>
      ${this.task ? this.renderTask(this.task) : html`<h2 id="title">${words.heading}</h2>`}
    </dialog>`;
  }

  private renderTask({ photos, look, platform }: NamingTask) {
    const template = parseTemplate(this.text);
    const isBad = 'error' in template;
    const naming: Naming | undefined = isBad ? undefined : this.result(template);
    const plan = naming && nameFiles(photos, photos, look, naming, platform);
    return html`
      <h2 id="title">${words.heading}</h2>
      <div class="body" tabindex="-1">
        <section>
          <label for="template">${words.template}</label>
          <input
            id="template"
            class="field template"
            type="text"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            maxlength="300"
            aria-invalid=${isBad}
            aria-describedby="problem"
            .value=${this.text}
            @input=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)}
          />
          <p id="problem" class="bad" aria-live="polite" ?data-empty=${!isBad}>${isBad ? template.error : nothing}</p>
          <div class="fields" role="group" aria-label=${words.fields}>
            ${offered(platform).map(
              (field) =>
                html`<button class="button" title=${words.about[field]} @click=${() => this.insert(field)}>${words.fieldNames[field]}</button>`,
            )}
          </div>
        </section>
        ${plan ? this.renderPlan(photos, plan) : nothing}
        <section>
          <h3>${words.table}</h3>
          ${this.renderTable(photos)}
        </section>
        <fieldset>
          <legend>${words.way}</legend>
          <div class="ways">
            ${(['zip', 'files', 'folder'] as const)
              .filter((way) => way !== 'folder' || canPickFolder())
              .map(
                (way) =>
                  html`<label
                    ><input type="radio" name="way" .checked=${way === this.way} @change=${() => (this.way = way)} />${words.ways[way]}</label
                  >`,
              )}
          </div>
          <p class="quiet-text">${words.aboutWay[this.way]}</p>
        </fieldset>
      </div>
      <div class="foot">
        <button class="button" @click=${() => this.dialog.close()}>${words.cancel}</button>
        <button class="button primary" ?disabled=${isBad} @click=${() => this.dialog.close('done')}>${words.done}</button>
      </div>
    `;
  }

  private renderTable(photos: readonly Photo[]) {
    const { mapping } = this;
    const matched = mapping && match(mapping, photos.map(({ file, folder }) => ({ file: file.name, folder })));
    const list = (title: string, lines: readonly string[]) =>
      lines.length === 0
        ? nothing
        : html`<details>
            <summary>${title}</summary>
            <ul tabindex="0">
              ${lines.map((line) => html`<li>${line}</li>`)}
            </ul>
          </details>`;
    const rows = (entries: readonly { file: string; line: number }[] = []) => entries.map(({ file, line }) => words.row(file, line));
    return html`
      <p class="quiet-text">
        ${mapping ? words.tableRows(mapping.name, photos.length - (matched?.missing.length ?? 0), photos.length) : words.tableText}
      </p>
      ${this.tableProblem ? html`<p class="bad" role="alert">${this.tableProblem}</p>` : nothing}
      ${matched
        ? html`<div>
            ${list(words.missingRows(matched.missing.length), matched.missing.map((at) => photos[at]?.file.name ?? ''))}
            ${list(words.unknownRows(matched.unknown.length), rows(matched.unknown))}
            ${list(words.duplicateRows(matched.duplicates.length), rows(matched.duplicates))}
            ${list(words.namelessRows(matched.nameless.length), rows(matched.nameless))}
            ${mapping && mapping.ignored.length > 0 ? html`<p class="quiet-text">${words.ignoredColumns(mapping.ignored)}</p>` : nothing}
          </div>`
        : nothing}
      <div class="row">
        <button class="button" @click=${() => this.tableInput.click()}>
          ${icons.table} ${mapping ? words.changeTable : words.chooseTable}
        </button>
        ${mapping
          ? html`<button class="button quiet" @click=${() => (this.mapping = undefined)}>
              ${words.dropTable}
            </button>`
          : nothing}
        <input id="table" type="file" accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values" hidden @change=${this.chosen} />
      </div>
    `;
  }

  private renderPlan(photos: readonly Photo[], { paths, collisions, unfilled }: Plan) {
    const extra = collisions.reduce((sum, { positions }) => sum + positions.length - 1, 0);
    return html`<section>
      <h3>${words.preview}</h3>
      ${photos.length === 0
        ? html`<p class="quiet-text">${words.noPhotos}</p>`
        : html`<ul class="names">
            ${paths.slice(0, SHOWN).map((path) => html`<li>${path}</li>`)}
            ${paths.length > SHOWN ? html`<li class="quiet-text">${words.more(paths.length - SHOWN)}</li>` : nothing}
          </ul>`}
      ${unfilled.length > 0 ? html`<p class="caution">${words.unfilled(unfilled)}</p>` : nothing}
      ${extra > 0
        ? html`<details>
            <summary>${words.collisions(extra)}</summary>
            <ul tabindex="0">
              ${collisions.map(({ path, positions }) => html`<li>${words.collision(path, positions.length)}</li>`)}
            </ul>
          </details>`
        : nothing}
    </section>`;
  }

  /** The new naming; undefined where the person leaves it as it was. */
  async open(task: NamingTask): Promise<Naming | undefined> {
    this.task = task;
    this.text = task.naming.template.text;
    this.mapping = task.naming.mapping;
    this.way = task.naming.way;
    this.tableProblem = '';
    await this.updateComplete;
    this.dialog.returnValue = '';
    this.dialog.showModal();
    this.input.focus();
    return new Promise((resolve) => (this.answer = resolve));
  }

  private result(template: Naming['template']): Naming {
    return { template, way: this.way, ...(this.mapping && { mapping: this.mapping }) };
  }

  private closed(): void {
    const template = parseTemplate(this.text);
    const isDone = this.dialog.returnValue === 'done' && !('error' in template);
    this.answer?.(isDone ? this.result(template) : undefined);
    this.answer = undefined;
    this.task = undefined;
  }

  private insert(field: Field): void {
    const { input } = this;
    const start = input.selectionStart ?? this.text.length;
    const end = input.selectionEnd ?? start;
    const before = this.text.slice(0, start);
    // Two fields beside each other would run into one.
    const separator = before.endsWith('}') ? '-' : '';
    const inserted = `${separator}{${field}}`;
    this.text = before + inserted + this.text.slice(end);
    void this.updateComplete.then(() => {
      input.focus();
      input.setSelectionRange(start + inserted.length, start + inserted.length);
    });
  }

  private async chosen(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    try {
      this.mapping = readMapping(file.name, await readTable(file));
      this.tableProblem = '';
    } catch (error) {
      // The one before stays.
      this.tableProblem = `${file.name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'naming-dialog': NamingDialog;
  }
}
