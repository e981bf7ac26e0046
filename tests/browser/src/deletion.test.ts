/**
 * "Clear all" deletes: what a photo held is in the memory of no process of the browser any more.
 *
 * The photo holds a block of random pixels over and over, stored in its file as it lies in memory when it is decoded, and
 * the processes' memory is searched for it.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { launch } from './browser.js';
import { button, openBuilt } from './page-harness.js';
import { find } from './process-memory.js';
import { servePage } from './servers.js';
import { rests } from './studio-harness.js';
import { test } from './testing.js';

/** Pixels of the block, and of the photo's sides. */
const BLOCK = 16;
const SIDE = 960;

/** The block, RGBA; the same in every run. */
const marker = Buffer.alloc(BLOCK * 4, 0xff);
const random = createHash('sha512').update('what must be gone').digest();
for (let at = 0; at < BLOCK * 4; at += 4) random.copy(marker, at, (at / 4) * 3, (at / 4) * 3 + 3);
/** The same with red and blue exchanged, as graphics stacks have it. */
const exchanged = Buffer.from(marker);
for (let at = 0; at < exchanged.length; at += 4) [exchanged[at], exchanged[at + 2]] = [marker[at + 2] as number, marker[at] as number];

/** A PNG of light grey with the blocks in a square in its middle, its pixels as they are. */
function markedPhoto(): Buffer {
  const line = SIDE * 4 + 1;
  const rows = Buffer.alloc(line * SIDE, 0xee);
  for (let y = 0; y < SIDE; y++) {
    rows[y * line] = 0;
    for (let x = 0; x < SIDE; x++) rows[y * line + 1 + x * 4 + 3] = 0xff;
    if (y < SIDE / 4 || y >= (SIDE * 3) / 4) continue;
    for (let x = SIDE / 4; x < (SIDE * 3) / 4; x += BLOCK) marker.copy(rows, y * line + 1 + x * 4);
  }
  const chunk = (type: string, body: Buffer) => {
    const tail = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    check.writeUInt32BE(crc32(tail));
    return Buffer.concat([length, tail, check]);
  };
  const header = Buffer.from([0, 0, SIDE >> 8, SIDE & 255, 0, 0, SIDE >> 8, SIDE & 255, 8, 6, 0, 0, 0]);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 0 })), chunk('IEND', Buffer.alloc(0))]);
}

/** Has the garbage of every frame and process of the page collected. */
async function collect(browser: Browser, page: Page): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets');
  await session.detach();
  assert.ok(targetInfos.length > 0);
  const own = [page, ...page.frames().filter((frame) => frame !== page.mainFrame())];
  for (const target of own) {
    // A frame in its page's process has no session of its own: the page's collects for it.
    const session = await page.context().newCDPSession(target as Page).catch(() => undefined);
    await session?.send('HeapProfiler.collectGarbage');
    await session?.send('Memory.simulatePressureNotification', { level: 'critical' }).catch(() => undefined);
    await session?.send('HeapProfiler.collectGarbage');
    await session?.detach();
  }
}

for (const [device, limit] of [['cpu', 120_000], ['gpu', 300_000]] as const) {
  test(
    `on ${device}: nothing of a photo is left when all is cleared`,
    async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'vitrine-'));
      t.after(() => rm(folder, { recursive: true }));
      const file = join(folder, 'marked.png');
      await writeFile(file, markedPhoto());
      const [browser, site] = await Promise.all([launch(), servePage()]);
      t.after(() => Promise.all([browser.close(), site.close()]));
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce' });
      const { page, inner } = await openBuilt(context, `${site.origin}/?device=${device}&model=fast`);
      const search = () => find([marker, exchanged]);
      assert.deepEqual(search(), {}, 'before the photo came');

      await inner.locator('#photos').setInputFiles(file);
      await inner.getByText('1 cut-out ready').waitFor({ timeout: limit / 2 });
      await button(inner, /^Studio/).click();
      await rests(page, inner);
      const during = search();
      t.diagnostic(`while it is there: ${JSON.stringify(during)}`);
      assert.ok(Object.keys(during).length > 0, 'the photo is found while it is there');

      await inner.locator('studio-view').getByRole('button', { name: 'Close', exact: true }).click();
      await button(inner, 'Clear all').click();
      await inner.getByRole('alertdialog').getByRole('button', { name: 'Clear all' }).click();
      await inner.getByText('Deleted 1 photo').first().waitFor({ timeout: 60_000 });
      let left = {};
      // Processes end, and what was collected is given back, in their own time.
      for (let tries = 0; tries < 8; tries++) {
        await collect(browser, page);
        left = search();
        t.diagnostic(`after ${tries + 1}: ${JSON.stringify(left)}`);
        if (Object.keys(left).length === 0) break;
        await page.waitForTimeout(2_000);
      }
      assert.deepEqual(left, {});
    },
    { timeout: limit },
  );
}
