/** The model studio on the page as it is built, with the real engine: products on photos of people. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import { launch } from './browser.js';
import { axe, button, choose, openBuilt, openPage, photos, settled, type BuiltPage } from './page-harness.js';
import { ROOT, servePage, type Running } from './servers.js';
import { entries, saved, shoot } from './studio-harness.js';
import { ANSWERED, eventually, test } from './testing.js';

let browser: Browser;
let site: Running;
before(async () => {
  [browser, site] = await Promise.all([launch({ webgpu: 'no adapter' }), servePage()]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const read = async (path: string, name: string, mimeType: string) => ({ name, mimeType, buffer: await readFile(join(ROOT, path)) });
const glasses = (name: string) => read(`www/shop/products/${name}.png`, `${name}.png`, 'image/png');
const person = (name: string) => read('tests/fixtures/people/face.jpg', name, 'image/jpeg');
const nobody = () => read('tests/browser/fixtures/helmet.jpg', 'helmet.jpg', 'image/jpeg');

/** The page with some products cut out, and the frame that it is in. */
async function onPage(t: TestContext, products: string[]): Promise<BuiltPage & { frame: Frame }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce' });
  t.after(() => context.close());
  const open = await openBuilt(context, `${site.origin}/?device=cpu&model=fast`);
  const { page, inner } = open;
  await inner.locator('#photos').setInputFiles(await Promise.all(products.map(glasses)));
  await inner.getByText(products.length === 1 ? '1 cut-out ready' : `${products.length} cut-outs ready`).waitFor();
  const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
  assert.ok(frame);
  return { ...open, frame };
}

const room = (frame: Frame) => frame.locator('model-view');
const enter = (frame: Frame) => button(frame, /^On a model/).click();
const addPhotos = async (frame: Frame, ...photos: Promise<Awaited<ReturnType<typeof person>>>[]) =>
  room(frame).locator('input[type=file]').setInputFiles(await Promise.all(photos));
const pictures = (frame: Frame) => room(frame).getByRole('button', { name: /^Enlarge/ });

test('the try-on comes when the model studio is opened, and after that nothing is asked for', async (t) => {
  const { page, frame, asked, complaints } = await onPage(t, ['round-gold']);
  assert.deepEqual(asked, []);
  await enter(frame);
  await shoot(page, 'model-empty');
  assert.deepEqual(await axe(frame), []);
  await eventually(async () => asked.map((address) => /(try-on-\w+|face_\w+|body_\w+|hair)\.\w+\.\w+$/.exec(address)?.[1]).sort(), [
    'body_detector',
    'body_points',
    'face_detector',
    'face_mesh',
    'hair',
    'try-on-relaxed',
    'try-on-worker',
  ]);
  await room(frame).getByRole('progressbar').waitFor({ state: 'detached' });
  asked.length = 0;
  await page.context().setOffline(true);

  await addPhotos(frame, person('anna.jpg'));
  await button(frame, 'Enlarge round-gold on anna').waitFor();
  await shoot(page, 'model-one');
  assert.deepEqual(await axe(frame), []);

  const one = await saved(page, () => button(frame, 'Save round-gold on anna').click());
  assert.equal(one.suggestedFilename(), 'round-gold on anna.jpg');
  const bytes = await readFile(await one.path());
  assert.deepEqual([...bytes.subarray(0, 2)], [0xff, 0xd8]);
  assert.deepEqual([asked, complaints], [[], []]);
});

