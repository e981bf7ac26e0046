/** A photo of the seller's own behind the product, and light on the product, on the page as it is built. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { launch } from './browser.js';
import { ROOT, servePage, type Running } from './servers.js';
import { mean, onBuiltStudio, rests, saved, shoot } from './studio-harness.js';
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

/** The picture's upper left corner. */
const CORNER = [0, 0, 0.06, 0.06] as const;
/** Another place than a product's photo. */
const place = () => process.env['PLACE'] ?? join(ROOT, 'tests/browser/fixtures/helmet.jpg');

async function choosePlace(page: Page, inner: FrameLocator): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), inner.getByRole('button', { name: 'Photo', exact: true }).click()]);
  await chooser.setFiles(place());
  await inner.getByText(/is behind the product\.$/).waitFor({ state: 'attached' });
}

interface Proof {
  files: { fidelity: [{ verdict: string; operations: { name: string; touches: string }[] }] }[];
}

test(
  'a photo is behind the product, blurred with its distance, and light on the product is in the report',
  async () => {
    await onBuiltStudio(browser, site, { width: 1440 }, ['lamp.jpg'], async (page, inner) => {
      const studio = await rests(page, inner);
      await choosePlace(page, inner);
      const behind = await rests(page, inner);
      assert.notEqual(behind, studio);
      await shoot(page, 'place-1440');
      const blur = inner.getByRole('slider', { name: 'Blur with distance' });
      await blur.fill('100');
      await blur.blur();
      const blurred = await rests(page, inner);
      assert.notEqual(blurred, behind);
      await shoot(page, 'place-1440-blurred');

      const [before] = await mean(page, blurred, CORNER);
      await inner.getByRole('slider', { name: 'Darker corners' }).fill('100');
      await inner.getByRole('slider', { name: 'Bright edge' }).fill('80');
      const lit = await rests(page, inner);
      const [dark] = await mean(page, lit, CORNER);
      assert.ok((dark ?? 0) < (before ?? 0) * 0.8, `${before} → ${dark}`);
      await shoot(page, 'place-1440-lit');
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+z');
      assert.equal(await rests(page, inner), blurred);
      await page.keyboard.press('Control+y');
      await rests(page, inner);

      await inner.getByRole('button', { name: 'Export…' }).click();
      const dialog = inner.getByRole('dialog', { name: 'Export' });
      await dialog.getByLabel('As it is here').uncheck();
      for (const id of ['amazon_main', 'etsy']) await dialog.locator(`[value=${id}]`).check();
      await saved(page, () => dialog.getByRole('button', { name: 'Export 2 files' }).click());
      const proof = await saved(page, () => dialog.getByRole('button', { name: 'Save the report' }).click());
      const { files } = JSON.parse(await readFile(await proof.path(), 'utf8')) as Proof;
      const touching = files.map(({ fidelity: [product] }) => product.operations.filter(({ touches }) => touches === 'product').map(({ name }) => name));
      // Amazon's white has neither backdrop nor vignette.
      assert.deepEqual(touching, [[], ['vignette']]);
      assert.deepEqual(files.map(({ fidelity: [product] }) => product.verdict), ['no_pixel_invented', 'changed_as_listed']);
      await dialog.getByRole('button', { name: 'Close' }).click();
    });
  },
  { timeout: 180_000 },
);

test('on a phone, too; and what is no photo is refused and leaves everything as it was', async () => {
  await onBuiltStudio(browser, site, { width: 390, height: 844, colorScheme: 'dark' }, ['lamp.jpg'], async (page, inner) => {
    const studio = await rests(page, inner);
    await inner.getByRole('tab', { name: 'Backdrop' }).click();
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), inner.getByRole('button', { name: 'Photo', exact: true }).click()]);
    await chooser.setFiles({ name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo at all') });
    await inner.getByRole('alert').waitFor();
    assert.equal(await inner.getByRole('button', { name: 'Photo', exact: true }).getAttribute('aria-pressed'), 'false');
    await choosePlace(page, inner);
    assert.notEqual(await rests(page, inner), studio);
    assert.equal(await inner.getByRole('alert').count(), 0);
    await shoot(page, 'place-390-dark');
    await inner.getByRole('tab', { name: 'Product' }).click();
    await inner.getByRole('slider', { name: 'Bright edge' }).scrollIntoViewIfNeeded();
    await shoot(page, 'place-390-dark-light');
  });
});
