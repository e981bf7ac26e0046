/** What pictures of worn products are called when they are saved. */

import type { Engine } from 'vitrine/engine/types';
import { nameFiles, type Naming } from '../export.js';
import { uniqueNames } from '../names.js';
import { safeStem, stemOf } from '../naming/file-name.js';
import type { Photo } from '../queue.js';
import { judgedItem, type JudgedItem } from '../saving/judged-item.js';
import { strings } from '../strings.js';
import type { ModelBatch, ModelPhoto, Piece } from './model-batch.js';

const LOOK = { background: 'transparent', format: 'image/jpeg' } as const;

/** A product on a photo, drawn. */
export type Drawn = ModelBatch['drawn'][number];

/** What people read: `round-gold on anna`. */
export const titleOf = (piece: Piece, photo: ModelPhoto): string => strings.model.of(stemOf(piece.name), stemOf(photo.file.name));

export type ModelItem = JudgedItem<Drawn>;

/** What makes files for a marketplace, and which. */
export interface Market {
  readonly engine: Engine;
  readonly id: string;
}

/**
 * The pictures as files, named after the product's name in the batch, and the photo; `all` gives the numbers. For a marketplace
 * each is cut and scaled when its turn comes.
 */
export function itemsOf(drawn: readonly Drawn[], all: readonly Photo[], naming: Naming, market?: Market): ModelItem[] {
  const ids = new Set(drawn.map(({ piece }) => piece.id));
  const chosen = all.filter(({ id }) => ids.has(id));
  const { paths } = nameFiles(chosen, all, LOOK, naming, market?.id);
  const products = new Map(chosen.map(({ id }, at) => [id, paths[at] ?? '']));
  const names = uniqueNames(
    drawn.map(({ piece, photo }) => {
      const path = products.get(piece.id) ?? '';
      const dot = path.lastIndexOf('.');
      const slash = path.lastIndexOf('/') + 1;
      const stem = safeStem(strings.model.of(path.slice(slash, dot), stemOf(photo.file.name)));
      return `${path.slice(0, slash)}${stem}${path.slice(dot)}`;
    }),
  );
  return drawn.map((of, at): ModelItem => {
    const path = names[at] ?? '';
    const { file, around } = of.worn;
    const modified = of.photo.file.lastModified;
    if (!market) return { of, path, modified, report: undefined, make: async () => file };
    return judgedItem(of, path, modified, (signal) => market.engine.list(file, market.id, around, signal));
  });
}