test('two products on two photos are drawn one after another, seen large, named and packed', async (t) => {
  const { page, frame, complaints } = await onPage(t, ['round-gold', 'cat-eye-berry']);
  await enter(frame);
  await addPhotos(frame, person('anna.jpg'), person('berta.jpg'));
  await eventually(() => pictures(frame).count(), 4, 30_000);
  await shoot(page, 'model-grid');

  // Of another width it is another picture.
  const small = () => button(frame, 'Enlarge round-gold on anna').locator('img').getAttribute('src');
  const before = await small();
  const width = room(frame).getByRole('spinbutton', { name: /width of round-gold/ });
  assert.equal(await width.inputValue(), '140');
  await width.fill('170');
  await width.press('Enter');
  await eventually(async () => (await pictures(frame).count()) === 4 && (await small()) !== before, true, 30_000);

  await button(frame, 'Enlarge round-gold on anna').click();
  const large = frame.locator('model-large');
  await large.getByRole('heading', { name: 'round-gold on anna' }).waitFor();
  assert.deepEqual(await axe(frame), []);
  const photo = large.getByRole('img', { name: 'Photo anna.jpg', includeHidden: true });
  assert.equal(await photo.isVisible(), false);
  await button(frame, 'Hold to see the photo').focus();
  await page.keyboard.down('Enter');
  await eventually(() => photo.isVisible(), true);
  await page.keyboard.up('Enter');
  await eventually(() => photo.isVisible(), false);
  await page.keyboard.press('ArrowRight');
  await large.getByRole('heading', { name: 'round-gold on berta' }).waitFor();
  await shoot(page, 'model-large');
  await page.keyboard.press('Escape');
  await large.getByRole('heading').waitFor({ state: 'detached' });

  const archive = await saved(page, () => button(frame, 'Save all 4 pictures').click());
  assert.equal(archive.suggestedFilename(), 'vitrine on models.zip');
  assert.deepEqual((await entries(archive)).map(({ path }) => path), [
    'round-gold on anna.jpg',
    'round-gold on berta.jpg',
    'cat-eye-berry on anna.jpg',
    'cat-eye-berry on berta.jpg',
  ]);
  await frame.getByText('Saved 4 pictures in vitrine on models.zip.').first().waitFor();
  // All is saved, so nobody is asked.
  await page.keyboard.press('Escape');
  await room(frame).getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(complaints, []);
});

test('for a marketplace pictures are cut to its shape when they are saved, and judged by its rules', async (t) => {
  const { page, frame, asked, complaints } = await onPage(t, ['round-gold']);
  await enter(frame);
  await addPhotos(frame, person('anna.jpg'), person('berta.jpg'));
  await eventually(() => pictures(frame).count(), 2, 30_000);
  asked.length = 0;
  const market = room(frame).getByRole('combobox', { name: 'Files for' });
  await market.selectOption('pinterest_pin');
  await shoot(page, 'model-market');
  assert.deepEqual(await axe(frame), []);
  const archive = await saved(page, () => button(frame, 'Save all 2 pictures').click());
  const files = await entries(archive);
  // It likes PNG best, and takes JPEG, which is for photos.
  assert.deepEqual(files.map(({ path }) => path), ['round-gold on anna.jpg', 'round-gold on berta.jpg']);
  await room(frame).getByText('The picture was cut to 2:3, which leaves 33% of it out.').first().waitFor();

  await market.selectOption('amazon_main');
  const one = await saved(page, () => button(frame, 'Save round-gold on anna').click());
  assert.equal(one.suggestedFilename(), 'round-gold on anna.jpg');
  await room(frame).getByText('It is worth a look:').first().waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await eventually(() => room(frame).locator('.market').evaluate((row) => row.getBoundingClientRect().right <= 390), true);
  await shoot(page, 'model-market-phone');
  assert.deepEqual([asked, complaints], [[], []]);
});

