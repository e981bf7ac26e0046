/** The studio on the page: a look, a drag, undo, all photos or one, and files for several marketplaces at once. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import type { Browser } from 'playwright-core';
import { aspectOf, type Outline } from '../../../www/src/app/studio/alpha-box.js';
import { arranged } from '../../../www/src/app/studio/group.js';
import { History } from '../../../www/src/app/studio/history.js';
import { boxOf, dressed, moved, placeOf, scaled, turned, type Scene } from '../../../www/src/app/studio/scene.js';
import { AS_SHOT, colourText, withLight, withNeutral, withSettings } from '../../../www/src/app/studio/colour.js';
import { apart, changed, colourOf, likeThis, recoloured, recolouredAll, sceneOf, together, type Scenes } from '../../../www/src/app/studio/scenes.js';
import { fakeLooks } from '../../../www/src/dev/fake-scenes.js';
import { launch } from './browser.js';
import { axe, button, pace } from './page-harness.js';
import { drawn, entries, onStudio, saved, shoot, stage, where } from './studio-harness.js';
import { eventually, test } from './testing.js';

const [scene, white] = fakeLooks.map((look) => look.scene as Scene) as [Scene, Scene];
const place = (of: Scene) => {
  const found = placeOf(of);
  assert.ok(found);
  return found;
};

describe('a scene', () => {
  test('shows the product smaller the farther back it is pushed, and never beyond the horizon', () => {
    const farther = place(moved(scene, 0, -0.27));
    assert.ok(Math.abs(farther.width / place(scene).width - 0.5) < 1e-9);
    assert.ok(place(moved(scene, 0, -5)).y > scene.camera.horizon);
    assert.ok(Math.abs(place(moved(moved(scene, 0, -0.2), 0, 0.2)).height - place(scene).height) < 1e-9);
  });

  test('keeps some of the product in the picture, however it is pulled', () => {
    assert.deepEqual([place(moved(scene, 9, 0)).x, place(moved(scene, -9, 0)).x], [1, 0]);
    assert.ok(Math.max(place(scaled(scene, 100)).width, place(scaled(scene, 100)).height) <= 2);
    assert.ok(Math.max(place(scaled(scene, 0.0001)).width, place(scaled(scene, 0.0001)).height) >= 0.05);
  });

  test('knows where a product of some shape is seen', () => {
    const box = boxOf(scene, 2);
    assert.ok(box);
    assert.ok(Math.abs(box.width - 0.72) < 1e-9 && Math.abs(box.height - 0.36) < 1e-9 && Math.abs(box.top - 0.48) < 1e-9);
  });

  test('frames a turned product by its new box', () => {
    // A square of 100 pixels, and a board of 20 by 100.
    const [square, board]: [Outline, Outline] = [[[0, 0], [100, 0], [100, 100], [0, 100]], [[0, 0], [20, 0], [20, 100], [0, 100]]];
    assert.ok(Math.abs(aspectOf(square, 45) - 1) < 1e-9);
    assert.ok(Math.abs(aspectOf(board, 0) - 0.2) < 1e-9);
    assert.ok(Math.abs(aspectOf(board, 45) - 1) < 1e-9);
    assert.equal(turned(scene, 80).layers[0]?.rotation, 45);
    assert.equal(dressed(turned(scene, 3), white, [scene, white]).layers[0]?.rotation, 3, 'a look leaves it straight');
  });

  test('takes another look’s clothes, and keeps the product where a person put it', () => {
    assert.equal(dressed(scene, white, [scene, white]).backdrop, white.backdrop);
    const put = moved(scene, 0.1, 0);
    assert.equal(place(dressed(put, white, [scene, white])).x, 0.6);
  });
});

describe('scenes of a batch', () => {
  const scenes: Scenes = { shared: scene, own: new Map(), groups: [], turns: new Map(), colour: AS_SHOT, ownColours: new Map() };

  test('change together until a photo goes its own way, and come together again', () => {
    let now = changed(apart(scenes, 2), 2, white);
    assert.deepEqual([sceneOf(now, 1), sceneOf(now, 2)], [scene, white]);
    assert.equal(sceneOf(likeThis(now, 2), 1), white);
    now = changed(together(now, 2), 1, white);
    assert.equal(sceneOf(now, 2), white);
  });

  test('are straightened one by one, whatever else they share', () => {
    let now = changed(scenes, 1, turned(scene, 4));
    assert.deepEqual([sceneOf(now, 1).layers[0]?.rotation, sceneOf(now, 2)], [4, scene]);
    now = likeThis(changed(now, 2, turned(white, -3)), 2);
    assert.deepEqual([sceneOf(now, 1), sceneOf(now, 2)], [turned(white, 4), turned(white, -3)]);
    assert.equal(sceneOf(changed(now, 1, white), 1), white);
  });

  test('have corrections of colour that follow them, and one that goes to all', () => {
    const lighter = withSettings(AS_SHOT, { exposure: 0.5 });
    let now = recoloured(apart(scenes, 2), 2, lighter);
    assert.deepEqual([colourOf(now, 1), colourOf(now, 2)], [AS_SHOT, lighter]);
    assert.equal(colourOf(likeThis(now, 2), 1), lighter);
    now = recolouredAll(now, withLight(lighter, { by: 'automatic' }));
    assert.equal(colourOf(now, 2), colourOf(now, 1));
    assert.equal(colourOf(together(now, 2), 2).settings.exposure, 0.5);
    assert.equal(colourText(AS_SHOT), undefined);
    const picked = withNeutral(colourOf(now, 1), [0.5, 0.4, 0.3]);
    assert.deepEqual([picked.light.by, picked.settings.exposure], ['as_shot', 0.5]);
    assert.equal(withLight(picked, { by: 'automatic' }).settings.white_balance.neutral, null, 'one light decides');
  });

  test('go back and forth; a movement is one step', () => {
    const history = new History(0);
    for (const value of [1, 2, 3]) history.go(value, 'move');
    history.rest();
    history.go(4, 'move');
    history.go(5);
    const seen = [];
    while (history.undo()) seen.push(history.now);
    assert.deepEqual(seen, [4, 3, 0]);
    history.redo();
    history.go(9);
    assert.equal(history.canRedo, false);
  });
});

describe('a group', () => {
  const { size, camera } = scene;
  const together = (...members: [aspect: number, height: number][]) =>
    arranged(scene, members.map(([aspect, height]) => ({ aspect, height })));

  for (const [what, members] of [
    ['two alike', [[0.5, 200], [0.5, 200]]],
    ['a ring beside a ladder', [[1, 20], [0.3, 3_000]]],
    ['eight of all shapes', [[0.3, 300], [2, 80], [1, 100], [0.5, 250], [4, 30], [0.7, 120], [1, 90], [1.5, 60]]],
  ] as [string, [number, number][]][]) {
    test(`of ${what} stands within the picture, none hides another, and each is as high as it is`, () => {
      const { layers } = together(...members);
      assert.equal(layers.length, members.length);
      const boxes = layers.map(({ picture }, index) => {
        const box = boxOf({ ...scene, layers }, members[picture]?.[0] ?? 1, index);
        assert.ok(box && box.left >= 0.04 && box.left + box.width <= 0.96 && box.top > 0.05);
        return box;
      });
      const across = [...boxes].sort((one, other) => one.left - other.left);
      across.slice(1).forEach((box, index) => {
        const before = across[index];
        assert.ok(before && before.left + before.width < box.left);
      });
      // The height on the screen for a millimetre, at the same distance from the camera.
      const scale = layers.map(({ picture, place }) => place.height / (members[picture]?.[1] ?? 1) / (place.y - camera.horizon));
      for (const one of scale) assert.ok(Math.abs(one / (scale[0] ?? 1) - 1) < 1e-9);
      assert.equal(size.width, size.height);
    });
  }
});

let browser: Browser;
before(async () => {
  browser = await launch({ webgpu: 'no adapter' });
});
after(() => browser?.close());

const on = (...[options, names, work]: Parameters<typeof onStudio> extends [unknown, ...infer Rest] ? Rest : never) =>
  onStudio(browser, options, names, work);

test('a look is chosen, the product dragged and scaled, and every step undone', async () => {
  await on({}, ['lamp.jpg'], async ({ page, frame }) => {
    const first = await where(frame);
    assert.match(first, /lamp\.jpg.* 50% across and 84% down/);
    await button(frame, 'Dusk').click();
    assert.equal(await button(frame, 'Dusk').getAttribute('aria-pressed'), 'true');

    const box = await stage(frame).boundingBox();
    assert.ok(box);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 1; step <= 5; step++) await page.mouse.move(x + 20 * step, y);
    await page.mouse.up();
    const dragged = await where(frame);
    assert.notEqual(dragged, first);
    await stage(frame).focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('+');
    assert.notEqual(await where(frame), dragged);

    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    assert.equal(await where(frame), dragged, 'keys are steps of their own');
    await page.keyboard.press('Control+z');
    assert.equal(await where(frame), first, 'the drag was one step');
    await page.keyboard.press('Control+z');
    assert.equal(await button(frame, 'Studio', ).first().getAttribute('aria-pressed'), 'true');
    assert.ok(await button(frame, 'Undo').isDisabled());
    await page.keyboard.press('Control+Shift+z');
    assert.equal(await button(frame, 'Dusk').getAttribute('aria-pressed'), 'true');
    await shoot(page, 'studio-1280');

    const straighten = frame.getByRole('slider', { name: 'Straighten' });
    await straighten.focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await straighten.getAttribute('aria-valuetext'), '0.1° to the right');
    await straighten.fill('-8');
    assert.equal(await straighten.getAttribute('aria-valuetext'), '8° to the left');
    await shoot(page, 'studio-straighten-1280');

    const wide = frame.getByLabel('Width in pixels');
    await frame.getByLabel('Shape of the picture').selectOption({ label: 'Wide, 16:9' });
    assert.deepEqual([await wide.inputValue(), await frame.getByLabel('Height in pixels').inputValue()], ['2000', '1125']);
    await wide.fill('99999');
    await wide.blur();
    assert.equal(await wide.inputValue(), '10000');
    await wide.fill('1600');
    await frame.getByLabel('Height in pixels').fill('700');
    await frame.getByLabel('Height in pixels').blur();
    assert.equal(await frame.getByLabel('Shape of the picture').locator('option:checked').textContent(), 'Own size');
    await eventually(async () => {
      const shape = await frame.locator('studio-stage .picture').boundingBox();
      return shape !== null && Math.abs(shape.width / shape.height - 1600 / 700) < 0.02;
    }, true);
    await shoot(page, 'studio-own-size-1280');
  });
});

test('settings are for all photos, or for one; they go into a file and come back', async () => {
  await on({}, ['lamp.jpg', 'mug.jpg'], async ({ page, frame }) => {
    const strip = frame.locator('studio-strip');
    await button(frame, 'Only this one').click();
    await frame.getByLabel('Height of the light').fill('80');
    await strip.getByRole('button', { name: /^lamp\.jpg.*settings of its own/ }).waitFor();
    await strip.getByRole('button', { name: /^mug\.jpg/ }).click();
    await drawn(frame);
    assert.equal(await frame.getByLabel('Height of the light').inputValue(), '48');
    await strip.getByRole('button', { name: /^lamp\.jpg/ }).click();
    await drawn(frame);
    assert.equal(await frame.getByLabel('Height of the light').inputValue(), '80');

    const file = await saved(page, () => button(frame, 'Save settings').click());
    const settings = JSON.parse(await readFile(await file.path(), 'utf8')) as { scene: Scene };
    assert.equal(settings.scene.key.elevation, 80);

    await button(frame, 'Use this one’s for all photos').click();
    await strip.getByRole('button', { name: /^mug\.jpg/ }).click();
    await drawn(frame);
    assert.equal(await frame.getByLabel('Height of the light').inputValue(), '80');

    const load = (text: string) =>
      frame.locator('#settings-file').setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await load('nonsense');
    await frame.getByText('mine.json could not be loaded. It is not a settings file').waitFor();
    await load('{"vitrine": 2}');
    await frame.getByText('It is from a newer Vitrine').waitFor();
    await load(JSON.stringify({ ...settings, scene: { ...settings.scene, key: { ...settings.scene.key, elevation: 33 } } }));
    await eventually(() => frame.getByLabel('Height of the light').inputValue(), '33');
    await button(frame, 'Undo').click();
    assert.equal(await frame.getByLabel('Height of the light').inputValue(), '80');
  });
});

test('two marketplaces at once; a file that cannot be made stops no other; every finding is there in words', async () => {
  await on({}, ['lamp.jpg', 'unlucky.jpg'], async ({ page, frame }) => {
    await button(frame, 'Export…').click();
    const dialog = frame.getByRole('dialog', { name: 'Export' });
    await dialog.getByLabel('As it is here').uncheck();
    assert.ok(await dialog.getByRole('button', { name: 'Export 0 files' }).isDisabled());
    await dialog.getByLabel('Amazon, main image').check();
    await dialog.getByLabel('Etsy').check();
    await dialog.getByText('First file: lamp-amazon_main.jpg').waitFor();
    assert.deepEqual(await axe(frame), []);
    await shoot(page, 'studio-export-1280');
    const archive = await saved(page, () => dialog.getByRole('button', { name: 'Export 4 files' }).click());
    const files = await entries(archive);
    assert.deepEqual(files.map(({ path }) => path), ['lamp-amazon_main.jpg', 'lamp-etsy.jpg', 'unlucky-amazon_main.jpg']);
    for (const { size } of files) assert.ok(size > 1000);
    await dialog.getByText('3 of 4 files saved').waitFor();
    await dialog.getByText('There was not enough memory for this picture').waitFor();
    await dialog.getByText('The product was enlarged 1.4 times: use a photo taken nearer to it.').waitFor();
    assert.deepEqual(await axe(frame), []);
    await shoot(page, 'studio-result-1280');
    const proof = await saved(page, () => dialog.getByRole('button', { name: 'Save the report' }).click());
    const report = JSON.parse(await readFile(await proof.path(), 'utf8')) as { files: { file: string; marketplace: string }[] };
    assert.deepEqual(report.files.map(({ marketplace }) => marketplace), ['amazon_main', 'etsy', 'amazon_main']);
    await dialog.getByRole('button', { name: 'Close' }).click();
  });
});

test('a finding that can be fixed has a button; it makes that file again, and the rest stays', async () => {
  await on({}, ['fixable lamp.jpg', 'fixable mug.jpg', 'vase.jpg'], async ({ page, frame }) => {
    await button(frame, 'Export…').click();
    const dialog = frame.getByRole('dialog', { name: 'Export' });
    await dialog.getByLabel('As it is here').uncheck();
    await dialog.getByLabel('Amazon, main image').check();
    await dialog.getByLabel('Etsy').check();
    await saved(page, () => dialog.getByRole('button', { name: 'Export 6 files' }).click());
    await dialog.getByText('3 of 6 files are worth a look.').waitFor();
    assert.equal(await dialog.getByRole('button', { name: /^Fix: frame it anew/ }).count(), 2, 'not where it would not help');
    await shoot(page, 'studio-fix-1280');
    assert.deepEqual(await axe(frame), []);
    const one = await saved(page, () => dialog.getByRole('button', { name: 'Fix: frame it anew, fixable mug-etsy.jpg' }).click());
    assert.deepEqual((await entries(one)).map(({ path }) => path), ['fixable mug-etsy.jpg']);
    await dialog.getByText('2 of 6 files are worth a look.').waitFor();
    assert.equal(await dialog.locator('.listed > li').nth(3).locator('.state').textContent(), 'Ready to list', 'it stands where it stood');
    assert.equal(await dialog.getByRole('button', { name: /^Fix all/ }).count(), 0, 'one is left');
    await saved(page, () => dialog.getByRole('button', { name: /^Fix: frame it anew/ }).click());
    await dialog.getByText('1 of 6 files is worth a look.').waitFor();
    await dialog.getByText('6 files saved').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();

    await button(frame, 'Export…').click();
    await dialog.getByRole('button', { name: 'Names and way of saving' }).click();
    const naming = frame.getByRole('dialog', { name: 'Names and saving' });
    await naming.getByRole('button', { name: 'platform' }).click();
    await naming.getByText('fixable lamp-amazon_main.png').waitFor();
    await naming.getByRole('button', { name: 'Cancel' }).click();
    await saved(page, () => dialog.getByRole('button', { name: 'Export 6 files' }).click());
    const all = await saved(page, () => dialog.getByRole('button', { name: 'Fix all 2' }).click());
    assert.deepEqual((await entries(all)).map(({ path }) => path), ['fixable lamp-etsy.jpg', 'fixable mug-etsy.jpg']);
    await dialog.getByRole('button', { name: 'Close' }).click();
  });
});

test('products stand together in a group, are moved one by one, changed, and taken apart', async () => {
  await on({}, ['lamp.jpg', 'mug.jpg', 'vase.jpg'], async ({ page, frame }) => {
    await button(frame, 'Group shot').click();
    const dialog = frame.getByRole('dialog', { name: 'Group shot' });
    await dialog.getByText('3 of at most 8 chosen').waitFor();
    await dialog.getByLabel('Height of lamp.jpg in millimetres').fill('400');
    assert.deepEqual(await axe(frame), []);
    await shoot(page, 'studio-group-dialog');
    await dialog.getByRole('button', { name: 'Arrange' }).click();
    await frame.locator('studio-strip').getByRole('button', { name: 'lamp group of 3' }).waitFor();
    await drawn(frame);
    assert.deepEqual(await axe(frame), []);
    const first = await where(frame);
    const box = await frame.locator('studio-stage .picture').boundingBox();
    assert.ok(box);
    // The tallest stands in the middle.
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.6);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 30, box.y + box.height * 0.6);
    await page.mouse.up();
    assert.notEqual(await where(frame), first);
    await shoot(page, 'studio-group-1280');
    await button(frame, 'Export…').click();
    const shop = frame.getByRole('dialog', { name: 'Export' });
    await shop.getByLabel('Only this one').check();
    const file = await saved(page, () => shop.getByRole('button', { name: 'Export 1 file' }).click());
    assert.deepEqual((await entries(file)).map(({ path }) => path), ['lamp group of 3.jpg']);
    await shop.getByRole('button', { name: 'Close' }).click();

    await button(frame, 'Change the group').click();
    await dialog.getByLabel('mug.jpg', { exact: true }).uncheck();
    await dialog.getByRole('button', { name: 'Arrange' }).click();
    await frame.locator('studio-strip').getByRole('button', { name: 'lamp group of 2' }).waitFor();
    await button(frame, 'Undo').click();
    await frame.locator('studio-strip').getByRole('button', { name: 'lamp group of 3' }).waitFor();
    await drawn(frame);
    await button(frame, 'Change the group').click();
    await dialog.getByRole('button', { name: 'Take the group apart' }).click();
    await eventually(() => frame.locator('studio-strip button').count(), 3);
    await drawn(frame);
    assert.match(await where(frame), /lamp\.jpg/);
  });
});

test('an export is paused, resumed and stopped', async () => {
  await on({}, ['a.jpg', 'b.jpg', 'c.jpg'], async ({ page, frame }) => {
    await pace(frame, 1_600);
    await button(frame, 'Export…').click();
    const dialog = frame.getByRole('dialog', { name: 'Export' });
    await dialog.getByRole('button', { name: 'Export 3 files' }).click();
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByText('1 of 3 files').waitFor();
    await page.waitForTimeout(1_200);
    await dialog.getByText('1 of 3 files').waitFor();
    await dialog.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByText('2 of 3 files').waitFor();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByText('0 of 3 files saved').waitFor({ timeout: 500 });
    await pace(frame, 20);
    await saved(page, () => dialog.getByRole('button', { name: 'Try the other 3' }).click());
    await dialog.getByText('3 files saved').waitFor();
  });
});

for (const [width, height, colorScheme] of [[1440, 900, 'light'], [390, 844, 'light'], [1440, 900, 'dark'], [390, 844, 'dark']] as const) {
  test(`it is accessible, and fits, at ${width} px in ${colorScheme} colours`, async () => {
    await on({ viewport: { width, height }, colorScheme }, ['lamp.jpg', 'mug.jpg', 'vase.jpg'], async ({ page, frame }) => {
      assert.deepEqual(await axe(frame), []);
      await shoot(page, `studio-${width}-${colorScheme}`);
      for (const tab of ['Backdrop', 'Light', 'Product', 'Photos']) {
        if (width > 800) break;
        await frame.getByRole('tab', { name: tab }).click();
        assert.deepEqual(await axe(frame), []);
        await shoot(page, `studio-${width}-${colorScheme}-${tab}`);
      }
      const wider = await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wider <= 0, `nothing sticks out: ${wider} px`);
      await button(frame, 'Hold to see the photo').focus();
      await page.keyboard.down('Enter');
      await frame.getByAltText('Photo lamp.jpg as it was').waitFor();
      await page.keyboard.up('Enter');
      await frame.getByAltText('Photo lamp.jpg as it was').waitFor({ state: 'detached' });
      await button(frame, 'Export…').click();
      await frame.getByLabel('Amazon, main image').waitFor();
      await shoot(page, `studio-${width}-${colorScheme}-export`);
      assert.deepEqual(await axe(frame), []);
    });
  });
}
