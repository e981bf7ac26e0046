/** Whoever does not believe it: the dialog that shows what runs, counts requests, and attacks the frame. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import type { Browser } from 'playwright-core';
import { CHANNELS, listen } from './battery.js';
import { launch } from './browser.js';
import { axe, button, openBuilt, openPage } from './page-harness.js';
import { ROOT, servePage, type Running } from './servers.js';
import { test } from './testing.js';

const HELMET = join(ROOT, 'tests/browser/fixtures/helmet.jpg');

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

describe('in the page as it is built', () => {
  let site: Running;
  before(async () => {
    site = await servePage();
  });
  after(() => site?.close());

  test('every attack is tried, none gets out, and the photo that was open is still there', async (t) => {
    const ears = await listen();
    t.after(() => ears.close());
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    t.after(() => context.close());
    const { page } = await openBuilt(context, `${site.origin}/?device=cpu&model=fast`);
    // The frames of the trial come after it.
    const inner = page.locator('iframe').first().contentFrame().locator('iframe').contentFrame();
    await inner.getByText('Runs on this device').first().waitFor();
    await inner.locator('#photos').setInputFiles(HELMET);
    await button(inner, 'Download helmet.jpg').waitFor({ timeout: 60_000 });
    await button(inner, 'Check it yourself').first().click();
    await inner.getByText('Nothing was asked for since the first photo came in.').waitFor();

    await inner.getByLabel('Aim at an address of yours').fill('not an address');
    await button(inner, 'Attack').click();
    await inner.getByText(/An address looks like/).waitFor();
    await inner.getByLabel('Aim at an address of yours').fill(ears.target.origin);
    await button(inner, 'Attack').click();
    await inner.getByText(`None of ${CHANNELS.length} ways led out.`).waitFor({ timeout: 150_000 });
    await inner.getByText('Seen, as it should be').waitFor();
    const outcomes = await inner
      .locator('[data-channel]')
      .evaluateAll((rows) => rows.map((row) => [row.getAttribute('data-channel'), row.getAttribute('data-outcome')]));
    assert.deepEqual(outcomes.map(([id]) => id).sort(), CHANNELS.map(({ id }) => id).sort());
    assert.deepEqual(outcomes.filter(([, outcome]) => outcome === 'through'), []);
    assert.deepEqual(ears.heard(), []);
    assert.equal(await page.locator('iframe').count(), 1, 'no frame of the trial is left');

    await button(inner, 'Compare with what is published').click();
    await inner.getByText(/^\s*All \d+ files are the published ones\.\s*$/).waitFor();
    // What was asked for since is what the checks themselves asked for.
    const listed = inner.locator('requests-section li');
    await listed.getByText('leak/control').waitFor();

    await button(inner, 'Close').click();
    const saved = page.waitForEvent('download');
    await button(inner, 'Download helmet.jpg').click();
    await saved;
  }, { timeout: 240_000 });
});

describe('in the page on its stand-in engine', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`no violation that axe finds, in ${colorScheme} colours`, async (t) => {
      const open = await openPage(browser, { colorScheme });
      t.after(open.close);
      const { frame } = open;
      await button(frame, 'Check it yourself').first().click();
      assert.deepEqual(await axe(frame), [], 'open');
      await button(frame, 'Attack').click();
      await button(frame, 'Compare with what is published').click();
      await frame.getByText(/ways led out/).waitFor();
      for (const summary of await frame.locator('battery-section summary').all()) await summary.click();
      assert.deepEqual(await axe(frame), [], 'after the attacks');
    });
  }
});
