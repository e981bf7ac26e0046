/** Files on their way in and out of the page: names, folders, and sizes read from first bytes. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'node:test';
import { outputFolder, outputName, uniqueNames } from '../../../www/src/app/names.js';
import { pictureSize } from '../../../www/src/app/picture-size.js';
import { ROOT } from './servers.js';
import { test } from './testing.js';

describe('names', () => {
  for (const [photo, format, expected] of [
    ['lamp.jpg', 'image/png', 'lamp.png'],
    ['lamp.JPEG', 'image/webp', 'lamp.webp'],
    ['lamp', 'image/jpeg', 'lamp.jpg'],
    ['v1.2 lamp.tar.png', 'image/png', 'v1.2 lamp.tar.png'],
    ['Price 19.99', 'image/png', 'Price 19.99.png'],
    ['Стол №4.webp', 'image/png', 'Стол №4.png'],
    ['a/b\\c:d*e?.png', 'image/png', 'a-b-c-d-e-.png'],
    ['..\u202egpj.exe', 'image/png', 'gpj.png'],
    ['.jpg', 'image/png', 'Photo.png'],
    ['CON.jpg', 'image/png', 'CON-.png'],
    [`${'x'.repeat(300)}.jpg`, 'image/png', `${'x'.repeat(120)}.png`],
  ] as const) {
    test(`${photo.slice(0, 20)} as ${format} is ${expected.slice(0, 20)}`, () => {
      assert.equal(outputName(photo, format), expected);
    });
  }

  test('a folder never climbs out of the archive', () => {
    assert.equal(outputFolder('../../shoes/./red//left'), 'shoes/red/left');
    assert.equal(outputFolder('C:\\shoes'), 'C--shoes');
    assert.equal(outputFolder(''), '');
  });

  test('every name is its own, whatever its capitals, and takes no other file’s', () => {
    assert.deepEqual(uniqueNames(['a.png', 'A.png', 'a.png', 'a (2).png', 'x/a.png', 'x/a.png', 'b']), [
      'a.png',
      'A (3).png',
      'a (4).png',
      'a (2).png',
      'x/a.png',
      'x/a (2).png',
      'b',
    ]);
  });
});

describe('sizes from first bytes', () => {
  const bytes = (...parts: (number | string)[]) =>
    new Blob([Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [part])))]);

  test('a real JPEG and a real PNG', async () => {
    const fixture = async (name: string) => new Blob([await readFile(join(ROOT, 'tests/browser/fixtures', name))]);
    const jpeg = await pictureSize(await fixture('helmet.jpg'));
    assert.ok(jpeg && jpeg.width > 100);
    assert.deepEqual(await pictureSize(await fixture('helmet-alpha.png')), jpeg);
  });

  test('a PNG that claims 30000 × 30000 is known for what it claims', async () => {
    const head = bytes(0x89, 'PNG\r\n\x1a\n', 0, 0, 0, 13, 'IHDR', 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30);
    assert.deepEqual(await pictureSize(head), { width: 30_000, height: 30_000 });
  });

  test('WebP of all three kinds, GIF and BMP', async () => {
    const riff = (...rest: (number | string)[]) => bytes('RIFF', 0, 0, 0, 0, 'WEBP', ...rest);
    assert.deepEqual(await pictureSize(riff('VP8X', 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0xff, 1, 0)), { width: 1024, height: 512 });
    assert.deepEqual(await pictureSize(riff('VP8L', 0, 0, 0, 0, 0x2f, 0x2b, 0xc1, 0x4a, 0)), { width: 300, height: 300 });
    assert.deepEqual(await pictureSize(riff('VP8 ', 0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xf0, 0)), { width: 320, height: 240 });
    assert.deepEqual(await pictureSize(bytes('GIF89a', 0x40, 1, 0xf0, 0)), { width: 320, height: 240 });
    const bmp = bytes('BM', ...Array<number>(16).fill(0), 0x40, 1, 0, 0, 0x10, 0xff, 0xff, 0xff);
    assert.deepEqual(await pictureSize(bmp), { width: 320, height: 240 });
  });

  test('a text, nothing, and a header that ends early give no size', async () => {
    for (const blob of [bytes('hello, I am a text file named .jpg'), bytes(), bytes(0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff), bytes(0x89, 'PNG')]) {
      assert.equal(await pictureSize(blob), undefined);
    }
  });
});
