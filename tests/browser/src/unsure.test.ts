/** Where a cut-out is unsure: how places and outlines are found, and how a person sees them and goes through them. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import type { Doubt } from '../../../pkg/src/engine/types.js';
import { unsureOutline, unsurePlaces, type Place } from '../../../www/src/app/unsure.js';
import { launch } from './browser.js';
import { axe, button, choose, openPage, pace, photos, settled } from './page-harness.js';
import { ROOT, servePage, type Running } from './servers.js';
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

/** A map with rectangles of doubt: left, top, width, height and value. */
function doubtWith(width: number, height: number, ...parts: readonly (readonly [number, number, number, number, number])[]): Doubt {
  const cells = new Uint8Array(width * height);
  for (const [left, top, across, down, value] of parts) {
    for (let y = top; y < top + down; y++) cells.fill(value, y * width + left, y * width + left + across);
  }
  return { width, height, cells };
}

/** The loops of an outline as lists of points. */
function loops(doubt: Doubt): [number, number][][] {
  return unsureOutline(unsurePlaces(doubt, doubt.width / doubt.height))
    .split('M')
    .slice(1)
    .map((loop) => loop.replace('Z', '').split('L').map((point) => point.split(' ').map(Number) as [number, number]));
}

/** The area that a loop goes around; negative the other way round. */
const area = (loop: readonly [number, number][]) =>
  loop.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = loop[(index + 1) % loop.length] ?? [0, 0];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);

test('the most unsure place comes first, and what is sure, faint or tiny is none', () => {
  const doubt = doubtWith(320, 320, [200, 40, 10, 10, 120], [30, 250, 20, 20, 255], [100, 100, 30, 30, 60], [300, 300, 2, 2, 255]);
  const { list, more } = unsurePlaces(doubt, 1);
  assert.equal(more, false);
  assert.equal(list.length, 2);
  const [first, second] = list;
  // With four cells around.
  const cells = ({ left, top, width, height }: Place) => [left, top, width, height].map((part) => Math.round(part * 3200) / 10);
  assert.deepEqual([first, second].map((place) => place && cells(place)), [[26, 246, 28, 28], [196, 36, 18, 18]]);
  // What is drawn is what is counted.
  assert.equal(unsurePlaces(doubt, 1).marks.reduce((sum, mark) => sum + mark, 0), 10 * 10 + 20 * 20);
  const sure = unsurePlaces(doubtWith(320, 320), 1);
  assert.deepEqual([sure.list.length, sure.more, sure.marks.includes(1)], [0, false, false]);
});

test('a long soft outline is several places, each to be judged at a glance; too many are not all listed', () => {
  const outline = unsurePlaces(doubtWith(320, 320, [20, 20, 6, 280, 200]), 1);
  assert.equal(outline.list.length, 7);
  // Windows are square on the photo, whatever its shape: an eighth of its longer side.
  for (const { width, height } of unsurePlaces(doubtWith(320, 320, [0, 0, 320, 320, 255]), 2).list) {
    assert.ok(width <= 48.1 / 320 && height <= 88.1 / 320, `${width} × ${height}`);
  }
  const all = unsurePlaces(doubtWith(320, 320, [0, 0, 320, 320, 255]), 1);
  assert.deepEqual([all.list.length, all.more], [12, true]);
  assert.equal(unsurePlaces(doubtWith(1, 1, [0, 0, 1, 1, 255]), 1).list.length, 1);
});

test('outlines close around what is marked and around its holes, at the border too', () => {
  const [square, ...others] = loops(doubtWith(100, 80, [30, 20, 20, 20, 255]));
  assert.ok(square && others.length === 0);
  const [xs, ys] = [square.map(([x]) => x), square.map(([, y]) => y)];
  const bounds = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  [30, 50, 20, 40].forEach((side, index) => assert.ok(Math.abs((bounds[index] ?? 0) - side) <= 2.5, String(bounds)));
  assert.ok(Math.abs(area(square)) > 400 && Math.abs(area(square)) < 625);

  const ring = loops(doubtWith(100, 80, [20, 10, 40, 40, 255], [30, 20, 20, 20, 0]));
  assert.equal(ring.length, 2);
  // Every loop has what is marked on the same side.
  assert.equal(Math.sign(area(ring[0] ?? [])), -Math.sign(area(ring[1] ?? [])));

  const whole = loops(doubtWith(9, 7, [0, 0, 9, 7, 255]));
  assert.equal(whole.length, 1);
  assert.ok(Math.abs(area(whole[0] ?? [])) >= 63);
  assert.equal(loops(doubtWith(9, 7)).length, 0);
  // Corner to corner, two loops or one, but none is left open.
  for (const loop of loops(doubtWith(60, 60, [5, 5, 20, 20, 255], [29, 29, 20, 20, 255]))) assert.ok(loop.length > 8);
});

