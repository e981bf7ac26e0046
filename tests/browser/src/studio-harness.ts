/** The studio, opened: on the stand-in engine, and on the page as it is built. */

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Download, Frame, FrameLocator, Page } from 'playwright-core';
import { readDirectory } from '../../../www/src/app/zip/directory.js';
import { button, choose, openBuilt, openPage, pace, photos, settled, type OpenPage } from './page-harness.js';
import { ROOT, type Running } from './servers.js';

/** Opens the stand-in's studio on photos of these names; at the end nothing was asked for and nothing complained. */
export async function onStudio(
  browser: Browser,
  options: Parameters<typeof openPage>[1],
  names: string[],
  work: (open: OpenPage) => Promise<void>,
): Promise<void> {
  const open = await openPage(browser, options);
  open.page.setDefaultTimeout(10_000);
  try {
    await pace(open.frame, 20);
    await choose(open.frame, await photos(...names));
    await settled(open.frame);
    await button(open.frame, /^Studio/).click();
    await drawn(open.frame);
    await work(open);
    assert.deepEqual(open.asked, [], 'nothing was asked for');
    assert.deepEqual(open.errors, [], 'no error in the console');
  } finally {
    await open.close();
  }
}

/** Waits for the picture. */
export const drawn = (frame: Frame) => frame.locator('studio-stage .spinner').waitFor({ state: 'detached' });
export const stage = (frame: Frame | FrameLocator) => frame.locator('studio-stage .view');
/** Where the product is, as the picture's name says. */
export const where = async (frame: Frame) => (await stage(frame).getAttribute('aria-label')) ?? '';
export const saved = async (page: Page, press: () => Promise<void>): Promise<Download> =>
  (await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), press()]))[0];
export const entries = async (download: Download) => readDirectory(new Blob([await readFile(await download.path())]));

/** Keeps a picture of the page, where `SHOTS` names a folder for them. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['SHOTS'];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(ROOT, folder, `${name}.png`) });
}

/** The built page's studio, offline, on photos of the fixture under these names; nothing is asked for and nothing complains. */
export async function onBuiltStudio(
  browser: Browser,
  site: Running,
  { width, height = 900, colorScheme = 'light', device = 'cpu' }: { width: number; height?: number; colorScheme?: 'light' | 'dark'; device?: 'cpu' | 'gpu' },
  names: string[],
  work: (page: Page, inner: FrameLocator) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, acceptDownloads: true, reducedMotion: 'reduce' });
  try {
    const { page, inner, asked, complaints } = await openBuilt(context, `${site.origin}/?device=${device}&model=fast`);
    await context.setOffline(true);
    const buffer = await readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
    await inner.locator('#photos').setInputFiles(names.map((name) => ({ name, mimeType: 'image/jpeg', buffer })));
    await inner.getByText(names.length === 1 ? '1 cut-out ready' : `${names.length} cut-outs ready`).waitFor({ timeout: device === 'gpu' ? 200_000 : 60_000 });
    await inner.getByRole('button', { name: /^Studio/ }).click();
    await rests(page, inner);
    await work(page, inner);
    assert.deepEqual([asked, complaints], [[], []]);
  } finally {
    await context.close();
  }
}

/** Waits until the picture has not changed for a moment. */
export async function rests(page: Page, inner: FrameLocator): Promise<string> {
  await inner.locator('studio-stage .spinner').waitFor({ state: 'detached', timeout: 20_000 });
  let last = '';
  for (let tries = 0; tries < 30; tries++) {
    const now = (await inner.locator('studio-stage canvas').screenshot()).toString('base64');
    if (now === last) return now;
    last = now;
    await page.waitForTimeout(500);
  }
  return assert.fail('the picture never rests');
}

/** The mean of a part of the stage's picture (parts of it): red, green and blue, 0 to 255. What is seen. */
export async function mean(page: Page, png: string, [left, top, right, bottom]: readonly [number, number, number, number]): Promise<number[]> {
  return page.evaluate(
    async ([png, left, top, right, bottom]) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${png}`;
      await picture.decode();
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext('2d');
      if (!context) return [];
      context.drawImage(picture, 0, 0);
      const [w, h] = [picture.width, picture.height];
      const { data } = context.getImageData(left * w, top * h, Math.max((right - left) * w, 1), Math.max((bottom - top) * h, 1));
      const sums = [0, 0, 0];
      for (let at = 0; at < data.length; at += 4) sums.forEach((sum, channel) => (sums[channel] = sum + (data[at + channel] ?? 0)));
      return sums.map((sum) => sum / (data.length / 4));
    },
    [png, left, top, right, bottom] as const,
  );
}
