/** Begins the try-on in its frame when the widget has said what for. */

import type { FrameLink } from '../airlock/frame.js';
import './app.js';
import { Fitting } from './fitting.js';
import type { ToTryOn } from './messages.js';
import { dress } from './styles.js';
import type { OpenTryOn } from './types.js';

/** Puts the page into `root`. Call it as soon as the link is there: the widget posts without waiting. */
export function mount(root: HTMLElement, link: FrameLink, open: OpenTryOn): void {
  const app = document.createElement('try-on-app');
  let fitting: Fitting | undefined;
  link.port.addEventListener('message', ({ data }: MessageEvent<ToTryOn>) => {
    if (data.type !== 'setup') return fitting?.hear(data);
    if (fitting) return;
    const { setup } = data;
    dress(document, setup);
    document.documentElement.lang = setup.language;
    fitting = new Fitting(setup, link, open, () => app.requestUpdate());
    app.fitting = fitting;
    root.append(app);
  });
}
