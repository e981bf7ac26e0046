/** What pictures of worn products are called when they are saved. */

import { nameFiles, type Naming } from '../export.js';
import { uniqueNames } from '../names.js';
import { safeStem, stemOf } from '../naming/file-name.js';
import type { Photo } from '../queue.js';
import type { Item } from '../saving/save-all.js';
import { strings } from '../strings.js';
import type { ModelBatch, ModelPhoto, Piece } from './model-batch.js';

const LOOK = { background: 'transparent', format: 'image/jpeg' } as const;

/** A product on a photo, drawn. */
export type Drawn = ModelBatch['drawn'][number];

/** What people read: `round-gold on anna`. */
export const titleOf = (piece: Piece, photo: ModelPhoto): string => strings.model.of(stemOf(piece.name), stemOf(photo.file.name));

/** The pictures as files, named after the product's name in the batch, and the photo; `all` gives the numbers. */
export function itemsOf(drawn: readonly Drawn[], all: readonly Photo[], naming: Naming): Item<Drawn>[] {
  const ids = new Set(drawn.map(({ piece }) => piece.id));
  const chosen = all.filter(({ id }) => ids.has(id));
  const { paths } = nameFiles(chosen, all, LOOK, naming);
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
  return drawn.map((one, at) => ({
    of: one,
    path: names[at] ?? '',
    modified: one.photo.file.lastModified,
    make: async () => one.worn.file,
  }));
}
