/** Colours in the studio as it is built: a real correction on the screen and in the files, and what the report says. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch } from './browser.js';
import { servePage, type Running } from './servers.js';
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

interface Proof {
  files: {
    verdict: string;
    fidelity: [{
      verdict: string;
      difference: { mean: number };
      unlisted?: { mean: number };
      operations: { name: string; touches: string; parameters: { settings: { exposure: number }; delta_e_2000: { mean: number } } }[];
    }];
  }[];
}

/** The helmet, in the middle of the picture. */
const PRODUCT = [0.42, 0.4, 0.58, 0.7] as const;

test(
  'a correction is on the screen while it is dragged, in the files, and in their report',
  async () => {
    await onBuiltStudio(browser, site, { width: 1440 }, ['left.jpg', 'right.jpg'], async (page, inner) => {
      const before = await mean(page, await rests(page, inner), PRODUCT);
      await inner.getByRole('group', { name: 'Settings of' }).getByRole('button', { name: 'Colour' }).click();
      await inner.getByRole('button', { name: 'Correct automatically' }).click();
      await inner.getByText(/^Found in each photo: white balance/).waitFor();
      await inner.getByText('Colour difference (ΔE2000)').waitFor();
      await rests(page, inner);
      await shoot(page, 'real-colour-automatic');

      const slider = inner.getByRole('slider', { name: 'Brightness' });
      await slider.focus();
      for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowRight');
      const lighter = await mean(page, await rests(page, inner), PRODUCT);
      lighter.forEach((level, channel) => assert.ok(level > (before[channel] ?? 0) + 15, `${before} → ${lighter}`));
      await shoot(page, 'real-colour-lighter');

      // The wall of the fixture, which is grey.
      await inner.getByRole('button', { name: 'Pick white or grey' }).click();
      const photo = await inner.locator('studio-pick img').boundingBox();
      assert.ok(photo);
      await page.mouse.click(photo.x + photo.width * 0.12, photo.y + photo.height * 0.2);
      await inner.getByText('What you picked is neutral now.').waitFor();
      await inner.getByRole('button', { name: 'Bring the other photo to this one' }).click();
      await inner.getByText('Brought to the light of the photo that you chose.').waitFor();
      await rests(page, inner);

      await inner.getByRole('button', { name: 'Export…' }).click();
      const dialog = inner.getByRole('dialog', { name: 'Export' });
      await dialog.getByLabel('As it is here').uncheck();
      await dialog.locator('[value=amazon_main]').check();
      await saved(page, () => dialog.getByRole('button', { name: 'Export 2 files' }).click());
      const proof = await saved(page, () => dialog.getByRole('button', { name: 'Save the report' }).click());
      const { files } = JSON.parse(await readFile(await proof.path(), 'utf8')) as Proof;
      assert.equal(files.length, 2);
      for (const { verdict, fidelity: [fidelity] } of files) {
        assert.equal(verdict, 'pixels of the product were changed by corrections that the seller asked for, as listed, and none was invented');
        const colour = fidelity.operations.find(({ name }) => name === 'colour');
        assert.equal(colour?.touches, 'product');
        assert.ok(Math.abs(colour.parameters.settings.exposure - 1) < 0.3);
        assert.ok(colour.parameters.delta_e_2000.mean > 3 && fidelity.difference.mean > 3);
        assert.ok((fidelity.unlisted?.mean ?? 9) < 0.3, 'nothing else moved');
      }
      await dialog.getByRole('button', { name: 'Close' }).click();
      assert.equal(await inner.getByRole('alert').count(), 0);
    });
  },
  { timeout: 180_000 },
);
