/** Names that Windows, macOS and ZIP programs all take. */

import { strings } from '../strings.js';

/** Windows keeps these for devices, whatever stands after a dot. */
const RESERVED = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?=\.|$)/i;
/** Longest stem, in characters. */
const LONGEST = 120;
/** Longest stem, in bytes of UTF-8: file systems of Linux and macOS allow 255 for the whole name. */
const LONGEST_BYTES = 240;

const encoder = new TextEncoder();

/** A file's name without its extension: `Price 19.99.jpg` → `Price 19.99`. */
export function stemOf(fileName: string): string {
  return fileName.replace(/\.[a-z][a-z0-9]{0,4}$/i, '');
}

/** Takes out of a name's stem what some file system refuses; what is empty then gets a name. NFC. */
export function safeStem(stem: string): string {
  const clean = stem
    .normalize('NFC')
    // Control characters, marks that turn the direction of writing (they hide extensions), and separators.
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/[\\/:*?"<>|]/g, '-')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const short = shorten(clean, LONGEST);
  if (short === '') return strings.unnamed;
  return RESERVED.test(short) ? short.replace(RESERVED, (device) => `${device}-`) : short;
}

/** A folder's path, safe inside an archive: no part climbs out of it. */
export function safeFolder(folder: string): string {
  return folder
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map(safeStem)
    .join('/');
}

/** The stem's beginning, within so many characters and within the bytes that file systems allow. */
export function shorten(stem: string, characters: number): string {
  let bytes = 0;
  let count = 0;
  let end = 0;
  for (const character of stem) {
    bytes += encoder.encode(character).length;
    if (++count > characters || bytes > LONGEST_BYTES) break;
    end += character.length;
  }
  return stem.slice(0, end).replace(/[\s.]+$/, '');
}

/** What two names share that a disk would take for the same: on most desktops capitals make no difference. */
export const sameOnDisk = (path: string): string => path.normalize('NFC').toLowerCase();
