/** A table that says for file names what is in the photo: its article number, variant and angle. */

import { strings } from '../strings.js';
import { TableError, type Row } from './csv.js';
import { stemOf } from './file-name.js';

const { errors } = strings.table;

export interface Entry {
  /** Line of the table, from 1. */
  readonly line: number;
  /** The file name as the table has it. */
  readonly file: string;
  readonly sku: string;
  readonly variant: string;
  readonly angle: string;
}

export interface Mapping {
  /** The table's own name. */
  readonly name: string;
  readonly entries: readonly Entry[];
  /** Headers that mean nothing here. */
  readonly ignored: readonly string[];
}

type Column = 'file' | 'sku' | 'variant' | 'angle';

/** What people call the columns, in small letters without blanks and signs. */
const ALIASES: Record<Column, readonly string[]> = {
  file: [
    ...['file', 'filename', 'filepath', 'path', 'image', 'imagename', 'imagefile', 'photo', 'photoname', 'picture', 'name'],
    ...['datei', 'dateiname', 'bild', 'bildname', 'foto', 'fichier', 'nomdufichier', 'archivo', 'imagen', 'nomefile', 'bestand', 'plik'],
  ],
  sku: [
    ...['sku', 'sellersku', 'merchantsku', 'article', 'articleno', 'articlenumber', 'item', 'itemno', 'itemnumber', 'itemid'],
    ...['product', 'productid', 'productcode', 'partnumber', 'mpn', 'artikel', 'artikelnummer', 'artikelnr', 'artnr', 'reference', 'referencia'],
  ],
  variant: ['variant', 'variation', 'option', 'colour', 'color', 'size', 'style', 'variante', 'farbe', 'groesse', 'größe', 'couleur', 'taille'],
  angle: ['angle', 'view', 'position', 'shot', 'side', 'perspective', 'ansicht', 'winkel', 'seite', 'perspektive', 'vue'],
};

const plain = (header: string) => header.normalize('NFC').toLowerCase().replace(/[\s_\-.:()#/*]+/g, '');

/** Throws a TableError where the table has no header that names its columns. */
export function readMapping(name: string, rows: readonly Row[]): Mapping {
  const [header, ...body] = rows;
  if (!header) throw new TableError(errors.empty);
  const columns = new Map<Column, number>();
  const ignored: string[] = [];
  header.cells.forEach((cell, index) => {
    const column = (Object.keys(ALIASES) as Column[]).find((column) => ALIASES[column].includes(plain(cell)));
    if (column && !columns.has(column)) columns.set(column, index);
    else if (cell !== '') ignored.push(cell);
  });
  const file = columns.get('file');
  if (file === undefined) throw new TableError(errors.noFileColumn(header.cells.filter(Boolean)));
  if (columns.size < 2) throw new TableError(errors.nothingElse(header.cells.filter(Boolean)));
  const cell = ({ cells }: Row, column: Column) => cells[columns.get(column) ?? -1] ?? '';
  const entries = body
    .map((row): Entry => ({
      line: row.line,
      file: cell(row, 'file'),
      sku: cell(row, 'sku'),
      variant: cell(row, 'variant'),
      angle: cell(row, 'angle'),
    }));
  return { name, entries, ignored };
}

/** What is looked for in a table. */
export interface Wanted {
  readonly file: string;
  /** Folder the photo came with, such as `shoes/red`; empty where it came alone. */
  readonly folder: string;
}

export interface Matched {
  /** What the table says, a photo each; undefined where it says nothing. */
  readonly entries: readonly (Entry | undefined)[];
  /** Rows whose file name no photo has. */
  readonly unknown: readonly Entry[];
  /** Rows for a file that an earlier row has named already, which counts. */
  readonly duplicates: readonly Entry[];
  /** Rows without a file name. */
  readonly nameless: readonly Entry[];
  /** Positions of the photos without a row. */
  readonly missing: readonly number[];
}

const key = (path: string) => path.normalize('NFC').trim().toLowerCase().replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '');

/**
 * Finds each photo's row: by its path, then by its name, then by its name without extension. Capitals do not count,
 * nor does how accents are composed.
 */
export function match({ entries }: Mapping, photos: readonly Wanted[]): Matched {
  const byName = new Map<string, Entry>();
  const duplicates: Entry[] = [];
  const nameless: Entry[] = [];
  for (const entry of entries) {
    const name = key(entry.file);
    if (name === '') nameless.push(entry);
    else if (byName.has(name)) duplicates.push(entry);
    else byName.set(name, entry);
  }
  const used = new Set<Entry>();
  const missing: number[] = [];
  const found = photos.map((photo, position) => {
    const entry = namesOf(photo).reduce<Entry | undefined>((found, name) => found ?? byName.get(name), undefined);
    if (entry) used.add(entry);
    else missing.push(position);
    return entry;
  });
  const unknown = [...byName.values()].filter((entry) => !used.has(entry));
  return { entries: found, unknown, duplicates, nameless, missing };
}

/** What a row may call a photo, the most exact first: `shoes/red/left.jpg`, `red/left.jpg`, `left.jpg`, the same without extension. */
function namesOf({ file, folder }: Wanted): string[] {
  const parts = [...folder.split('/').filter(Boolean), file];
  const paths = parts.map((_, index) => parts.slice(index).join('/'));
  return [...paths, ...paths.map(stemOf)].map(key);
}
