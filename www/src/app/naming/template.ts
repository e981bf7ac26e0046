/**
 * Templates for file names: literal text with fields in braces, such as `{sku}-{angle}-{seq}`.
 *
 * A field that a photo has no value for takes the separator before it away (at the beginning the one after it), so
 * that `{sku}-{variant}-{seq}` without a variant is `mug-01` and not `mug--01`. A slash makes a folder. Braces that
 * are meant as such are doubled. `{seq:4}` is a number of at least four digits.
 */

import { strings } from '../strings.js';

const { errors } = strings.naming;

export const FIELDS = ['stem', 'sku', 'variant', 'angle', 'seq', 'platform'] as const;
export type Field = (typeof FIELDS)[number];
export type Values = Readonly<Partial<Record<Field, string>>>;

/** What a batch is named by where nobody says otherwise. */
export const DEFAULT_TEMPLATE = '{stem}';

/** Longest template, in characters. */
const LONGEST = 200;
/** Most digits that a number can be padded to. */
const MOST_DIGITS = 9;

type Part = { readonly literal: string } | { readonly field: Field; readonly digits: number | undefined };

export interface Template {
  readonly text: string;
  readonly parts: readonly Part[];
  readonly fields: ReadonlySet<Field>;
}

/** Why a text is no template; the message is a sentence for the person. */
export interface TemplateError {
  readonly error: string;
  /** Which part of the text is meant, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const isField = (name: string): name is Field => (FIELDS as readonly string[]).includes(name);

export function parseTemplate(text: string): Template | TemplateError {
  const refuse = (error: string, start: number, end: number): TemplateError => ({ error, start, end });
  if (text.trim() === '') return refuse(errors.empty, 0, text.length);
  if (text.length > LONGEST) return refuse(errors.tooLong(text.length, LONGEST), LONGEST, text.length);
  const parts: Part[] = [];
  let literal = '';
  for (let at = 0; at < text.length; ) {
    const character = text[at] ?? '';
    if ((character === '{' || character === '}') && text[at + 1] === character) {
      literal += character;
      at += 2;
    } else if (character === '}') {
      return refuse(errors.strayBrace, at, at + 1);
    } else if (character === '{') {
      const end = text.indexOf('}', at);
      if (end < 0) return refuse(errors.openBrace(text.slice(at)), at, text.length);
      const inside = text.slice(at + 1, end);
      const [, name = '', digits] = /^\s*([^:]*?)\s*(?::\s*(\d+)\s*)?$/.exec(inside) ?? [];
      const field = name.toLowerCase();
      if (!isField(field)) return refuse(errors.unknown(`{${inside}}`, FIELDS), at, end + 1);
      if (digits !== undefined && field !== 'seq') return refuse(errors.noDigits(field), at, end + 1);
      const count = digits === undefined ? undefined : Number(digits);
      if (count !== undefined && (count < 1 || count > MOST_DIGITS)) return refuse(errors.digits(MOST_DIGITS), at, end + 1);
      if (literal) parts.push({ literal });
      literal = '';
      parts.push({ field, digits: count });
      at = end + 1;
    } else if (/[\\:*?"<>|\u0000-\u001f]/.test(character)) {
      return refuse(errors.character(character), at, at + 1);
    } else {
      literal += character;
      at++;
    }
  }
  if (literal) parts.push({ literal });
  if (text.split('/').some((part) => /^\s*\.{1,2}\s*$/.test(part))) return refuse(errors.climbs, 0, text.length);
  return { text, parts, fields: new Set(parts.flatMap((part) => ('field' in part ? [part.field] : []))) };
}

/** How many digits numbers have in a batch of so many: two at least, as shops show `01`. */
export const digitsFor = (count: number): number => Math.max(2, String(count).length);

const SEPARATORS_BEFORE = /[\s._\-–—·+,&]+$/;
const SEPARATORS_AFTER = /^[\s._\-–—·+,&]+/;

/**
 * The name's path without its extension and not yet safe; `digits` is how many a `{seq}` has that does not say.
 * Slashes in values are no folders.
 */
export function fillTemplate({ parts }: Template, values: Values, digits: number): string {
  let name = '';
  let dropNext = false;
  for (const part of parts) {
    if ('literal' in part) {
      name += dropNext ? part.literal.replace(SEPARATORS_AFTER, '') : part.literal;
      dropNext = false;
      continue;
    }
    const value = (values[part.field] ?? '').trim().replaceAll('/', '-');
    if (value === '') {
      const without = name.replace(SEPARATORS_BEFORE, '');
      // Where nothing stands before it, the separator that follows goes.
      dropNext = without === '' || without.endsWith('/');
      name = without;
      continue;
    }
    name += part.field === 'seq' ? value.padStart(part.digits ?? digits, '0') : value;
    dropNext = false;
  }
  return name;
}