test('a photo without a face says so and the others go on; who leaves with pictures unsaved is asked', async (t) => {
  const { page, frame, complaints } = await onPage(t, ['round-gold']);
  await enter(frame);
  const broken = Promise.resolve({ name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') });
  await addPhotos(frame, nobody(), broken, person('anna.jpg'));
  await button(frame, 'Enlarge round-gold on anna').waitFor();
  await room(frame).getByText(/No face was found/).first().waitFor();
  assert.equal(await room(frame).getByText('This photo cannot be used').count(), 2);
  assert.deepEqual(await axe(frame), []);
  await shoot(page, 'model-trouble');
  await button(frame, 'Remove photo broken.jpg').click();
  await button(frame, 'Remove photo helmet.jpg').click();
  assert.equal(await room(frame).getByText('This photo cannot be used').count(), 0);

  await button(frame, 'Close').first().click();
  await frame.getByRole('alertdialog').waitFor();
  await button(frame, 'Stay here').click();
  assert.equal(await pictures(frame).count(), 1);
  await button(frame, 'Close').first().click();
  await frame.getByRole('alertdialog').getByRole('button', { name: 'Close' }).click();
  // It opens again as new.
  await enter(frame);
  await room(frame).getByRole('heading', { name: 'Add photos of your model' }).waitFor();
  assert.deepEqual(complaints, []);
});

test('what is drawn stops at once, and goes on where it was', async (t) => {
  const { frame, complaints } = await onPage(t, ['round-gold']);
  await enter(frame);
  const names = Array.from({ length: 16 }, (_, at) => `anna ${at + 1}.jpg`);
  await addPhotos(frame, ...names.map(person));
  await button(frame, 'Enlarge round-gold on anna 1').first().waitFor();
  await button(frame, 'Stop').click();
  const from = Date.now();
  await button(frame, 'Go on').waitFor();
  assert.ok(Date.now() - from < ANSWERED, `took ${Date.now() - from} ms`);
  const count = await pictures(frame).count();
  assert.ok(count < names.length);
  await button(frame, 'Go on').click();
  await eventually(() => pictures(frame).count(), names.length, 30_000);
  assert.deepEqual(complaints, []);
});

test('a download that breaks off is said, and begins again when it is asked for', async (t) => {
  const { page, frame } = await onPage(t, ['round-gold']);
  await page.context().setOffline(true);
  await enter(frame);
  await room(frame).getByRole('alert').waitFor();
  await page.context().setOffline(false);
  await button(frame, 'Try again').click();
  await addPhotos(frame, person('anna.jpg'));
  await button(frame, 'Enlarge round-gold on anna').waitFor();
});

test('who wears it is asked where there are several, and a photo that the engine breaks at does not stop the others', async (t) => {
  const { page, frame, asked, errors, close } = await openPage(browser);
  t.after(close);
  await choose(frame, await photos('lamp.jpg'));
  await settled(frame);
  await enter(frame);
  await addPhotos(frame, person('heavy.jpg'), person('two.jpg'), person('anna.jpg'));
  await button(frame, 'Enlarge lamp on anna').waitFor();
  await room(frame).getByText('There was not enough memory for this photo.').first().waitFor();
  await room(frame).getByText('Who wears it?').waitFor();
  assert.deepEqual(await axe(frame), []);
  // What waits for the answer leads to where it is given, wherever that is.
  await button(frame, 'Choose who wears it in two.jpg').click();
  await eventually(() => room(frame).evaluate((view) => view.shadowRoot?.activeElement?.ariaLabel), 'Person 1 of 2');
  await button(frame, 'Person 2 of 2').click();
  await button(frame, 'Enlarge lamp on two').waitFor();
  await button(frame, 'Choose someone else in two.jpg').click();
  await button(frame, 'Person 1 of 2').click();
  await button(frame, 'Enlarge lamp on two').waitFor();

  // What it is decides how wide such things usually are.
  await room(frame).getByRole('combobox', { name: 'What lamp.jpg is' }).selectOption('hat');
  assert.notEqual(await room(frame).getByRole('spinbutton', { name: /width of lamp/ }).inputValue(), '140');
  await eventually(() => pictures(frame).count(), 2);
  assert.deepEqual(await axe(frame), []);

  // What the linter says: a line a finding, and how bad it is can be seen and heard.
  const market = room(frame).getByRole('combobox', { name: 'Files for' });
  await market.selectOption('amazon_main');
  await saved(page, () => button(frame, 'Save all 2 pictures').click());
  await room(frame).getByText('2 of 2 pictures are worth a look:').first().waitFor();
  const files = room(frame).locator('.listed > li');
  assert.deepEqual(
    await files.evaluateAll((files) => files.map((file) => [...file.querySelectorAll('p')].map((line) => line.textContent?.trim().replace(/\s+/g, ' ')))),
    ['lamp on two.jpg', 'lamp on anna.jpg'].map((name) => [
      `${name}Breaks a rule`,
      'Breaks a rule: The background is not white: put the product on white.',
      'Worth a look: The picture is 800 × 1000 pixels, and 1600 on its longer side are better: choose a larger photo.',
      'The picture was cut to 4:5, which leaves 12% of it out.',
    ]),
  );
  assert.deepEqual(await files.first().locator('.finding').evaluateAll((lines) => lines.map((line) => line.querySelectorAll('svg').length)), [1, 1, 0]);
  assert.deepEqual(await axe(frame), []);
  await shoot(page, 'model-listed');
  await market.selectOption('etsy');
  await saved(page, () => button(frame, 'Save all 2 pictures').click());
  await room(frame).getByText('All keep to every rule of their marketplace.').first().waitFor();
  assert.equal(await files.count(), 0);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.deepEqual(await axe(frame), []);
  const room390 = room(frame).locator('.room');
  const add = await room(frame).getByRole('button', { name: 'Add photos' }).boundingBox();
  assert.ok(add && add.x >= 0 && add.x + add.width <= 390, 'photos can be added without a search');
  assert.ok(await room390.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth), 'nothing scrolls sideways on a phone');
  assert.deepEqual([asked, errors], [[], []]);
});
