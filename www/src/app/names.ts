/** What files are called when they leave. */

import type { OutputFormat } from 'vitrine/engine/types';
import { strings } from './strings.js';

const EXTENSIONS: Record<OutputFormat, string> = { 'image/png': 'png', 'image/webp': 'webp', 'image/jpeg': 'jpg' };

/** Windows keeps these for devices, whatever the extension. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;
/** Longest stem, in characters: file systems allow 255 bytes for the whole name. */
const LONGEST = 120;

/** The photo's name with the format's extension: `lamp.jpg` → `lamp.png`. */
export function outputName(photo: string, format: OutputFormat): string {
  return `${safe(photo.replace(/\.[a-z][a-z0-9]{0,4}$/i, ''))}.${EXTENSIONS[format]}`;
}

/** A folder's path, safe inside an archive: no part climbs out of it. */
export function outputFolder(folder: string): string {
  return folder
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map(safe)
    .join('/');
}

/**
 * Makes every name its own, in order: the second `lamp.png` becomes `lamp (2).png`.
 *
 * Capitals make no difference, because on most desktops they make none.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    const dot = name.lastIndexOf('.');
    const at = dot > name.lastIndexOf('/') ? dot : name.length;
    // A numbered name must not take the place of a later file that is really called that.
    for (let count = 2; taken.has(unique.toLowerCase()) || (unique !== name && wanted.has(unique.toLowerCase())); count++) {
      unique = `${name.slice(0, at)} (${count})${name.slice(at)}`;
    }
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** Takes out what some file system refuses. */
function safe(stem: string): string {
  const clean = stem
    .normalize('NFC')
    // Control characters, marks that turn the direction of writing (they hide extensions), and separators.
    .replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\\/:*?"<>|]/g, '-')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const short = Array.from(clean).slice(0, LONGEST).join('').trimEnd();
  if (short === '') return strings.unnamed;
  return RESERVED.test(short) ? `${short}-` : short;
}
