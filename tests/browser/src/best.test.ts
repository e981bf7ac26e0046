/** The model of the best quality, from the server to the card: fetched, resumed, refused, kept, put to work. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { bundleWithBest, makeStandIn, serveBestSite, type BestSite, type Mood } from './best-site.js';
import { launch } from './browser.js';
import { ROOT } from './servers.js';
import { openShop } from './shop.js';
import { eventually, test } from './testing.js';

const HELMET = join(ROOT, 'tests/browser/fixtures/helmet.jpg');

let browser: Browser;
before(async () => {
  browser = await launch({ webgpu: 'no adapter' });
});
after(() => browser?.close());

interface Visit {
  page: Page;
  inner: FrameLocator;
  complaints: string[];
}

async function start(t: TestContext, ...moods: Mood[]): Promise<{ site: BestSite; context: BrowserContext }> {
  const site = await serveBestSite();
  t.after(() => site.close());
  if (moods.length > 0) site.moods = moods;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  t.after(() => context.close());
  return { site, context };
}

async function visit({ site, context }: { site: BestSite; context: BrowserContext }): Promise<Visit> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(site.origin);
  const inner = page.frameLocator('iframe').frameLocator('iframe');
  await inner.getByText(/^Runs on this device/).first().waitFor();
  return { page, inner, complaints };
}

const drop = ({ inner }: Visit) => inner.locator('#photos').setInputFiles(HELMET);
const card = ({ inner }: Visit) => inner.locator('photo-card');
/** Waits until the card shows a cut-out of the best quality. */
const improved = (visit: Visit) => card(visit).locator('.quality.best').waitFor({ timeout: 30_000 });
const stored = ({ page }: Visit) =>
  page.evaluate(async () => {
    const cache = await caches.open('vitrine-models');
    return (await cache.keys()).map(({ url }) => new URL(url).pathname.split('/').slice(2).join('/'));
  });

test('a fast cut-out comes at once and gives way to the best one; the next visit needs no server for it', async (t) => {
  const { site, context } = await start(t);
  const first = await visit({ site, context });
  assert.deepEqual(site.asked, [], 'nothing is fetched before the first photo');
  // What an older build left behind goes.
  await first.page.evaluate(async () => (await caches.open('vitrine-models')).put('/vitrine-models/best/old/0', new Response('old')));
  site.moods = ['says nothing', 'answers'];
  await drop(first);
  await card(first).getByText('Fast, best to follow').waitFor({ timeout: 20_000 });
  await first.inner.getByText(/^Best quality: 0/).waitFor();

  // The divider and the background stay as the person left them.
  await card(first).getByRole('slider').press('End');
  await card(first).getByRole('slider').press('PageDown');
  await card(first).getByRole('button', { name: 'Background of helmet.jpg' }).click();
  await card(first).getByRole('radio', { name: 'Black', exact: true }).check();
  await first.inner.getByRole('button', { name: 'Stop fetching the best quality' }).click();
  await first.inner.getByRole('button', { name: 'Quality: Automatic' }).click();
  await first.inner.getByRole('button', { name: 'Go on' }).click();
  await improved(first);
  assert.equal(await card(first).getByRole('slider').getAttribute('aria-valuenow'), '90');
  assert.ok(await card(first).getByRole('radio', { name: 'Black', exact: true }).isChecked());
  const { entry } = await makeStandIn();
  await eventually(() => stored(first), [`best/${entry.sha256}/0`, `best/${entry.sha256}/whole`]);
  await first.page.close();

  site.asked.length = 0;
  site.moods = [{ status: 503 }];
  const second = await visit({ site, context });
  await context.setOffline(true);
  await drop(second);
  await improved(second);
  assert.deepEqual(site.asked, []);
  assert.deepEqual([...first.complaints, ...second.complaints], []);
});

test('a download that breaks off goes on where it was, by itself and after a reload', async (t) => {
  const { site, context } = await start(t, { cutAfter: 300_000 }, { cutAfter: 200_000 }, 'says nothing', 'answers');
  const first = await visit({ site, context });
  await drop(first);
  await eventually(async () => site.asked.length, 3, 15_000);
  const from = site.asked.map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0));
  assert.deepEqual(from, [0, 300_000, 500_000]);
  assert.match(site.asked[1]?.ifRange ?? '', /^"[0-9a-f]{16}"$/);
  await first.page.reload();
  await first.inner.getByText(/^Runs on this device/).first().waitFor();
  await drop(first);
  await improved(first);
  assert.equal(site.asked.length, 4);
  assert.equal(site.asked[3]?.range, 'bytes=500000-');
});

test('a server without ranges, and one with another version by now, begin anew', async (t) => {
  const { site, context } = await start(t, { cutAfter: 300_000 }, 'knows no ranges');
  const first = await visit({ site, context });
  await drop(first);
  await improved(first);
  assert.equal(site.asked[1]?.range, 'bytes=300000-');
  assert.equal(site.asked.length, 2);
});

test('a file with another digest is refused in words, is not kept, and the fast cut-out stands', async (t) => {
  const { site, context } = await start(t);
  const right = site.body;
  site.body = Buffer.from(right);
  // Before the gzip's own check at its end: one bit of what it unpacks to.
  site.body[right.length >> 1]! ^= 1;
  const first = await visit({ site, context });
  await drop(first);
  await first.inner.getByText('Best quality did not arrive').waitFor();
  await card(first).getByText(/· Fast$/).waitFor();
  assert.deepEqual(await stored(first), []);
  await first.inner.getByRole('button', { name: 'Quality: Automatic' }).click();
  await first.inner.locator('quality-picker').getByText(/was refused|could not be unpacked/).waitFor();
  // Put right on the server, it comes.
  site.body = right;
  await first.inner.getByRole('button', { name: 'Try again', exact: true }).click();
  await improved(first);
});

test('the package does not carry it', async () => {
  assert.deepEqual((await readdir(join(ROOT, 'pkg/dist/assets'))).filter((name) => name.startsWith('best')), []);
});

test('the package fetches it for `model: "best"`, and says what to do where it is not served', async (t) => {
  const { gzip, entry } = await makeStandIn();
  const script = await bundleWithBest('index');
  const { page, shop, close } = await openShop(browser, {
    files: {
      '/vitrine/index.js': script,
      [`/vitrine/assets/${entry.file}`]: gzip,
      '/photo.jpg': await readFile(HELMET),
    },
  });
  t.after(close);
  const missing = `**/${entry.file}`;
  await page.route(missing, (route) => route.fulfill({ status: 404 }));
  const cut = () =>
    page.evaluate(async () => {
      const answer = await fetch('/photo.jpg');
      const stages: string[] = [];
      const notes: string[] = [];
      const png = await globalThis.vitrine.removeBackground(await answer.blob(), {
        model: 'best',
        device: 'cpu',
        progress: ({ stage }) => void (stages.at(-1) === stage || stages.push(stage)),
        note: (sentence) => void notes.push(sentence),
      });
      return { type: png.type, size: png.size, stages, notes };
    });
  await assert.rejects(cut(), /put its file among the assets/);
  await page.unroute(missing);
  const { type, size, stages, notes } = await cut();
  assert.equal(type, 'image/png');
  assert.ok(size > 10_000);
  assert.deepEqual(stages, ['fetch', 'queue', 'decode', 'network', 'refine', 'encode']);
  assert.deepEqual(notes, []);
  const fetched = () => shop.asked.filter((path) => path.endsWith(entry.file)).length;
  const before = fetched();
  await page.evaluate(() => globalThis.vitrine.dispose());
  await cut();
  assert.equal(fetched(), before, 'kept for the next frame');
});
