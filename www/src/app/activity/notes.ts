/** What the log says of each operation. */

import type { Model } from 'vitrine/engine/types';
import type { Drawn } from '../model/model-files.js';
import type { Item } from '../saving/save-all.js';
import { backdropOf, type Look } from '../export.js';
import type { Photo } from '../queue.js';
import type { Way } from '../saving/sink.js';
import type { MadeWith, Order } from '../studio/shots.js';
import type { ActivityLog, Logged } from './log.js';

/** A file that was saved, and what it is called where it has a name. */
interface Saved {
  file: Logged | undefined;
  name?: string;
}

/** Hashes of files that are made one after another, and noted when it is known that they are saved. */
export class Made {
  readonly #log: ActivityLog;
  readonly #hashes = new Map<Item<unknown>, Promise<string | null>>();

  constructor(log: ActivityLog) {
    this.#log = log;
  }

  readonly add = (item: Item<unknown>, file: Blob): void => void this.#hashes.set(item, this.#log.hash(file));

  of(item: Item<unknown>): Logged | undefined {
    return this.#hashes.get(item);
  }
}

export function noteCutOut(log: ActivityLog, { file, state }: Photo): void {
  if (state.is !== 'done') return;
  const { models, quality, device, png } = state.cutOut;
  log.note({ did: 'cut out', inputs: [file], networks: models, settings: { quality, device }, output: png });
}

export function noteSaved(log: ActivityLog, photo: Photo, look: Look, way: Way | 'clipboard', { file, name }: Saved): void {
  if (photo.state.is !== 'done') return;
  const settings = { format: look.format, background: backdropOf(photo, look), way };
  log.note({ did: 'saved', inputs: [photo.state.cutOut.png], settings, output: file, name });
}

export function noteShot(log: ActivityLog, { subject: { photos } }: Order, { place, settings }: MadeWith, { file, name }: Saved): void {
  const inputs = [...photos.map(({ file }) => file), ...photos.map(({ state }) => state.cutOut.png), ...(place ? [place] : [])];
  log.note({ did: 'studio export', inputs, settings, output: file, name });
}

export function noteWorn(log: ActivityLog, { piece, photo }: Drawn, networks: readonly Model[], preset: string, { file, name }: Saved): void {
  const { png, kind, widthMm } = piece;
  const settings = { preset: preset || null, kind, widthMm };
  const inputs = [photo.file, png];
  log.note({ did: 'model studio export', inputs, networks, settings, output: file, name });
}
