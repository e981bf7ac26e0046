/** Which products stand together in a group shot, and how high each is. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { base, controls, panel } from '../../styles/shared.js';
import type { ReadyPhoto } from '../export.js';
import { strings } from '../strings.js';
import { GROUP } from './group.js';

const { group: words } = strings.studio;

/** Millimetres that a product has which nobody has measured, and that one can have. */
const HEIGHT = { usual: 200, least: 1, most: 5_000 };

/** Who stands in the group, by photo, and how high each is in millimetres. */
export type Members = ReadonlyMap<number, number>;

export type GroupAnswer = { readonly is: 'arranged'; readonly members: Members; readonly isLevelled: boolean } | { readonly is: 'apart' } | undefined;

@customElement('group-dialog')
export class GroupDialog extends LitElement {
  @state() private photos: readonly ReadyPhoto[] = [];
  @state() private members: Members = new Map();
  /** Whether there is a group already. */
  @state() private isChange = false;
  /** Whether white balance and exposure of the photos are brought to those of one. */
  @state() private isLevelled = true;
  @query('dialog') private dialog!: HTMLDialogElement;
  private answer: ((answer: GroupAnswer) => void) | undefined;
  /** What somebody has measured stays known when a product leaves the group. */
  private readonly heights = new Map<number, number>();

  static override styles = [
    base,
    controls,
    panel,
    css`
      dialog {
        inline-size: min(32rem, calc(100vw - 1.5rem));
      }
      .head {
        padding: 1.25rem 1.5rem 0.75rem;
      }
      .head p {
        margin-block-start: 0.375rem;
        color: var(--ink-quiet);
        font-size: 0.875rem;
        line-height: 1.45;
      }
      ul {
        display: grid;
        align-content: start;
        gap: 0.5rem;
        padding: 0.25rem 1.5rem 1rem;
        overflow-y: auto;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.375rem 0.75rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-small);
      }
      li.in {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      .who {
        display: flex;
        flex: 1;
        align-items: center;
        gap: 0.625rem;
        min-inline-size: 0;
        font-size: 0.9375rem;
        font-weight: 550;
        cursor: pointer;
      }
      .who span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      img {
        flex: none;
        inline-size: 44px;
        block-size: 44px;
        object-fit: contain;
      }
      input[type='checkbox'] {
        flex: none;
        inline-size: 18px;
        block-size: 18px;
        accent-color: var(--accent);
      }
      .height {
        display: flex;
        flex: none;
        align-items: center;
        gap: 0.375rem;
        font-size: 0.875rem;
      }
      .height input {
        inline-size: 5.25rem;
        text-align: end;
      }
      .light {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        padding: 0.5rem 1.5rem;
        font-size: 0.875rem;
        cursor: pointer;
      }
      .foot {
        align-items: center;
      }
      .foot p {
        flex: 1 1 8rem;
        color: var(--ink-quiet);
        font-size: 0.875rem;
      }
    `,
  ];

  override render() {
    const { members, photos } = this;
    const isFull = members.size >= GROUP.most;
    return html`<dialog aria-labelledby="title" @close=${this.closed}>
      <div class="head">
        <h2 id="title">${words.heading}</h2>
        <p>${words.text(GROUP.least, GROUP.most)}</p>
      </div>
      <ul>
        ${photos.map(({ id, file, state }) => {
          const height = members.get(id);
          return html`<li class=${height === undefined ? '' : 'in'}>
            <label class="who">
              <input type="checkbox" .checked=${height !== undefined} ?disabled=${height === undefined && isFull} @change=${() => this.toggle(id)} />
              <img src=${state.cutOut.after} alt="" loading="lazy" />
              <span>${file.name}</span>
            </label>
            ${height === undefined
              ? nothing
              : html`<span class="height">
                  <input
                    class="field"
                    type="number"
                    inputmode="numeric"
                    min=${HEIGHT.least}
                    max=${HEIGHT.most}
                    aria-label=${words.height(file.name)}
                    .value=${String(height)}
                    @change=${(event: Event) => this.measure(id, event.target as HTMLInputElement)}
                  />${words.unit}</span
                >`}
          </li>`;
        })}
      </ul>
      <label class="light">
        <input type="checkbox" .checked=${this.isLevelled} @change=${(event: Event) => (this.isLevelled = (event.target as HTMLInputElement).checked)} />
        <span>${words.light}</span>
      </label>
      <div class="foot">
        <p role="status">${words.count(members.size, GROUP.most)}</p>
        ${this.isChange ? html`<button class="button quiet" @click=${() => this.dialog.close('apart')}>${words.remove}</button>` : nothing}
        <button class="button" @click=${() => this.dialog.close()}>${words.cancel}</button>
        <button class="button primary" ?disabled=${members.size < GROUP.least} @click=${() => this.dialog.close('arranged')}>${words.arrange}</button>
      </div>
    </dialog>`;
  }

  /** `members` of a group that is to be changed; without, the first photos are proposed for a new one. */
  async open(photos: readonly ReadyPhoto[], members?: Members): Promise<GroupAnswer> {
    this.photos = photos;
    this.isChange = members !== undefined;
    // A group that is there has the light that somebody left it in.
    this.isLevelled = !this.isChange;
    this.members = members ?? new Map(photos.slice(0, Math.min(3, GROUP.most)).map(({ id }) => [id, this.heightOf(id)]));
    await this.updateComplete;
    this.dialog.returnValue = '';
    this.dialog.showModal();
    return new Promise((resolve) => (this.answer = resolve));
  }

  private heightOf(id: number): number {
    return this.heights.get(id) ?? HEIGHT.usual;
  }

  private toggle(id: number): void {
    const members = new Map(this.members);
    if (!members.delete(id)) members.set(id, this.heightOf(id));
    this.members = members;
  }

  private measure(id: number, input: HTMLInputElement): void {
    const asked = Math.round(input.valueAsNumber);
    // What is no number is the one before.
    const height = Number.isFinite(asked) ? Math.min(Math.max(asked, HEIGHT.least), HEIGHT.most) : this.heightOf(id);
    input.value = String(height);
    this.heights.set(id, height);
    this.members = new Map(this.members).set(id, height);
  }

  private closed(): void {
    const { returnValue } = this.dialog;
    this.answer?.(
      returnValue === 'arranged' ? { is: 'arranged', members: this.members, isLevelled: this.isLevelled } : returnValue === 'apart' ? { is: 'apart' } : undefined,
    );
    this.answer = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'group-dialog': GroupDialog;
  }
}
