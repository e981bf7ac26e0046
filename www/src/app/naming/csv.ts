/**
 * Tables as text: RFC 4180, and what Excel makes of it.
 *
 * The separator is a comma, a semicolon or a tab, whichever the first line has most of outside quotes; a first line
 * `sep=;` says so itself. Bytes are UTF-8 or UTF-16 by their mark, else UTF-8 where they are valid as that, else
 * Windows-1252.
 */

import { strings } from '../strings.js';

const { errors } = strings.table;

/** Largest table, in bytes; a line for each of a hundred thousand photos is a tenth of it. */
const MOST_BYTES = 16 << 20;
const MOST_ROWS = 100_000;
const MOST_COLUMNS = 200;

/** A table that cannot be read; the message is a sentence for the person. */
export class TableError extends Error {
  override name = 'TableError';
}

export interface Row {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export async function readTable(file: Blob & { name?: string }): Promise<Row[]> {
  if (file.size > MOST_BYTES) throw new TableError(errors.tooLarge(file.size, MOST_BYTES));
  return parseTable(decodeText(new Uint8Array(await file.arrayBuffer())));
}

export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  // A workbook is a ZIP, an old one an OLE file.
  const head = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  if (head === 0x504b || head === 0xd0cf) throw new TableError(errors.workbook);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Rows with at least one cell that is not empty. */
export function parseTable(text: string): Row[] {
  let start = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  const said = /^sep=(.)\r?(?:\n|$)/i.exec(text.slice(start, start + 8));
  if (said) {
    start += said[0].length;
    line++;
  }
  const separator = said?.[1] ?? separatorOf(text, start);

  const rows: Row[] = [];
  let cells: string[] = [];
  let rowLine = line;
  let at = start;
  const endCell = (cell: string) => {
    cells.push(cell.trim());
    if (cells.length > MOST_COLUMNS) throw new TableError(errors.tooWide(rowLine, MOST_COLUMNS));
  };
  const endRow = () => {
    if (cells.some((cell) => cell !== '')) rows.push({ line: rowLine, cells });
    if (rows.length > MOST_ROWS) throw new TableError(errors.tooLong(MOST_ROWS));
    cells = [];
    rowLine = line;
  };
  for (;;) {
    let cell = '';
    // Blanks before a quote are no part of RFC 4180, and common.
    let quote = at;
    while (text[quote] === ' ') quote++;
    if (text[quote] === '"') {
      const openedOn = line;
      at = quote + 1;
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) throw new TableError(errors.openQuote(openedOn));
        const inside = text.slice(at, end);
        cell += inside;
        line += newlines(inside);
        at = end + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at++;
      }
    }
    // What is not quoted, or stands after a quote.
    let end = at;
    while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++;
    cell += text.slice(at, end);
    at = end;
    endCell(cell);
    if (text[at] === separator) {
      at++;
      continue;
    }
    if (at < text.length) {
      at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
      line++;
    }
    endRow();
    if (at >= text.length) return rows;
  }
}

const newlines = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/** Whichever the first line has most of, outside quotes. */
function separatorOf(text: string, start: number): string {
  const counts = new Map([
    [',', 0],
    [';', 0],
    ['\t', 0],
  ]);
  let isQuoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '\n' || character === '\r') break;
    else if (counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([, one], [, other]) => other - one);
  return best && best[1] > 0 ? best[0] : ',';
}
