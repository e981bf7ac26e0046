/** A button that does something for as long as it is held: by mouse, by finger, or by key. */

import { html, type TemplateResult } from 'lit';

export interface Hold {
  label: string;
  /** What is seen of it. */
  content: TemplateResult;
  isHeld: boolean;
  hidden?: boolean;
  class?: string;
  hold: (isHeld: boolean) => void;
}

export function holdButton({ label, content, isHeld, hidden = false, class: name = '', hold }: Hold) {
  const letGo = () => hold(false);
  return html`<button
    class="button ${name}"
    ?hidden=${hidden}
    aria-label=${label}
    aria-pressed=${isHeld}
    @pointerdown=${(event: PointerEvent) => {
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      hold(true);
    }}
    @lostpointercapture=${letGo}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === ' ' || event.key === 'Enter') hold(true);
    }}
    @keyup=${letGo}
    @blur=${letGo}
    @contextmenu=${(event: Event) => event.preventDefault()}
  >
    ${content}
  </button>`;
}
