/** Names for a batch: templates, tables, what disks refuse, and names that would be the same. */

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { resolveCollisions } from '../../../www/src/app/naming/collisions.js';
import { decodeText, parseTable, readTable } from '../../../www/src/app/naming/csv.js';
import { safeStem, shorten } from '../../../www/src/app/naming/file-name.js';
import { match, readMapping } from '../../../www/src/app/naming/mapping.js';
import { planNames } from '../../../www/src/app/naming/plan.js';
import { digitsFor, fillTemplate, parseTemplate, type Template, type Values } from '../../../www/src/app/naming/template.js';
import { test } from './testing.js';

function template(text: string): Template {
  const parsed = parseTemplate(text);
  assert.ok(!('error' in parsed), 'error' in parsed ? parsed.error : '');
  return parsed;
}

describe('templates', () => {
  const all: Values = { stem: 'IMG 1', sku: 'MUG-7', variant: 'red', angle: 'front', seq: '3', platform: 'etsy' };
  for (const [text, values, expected] of [
    ['{stem}', all, 'IMG 1'],
    ['{sku}-{variant}-{angle}-{seq}-{platform}', all, 'MUG-7-red-front-03-etsy'],
    ['{SKU}_{ Seq : 4 }', all, 'MUG-7_0003'],
    ['shop {{new}} {sku}', all, 'shop {new} MUG-7'],
    ['{sku}/{angle}', all, 'MUG-7/front'],
    ['{sku}-{variant}-{seq}', { sku: 'MUG', seq: '1' }, 'MUG-01'],
    ['{sku}-{stem}', { stem: 'lamp' }, 'lamp'],
    ['{sku} - {variant} - {angle}', { angle: 'top' }, 'top'],
    ['{platform}/{sku}-{stem}', { platform: 'etsy', stem: 'lamp' }, 'etsy/lamp'],
    ['{stem} (cut out)', { stem: 'lamp' }, 'lamp (cut out)'],
    ['{variant}', {}, ''],
    ['{stem}', { stem: 'a/b' }, 'a-b'],
  ] as const) {
    test(`${text} gives ${expected || 'nothing'}`, () => {
      assert.equal(fillTemplate(template(text), values, 2), expected);
    });
  }

  for (const [text, expected, start, end] of [
    ['{sku}-{colour}', '{colour} is no field. There are {stem}, {sku}, {variant}, {angle}, {seq} and {platform}.', 6, 14],
    ['{}', '{} is no field.', 0, 2],
    ['{sku', '{sku has no end', 0, 4],
    ['sku}', 'There is a } without a {', 3, 4],
    ['  ', 'Give a name', 0, 2],
    ['{sku:3}', 'Only {seq} takes a number', 0, 7],
    ['{seq:0}', 'A number can have 1 to 9 digits', 0, 7],
    ['{stem}: new', 'Windows allows no : in names', 6, 7],
    ['../{stem}', 'A folder cannot be called', 0, 9],
    ['x'.repeat(201), 'This has 201 characters; 200 are the most', 200, 201],
  ] as const) {
    test(`${text.slice(0, 20)} is refused, and says where and why`, () => {
      const parsed = parseTemplate(text);
      assert.ok('error' in parsed);
      assert.ok(parsed.error.includes(expected), parsed.error);
      assert.deepEqual([parsed.start, parsed.end], [start, end]);
    });
  }

  test('numbers have as many digits as the batch needs, two at least', () => {
    assert.deepEqual([1, 99, 100, 5000].map(digitsFor), [2, 2, 3, 4]);
  });
});

