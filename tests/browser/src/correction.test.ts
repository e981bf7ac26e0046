/** Correction by hand: with the real engine from the card to the saved file, and that nothing keeps anyone out. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch } from './browser.js';
import { axe, button, choose, openPage, pace, paint, photos, settled } from './page-harness.js';
import { ROOT, servePage, type Running } from './servers.js';
import { shoot } from './studio-harness.js';
import { eventually, test } from './testing.js';

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

/** How two cut-outs of one size differ: where, in parts of their sides, and which way. */
async function differences(one: Buffer, other: Buffer) {
  const page = await browser.newPage();
  try {
    return await page.evaluate(
      async ([one, other]) => {
        const read = async (bytes: readonly number[]) => {
          const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]), { premultiplyAlpha: 'none' });
          const { width, height } = bitmap;
          const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
          context.drawImage(bitmap, 0, 0);
          return context.getImageData(0, 0, width, height);
        };
        const [a, b] = [await read(one), await read(other)];
        const found = { lower: 0, higher: 0, otherColours: 0, left: 1, right: 0, top: 1, bottom: 0 };
        for (let index = 0; index < a.data.length; index += 4) {
          const [from, to] = [a.data[index + 3] ?? 0, b.data[index + 3] ?? 0];
          if (from === to) {
            if ([0, 1, 2].some((channel) => a.data[index + channel] !== b.data[index + channel])) found.otherColours++;
            continue;
          }
          if (to < from) found.lower++;
          else found.higher++;
          const x = ((index / 4) % a.width) / a.width;
          const y = Math.floor(index / 4 / a.width) / a.height;
          Object.assign(found, { left: Math.min(found.left, x), right: Math.max(found.right, x) });
          Object.assign(found, { top: Math.min(found.top, y), bottom: Math.max(found.bottom, y) });
        }
        return found;
      },
      [[...one], [...other]] as const,
    );
  } finally {
    await page.close();
  }
}

test('a stroke erases, is undone and made again, and is in the file and nowhere else', async (t) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${site.origin}/?device=cpu`);
  const inner = page.frameLocator('iframe').frameLocator('iframe');
  const save = async () => {
    const [saved] = await Promise.all([page.waitForEvent('download'), button(inner, 'Download helmet.jpg').click()]);
    return readFile(await saved.path());
  };

  await inner.getByText(/^Runs on this device/).first().waitFor();
  await inner.locator('#photos').setInputFiles(HELMET);
  await button(inner, 'Download helmet.jpg').waitFor({ timeout: 20_000 });
  const open = async () => {
    await button(inner, 'Correct by hand: helmet.jpg').first().click();
    await button(inner, 'Checkerboard').waitFor();
  };
  const [undo, redo] = [button(inner, 'Undo'), button(inner, 'Redo')];

  const before = await save();
  await open();
  await paint(page, inner.locator('correction-editor .stage'), 60);
  await eventually(() => undo.isEnabled(), true);
  await undo.click();
  await eventually(() => redo.isEnabled(), true);
  assert.equal(await undo.isEnabled(), false);
  await redo.click();
  await eventually(() => undo.isEnabled(), true);
  await button(inner, 'Done').click();
  await inner.getByText('Corrected by hand').waitFor();
  const found = await differences(before, await save());
  t.diagnostic(JSON.stringify(found));
  assert.ok(found.lower > 400, `${found.lower} pixels are less opaque`);
  assert.equal(found.higher, 0);
  assert.equal(found.otherColours, 0);
  assert.ok(found.left > 0.3 && found.right < 0.7 && found.top > 0.4 && found.bottom < 0.6);

  // What is discarded leaves the corrected one as it was.
  await open();
  await page.keyboard.press('k');
  await paint(page, inner.locator('correction-editor .stage'), 60);
  await eventually(() => undo.isEnabled(), true);
  await page.keyboard.press('Control+z');
  await eventually(() => undo.isEnabled(), false);
  await button(inner, 'Cancel').click();
  await inner.getByRole('dialog').waitFor({ state: 'hidden' });
  await inner.getByText('Corrected by hand').waitFor();
  assert.deepEqual(complaints, []);
});

test('a speck is healed: its colours change and no opacity, and the file’s report says so', async (t) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce' });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${site.origin}/?device=cpu&model=fast`);
  const inner = page.frameLocator('iframe').frameLocator('iframe');
  await inner.locator('#photos').setInputFiles(HELMET);
  await inner.getByText('1 cut-out ready').waitFor({ timeout: 60_000 });
  const save = async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), button(inner, /^Download helmet/).first().click()]);
    return readFile(await download.path());
  };
  const before = await save();
  await button(inner, 'Correct by hand: helmet.jpg').first().click();
  await button(inner, 'Checkerboard').waitFor();
  await page.keyboard.press('h');
  await inner.getByLabel('Size').fill('20');
  await inner.locator('correction-editor .stage').focus();
  await shoot(page, 'real-heal-before');
  const box = await inner.locator('correction-editor .stage').boundingBox();
  assert.ok(box);
  // Twice on the helmet's leather, once where there is nothing.
  for (const [x, y] of [[0.5, 0.26], [0.52, 0.24], [0.1, 0.1]] as const) {
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    await inner.getByText(x > 0.3 ? /^Healed/ : /^Nothing to change/).waitFor({ state: 'attached' });
  }
  await shoot(page, 'real-heal-after');
  await button(inner, 'Done').click();
  await inner.getByText('Corrected by hand').waitFor();
  const found = await differences(before, await save());
  assert.deepEqual([found.lower, found.higher], [0, 0]);
  assert.ok(found.otherColours > 100 && found.otherColours < 4_000, `${found.otherColours} pixels have other colours`);

  await inner.getByRole('button', { name: /^Studio/ }).click();
  await inner.locator('studio-stage .spinner').waitFor({ state: 'detached' });
  await inner.getByRole('button', { name: 'Export…' }).click();
  const dialog = inner.getByRole('dialog', { name: 'Export' });
  await dialog.getByLabel('As it is here').uncheck();
  await dialog.locator('[value=etsy]').check();
  await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export 1 file' }).click()]);
  const [proof] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save the report' }).click()]);
  interface Proof {
    files: { verdict: string; fidelity: [{ operations: { name: string; parameters: { spots: number; pixels: number } }[] }] }[];
  }
  const { files: [file] } = JSON.parse(await readFile(await proof.path(), 'utf8')) as Proof;
  assert.match(file?.verdict ?? '', /^small spots of the product were replaced/);
  const retouch = file?.fidelity[0].operations.find(({ name }) => name === 'retouch');
  assert.deepEqual([retouch?.parameters.spots, (retouch?.parameters.pixels ?? 0) >= found.otherColours], [2, true]);
  assert.deepEqual(complaints, []);
}, { timeout: 120_000 });

