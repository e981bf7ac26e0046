/** The studio on the page as it is built and served: a real cut-out, drawn, changed, and exported offline. */

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { readDirectory } from '../../../www/src/app/zip/directory.js';
import { unzip } from '../../../www/src/app/zip/unzip.js';
import { launch } from './browser.js';
import { ROOT, servePage, type Running } from './servers.js';
import { test } from './testing.js';

let browser: Browser;
let site: Running;
before(async () => {
  [browser, site] = await Promise.all([launch({ webgpu: 'no adapter' }), servePage()]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const HELMET = join(ROOT, 'tests/browser/fixtures/helmet.jpg');

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['SHOTS'];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(ROOT, folder, `${name}.png`) });
}

/** How bright the stage's picture is at some places (parts of it), 0 to 255: what is seen, not what is in memory. */
async function brightness(page: Page, inner: FrameLocator, places: readonly (readonly [number, number])[]): Promise<number[]> {
  const png = (await inner.locator('studio-stage canvas').screenshot()).toString('base64');
  return page.evaluate(
    async ([png, places]) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${png}`;
      await picture.decode();
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext('2d');
      if (!context) return [];
      context.drawImage(picture, 0, 0);
      return places.map(([x, y]) => {
        const [red = 0, green = 0, blue = 0] = context.getImageData(x * picture.width, y * picture.height, 1, 1).data;
        return (red + green + blue) / 3;
      });
    },
    [png, places] as const,
  );
}

/** Waits until the picture has not changed for a moment. */
async function rests(page: Page, inner: FrameLocator): Promise<void> {
  await inner.locator('studio-stage .spinner').waitFor({ state: 'detached', timeout: 20_000 });
  let last = '';
  for (let tries = 0; tries < 30; tries++) {
    const now = (await inner.locator('studio-stage canvas').screenshot()).toString('base64');
    if (now === last) return;
    last = now;
    await page.waitForTimeout(500);
  }
  assert.fail('the picture never rests');
}

for (const width of [1440, 390]) {
  test(
    `at ${width} px: a look, a drag, undo, and files for two marketplaces, offline, and nothing is asked for`,
    async (t) => {
      const context = await browser.newContext({ viewport: { width, height: 844 }, acceptDownloads: true, reducedMotion: 'reduce' });
      t.after(() => context.close());
      const page = await context.newPage();
      const [asked, complaints]: [string[], string[]] = [[], []];
      page.on('request', (request) => {
        if (!request.url().startsWith('blob:')) asked.push(request.url());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(`${site.origin}/?device=cpu&model=fast`);
      const inner = page.frameLocator('iframe').frameLocator('iframe');
      await inner.getByText(/^Runs on this device/).first().waitFor();
      asked.length = 0;
      await context.setOffline(true);
      await inner.locator('#photos').setInputFiles([
        { name: 'left.jpg', mimeType: 'image/jpeg', buffer: await readFile(HELMET) },
        { name: 'right.jpg', mimeType: 'image/jpeg', buffer: await readFile(HELMET) },
      ]);
      await inner.getByText('2 cut-outs ready').waitFor({ timeout: 60_000 });
      await inner.getByRole('button', { name: /^Studio/ }).click();
      await rests(page, inner);
      await shoot(page, `real-${width}`);

      // Another look has another backdrop, at the picture's edge as well.
      const looks = inner.locator('studio-looks button');
      assert.ok((await looks.count()) >= 3);
      const first = await brightness(page, inner, [[0.02, 0.02]]);
      let other = first;
      for (let at = 1; Math.abs((other[0] ?? 0) - (first[0] ?? 0)) < 8; at++) {
        await looks.nth(at).click();
        await rests(page, inner);
        other = await brightness(page, inner, [[0.02, 0.02]]);
      }
      await shoot(page, `real-${width}-look`);

      const stage = inner.locator('studio-stage .view');
      const label = () => stage.getAttribute('aria-label');
      const stood = await label();
      const box = await stage.boundingBox();
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
        files: { verdict: string; fidelity: { source: { sha256: string }; models: { sha256: string }[] } }[];
      }
      const { files: proofs } = JSON.parse(await readFile(await report.path(), 'utf8')) as Proof;
      assert.equal(proofs.length, 4);
      for (const { fidelity, verdict } of proofs) {
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
      assert.ok(took < 500, `stopped after ${Math.round(took)} ms`);
      await dialog.getByText('0 of 4 files saved').waitFor();
      assert.deepEqual(asked, []);
      assert.deepEqual(complaints, []);
    },
    { timeout: 180_000 },
  );
}
