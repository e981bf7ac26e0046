/** Names for a whole batch: what the template makes of each photo, safe, and no two the same. */

import { resolveCollisions, type Collision } from './collisions.js';
import { safeFolder, safeStem, stemOf } from './file-name.js';
import { match, type Mapping, type Matched } from './mapping.js';
import { digitsFor, fillTemplate, type Field, type Template } from './template.js';

/** A file that is to be named. */
export interface Named {
  /** The photo's own name and folder. */
  readonly file: string;
  readonly folder: string;
  /** Without a dot. */
  readonly extension: string;
  /** Number of the photo in the batch, from 1: the same for each of its files. */
  readonly seq: number;
  /** The preset that the file is made for; absent where there is none. */
  readonly platform?: string;
}

export interface PlanOptions {
  readonly template: Template;
  readonly mapping?: Mapping | undefined;
  /** Whether folders are kept; where the way of saving knows none, they become part of the name. */
  readonly folders: 'kept' | 'in the name';
  /** How many photos the batch has, for the digits of `{seq}`. */
  readonly count: number;
}

export interface Plan {
  /** A path for each file, with `/` between folders. */
  readonly paths: readonly string[];
  readonly collisions: readonly Collision[];
  /** What the table says and does not say; absent without a table. */
  readonly matched?: Matched;
  /** Fields of the template that no photo here has a value for. */
  readonly unfilled: readonly Field[];
}

export function planNames(files: readonly Named[], { template, mapping, folders, count }: PlanOptions): Plan {
  const matched = mapping && match(mapping, files);
  const digits = digitsFor(count);
  const filled = new Set<Field>();
  const proposed = files.map(({ file, folder, extension, seq, platform }, position) => {
    const entry = matched?.entries[position];
    const values: Record<Field, string> = {
      stem: stemOf(file),
      sku: entry?.sku ?? '',
      variant: entry?.variant ?? '',
      angle: entry?.angle ?? '',
      seq: String(seq),
      platform: platform ?? '',
    };
    for (const field of template.fields) if (values[field] !== '') filled.add(field);
    // What comes to nothing keeps the photo's own name: a photo without a row must not lose it.
    const path = fillTemplate(template, values, digits) || values.stem;
    const parts = path.split('/');
    const name = safeStem(parts.pop() || values.stem);
    const inside = safeFolder([folder, ...parts].filter(Boolean).join('/'));
    if (inside === '') return `${name}.${extension}`;
    if (folders === 'kept') return `${inside}/${name}.${extension}`;
    return `${safeStem(`${inside.replaceAll('/', ' - ')} - ${name}`)}.${extension}`;
  });
  const { paths, collisions } = resolveCollisions(proposed);
  const unfilled = files.length === 0 ? [] : [...template.fields].filter((field) => !filled.has(field));
  return { paths, collisions, ...(matched && { matched }), unfilled };
}
