/** The try-on as it is built, on its own engine: in the demo shop, and in a shop with a strict policy. */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import type { Browser, Frame } from 'playwright-core';
import { launch } from './browser.js';
import { axe } from './page-harness.js';
import { ROOT, servePage, type Running } from './servers.js';
import { eventually, test } from './testing.js';
import { NETWORKS } from '../../../pkg/src/try-on/types.js';
import { agree, choose, frameOf, shown } from './try-on-harness.js';

let browser: Browser;
let site: Running;
before(async () => {
  [browser, site] = await Promise.all([launch(), servePage()]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const nobody = async () => ({
  name: 'helmet.jpg',
  mimeType: 'image/jpeg',
  buffer: await readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg')),
});

const open = async (t: { after(close: () => Promise<void>): void }, lang = 'en') => {
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  t.after(() => page.context().close());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  const asked: string[] = [];
  page.context().on('request', (request) => {
    if (!/^(?:blob|data):/.test(request.url())) asked.push(request.url());
  });
  await page.goto(`${site.origin}/shop/`);
  // The elements are there already: they hear of their own language.
  await page.evaluate((lang) => document.querySelectorAll('vitrine-try-on').forEach((element) => element.setAttribute('lang', lang)), lang);
  const told: string[] = [];
  await page.exposeFunction('tell', (said: string) => told.push(said));
  await page.evaluate(() => {
    for (const name of ['result', 'error', 'close']) {
      addEventListener(`vitrine-${name}`, ({ detail }: Event & { detail?: { code?: string } }) =>
        (globalThis as unknown as { tell(said: string): void }).tell(detail?.code ?? name),
      );
    }
  });
  return { page, complaints, asked, told };
};

describe('what everything for the try-on weighs', () => {
  test('at most 3 MB compressed for glasses, of which the page loads at most 10 KB before it is opened', async (t) => {
    const folder = join(ROOT, 'www/dist/shop/vitrine');
    const weigh = async (path: string) => brotliCompressSync(await readFile(join(folder, path))).length;
    const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'));
    const assets = (await readdir(join(folder, 'assets'))).filter((name) => /\.(?:html|js|onnx)$|relaxed.*\.wasm$/.test(name));
    const sizes = new Map<string, number>();
    for (const path of [...scripts, ...assets.map((name) => `assets/${name}`)]) sizes.set(path, await weigh(path));
    for (const [kind, own] of Object.entries(NETWORKS)) {
      const isNeeded = (path: string) => !path.endsWith('.onnx') || ['face_', ...own].some((name) => path.startsWith(`assets/${name}`));
      const all = [...sizes].filter(([path]) => isNeeded(path)).reduce((sum, [, size]) => sum + size, 0);
      t.diagnostic(`${kind}: ${all} bytes`);
      assert.ok(all <= (kind === 'glasses' ? 3_000_000 : 10_000_000), `${kind}: ${all} bytes`);
    }
    assert.ok((await weigh('try-on.js')) <= 10_000);
  }, { timeout: 240_000 });
});

describe('in the demo shop', () => {
  test('its page has no violation that axe finds, and nothing moves as it loads', async (t) => {
    for (const [viewport, colorScheme] of [[{ width: 1440, height: 900 }, 'light'], [{ width: 390, height: 844 }, 'dark']] as const) {
      const page = await browser.newPage({ viewport, colorScheme });
      t.after(() => page.context().close());
      await page.addInitScript(() => {
        globalThis.moved = 0;
        new PerformanceObserver((list) => {
          for (const { value } of list.getEntries() as (PerformanceEntry & { value: number })[]) moved += value;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(`${site.origin}/shop/`, { waitUntil: 'load' });
      await page.locator('main').getByRole('button', { name: 'Try it on' }).waitFor();
      await page.waitForTimeout(300);
      assert.equal(await page.evaluate(() => moved), 0);
      assert.deepEqual(await axe(page.mainFrame()), []);
    }
  });

  test('a photo without a face is refused by the engine itself, without a request', async (t) => {
    const { page, asked, told, complaints } = await open(t);
    await page.locator('main').getByRole('button', { name: 'Try it on' }).click();
    const frame: Frame = await frameOf(page);
    await agree(frame);
    await frame.locator('.sealed').waitFor();
    const before = asked.length;
    await choose(frame, await nobody());
    await frame.getByText('No face was found in this photo').waitFor();
    assert.deepEqual(asked.slice(before), []);
    await eventually(async () => told, ['no-face']);
    assert.deepEqual(complaints, []);
  });

  test('a shopper sees every frame on their face, and saves it', async (t) => {
    const buffer = await readFile(join(ROOT, 'tests/fixtures/people/face.jpg'));
    const { page, asked, told } = await open(t);
    await page.locator('main').getByRole('button', { name: 'Try it on' }).click();
    const frame = await frameOf(page);
    await agree(frame);
    await frame.locator('.sealed').waitFor();
    const before = asked.length;
    await choose(frame, { name: 'face.jpg', mimeType: 'image/jpeg', buffer });
    await shown(frame);
    const count = await frame.getByRole('radio').count();
    for (let index = 1; index < count; index++) {
      await frame.locator('.chip').nth(index).click();
      await eventually(async () => told.length, index + 1, 20_000);
    }
    assert.deepEqual(new Set(told), new Set(['result']));
    const download = page.waitForEvent('download');
    await frame.getByRole('button', { name: 'Save' }).click();
    assert.match((await download).suggestedFilename(), /^try-on\.(?:jpg|png)$/);
    assert.deepEqual(asked.slice(before), []);
  });

  test('a shirt and a dress are seen on a whole body, and a photo of a face alone is told what it lacks', async (t) => {
    for (const [sku, name] of [['breton-cotton', 'body'], ['dress-meadow', 'face']] as const) {
      const { page, asked, told, complaints } = await open(t);
      const element = page.locator(`vitrine-try-on[sku=${sku}]`);
      await element.scrollIntoViewIfNeeded();
      await element.getByRole('button', { name: 'Try it on' }).click();
      const frame = await frameOf(page);
      await agree(frame);
      await frame.locator('.sealed').waitFor();
      const before = asked.length;
      const buffer = await readFile(join(ROOT, `tests/fixtures/people/${name}.jpg`));
      await choose(frame, { name: `${name}.jpg`, mimeType: 'image/jpeg', buffer });
      if (name === 'body') await shown(frame);
      else await frame.getByText('The shoulders of this person are not seen').waitFor();
      await eventually(async () => told, [name === 'body' ? 'result' : 'sight']);
      assert.deepEqual(asked.slice(before), []);
      assert.deepEqual(complaints, []);
    }
  });

  test('to a German shopper the engine’s reasons are told in German', async (t) => {
    const { page, told } = await open(t, 'de');
    const element = page.locator('vitrine-try-on[sku=dress-meadow]');
    await element.scrollIntoViewIfNeeded();
    await element.getByRole('button', { name: 'Anprobieren' }).click();
    const frame = await frameOf(page);
    await agree(frame);
    await frame.locator('.sealed').waitFor();
    const buffer = await readFile(join(ROOT, 'tests/fixtures/people/face.jpg'));
    for (const [name, bytes, sentence] of [
      ['empty.jpg', Buffer.alloc(0), 'Die Datei ist leer'],
      ['text.jpg', Buffer.from('no photo'), 'Die Datei ist kein Bild'],
      ['cut.jpg', buffer.subarray(0, 400), 'Der Datei fehlt das Ende'],
      ['face.jpg', buffer, 'Die Schultern sind nicht zu sehen'],
    ] as const) {
      await choose(frame, { name, mimeType: 'image/jpeg', buffer: bytes });
      await frame.getByRole('alert').getByText(sentence).waitFor();
    }
    await eventually(async () => told, ['photo', 'photo', 'photo', 'sight']);
  });
});
