/** What runs here: every file that came, with the digest of its bytes beside the one that is published. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { LoadedFile } from 'vitrine/airlock/messages';
import { base, controls } from '../../styles/shared.js';
import type { Boot } from '../boot.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';
import { section } from './section-style.js';

const { files: words } = strings.trust;

@customElement('files-section')
export class FilesSection extends LitElement {
  @property({ attribute: false }) boot!: Boot;
  @state() private files: readonly LoadedFile[] | undefined;
  @state() private isAsking = false;

  static override styles = [
    base,
    controls,
    section,
    css`
      ul {
        border-block-start: 1px solid var(--line);
      }
      li {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr) auto;
        gap: 0.125rem 0.625rem;
        padding-block: 0.5rem;
        border-block-end: 1px solid var(--line);
        font-size: 0.875rem;
      }
      svg {
        inline-size: 18px;
        block-size: 18px;
        color: var(--accent);
      }
      .differs svg,
      .differs .state {
        color: var(--danger);
      }
      .name {
        overflow-wrap: anywhere;
        font-weight: 550;
      }
      .size {
        color: var(--ink-quiet);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      code {
        grid-column: 2 / -1;
        overflow-wrap: anywhere;
        color: var(--ink-quiet);
        font-family: var(--mono);
        font-size: 0.75rem;
        line-height: 1.4;
      }
    `,
  ];

  override render() {
    const { files } = this;
    const equal = files?.filter((file) => file.computed === file.published).length ?? 0;
    return html`<section aria-labelledby="title">
      <h3 id="title">${words.title}</h3>
      <p class="quiet">${words.text}</p>
      <div>
        <button class="button" ?disabled=${this.isAsking} @click=${this.ask}>${files ? words.again : words.ask}</button>
      </div>
      <p role="status" aria-live="polite">
        ${files === undefined ? nothing : files.length === 0 ? words.failed : words.result(equal, files.length)}
      </p>
      ${files && files.length > 0 ? html`<ul>${files.map((file) => this.renderFile(file))}</ul>` : nothing}
    </section>`;
  }

  private renderFile({ name, bytes, computed, published }: LoadedFile) {
    const isEqual = computed === published;
    return html`<li class=${isEqual ? '' : 'differs'}>
      ${isEqual ? icons.check : icons.warning}
      <span class="name">${name}</span>
      <span class="size">${strings.bytes(bytes)}</span>
      <code>${computed}</code>
      ${isEqual ? html`<span class="spoken">${words.equal}</span>` : html`<code class="state">${words.differs(published)}</code>`}
    </li>`;
  }

  private async ask(): Promise<void> {
    this.isAsking = true;
    this.files = await this.boot.trust.files();
    this.isAsking = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'files-section': FilesSection;
  }
}
