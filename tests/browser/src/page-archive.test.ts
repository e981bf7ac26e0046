/** ZIP archives in and out of the page, and saving that breaks off. */

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { UNZIP_LIMITS, unzip, type Unpacked, type UnzipLimits } from '../../../www/src/app/zip/unzip.js';
import { readDirectory } from '../../../www/src/app/zip/directory.js';
import { isLitter } from '../../../www/src/app/intake.js';
import { FilesSink } from '../../../www/src/app/saving/files-sink.js';
import { FolderSink } from '../../../www/src/app/saving/folder-sink.js';
import { saveAll, type Item } from '../../../www/src/app/saving/save-all.js';
import type { Sink } from '../../../www/src/app/saving/sink.js';
import { MOST_FILES, ZipSink } from '../../../www/src/app/saving/zip-sink.js';
import { archive } from './archive.js';
import { test } from './testing.js';

async function open(blob: Blob, limits: Partial<UnzipLimits> = {}): Promise<Unpacked[]> {
  const all: Unpacked[] = [];
  for await (const found of unzip(blob, { isLitter, limits: { ...UNZIP_LIMITS, ...limits } })) all.push(found);
  return all;
}

const said = (found: Unpacked[]) =>
  found.map((one) => (one.is === 'picture' ? `${[one.folder, one.file.name].filter(Boolean).join('/')} ${one.file.size}` : `${one.path}: ${one.why}`));

describe('an archive coming in', () => {
  test('pictures come with their folders, dates and types, stored and deflated; litter and folders do not', async () => {
    const data = new Uint8Array(100_000).fill(7);
    const found = await open(
      archive([
        { name: 'shoes/' },
        { name: 'shoes/left.jpg' },
        { name: 'shoes/red/right.PNG', data, deflated: true },
        { name: '__MACOSX/shoes/._left.jpg' },
        { name: 'shoes/.DS_Store' },
        { name: 'Thumbs.db' },
        { name: '..\\..\\up.webp' },
      ]),
    );
    assert.deepEqual(said(found), ['shoes/left.jpg 3', 'shoes/red/right.PNG 100000', 'up.webp 3']);
    const [left, right] = found;
    assert.ok(left?.is === 'picture' && right?.is === 'picture');
    assert.deepEqual([left.file.type, right.file.type], ['image/jpeg', 'image/png']);
    assert.equal(left.file.lastModified, new Date(2026, 10, 21, 20, 30, 2).getTime());
    assert.deepEqual(new Uint8Array(await right.file.arrayBuffer()), data);
  });

  test('what cannot come in is named with the reason, and the rest comes', async () => {
    const zeros = new Uint8Array(20 << 20);
    const found = await open(
      archive([
        { name: 'a.jpg' },
        { name: 'secret.jpg', flags: 1 },
        { name: 'prices.csv' },
        { name: 'more.zip' },
        { name: 'odd.png', method: 14 },
        { name: 'huge.png', size: 2 ** 31 },
        { name: 'bomb.bmp', data: zeros, deflated: true },
        { name: 'lies.png', data: new Uint8Array(5_000), deflated: true, size: 100 },
        { name: 'torn.png', data: new Uint8Array(5_000), deflated: true, crc: 5 },
        { name: 'nothing.png', data: new Uint8Array([255, 255, 255]), method: 8 },
        { name: 'again.png', offset: 0 },
        { name: 'far.png', offset: 0x7fffffff },
        { name: 'z.jpg' },
      ]),
    );
    assert.deepEqual(said(found).map((line) => line.slice(0, 40)), [
      'a.jpg 3',
      'secret.jpg: protected by a password: unp',
      'prices.csv: no photo',
      'more.zip: a ZIP within a ZIP: unpack it ',
      'odd.png: packed in an uncommon way: unpa',
      'huge.png: it would have 2,147.5 MB unpac',
      'bomb.bmp: it grows to more than 400 time',
      'lies.png: damaged in the ZIP',
      'torn.png: damaged in the ZIP',
      'nothing.png: damaged in the ZIP',
      'again.png: damaged in the ZIP',
      'far.png: damaged in the ZIP',
      'z.jpg 3',
    ]);
  });

  test('all together stay within the limits, whatever each says', async () => {
    const data = Uint8Array.from({ length: 1_000 }, (_, index) => (index * 7_919) & 255);
    const files = ['a', 'b', 'c', 'd'].map((name) => ({ name: `${name}.png`, data, deflated: true }));
    assert.deepEqual(said(await open(archive(files), { total: 2_500 })).map((line) => line.slice(0, 26)), [
      'a.png 1000',
      'b.png 1000',
      'c.png: all together are to',
      'd.png: all together are to',
    ]);
    assert.match(said(await open(archive(files), { entries: 3 }))[3] ?? '', /only 3 photos fit/);
  });

  test('names: UTF-8 that says so and that does not, and the old code page', async () => {
    const cp437 = Uint8Array.from([0x54, 0x81, 0x72, 0x2e, 0x6a, 0x70, 0x67]);
    const found = await open(archive([{ name: 'Стол.jpg', flags: 0x800 }, { name: '椅子.jpg' }, { name: cp437 }]));
    assert.deepEqual(said(found), ['Стол.jpg 3', '椅子.jpg 3', 'Tür.jpg 3']);
  });

  test('ZIP64, a comment, and something before the archive', async () => {
    const files = [{ name: 'a.jpg', long: true }, { name: 'b.jpg' }];
    assert.deepEqual(said(await open(archive(files, { long: true }))), ['a.jpg 3', 'b.jpg 3']);
    assert.deepEqual(said(await open(archive(files, { comment: 'PK\u0005\u0006 made by hand' }))), ['a.jpg 3', 'b.jpg 3']);
    assert.deepEqual(said(await open(archive(files, { before: 500 }))), ['a.jpg 3', 'b.jpg 3']);
  });

  test('what is no archive, or half of one, is refused as a whole', async () => {
    const whole = archive([{ name: 'a.jpg' }, { name: 'b.jpg' }]);
    await assert.rejects(open(new Blob(['PK\u0003\u0004 and no more'])), /not a ZIP, or its end is missing/);
    await assert.rejects(open(whole.slice(0, whole.size - 30)), /not a ZIP, or its end is missing/);
    await assert.rejects(open(whole.slice(80)), /damaged/);
    await assert.rejects(open(new Blob([])), /not a ZIP/);
  });

  test('it can be stopped between two pictures', async () => {
    const abort = new AbortController();
    const stopped = async () => {
      for await (const _ of unzip(archive([{ name: 'a.jpg' }, { name: 'b.jpg' }]), { isLitter, signal: abort.signal })) abort.abort();
    };
    await assert.rejects(stopped(), { name: 'AbortError' });
  });
});

