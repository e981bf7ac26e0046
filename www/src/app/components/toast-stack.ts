/** Short messages in the corner, some with a way back. What they say is announced by the app, not by them. */

import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { base, controls } from '../../styles/shared.js';
import { icons } from '../icons.js';
import { strings } from '../strings.js';

/** How long a message stays while nobody points at it, in milliseconds. */
const PLAIN = 5_000;
const WITH_ACTION = 10_000;

export interface Toast {
  text: string;
  action?: { label: string; run: () => void };
  /** Called once when the message is gone and its action was not taken. */
  onGone?: () => void;
}

@customElement('toast-stack')
export class ToastStack extends LitElement {
  @state() private toasts: readonly (Toast & { id: number })[] = [];
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();
  private nextId = 1;

  static override styles = [
    base,
    controls,
    css`
      :host {
        position: fixed;
        inset-inline: 0;
        inset-block-end: 0;
        z-index: 5;
        padding: 1rem;
        pointer-events: none;
      }
      @media (max-width: 40rem) {
        :host {
          inset-block-end: 4.5rem;
        }
      }
      ul {
        display: grid;
        justify-items: center;
        gap: 0.5rem;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.25rem;
        max-inline-size: min(34rem, 100%);
        padding: 0.25rem 0.25rem 0.25rem 1rem;
        border-radius: 12px;
        background: #262421;
        color: #f6f4f1;
        box-shadow: var(--shadow-high);
        font-size: 0.9375rem;
        line-height: 1.4;
        pointer-events: auto;
        animation: rise 0.25s var(--ease);
      }
      :host-context([data-theme='dark']) li {
        border: 1px solid #4a463f;
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }
      p {
        padding-block: 0.5rem;
        overflow-wrap: anywhere;
      }
      .button,
      .button.quiet {
        background: transparent;
        border-color: transparent;
        color: #8be0ca;
      }
      .button.icon {
        color: #d6d1c9;
      }
      .button:hover,
      .button.quiet:hover:not(:disabled) {
        background: rgb(255 255 255 / 0.12);
        color: #ffffff;
      }
      .button:focus-visible {
        outline-color: #8be0ca;
        outline-offset: -2px;
      }
      @media (forced-colors: active) {
        li {
          border: 1px solid CanvasText;
        }
      }
    `,
  ];

  override render() {
    return html`<ul>
      ${repeat(
        this.toasts,
        ({ id }) => id,
        ({ id, text, action }) => html`<li
          @pointerenter=${() => this.hold(id)}
          @pointerleave=${() => this.release(id)}
          @focusin=${() => this.hold(id)}
          @focusout=${() => this.release(id)}
        >
          <p>${text}</p>
          ${action
            ? html`<button class="button quiet" @click=${() => this.act(id)}>${action.label}</button>`
            : nothing}
          <button class="button quiet icon" aria-label=${strings.toast.dismiss} @click=${() => this.drop(id)}>
            ${icons.close}
          </button>
        </li>`,
      )}
    </ul>`;
  }

  show(toast: Toast): void {
    const id = this.nextId++;
    this.toasts = [...this.toasts, { ...toast, id }];
    this.release(id);
  }

  /** Takes all of them away; nothing can be undone any more. */
  clear(): void {
    for (const { id } of this.toasts) this.drop(id);
  }

  private hold(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  private release(id: number): void {
    const toast = this.toasts.find((toast) => toast.id === id);
    if (!toast) return;
    this.hold(id);
    this.timers.set(
      id,
      setTimeout(() => this.drop(id), toast.action ? WITH_ACTION : PLAIN),
    );
  }

  private act(id: number): void {
    const toast = this.take(id);
    toast?.action?.run();
  }

  private drop(id: number): void {
    this.take(id)?.onGone?.();
  }

  private take(id: number): Toast | undefined {
    this.hold(id);
    const toast = this.toasts.find((toast) => toast.id === id);
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
    return toast;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'toast-stack': ToastStack;
  }
}
