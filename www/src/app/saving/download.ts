/** Hands files to the browser's downloads. */

import { revokeLater } from '../addresses.js';

/** How long a file's address stays: the browser copies in its own time, and a minute is far more than it takes to start. */
const KEPT = 60_000;

export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  revokeLater(link.href, KEPT);
}
