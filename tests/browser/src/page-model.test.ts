/** The model studio on the page as it is built, with the real engine: products on photos of people. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core';
import { launch } from './browser.js';
import { axe, button } from './page-harness.js';
import { ROOT, servePage, type Running } from './servers.js';
import { entries, saved, shoot } from './studio-harness.js';
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

const read = async (path: string, name: string, mimeType: string) => ({ name, mimeType, buffer: await readFile(join(ROOT, path)) });
const glasses = (name: string) => read(`www/shop/products/${name}.png`, `${name}.png`, 'image/png');
const person = (name: string) => read('tests/fixtures/people/face.jpg', name, 'image/jpeg');
const nobody = () => read('tests/browser/fixtures/helmet.jpg', 'helmet.jpg', 'image/jpeg');

interface Room {
  page: Page;
  frame: Frame;
  /** Addresses asked for since the page was ready. */
  asked: string[];
  complaints: string[];
}

/** The page with some products cut out. */
async function onPage(t: TestContext, products: string[], options: BrowserContextOptions = {}): Promise<Room> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce', ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const [asked, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) asked.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${site.origin}/?device=cpu&model=fast`);
  const inner = page.frameLocator('iframe').frameLocator('iframe');
  await inner.getByText(/^Runs on this device/).first().waitFor();
  asked.length = 0;
  await inner.locator('#photos').setInputFiles(await Promise.all(products.map(glasses)));
  await inner.getByText(products.length === 1 ? '1 cut-out ready' : `${products.length} cut-outs ready`).waitFor();
  const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
  assert.ok(frame);
  return { page, frame, asked, complaints };
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
  await eventually(async () => asked.map((address) => /(try-on-\w+|face_\w+)\.\w+\.\w+$/.exec(address)?.[1]).sort(), [
    'face_detector',
    'face_mesh',
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
