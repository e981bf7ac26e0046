/** What pictures of worn products are called when they are saved. */

import type { Engine, ShotReport } from 'vitrine/engine/types';
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

export interface ModelItem extends Item<Drawn> {
  /** What the linter says of the file, once it is made for a marketplace. */
  readonly report: ShotReport | undefined;
}

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
  return drawn.map((of, at) => itemOf(of, names[at] ?? '', market));
}

function itemOf(of: Drawn, planned: string, market: Market | undefined): ModelItem {
  const item = {
    of,
    path: planned,
    modified: of.photo.file.lastModified,
    report: undefined as ShotReport | undefined,
    make: async (signal: AbortSignal) => {
      if (!market) return of.worn.file;
      const { file, extension, report } = await market.engine.list(of.worn.file, market.id, of.worn.around, signal);
      item.path = planned.slice(0, planned.lastIndexOf('.') + 1) + extension;
      item.report = report;
      return file;
    },
  };
  return item;
}
