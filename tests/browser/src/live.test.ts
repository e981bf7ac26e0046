/** The studio's moving pictures on the graphics adapter: as the worker draws them, and only where they are wanted. */

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch } from './browser.js';
import { servePage, type Running } from './servers.js';
import { mean, onBuiltStudio, rests, shoot, stage } from './studio-harness.js';
import { eventually, test } from './testing.js';

let browser: Browser;
let site: Running;
before(async () => {
  [browser, site] = await Promise.all([launch(), servePage()]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** Which of the studio's marks for the adapter there are, in any of the page's frames. */
async function marks(page: Page): Promise<string[]> {
  const read = () => performance.getEntriesByType('mark').map(({ name }) => name);
  const all = await Promise.all(page.frames().map((frame) => frame.evaluate(read).catch(() => [])));
  return all.flat().filter((name) => name.includes('live')).map((name) => name.replace('vitrine: ', ''));
}

/** Takes the product and moves it, without letting it go. */
async function drag(page: Page, box: { x: number; y: number; width: number; height: number }): Promise<void> {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 30, y - 6);
  await page.mouse.move(x + 60, y - 12);
}

test(
  'on the adapter: what is dragged is drawn there, as it is when it rests',
  async () => {
    await onBuiltStudio(browser, site, { width: 1000, device: 'gpu' }, ['lamp.jpg'], async (page, inner) => {
      await eventually(() => marks(page), ['studio is live'], 60_000);
      const box = await stage(inner).boundingBox();
      assert.ok(box);
      await drag(page, box);
      await eventually(() => marks(page), ['studio is live', 'studio was drawn live'], 30_000);
      const moving = await rests(page, inner);
      await shoot(page, 'live-moving');
      await page.mouse.up();
      const still = await rests(page, inner);
      await shoot(page, 'live-still');
      for (const part of [[0.05, 0.05, 0.25, 0.25], [0.3, 0.3, 0.7, 0.7], [0.4, 0.8, 0.9, 0.95]] as const) {
        const [one, other] = [await mean(page, moving, part), await mean(page, still, part)];
        const apart = Math.max(...one.map((level, channel) => Math.abs(level - (other[channel] ?? 0))));
        assert.ok(apart < 1.5, `${part.join(' ')}: ${one.join(' ')} and ${other.join(' ')}`);
      }
    });
  },
  { timeout: 420_000 },
);

test(
  'on the processor nothing of it is made, though there is an adapter of software',
  async () => {
    await onBuiltStudio(browser, site, { width: 1000 }, ['lamp.jpg'], async (page, inner) => {
      const box = await stage(inner).boundingBox();
      assert.ok(box);
      await drag(page, box);
      await page.mouse.up();
      await rests(page, inner);
      assert.deepEqual(await marks(page), []);
    });
  },
  { timeout: 120_000 },
);
