/** Colours on the page: by themselves, by a place that is white, by hand; undone, for one or all, and in the files. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import type { Colour } from '../../../www/src/app/studio/colour.js';
import { launch } from './browser.js';
import { axe, button } from './page-harness.js';
import { drawn, onStudio, saved, shoot } from './studio-harness.js';
import { eventually, test } from './testing.js';

let browser: Browser;
before(async () => {
  browser = await launch({ webgpu: 'no adapter' });
});
after(() => browser?.close());

const slider = (frame: Frame, name: string) => frame.getByRole('slider', { name });
const openColour = (frame: Frame) => frame.getByRole('group', { name: 'Settings of' }).getByRole('button', { name: 'Colour' }).click();

test('colours are corrected by themselves and by hand, in words, and every step is undone', async () => {
  await onStudio(browser, {}, ['lamp.jpg'], async ({ page, frame }) => {
    await openColour(frame);
    await frame.getByText('Colours are as the camera saw them.').waitFor();
    const automatic = button(frame, 'Correct automatically');
    await automatic.click();
    assert.equal(await automatic.getAttribute('aria-pressed'), 'true');
    await frame.getByText('Found in each photo: white balance, 0.4 stops lighter.').waitFor();
    await frame.getByText('A small change').waitFor();
    await frame.getByText('Colour difference (ΔE2000): 3.2 on average, 6.4 at most.').waitFor();
    assert.deepEqual(await axe(frame), []);
    await shoot(page, 'colour-1280');
    for (const stops of ['0.5', '1', '1.5']) await slider(frame, 'Brightness').fill(stops);
    await frame.getByText('+1.5 stops').waitFor();
    await frame.getByText('A strong change').waitFor();
    await slider(frame, 'Warmth').focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => slider(frame, 'Warmth').getAttribute('aria-valuetext'), '+1');

    await page.keyboard.press('Control+z');
    assert.equal(await slider(frame, 'Warmth').inputValue(), '0');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await eventually(() => slider(frame, 'Brightness').inputValue(), '0');
    assert.equal(await automatic.getAttribute('aria-pressed'), 'true');
    await button(frame, 'Reset').click();
    await frame.getByText('Colours are as the camera saw them.').waitFor();
    assert.equal(await button(frame, 'Reset').getAttribute('aria-disabled'), 'true');
    await page.keyboard.press('Control+z');
    assert.equal(await automatic.getAttribute('aria-pressed'), 'true');
  });
});

test('a white place is picked in the photo by mouse and by keyboard, and one that tells nothing is refused', async () => {
  await onStudio(browser, {}, ['lamp.jpg'], async ({ page, frame }) => {
    await openColour(frame);
    const pick = button(frame, 'Pick white or grey');
    await pick.click();
    const view = frame.locator('studio-pick .view');
    const box = await frame.locator('studio-pick img').boundingBox();
    assert.ok(box);
    assert.deepEqual(await axe(frame), []);
    await page.mouse.click(box.x + box.width * 0.95, box.y + box.height / 2);
    await frame.getByText('The place is overexposed').waitFor();
    await shoot(page, 'colour-pick-1280');
    await page.mouse.click(box.x + box.width * 0.2, box.y + box.height * 0.1);
    await view.waitFor({ state: 'detached' });
    await frame.getByText('What you picked is neutral now.').waitFor();
    assert.equal(await pick.getAttribute('aria-pressed'), 'true');
    assert.equal(await frame.getByRole('alert').count(), 0);

    await pick.click();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('ArrowDown');
    await frame.getByText('45% across, 9% down').waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await view.waitFor({ state: 'detached' });
    await pick.click();
    await page.keyboard.press('Escape');
    await view.waitFor({ state: 'detached' });
    await button(frame, 'Undo').click();
    await button(frame, 'Undo').click();
    await frame.getByText('Colours are as the camera saw them.').waitFor();
  });
});

test('holding shows the picture before', async () => {
  await onStudio(browser, {}, ['lamp.jpg'], async ({ page, frame }) => {
    await openColour(frame);
    const seen = async () => (await frame.locator('studio-stage canvas').screenshot()).toString('base64');
    const before = await seen();
    await button(frame, 'Correct automatically').click();
    await eventually(async () => (await seen()) !== before, true);
    const corrected = await seen();
    const hold = button(frame, 'Hold to see before');
    await hold.focus();
    await page.keyboard.down('Enter');
    await eventually(seen, before);
    await page.keyboard.up('Enter');
    await eventually(seen, corrected);
    const box = await hold.boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 20, box.y + 10);
    await page.mouse.down();
    await eventually(seen, before);
    await page.mouse.up();
    await eventually(seen, corrected);
  });
});

test('a correction is for all photos or for one, brings all to one, and goes into settings and files', async () => {
  await onStudio(browser, {}, ['lamp.jpg', 'mug.jpg'], async ({ page, frame }) => {
    await openColour(frame);
    const strip = frame.locator('studio-strip');
    const show = async (name: RegExp) => {
      await strip.getByRole('button', { name }).click();
      await drawn(frame);
    };
    await button(frame, 'Only this one').click();
    await slider(frame, 'Dark parts').fill('30');
    await show(/^mug\.jpg/);
    assert.equal(await slider(frame, 'Dark parts').inputValue(), '0');
    await show(/^lamp\.jpg/);
    assert.equal(await slider(frame, 'Dark parts').inputValue(), '30');
    await button(frame, 'Bring the other photo to this one').click();
    await frame.getByText('Brought to the light of the photo that you chose.').waitFor();
    await show(/^mug\.jpg/);
    assert.equal(await slider(frame, 'Dark parts').inputValue(), '30');
    await frame.getByText('Brought to the light of the photo that you chose.').waitFor();

    const file = await saved(page, () => button(frame, 'Save settings').click());
    const settings = JSON.parse(await readFile(await file.path(), 'utf8')) as { colour: Colour };
    assert.deepEqual([settings.colour.light.by, settings.colour.settings.shadows], ['match', 0.3]);
    const load = (value: unknown) =>
      frame.locator('#settings-file').setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(value)) });
    await load({ ...settings, colour: { settings: {} } });
    await frame.getByText('mine.json could not be loaded. These are no settings of colour.').waitFor();
    await load({ ...settings, colour: { light: { by: 'automatic' }, settings: { ...settings.colour.settings, shadows: -0.5 } } });
    await eventually(() => slider(frame, 'Dark parts').inputValue(), '-50');

    await button(frame, 'Export…').click();
    const dialog = frame.getByRole('dialog', { name: 'Export' });
    await saved(page, () => dialog.getByRole('button', { name: 'Export 2 files' }).click());
    const proof = await saved(page, () => dialog.getByRole('button', { name: 'Save the report' }).click());
    const report = JSON.parse(await readFile(await proof.path(), 'utf8')) as { files: { fidelity: [{ colour: Colour }] }[] };
    assert.deepEqual(report.files.map(({ fidelity: [product] }) => product.colour.light.by), ['automatic', 'automatic']);
    await dialog.getByRole('button', { name: 'Close' }).click();
  });
});

for (const [width, height, colorScheme] of [[1440, 900, 'light'], [390, 844, 'light'], [1440, 900, 'dark'], [390, 844, 'dark']] as const) {
  test(`it is accessible, and fits, at ${width} px in ${colorScheme} colours`, async () => {
    await onStudio(browser, { viewport: { width, height }, colorScheme }, ['lamp.jpg', 'mug.jpg'], async ({ page, frame }) => {
      if (width < 800) await frame.getByRole('tab', { name: 'Colour' }).click();
      else await openColour(frame);
      await button(frame, 'Correct automatically').click();
      await frame.getByText('A small change').waitFor();
      assert.deepEqual(await axe(frame), []);
      await shoot(page, `colour-${width}-${colorScheme}`);
      await button(frame, 'Pick white or grey').click();
      assert.deepEqual(await axe(frame), []);
      await shoot(page, `colour-${width}-${colorScheme}-pick`);
      const wider = await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wider <= 0, `nothing sticks out: ${wider} px`);
    });
  });
}