for (const [device, options] of [
  ['a phone, dark', { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark' }],
  ['a desktop, light', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
] as const) {
  test(`the unsure places are shown on request and gone through one by one, on ${device}`, async (t) => {
    const { frame, page, asked, errors, close } = await openPage(browser, options);
    t.after(close);
    await pace(frame, 50);
    await choose(frame, await photos('unsure.jpg'));
    await settled(frame);

    // Large.
    await button(frame, 'Enlarge unsure.jpg').first().click();
    const marks = frame.locator('unsure-marks path.hatched');
    const show = button(frame, 'Show unsure places');
    assert.equal(await show.getAttribute('aria-pressed'), 'false');
    assert.equal(await marks.count(), 0);
    assert.deepEqual(await axe(frame), [], 'large');
    await show.click();
    await frame.getByText('3 unsure places are shown.').waitFor({ state: 'attached' });
    // The largest lies in the upper left of the picture: 60 to 90 of 320 cells, and what is drawn around.
    const picture = await frame.locator('photo-dialog compare-slider .picture').boundingBox();
    const box = await marks.boundingBox();
    assert.ok(picture && box);
    const part = (box.x - picture.x) / picture.width;
    assert.ok(Math.abs(part - 60 / 320) < 0.02, `${part}`);
    assert.deepEqual(await axe(frame), [], 'large, shown');
    await page.keyboard.press('u');
    await marks.waitFor({ state: 'detached' });
    assert.equal(await show.getAttribute('aria-pressed'), 'false');
    await button(frame, 'Close').click();

    // By hand.
    await button(frame, 'Correct by hand: unsure.jpg').first().click();
    await button(frame, 'Checkerboard').waitFor();
    assert.equal(await marks.count(), 0);
    const fitted = await zoomOf(frame);
    await button(frame, 'Next unsure place').click();
    await frame.getByText('Unsure place 1 of 3.').waitFor({ state: 'attached' });
    await marks.waitFor();
    await eventually(async () => (await zoomOf(frame)) > fitted, true);
    await inTheMiddle(frame);
    assert.deepEqual(await axe(frame), [], 'by hand, shown');
    await frame.locator('correction-editor .stage').focus();
    for (const [key, place] of [['n', 2], ['n', 3], ['n', 1], ['Shift+N', 3]] as const) {
      await page.keyboard.press(key);
      await frame.getByText(`Unsure place ${place} of 3.`).waitFor({ state: 'attached' });
      await inTheMiddle(frame);
    }
    // The marks go along with the picture, and take no stroke away.
    await page.keyboard.press('0');
    await eventually(async () => {
      const [stage, shown] = [await frame.locator('correction-editor .stage').boundingBox(), await marks.boundingBox()];
      return stage && shown && shown.width < stage.width && shown.x > stage.x;
    }, true);
    const shown = await marks.boundingBox();
    assert.ok(shown);
    await page.mouse.click(shown.x + 4, shown.y + 4);
    await eventually(() => button(frame, 'Undo').isEnabled(), true);
    await page.keyboard.press('u');
    await marks.waitFor({ state: 'detached' });
    assert.equal(await button(frame, 'Show unsure places').getAttribute('aria-pressed'), 'false');
    assert.deepEqual([asked, errors], [[], []]);
  });
}

test('a photo without unsure places says so', async (t) => {
  const { frame, page, errors, close } = await openPage(browser, { viewport: { width: 360, height: 740 } });
  t.after(close);
  await pace(frame, 50);
  await choose(frame, await photos('lamp.jpg'));
  await settled(frame);
  await button(frame, 'Enlarge lamp.jpg').first().click();
  await frame.locator('photo-dialog').getByText('No unsure places').waitFor();
  assert.equal(await button(frame, 'Show unsure places').count(), 0);
  assert.deepEqual(await axe(frame), [], 'large');
  await button(frame, 'Close').click();
  await button(frame, 'Correct by hand: lamp.jpg').first().click();
  await frame.locator('correction-editor').getByText('No unsure places').waitFor();
  const before = await zoomOf(frame);
  await page.keyboard.press('n');
  await frame.locator('correction-editor [role=status]').getByText('No unsure places').waitFor({ state: 'attached' });
  assert.equal(await zoomOf(frame), before);
  assert.deepEqual(await axe(frame), [], 'by hand');
  assert.deepEqual(errors, []);
});

test('the map comes from the engine itself', async (t) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${site.origin}/?device=cpu`);
  const inner = page.frameLocator('iframe').frameLocator('iframe');
  await inner.getByText(/^Runs on this device/).first().waitFor();
  // Out of focus: of such edges neither a network nor the matting can be sure.
  const blurred = await page.evaluate(
    async (bytes) => {
      const photo = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
      const canvas = new OffscreenCanvas(photo.width, photo.height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.filter = 'blur(4px)';
      context.drawImage(photo, 0, 0);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
    },
    [...(await readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg')))],
  );
  await inner.locator('#photos').setInputFiles({ name: 'blurred.png', mimeType: 'image/png', buffer: Buffer.from(blurred) });
  await button(inner, 'Enlarge blurred.png').first().click({ timeout: 20_000 });
  await button(inner, 'Show unsure places').click();
  const marks = await inner.locator('unsure-marks path.hatched').getAttribute('d');
  assert.match(marks ?? '', /^M[\d. L]+Z/);
});

async function zoomOf(frame: Frame): Promise<number> {
  return Number.parseInt(await frame.locator('correction-editor .value').innerText(), 10);
}

/** The place that is being looked at lies wholly in view, and in its middle. */
async function inTheMiddle(frame: Frame): Promise<void> {
  await eventually(async () => {
    const stage = await frame.locator('correction-editor .stage').boundingBox();
    const place = await frame.locator('correction-editor rect.place.dark').boundingBox();
    if (!stage || !place) return 'nothing is shown';
    const off = Math.hypot(place.x + place.width / 2 - stage.x - stage.width / 2, place.y + place.height / 2 - stage.y - stage.height / 2);
    return off < 4 && place.width < stage.width && place.height < stage.height ? 'in the middle' : `off by ${off}`;
  }, 'in the middle');
}
