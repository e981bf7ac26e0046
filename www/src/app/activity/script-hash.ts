/** Which build of the page runs. */

import { sha256 } from 'vitrine/airlock/sha256';

/**
 * SHA-256 of the page's script, which is the one script of its document: the digest that the document's policy names
 * (there in Base64), and so one that nothing else could run under.
 */
export function scriptHash(): Promise<string> {
  const text = document.scripts[0]?.textContent ?? '';
  return sha256(new TextEncoder().encode(text).buffer);
}