const item = (path: string, make: () => Promise<Blob> = async () => new Blob([path])): Item<string> => ({
  of: path,
  path,
  modified: new Date(2026, 10, 21, 8, 15, 30).getTime(),
  make,
});
const run = (items: Item<string>[], sink: Sink, signal = new AbortController().signal) =>
  saveAll(items, sink, { signal, onProgress: () => undefined });

describe('an archive going out', () => {
  function zip(volume?: number) {
    const archives: Blob[] = [];
    const sink = new ZipSink({ name: 'all.zip', save: (file) => archives.push(file), ...(volume && { volume }) });
    return { archives, sink };
  }

  test('what goes in comes out: names in UTF-8, dates, bytes', async () => {
    const { archives, sink } = zip();
    const { saved, left, name } = await run([item('стол/椅子.png'), item('b.png')], sink);
    assert.deepEqual([saved.length, left.length, name, archives.length], [2, 0, 'all.zip', 1]);
    const found = await open(archives[0] as Blob);
    assert.deepEqual(said(found), ['стол/椅子.png 19', 'b.png 5']);
    const [first] = found;
    assert.ok(first?.is === 'picture');
    assert.equal(await first.file.text(), 'стол/椅子.png');
    assert.equal(first.file.lastModified, new Date(2026, 10, 21, 8, 15, 30).getTime());
  });

  test('as many files as an archive takes without a longer count, and no more', async () => {
    const archives: Blob[] = [];
    const sink = new ZipSink({ name: 'all.zip', save: (file) => archives.push(file), files: 300 });
    const { saved, left, stopped } = await run(Array.from({ length: 301 }, (_, index) => item(`${index}.png`)), sink);
    assert.deepEqual([saved.length, left.length, stopped], [300, 1, 'volume']);
    assert.equal((await readDirectory(archives[0] as Blob)).length, 300);
    assert.ok(MOST_FILES < 65_535);
  });

  test('a full one is whole, and the rest is for the next', async () => {
    const { archives, sink } = zip(3_000);
    const kilobyte = new Blob([new Uint8Array(1_000)]);
    const outcome = await run(['a', 'b', 'c', 'd'].map((name) => item(`${name}.png`, async () => kilobyte)), sink);
    assert.equal(outcome.stopped, 'volume');
    assert.deepEqual(outcome.saved.map(({ path }) => path), ['a.png', 'b.png']);
    assert.deepEqual(outcome.left.map(({ path }) => path), ['c.png', 'd.png']);
    assert.equal((await open(archives[0] as Blob)).length, 2);
  });

  test('a picture that cannot be made is told, and the others are in it', async () => {
    const { archives, sink } = zip();
    const { saved, failed } = await run([item('a.png'), item('b.png', () => Promise.reject(new Error('no memory'))), item('c.png')], sink);
    assert.equal(saved.length, 2);
    assert.deepEqual(failed.map(({ item, why }) => [item.path, why]), [['b.png', 'no memory']]);
    assert.deepEqual(said(await open(archives[0] as Blob)), ['a.png 5', 'c.png 5']);
  });

  test('one that breaks saves nothing and loses nothing: all of it is left', async () => {
    const { archives, sink } = zip();
    const torn = { size: 10, stream: () => { throw new DOMException('gone', 'NotReadableError'); } } as unknown as Blob;
    const outcome = await run([item('a.png'), item('b.png', async () => torn), item('c.png')], sink);
    assert.equal(outcome.stopped, 'unknown');
    assert.deepEqual([outcome.saved.length, archives.length], [0, 0]);
    assert.deepEqual(outcome.left.map(({ path }) => path), ['a.png', 'b.png', 'c.png']);
  });

  test('a person who stops it has nothing saved and all left', async () => {
    const { archives, sink } = zip();
    const abort = new AbortController();
    const items = [item('a.png'), item('b.png', async () => (abort.abort(), new Blob([]))), item('c.png')];
    const outcome = await run(items, sink, abort.signal);
    assert.deepEqual([outcome.stopped, outcome.saved.length, outcome.left.length, archives.length], ['by the person', 0, 3, 0]);
  });
});

