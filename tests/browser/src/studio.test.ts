/** The studio on the page as it is built and served: a real cut-out, drawn, changed, and exported offline. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { readDirectory } from '../../../www/src/app/zip/directory.js';
import { unzip } from '../../../www/src/app/zip/unzip.js';
import { launch } from './browser.js';
import { servePage, type Running } from './servers.js';
import { mean, onBuiltStudio, rests, shoot } from './studio-harness.js';
import { ANSWERED, test } from './testing.js';

let browser: Browser;
let site: Running;
before(async () => {
  [browser, site] = await Promise.all([launch({ webgpu: 'no adapter' }), servePage()]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** The picture's corner, in parts of it. */
const CORNER = [0.02, 0.02, 0.02, 0.02] as const;
/** How bright the corner is, 0 to 255. */
const brightness = async (page: Page, png: string) => (await mean(page, png, CORNER)).reduce((sum, channel) => sum + channel / 3, 0);

for (const width of [1440, 390]) {
  test(
    `at ${width} px: a look, a drag, undo, and files for two marketplaces, offline, and nothing is asked for`,
    () => onBuiltStudio(browser, site, { width, height: 844 }, ['left.jpg', 'right.jpg'], async (page, inner) => {
      await shoot(page, `real-${width}`);

      // Another look has another backdrop, at the picture's edge as well.
      const looks = inner.locator('studio-looks button');
      assert.ok((await looks.count()) >= 3);
      const first = await brightness(page, await rests(page, inner));
      let other = first;
      for (let at = 1; Math.abs(other - first) < 8; at++) {
        await looks.nth(at).click();
        other = await brightness(page, await rests(page, inner));
      }
      await shoot(page, `real-${width}-look`);

      const view = inner.locator('studio-stage .view');
      const label = () => view.getAttribute('aria-label');
      const stood = await label();
      const box = await view.boundingBox();
      assert.ok(box);
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 40, y - 5);
      await page.mouse.move(x + 70, y - 10);
      await page.mouse.up();
      assert.notEqual(await label(), stood);
      await rests(page, inner);
      await shoot(page, `real-${width}-dragged`);
      await inner.getByRole('button', { name: 'Undo' }).click();
      assert.equal(await label(), stood);

      await inner.getByRole('button', { name: 'Export…' }).click();
      const dialog = inner.getByRole('dialog', { name: 'Export' });
      const markets = dialog.locator('[name=market]');
      await dialog.locator('[value=amazon_main]').check();
      await dialog.locator('[value=etsy]').check();
      assert.ok((await markets.count()) > 20);
      await dialog.getByLabel('As it is here').uncheck();
      await shoot(page, `real-${width}-export`);
      const [archive] = await Promise.all([
        page.waitForEvent('download', { timeout: 60_000 }),
        dialog.getByRole('button', { name: 'Export 4 files' }).click(),
      ]);
      await dialog.getByText('4 files saved').waitFor();
      await shoot(page, `real-${width}-result`);
      const zip = new File([await readFile(await archive.path())], 'all.zip');
      const files = await readDirectory(zip);
      assert.deepEqual(
        files.map(({ path }) => path),
        ['left-amazon_main.jpg', 'left-etsy.jpg', 'right-amazon_main.jpg', 'right-etsy.jpg'],
      );
      const options = { isLitter: () => false, signal: new AbortController().signal, onProgress: () => undefined };
      for await (const found of unzip(zip, options)) {
        assert.ok(found.is === 'picture');
        const head = Buffer.from(await found.file.slice(0, 3).arrayBuffer());
        assert.deepEqual([...head], [0xff, 0xd8, 0xff], 'a JPEG');
        assert.ok(found.file.size > 20_000);
      }
      const [report] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save the report' }).click()]);
      interface Proof {
        files: { verdict: string; fidelity: { source: { sha256: string }; models: { sha256: string }[]; operations: { name: string }[] }[] }[];
      }
      const { files: proofs } = JSON.parse(await readFile(await report.path(), 'utf8')) as Proof;
      assert.equal(proofs.length, 4);
      for (const { fidelity: [fidelity], verdict } of proofs) {
        assert.ok(fidelity);
        assert.equal(verdict, 'no pixel of the product was invented');
        assert.match(fidelity.source.sha256, /^[0-9a-f]{64}$/);
        assert.match(fidelity.models[0]?.sha256 ?? '', /^[0-9a-f]{64}$/);
      }
      // A photo of 480 pixels is not enlarged, and the linter says what that means.
      await dialog.getByText('take it from nearer or with more pixels').first().waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();

      // Both products in one picture.
      if (width < 800) await inner.getByRole('tab', { name: 'Photos' }).click();
      await inner.getByRole('button', { name: 'Group shot' }).click();
      const grouping = inner.getByRole('dialog', { name: 'Group shot' });
      await grouping.getByLabel('Height of left.jpg in millimetres').fill('300');
      await grouping.getByRole('button', { name: 'Arrange' }).click();
      await inner.getByRole('button', { name: 'left group of 2' }).waitFor();
      await rests(page, inner);
      await shoot(page, `real-${width}-group`);
      assert.equal(await inner.getByRole('alert').count(), 0);
      await inner.getByRole('button', { name: 'Export…' }).click();
      await dialog.getByLabel('Only this one').check();
      await dialog.locator('[value=amazon_main]').uncheck();
      const [group] = await Promise.all([
        page.waitForEvent('download', { timeout: 60_000 }),
        dialog.getByRole('button', { name: 'Export 1 file' }).click(),
      ]);
      const [file] = await readDirectory(new File([await readFile(await group.path())], 'group.zip'));
      assert.equal(file?.path, 'left group of 2.jpg');
      assert.ok(file.size > 20_000);
      // Each of its products has a report of its own.
      const [told] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save the report' }).click()]);
      const { files: [shown] } = JSON.parse(await readFile(await told.path(), 'utf8')) as Proof;
      assert.equal(shown?.fidelity.length, 2);
      // These photos have 480 pixels, and so the worst that is said of any product is said of the picture.
      assert.equal(shown.verdict, 'the photo was enlarged, so pixels were made up between its own');
      for (const { operations } of shown.fidelity) assert.ok(operations.some(({ name }) => name === 'cut_out'));
      await dialog.getByRole('button', { name: 'Close' }).click();
      await inner.getByRole('button', { name: 'Undo' }).click();
      await rests(page, inner);

      // In the middle of a file, stopping answers at once.
      await inner.getByRole('button', { name: 'Export…' }).click();
      await dialog.getByLabel('All 2 photos').check();
      await dialog.locator('[value=amazon_main]').check();
      await dialog.getByRole('button', { name: 'Export 4 files' }).click();
      await dialog.getByText('1 of 4 files').waitFor();
      const took = await dialog.getByRole('button', { name: 'Stop' }).evaluate(async (stop: HTMLElement) => {
        const from = performance.now();
        stop.click();
        while (stop.isConnected) await new Promise((resolve) => setTimeout(resolve, 10));
        return performance.now() - from;
      });
      assert.ok(took < ANSWERED, `stopped after ${Math.round(took)} ms`);
      await dialog.getByText('0 of 4 files saved').waitFor();
    }),
    { timeout: 180_000 },
  );
}
