/** The seller's page, as the photo frame starts it. */

import { adoptPageStyle } from '../styles/page.js';
import type { Boot } from './boot.js';
import './components/vitrine-app.js';

export type { Boot, Loading } from './boot.js';

/**
 * Puts the page into `root`. Call it once.
 *
 * Nothing in it asks a network, a storage or a font: it lives on what `boot` hands it.
 */
export function mount(root: HTMLElement, boot: Boot): void {
  adoptPageStyle(document);
  const app = document.createElement('vitrine-app');
  app.boot = boot;
  root.append(app);
}