describe('separate files', () => {
  test('each is a download of its own, one after another', async () => {
    const log: string[] = [];
    const sink = new FilesSink({ save: (_, name) => log.push(name), wait: async (time) => void log.push(`${time} ms`) });
    const { saved } = await run([item('a.png'), item('b.png')], sink);
    assert.equal(saved.length, 2);
    assert.deepEqual(log, ['a.png', '150 ms', 'b.png', '150 ms']);
  });
});

describe('a folder', () => {
  /** A folder in memory that can be told to fail. */
  class Folder {
    readonly files = new Map<string, Blob>();
    readonly folders = new Map<string, Folder>();
    fails: ((name: string) => string | undefined) | undefined;
    readonly name: string;
    constructor(name: string) {
      this.name = name;
    }
    async getDirectoryHandle(name: string): Promise<Folder> {
      const folder = this.folders.get(name) ?? new Folder(name);
      folder.fails = this.fails;
      this.folders.set(name, folder);
      return folder;
    }
    async getFileHandle(name: string, options?: { create: boolean }) {
      if (!options?.create && !this.files.has(name)) throw new DOMException('', 'NotFoundError');
      if (!this.files.has(name)) this.files.set(name, new Blob([]));
      const fail = () => {
        const error = this.fails?.(name);
        if (error) throw new DOMException('', error);
      };
      return {
        createWritable: async () => {
          let data = new Blob([]);
          return {
            write: async (blob: Blob) => (fail(), void (data = blob)),
            close: async () => void this.files.set(name, data),
            abort: async () => undefined,
          };
        },
      };
    }
    async removeEntry(name: string): Promise<void> {
      this.files.delete(name);
    }
  }
  const made = () => {
    const folder = new Folder('listing');
    return { folder, sink: new FolderSink(folder as unknown as FileSystemDirectoryHandle) };
  };

  test('files lie in their folders, and nothing that was there is overwritten', async () => {
    const { folder, sink } = made();
    folder.files.set('a.png', new Blob(['mine']));
    const { saved, name } = await run([item('a.png'), item('x/y/b.png')], sink);
    assert.deepEqual([saved.map(({ path }) => path), name], [['a (2).png', 'x/y/b.png'], 'listing']);
    assert.equal(await folder.files.get('a.png')?.text(), 'mine');
    assert.equal(await folder.folders.get('x')?.folders.get('y')?.files.get('b.png')?.text(), 'x/y/b.png');
  });

  for (const [error, obstacle] of [
    ['QuotaExceededError', 'full'],
    ['NotAllowedError', 'permission'],
    ['NotFoundError', 'gone'],
    ['InvalidStateError', 'unknown'],
  ] as const) {
    test(`${error} in the middle: what is written is told, the rest is left and can go on elsewhere`, async () => {
      const { folder, sink } = made();
      folder.fails = (name) => (name === 'b.png' ? error : undefined);
      const outcome = await run([item('a.png'), item('b.png'), item('c.png')], sink);
      assert.equal(outcome.stopped, obstacle);
      assert.deepEqual(outcome.saved.map(({ path }) => path), ['a.png']);
      assert.deepEqual(outcome.left.map(({ path }) => path), ['b.png', 'c.png']);
      assert.deepEqual([...folder.files.keys()], ['a.png'], 'nothing half is left behind');
      const next = made();
      assert.equal((await run([...outcome.left], next.sink)).saved.length, 2);
    });
  }

});