describe('names on disks', () => {
  for (const [stem, expected] of [
    ['CON', 'CON-'],
    ['con.backup', 'con-.backup'],
    ['COM¹', 'COM¹-'],
    ['console', 'console'],
    ['lamp. ', 'lamp'],
    ['a\u0308', 'ä'],
    ['tab\tnew\nline', 'tabnewline'],
    ['...', 'Photo'],
    ['\ufefflamp\u200b', 'lamp'],
  ] as const) {
    test(`${JSON.stringify(stem)} becomes ${expected}`, () => assert.equal(safeStem(stem), expected));
  }

  test('long names fit into 120 characters and 240 bytes, and no character is cut in two', () => {
    assert.equal(safeStem('x'.repeat(300)).length, 120);
    assert.equal(safeStem('図'.repeat(300)), '図'.repeat(80));
    assert.equal(shorten('👟'.repeat(100), 120), '👟'.repeat(60));
  });
});

describe('names that would be the same', () => {
  test('get a number, the first keeps its name, and the report says which', () => {
    const { paths, collisions } = resolveCollisions(['a.png', 'A.png', 'b.png', 'a (2).png', 'a.png']);
    assert.deepEqual(paths, ['a.png', 'A (3).png', 'b.png', 'a (2).png', 'a (4).png']);
    assert.deepEqual(collisions, [{ path: 'a.png', positions: [0, 1, 4] }]);
  });

  test('ten thousand of one name are numbered at once', () => {
    const { paths } = resolveCollisions(Array<string>(10_000).fill('mug.png'));
    assert.equal(new Set(paths).size, 10_000);
    assert.equal(paths.at(-1), 'mug (10000).png');
  });

  test('a name as long as may be stays within its length with its number', () => {
    const long = 'x'.repeat(120);
    const { paths } = resolveCollisions([`${long}.png`, `${long}.png`]);
    assert.equal(paths[1], `${'x'.repeat(116)} (2).png`);
  });
});

describe('tables', () => {
  const cells = (text: string) => parseTable(text).map(({ cells }) => cells);

  for (const [what, text, expected] of [
    ['commas', 'file,sku\na.jpg,1\n', [['file', 'sku'], ['a.jpg', '1']]],
    ['semicolons, as Excel writes them where commas are decimal', 'file;sku\r\na.jpg;1,5\r\n', [['file', 'sku'], ['a.jpg', '1,5']]],
    ['tabs', 'file\tsku\na.jpg\t1', [['file', 'sku'], ['a.jpg', '1']]],
    ['a line that says its separator', 'sep=;\nfile;sku\na,b;1', [['file', 'sku'], ['a,b', '1']]],
    ['a mark at the beginning', '\ufefffile,sku\na,1', [['file', 'sku'], ['a', '1']]],
    ['quotes with all in them', 'file,sku\n"a, ""b""\r\nc.jpg" , "1"\n', [['file', 'sku'], ['a, "b"\r\nc.jpg', '1']]],
    ['separators within quotes', '"a;b;c",d\n1,2', [['a;b;c', 'd'], ['1', '2']]],
    ['empty lines and cells', 'file,sku\n\n,,\na,\n', [['file', 'sku'], ['a', '']]],
    ['old Mac lines', 'file,sku\ra,1\rb,2', [['file', 'sku'], ['a', '1'], ['b', '2']]],
    ['nothing', '', []],
  ] as const) {
    test(what, () => assert.deepEqual(cells(text), expected));
  }

  test('lines are counted as an editor counts them', () => {
    assert.deepEqual(parseTable('file,sku\n"a\nb",1\n\nc,2').map(({ line }) => line), [1, 2, 5]);
  });

  test('UTF-8, UTF-16 as Excel saves “Unicode text”, and Windows-1252', () => {
    assert.equal(decodeText(new TextEncoder().encode('größe')), 'größe');
    assert.equal(decodeText(Uint8Array.from([0xff, 0xfe, 0xf6, 0])), 'ö');
    assert.equal(decodeText(Uint8Array.from([0xfe, 0xff, 0, 0xf6])), 'ö');
    assert.equal(decodeText(Uint8Array.from([0x67, 0x72, 0xf6, 0xdf, 0x65])), 'größe');
  });

  test('what is no table says what to do', async () => {
    assert.throws(() => parseTable('file,sku\n"a,1\n'), /quote that opens on line 2 is never closed/);
    assert.throws(() => decodeText(Uint8Array.from([0x50, 0x4b, 3, 4])), /workbook/);
    assert.throws(() => parseTable(`a${',b'.repeat(300)}`), /more than 200 columns/);
    await assert.rejects(readTable({ size: 2 ** 30 } as Blob), /1,073.7 MB; 16.8 MB are the most/);
  });
});

