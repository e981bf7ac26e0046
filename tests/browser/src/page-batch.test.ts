/** A batch on the page: an archive comes in, it is paused and named, and goes out in each way, even when that breaks. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { makeZip } from 'client-zip';
import type { Browser, Download, Frame, Page } from 'playwright-core';
import { launch } from './browser.js';
import { axe, button, choose, openPage, pace, photo, photos, settled, type OpenPage } from './page-harness.js';
import { readDirectory } from '../../../www/src/app/zip/directory.js';
import { eventually, test } from './testing.js';

let browser: Browser;
before(async () => {
  browser = await launch({ webgpu: 'no adapter' });
});
after(() => browser?.close());

async function on(options: Parameters<typeof openPage>[1], work: (open: OpenPage) => Promise<void>): Promise<void> {
  const open = await openPage(browser, options);
  try {
    await work(open);
    assert.deepEqual(open.asked, [], 'nothing was asked for');
    assert.deepEqual(open.errors, [], 'no error in the console');
  } finally {
    await open.close();
  }
}

const toast = (frame: Frame, text: string | RegExp) => frame.locator('toast-stack').getByText(text);
const naming = async (frame: Frame) => {
  await button(frame, 'Names and way of saving').click();
  return frame.getByRole('dialog', { name: 'Names and saving' });
};
const names = async (download: Download) =>
  (await readDirectory(new Blob([await readFile(await download.path())]))).map(({ path }) => path);
const saved = async (page: Page, press: () => Promise<void>) => (await Promise.all([page.waitForEvent('download'), press()]))[0];

const table = (text: string) => ({ name: 'articles.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

async function zipOf(files: Record<string, Buffer | string>): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, data]) => ({ name, lastModified: new Date(), input: typeof data === 'string' ? data : new Uint8Array(data) }));
  return Buffer.from(await new Response(makeZip(entries)).arrayBuffer());
}

describe('a ZIP', () => {
  test('comes in as its photos, in its folders; what is none is listed', async () => {
    const { buffer } = await photo('');
    const zip = await zipOf({ 'red/mug.jpg': buffer, 'lamp.jpg': buffer, 'prices.csv': 'a,b', 'notes.txt': 'x', '__MACOSX/._lamp.jpg': 'x' });
    await on({}, async ({ page, frame }) => {
      await pace(frame, 20);
      await choose(frame, [{ name: 'stock.zip', mimeType: 'application/zip', buffer: zip }]);
      await toast(frame, '2 files in stock.zip were left out.').waitFor();
      await settled(frame);
      assert.equal(await frame.locator('photo-card').count(), 2);
      await button(frame, 'Show').click();
      const report = frame.getByRole('dialog', { name: 'What was left out' });
      await report.getByText('prices.csv: no photo').waitFor();
      assert.deepEqual(await axe(frame), []);
      await page.keyboard.press('Escape');
      const archive = await saved(page, () => button(frame, 'Download all').click());
      assert.deepEqual(await names(archive), ['stock/red/mug.png', 'stock/lamp.png']);
    });
  });

  test('that is none says so and keeps nobody from going on', async () => {
    await on({}, async ({ frame }) => {
      await pace(frame, 20);
      await choose(frame, [{ name: 'stock.zip', mimeType: 'application/zip', buffer: Buffer.from('no archive') }, await photo('lamp.jpg')]);
      await toast(frame, 'stock.zip could not be opened. It is not a ZIP, or its end is missing').waitFor();
      await settled(frame);
      assert.equal(await frame.locator('photo-card').count(), 1);
    });
  });
});

test('paused, nothing further begins; resumed, it goes on; the rate shows, and what failed is tried again together', async () => {
  await on({}, async ({ page, frame }) => {
    // The first is at work for as long as it takes to press the button.
    await pace(frame, 400, true);
    await choose(frame, await photos('a.jpg', 'b.jpg', 'broken-1.jpg', 'broken-2.jpg'));
    await button(frame, /^Pause before/).click();
    await frame.getByText('paused, 3 waiting').waitFor();
    await pace(frame, 400);
    await frame.getByText('1 of 4 done').waitFor();
    assert.deepEqual(await axe(frame), []);
    await page.waitForTimeout(800);
    await frame.getByText('1 of 4 done').waitFor();
    await button(frame, /^Resume/).click();
    await frame.getByText(/\d a minute/).waitFor();
    await settled(frame);
    await button(frame, 'Try them again: 2 photos that did not work').click();
    await frame.getByText('2 of 4 done').waitFor();
    await settled(frame);
  });
});

test('a template and a table name the files; what does not fit is listed; a wrong template cannot be taken', async () => {
  await on({}, async ({ page, frame }) => {
    await pace(frame, 20);
    await choose(frame, await photos('IMG_1.jpg', 'IMG_2.jpg', 'other.jpg'));
    await settled(frame);
    const dialog = await naming(frame);
    const input = dialog.getByLabel('File names');
    await input.fill('{sku}-{colour}');
    await dialog.getByText('{colour} is no field. There are {stem}, {sku}').waitFor();
    assert.ok(await dialog.getByRole('button', { name: 'Done' }).isDisabled());
    assert.deepEqual(await axe(frame), []);

    await input.fill('{sku}');
    await dialog.locator('#table').setInputFiles(table('price;file\n1;2\n'));
    await dialog.getByText('No column says more about the files').waitFor();
    await dialog.locator('#table').setInputFiles(table('File name;SKU;Angle\nIMG_1.jpg;MUG-7;front\nimg_2.JPG;MUG-7;back\nghost.jpg;X;\nIMG_1.jpg;Y;'));
    await dialog.getByText('articles.csv: 2 of 3 photos found in it').waitFor();
    for (const text of ['1 photo without a row', '1 row for a file that is not here', '1 row for a file named before']) {
      await dialog.getByText(text).waitFor();
    }
    await dialog.getByText('1 file would have had another’s name').waitFor();
    assert.deepEqual(await dialog.locator('.names li').allTextContents(), ['MUG-7.png', 'MUG-7 (2).png', 'other.png']);
    await dialog.getByRole('button', { name: 'angle' }).click();
    assert.equal(await input.inputValue(), '{sku}-{angle}');
    assert.deepEqual(await dialog.locator('.names li').allTextContents(), ['MUG-7-front.png', 'MUG-7-back.png', 'other.png']);
    assert.deepEqual(await axe(frame), []);
    await dialog.getByRole('button', { name: 'Done' }).click();

    const archive = await saved(page, () => button(frame, 'Download all').click());
    assert.deepEqual(await names(archive), ['MUG-7-front.png', 'MUG-7-back.png', 'other.png']);
    const one = await saved(page, () => button(frame, 'Download IMG_2.jpg').click());
    assert.equal(one.suggestedFilename(), 'MUG-7-back.png');

    // Left with Escape, it stays as it was.
    await (await naming(frame)).getByLabel('File names').fill('nonsense');
    await page.keyboard.press('Escape');
    assert.equal(await (await naming(frame)).getByLabel('File names').inputValue(), '{sku}-{angle}');
  });
});

test('one by one: each a download of its own', async () => {
  await on({}, async ({ page, frame }) => {
    await pace(frame, 20);
    await choose(frame, await photos('a.jpg', 'b.jpg', 'c.jpg'));
    await settled(frame);
    const dialog = await naming(frame);
    // In this frame no folder can be opened, so none is offered.
    assert.deepEqual(await dialog.locator('.ways label').allTextContents(), ['One ZIP', 'Separate files']);
    await dialog.getByLabel('Separate files').check();
    await dialog.getByRole('button', { name: 'Done' }).click();
    const got: string[] = [];
    page.on('download', (download) => got.push(download.suggestedFilename()));
    await button(frame, 'Download all 3 cut-outs one by one').click();
    await toast(frame, 'Saved 3 cut-outs.').waitFor();
    await eventually(async () => got, ['a.png', 'b.png', 'c.png']);
  });
});

test('a file that cannot be made is told, the others are saved, and it can be saved again', async () => {
  await on({}, async ({ page, frame }) => {
    await pace(frame, 20);
    await choose(frame, await photos('a.jpg', 'b.jpg', 'c.jpg'));
    await settled(frame);
    await frame.locator('batch-toolbar').getByRole('radio', { name: 'Sand' }).check();
    await frame.evaluate(() => {
      const { engine } = (globalThis as unknown as { fake: { engine: { encode(...all: unknown[]): Promise<Blob> } } }).fake;
      const encode = engine.encode.bind(engine);
      let count = 0;
      engine.encode = (...all) => (++count === 2 ? Promise.reject(new Error('There was not enough memory.')) : encode(...all));
    });
    const archive = await saved(page, () => button(frame, 'Download all').click());
    assert.deepEqual(await names(archive), ['a.png', 'c.png']);
    const report = frame.getByRole('dialog', { name: '2 of 3 cut-outs saved' });
    await report.getByText('b.png: There was not enough memory.').waitFor();
    await report.getByText('2 cut-outs saved', { exact: true }).click();
    assert.deepEqual(await axe(frame), []);
    const rest = await saved(page, () => report.getByRole('button', { name: 'Save the last one' }).click());
    assert.equal(rest.suggestedFilename(), 'vitrine cut-outs 2.zip');
    assert.deepEqual(await names(rest), ['b.png']);
    await toast(frame, 'Saved 1 cut-out in vitrine cut-outs 2.zip.').waitFor();
  });
});

describe('where the page may open a folder', () => {
  test('files go straight into it, in their folders, beside what was there; when it refuses, the rest goes elsewhere', async () => {
    await on({ place: 'on its own' }, async ({ frame }) => {
      // A real folder of the browser's own, without the dialog that nobody could press here.
      await frame.evaluate(() => {
        const picker = { calls: 0 };
        Object.assign(globalThis, {
          picker,
          showDirectoryPicker: async () =>
            (await navigator.storage.getDirectory()).getDirectoryHandle(`folder ${++picker.calls}`, { create: true }),
        });
      });
      const inFolder = (name: string) =>
        frame.evaluate(async (name) => {
          const found: string[] = [];
          const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
            for await (const [name, handle] of folder as unknown as AsyncIterable<[string, FileSystemHandle]>) {
              if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`);
              else found.push(`${path}${name} ${(await (handle as FileSystemFileHandle).getFile()).size > 0}`);
            }
          };
          await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle(name), '');
          return found.sort();
        }, name);

      await pace(frame, 20);
      await choose(frame, await photos('a.jpg', 'b.jpg'));
      await settled(frame);
      const dialog = await naming(frame);
      await dialog.getByLabel('File names').fill('{seq}/{stem}');
      await dialog.getByLabel('Into a folder').check();
      await dialog.getByRole('button', { name: 'Done' }).click();
      await button(frame, 'Save all 2 cut-outs into a folder').click();
      await toast(frame, 'Saved 2 cut-outs in folder 1.').waitFor();
      assert.deepEqual(await inFolder('folder 1'), ['01/a.png true', '02/b.png true']);

      // The disk is full from the second file on.
      await frame.evaluate(() => {
        const { write } = FileSystemWritableFileStream.prototype;
        let count = 0;
        FileSystemWritableFileStream.prototype.write = async function (...all) {
          if (++count === 2) throw new DOMException('', 'QuotaExceededError');
          return write.apply(this, all);
        };
      });
      await button(frame, 'Save all 2 cut-outs into a folder').click();
      const report = frame.getByRole('dialog', { name: '1 of 2 cut-outs saved' });
      await report.getByText('There was no room left.').waitFor();
      assert.deepEqual(await inFolder('folder 2'), ['01/a.png true']);
      await report.getByRole('button', { name: 'Save the last one' }).click();
      await toast(frame, 'Saved 1 cut-out in folder 3.').waitFor();
      assert.deepEqual(await inFolder('folder 3'), ['02/b.png true']);
    });
  });
});
