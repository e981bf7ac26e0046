/** The seller's page, on its stand-in engine: what a person sees and does, and that nothing keeps anyone out. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import { launch } from './browser.js';
import { axe, choose, openPage, pace, photo, photos, settled, type OpenPage } from './page-harness.js';

let browser: Browser;
before(async () => {
  browser = await launch({ webgpu: 'no adapter' });
});
after(() => browser?.close());

/** Opens the page, lets the test work, and checks what must hold of every one. */
async function on(
  options: Parameters<typeof openPage>[1],
  work: (open: OpenPage) => Promise<void>,
): Promise<void> {
  const open = await openPage(browser, options);
  try {
    await work(open);
    assert.deepEqual(open.asked, [], 'nothing was asked for');
    assert.deepEqual(open.errors, [], 'no error in the console');
  } finally {
    await open.close();
  }
}

const card = (frame: Frame, name: string) => frame.locator('photo-card', { has: frame.getByRole('heading', { name, exact: true }) });
const noOverflow = (frame: Frame) =>
  frame.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
/** What has the focus, through shadow roots. */
const focused = (frame: Frame) =>
  frame.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.getAttribute('aria-label') ?? active?.textContent?.trim() ?? '';
  });

describe('no violation that axe finds', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [device, viewport, hasTouch] of [
      ['a phone', { width: 360, height: 740 }, true],
      ['a desktop', { width: 1440, height: 900 }, false],
    ] as const) {
      const options = { colorScheme, viewport, hasTouch };
      test(`${colorScheme}, on ${device}: empty, getting ready, working, done, with trouble, enlarged, asking`, async () => {
        await on({ ...options, arrival: 'hold' }, async ({ frame }) => {
          assert.deepEqual(await axe(frame), [], 'getting ready');
          assert.ok(await noOverflow(frame));
        });
        await on({ ...options, arrival: 'fail' }, async ({ frame }) => {
          await frame.getByText('Vitrine could not start', { exact: true }).waitFor();
          assert.deepEqual(await axe(frame), [], 'no engine');
        });
        await on(options, async ({ frame }) => {
          await frame.getByText('Runs on this device').first().waitFor();
          assert.deepEqual(await axe(frame), [], 'empty');
          assert.ok(await noOverflow(frame));

          await pace(frame, 100);
          await choose(frame, await photos('lamp.jpg', 'large-table.jpg', 'empty-wall.jpg', 'broken-mug.jpg'));
          await settled(frame);
          await pace(frame, 100, true);
          await choose(frame, await photos('bowl.jpg', 'vase.jpg'));
          await card(frame, 'bowl.jpg').getByRole('progressbar').waitFor();
          assert.deepEqual(await axe(frame), [], 'working');
          assert.ok(await noOverflow(frame));

          await pace(frame, 100);
          await settled(frame);
          await card(frame, 'lamp.jpg').getByRole('button', { name: 'Background of lamp.jpg' }).click();
          assert.deepEqual(await axe(frame), [], 'done');
          assert.ok(await noOverflow(frame));

          await card(frame, 'lamp.jpg').getByRole('button', { name: 'Enlarge' }).click();
          await frame.getByRole('dialog').waitFor();
          assert.deepEqual(await axe(frame), [], 'enlarged');
          await frame.getByRole('button', { name: '200%' }).click();
          assert.deepEqual(await axe(frame), [], 'zoomed');
          await frame.getByRole('button', { name: 'Close' }).click();

          await frame.getByRole('button', { name: 'Clear all' }).click();
          await frame.getByRole('alertdialog').waitFor();
          assert.deepEqual(await axe(frame), [], 'asking');
        });
      });
    }
  }
});
