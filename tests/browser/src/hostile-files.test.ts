/**
 * Tables and archives that somebody damaged: seeded mutations of good ones, the same on every machine.
 *
 * `VITRINE_EXECUTIONS=1000000 node --test target/web/tests/hostile-files.test.js` tries more of them.
 */

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { decodeText, parseTable, TableError } from '../../../www/src/app/naming/csv.js';
import { ArchiveError } from '../../../www/src/app/zip/directory.js';
import { unzip } from '../../../www/src/app/zip/unzip.js';
import { archive } from './archive.js';
import { test } from './testing.js';

const EXECUTIONS = Number(process.env['VITRINE_EXECUTIONS'] ?? 10_000);
/** A million archives take five minutes on a quiet machine, and may take longer. */
const LIMIT = { timeout: 60_000 + EXECUTIONS * 10 };

/** Numbers that look random (Mulberry32), up to a limit that is not reached. */
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** Bits, bytes, numbers at the ends of their range; parts taken out, repeated, or of another seed. */
function mutated(below: (limit: number) => number, seeds: readonly Uint8Array[], words: readonly string[]): Uint8Array<ArrayBuffer> {
  const seed = () => seeds[below(seeds.length)] ?? new Uint8Array(1);
  let bytes = Uint8Array.from(seed());
  for (let round = below(5); round >= 0; round--) {
    if (bytes.length === 0) bytes = new Uint8Array(1);
    const at = below(bytes.length);
    const end = Math.min(bytes.length, at + 1 + below(64));
    const insert = (part: Uint8Array) => (bytes = Uint8Array.of(...bytes.subarray(0, at), ...part, ...bytes.subarray(at)));
    switch (below(8)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        bytes[at] = below(256);
        break;
      case 2: {
        const number = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff, 0xfffffffe][below(7)] ?? 0;
        for (let byte = 0; byte < 4 && at + byte < bytes.length; byte++) bytes[at + byte] = number >>> (8 * byte);
        break;
      }
      case 3:
        bytes = Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(end));
        break;
      case 4:
        bytes = bytes.slice(0, at);
        break;
      case 5:
        insert(bytes.slice(at, end));
        break;
      case 6: {
        const other = seed();
        const from = below(other.length);
        insert(other.subarray(from, from + 64));
        break;
      }
      default:
        insert(new TextEncoder().encode(words[below(words.length)]));
    }
  }
  return bytes;
}

const shown = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('damaged files', () => {
  const texts = [
    'file,sku,variant\r\nIMG 1.jpg,MUG-7,red\r\n"a ""b"".png",,"two\nlines"\r\n',
    '\ufeffsep=;\nfile;sku\nGröße.jpg;"x;y"\n\n;;\n',
    'one\ttwo\tthree\n  "quoted" and more\t\t\r',
    'a,b\n'.repeat(50),
    `${'x,'.repeat(199)}x`,
  ];
  const utf16 = Uint8Array.from([0xff, 0xfe, ...Buffer.from(texts[0] ?? '', 'utf16le')]);
  const tables = [...texts.map((text) => new TextEncoder().encode(text)), utf16];

  test(`${EXECUTIONS} tables are read or refused in words, and what is read is read again from its own text`, () => {
    const below = random(20_261_122);
    for (let round = 0; round < EXECUTIONS; round++) {
      const bytes = mutated(below, tables, ['"', '""', ',', ';', '\t', '\r\n', 'sep=,', '\ufeff', ' "']);
      try {
        let line = 0;
        const rows = parseTable(decodeText(bytes));
        for (const row of rows) {
          assert.ok(row.line > line, 'lines count up');
          assert.ok(row.cells.length <= 200 && row.cells.some((cell) => cell !== ''));
          line = row.line;
        }
        const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
        const text = rows.map(({ cells }) => `${cells.map(quoted).join(',')}\r\n`).join('');
        assert.deepEqual(parseTable(text).map(({ cells }) => cells), rows.map(({ cells }) => cells));
      } catch (error) {
        assert.ok(error instanceof TableError && error.message !== '', `${String(error)} at ${shown(bytes)}`);
      }
    }
  }, LIMIT);

  test(`${EXECUTIONS} archives are opened or refused in words, and nothing of them is larger than allowed`, async () => {
    const limits = { entries: 4, size: 4096, total: 8192, ratio: 20 };
    const data = new TextEncoder().encode('a picture '.repeat(40));
    const made = [
      archive([{ name: 'one.jpg' }, { name: 'folder/' }, { name: 'folder/two.PNG', data, deflated: true }]),
      archive([{ name: 'wide.webp', data, deflated: true, long: true }, { name: '../../up.gif' }], { long: true }),
      archive([{ name: 'Größe.tif', data: new Uint8Array(5000), deflated: true, flags: 0x800 }, { name: 'inner.zip' }], { comment: 'words', before: 9 }),
      archive([]),
    ];
    const seeds = await Promise.all(made.map(async (blob) => new Uint8Array(await blob.arrayBuffer())));
    const below = random(7);
    for (let round = 0; round < EXECUTIONS; round++) {
      const bytes = mutated(below, seeds, ['PK\u0001\u0002', 'PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0006\u0006', '.jpg', '/../']);
      let pictures = 0;
      let total = 0;
      try {
        for await (const found of unzip(new Blob([bytes]), { isLitter: () => false, limits })) {
          if (found.is === 'skipped') {
            assert.notEqual(found.why, '');
            continue;
          }
          pictures++;
          total += found.file.size;
          assert.ok(found.file.size <= limits.size && !found.file.name.includes('/') && !found.folder.split('/').includes('..'));
        }
        assert.ok(pictures <= limits.entries && total <= limits.total + bytes.length);
      } catch (error) {
        assert.ok(error instanceof ArchiveError && error.message !== '', `${String(error)} at ${shown(bytes)}`);
      }
    }
  }, LIMIT);
});