test('one finger paints, two move and zoom and paint nothing', async (t) => {
  const { frame, page, errors, close } = await openPage(browser, { viewport: { width: 390, height: 844 }, hasTouch: true });
  t.after(close);
  await pace(frame, 50);
  await choose(frame, await photos('lamp.jpg'));
  await settled(frame);
  await button(frame, 'Correct by hand: lamp.jpg').first().click();
  await button(frame, 'Checkerboard').waitFor();
  const zoom = async () => Number.parseInt(await frame.locator('correction-editor .value').innerText(), 10);
  const fitted = await zoom();

  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: readonly (readonly [number, number])[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: places.map(([x, y], id) => ({ x, y, id })) });
  await touch('touchStart', [180, 380]);
  await touch('touchStart', [180, 380], [220, 420]);
  for (let step = 1; step <= 5; step++) await touch('touchMove', [180 - step * 12, 380 - step * 12], [220 + step * 12, 420 + step * 12]);
  await touch('touchEnd');
  await eventually(async () => (await zoom()) > fitted * 2.5, true);
  assert.equal(await button(frame, 'Undo').isEnabled(), false);

  await touch('touchStart', [150, 400]);
  for (let step = 1; step <= 5; step++) await touch('touchMove', [150 + step * 15, 400]);
  await touch('touchEnd');
  await eventually(() => button(frame, 'Undo').isEnabled(), true);
  assert.deepEqual(errors, []);
});

for (const [device, options] of [
  ['a phone, dark', { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark' }],
  ['a desktop, light', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
] as const) {
  test(`no violation that axe finds, on ${device}; the keyboard paints`, async (t) => {
    const { frame, page, errors, close } = await openPage(browser, options);
    t.after(close);
    await pace(frame, 50);
    await choose(frame, await photos('lamp.jpg'));
    await settled(frame);
    await button(frame, 'Correct by hand: lamp.jpg').first().click();
    assert.deepEqual(await axe(frame), [], 'opening');
    await button(frame, 'Checkerboard').waitFor();
    assert.deepEqual(await axe(frame), [], 'open');

    for (const key of [']', 'ArrowRight', 'Shift+ArrowDown', 'm', '+']) await page.keyboard.press(key);
    await page.keyboard.down('Enter');
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.up('Enter');
    await eventually(() => button(frame, 'Undo').isEnabled(), true);
    await frame.getByText('Erased.').waitFor({ state: 'attached' });
    await page.keyboard.press('r');
    assert.deepEqual(await axe(frame), [], 'region');
    await page.keyboard.press('h');
    assert.equal(await frame.getByRole('button', { name: 'Heal' }).getAttribute('aria-pressed'), 'true');
    await page.keyboard.press('Enter');
    await frame.getByText('Healed.').waitFor({ state: 'attached' });
    await frame.getByLabel('Size').fill('240');
    for (const key of ['0', '-', '-', '-']) await page.keyboard.press(key);
    await frame.locator('correction-editor .stage').focus();
    await page.keyboard.press('Enter');
    await frame.getByText('use a smaller brush, or several strokes').first().waitFor();
    assert.deepEqual(await axe(frame), [], 'heal');
    await shoot(page, `heal-${options.viewport.width}-${options.colorScheme}`);

    // Leaving asks, for there is something to lose.
    await page.keyboard.press('Escape');
    await button(frame, 'Go on correcting').click();
    await button(frame, 'Cancel').click();
    await button(frame, 'Discard').click();
    await frame.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal(await frame.getByText('Corrected by hand').count(), 0);
    assert.deepEqual(errors, []);
  });
}