describe('tables for photos', () => {
  const mapping = (text: string) => readMapping('prices.csv', parseTable(text));

  test('columns are known by what people call them, in any order; others are named', () => {
    const { entries, ignored } = mapping('Seller SKU;Preis;File-Name;Farbe;View\nM7;9,99;mug.jpg;rot;front');
    assert.deepEqual(entries, [{ line: 2, file: 'mug.jpg', sku: 'M7', variant: 'rot', angle: 'front' }]);
    assert.deepEqual(ignored, ['Preis']);
  });

  test('a table without what is needed says so', () => {
    assert.throws(() => mapping(''), /The table is empty/);
    assert.throws(() => mapping('sku,price\n1,2'), /Call one of them “file”; there are sku, price/);
    assert.throws(() => mapping('file,price\n1,2'), /Call one “sku”, “variant” or “angle”; there are file, price/);
  });

  test('every row and every photo is accounted for', () => {
    const table = mapping(
      'file,sku\nMUG.JPG,1\nshoes/left.jpg,2\nlamp,3\nmug.jpg,4\nghost.jpg,5\n,6\nleft.jpg,7\ntür.jpg,8',
    );
    const photos = [
      { file: 'mug.jpg', folder: '' },
      { file: 'left.jpg', folder: 'stock/shoes' },
      { file: 'lamp.png', folder: 'x' },
      { file: 'left.jpg', folder: 'gloves' },
      { file: 'tu\u0308r.jpg', folder: '' },
      { file: 'other.jpg', folder: '' },
    ];
    const { entries, unknown, duplicates, nameless, missing } = match(table, photos);
    assert.deepEqual(entries.map((entry) => entry?.sku), ['1', '2', '3', '7', '8', undefined]);
    assert.deepEqual(unknown.map(({ line }) => line), [6]);
    assert.deepEqual(duplicates.map(({ line }) => line), [5]);
    assert.deepEqual(nameless.map(({ line }) => line), [7]);
    assert.deepEqual(missing, [5]);
  });
});

describe('the plan', () => {
  const files = (...names: string[]) => names.map((file, index) => ({ file, folder: 'shoes', extension: 'jpg', seq: index + 1 }));

  test('photos without a row keep their own name, and no two files have the same', () => {
    const mapping = readMapping('t.csv', parseTable('file,sku\na.png,MUG\nb.png,MUG'));
    const plan = planNames(files('a.png', 'b.png', 'c.png'), { template: template('{sku}'), mapping, folders: 'kept', count: 3 });
    assert.deepEqual(plan.paths, ['shoes/MUG.jpg', 'shoes/MUG (2).jpg', 'shoes/c.jpg']);
    assert.equal(plan.collisions.length, 1);
    assert.deepEqual(plan.matched?.missing, [2]);
  });

  test('where there are no folders they become part of the name', () => {
    const plan = planNames(files('a.png'), { template: template('{stem}/main'), folders: 'in the name', count: 1 });
    assert.deepEqual(plan.paths, ['shoes - a - main.jpg']);
  });

  test('a field that nothing fills is told, and what a table says climbs nowhere', () => {
    const mapping = readMapping('t.csv', parseTable('file,sku\na.png,../../etc/passwd'));
    const plan = planNames(files('a.png'), { template: template('{sku}-{variant}'), mapping, folders: 'kept', count: 1 });
    assert.deepEqual(plan.paths, ['shoes/-..-etc-passwd.jpg']);
    assert.deepEqual(plan.unfilled, ['variant']);
  });
});
