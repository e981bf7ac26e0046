/** The seller's page as it is built and served, with the real engine: a real photo in, the golden cut-out out. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { launch } from './browser.js';
import { assertGolden } from './golden.js';
import { openBuilt, type BuiltPage } from './page-harness.js';
import { ROOT, servePage, type Running } from './servers.js';
import { ANSWERED, test } from './testing.js';

let browser: Browser;
let site: Running;
let folder: string;
before(async () => {
  [browser, site, folder] = await Promise.all([launch(), servePage(), mkdtemp(join(tmpdir(), 'vitrine-'))]);
});
after(async () => {
  await browser?.close();
  await site?.close();
  if (folder) await rm(folder, { recursive: true });
});

const fixture = (name: string) => join(ROOT, 'tests', name);
const HELMET = fixture('browser/fixtures/helmet.jpg');

/** Opens the page and waits until it can work. */
async function open(t: TestContext, query: string): Promise<BuiltPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  t.after(() => context.close());
  // Where the best quality is served, it is fetched at the first photo: best.test.ts. Here nothing may be.
  return openBuilt(context, `${site.origin}/${query}&model=fast`);
}

const card = (inner: FrameLocator, name: string) =>
  inner.locator('photo-card', { has: inner.getByRole('heading', { name, exact: true }) });

/** Waits for the card's cut-out and saves it. */
async function save({ page, inner }: BuiltPage, name: string, timeout: number): Promise<Buffer> {
  const button = card(inner, name).getByRole('button', { name: `Download ${name}` });
  await button.waitFor({ timeout });
  const [saved] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFile(await saved.path());
}

for (const [device, where, limit] of [
  ['cpu', /processor/, 30_000],
  // SwiftShader: the whole network in at most 60 s on a quiet machine.
  ['gpu', /graphics card/, 150_000],
] as const) {
  test(
    `on ${device}: a photo goes in, its cut-out comes out, offline, and nothing is asked for in between`,
    async (t) => {
      const seller = await open(t, `?device=${device}`);
      const { page, inner, asked, complaints } = seller;
      await inner.getByText(where).first().waitFor({ timeout: 10_000 });
      await page.context().setOffline(true);
      await inner.locator('#photos').setInputFiles(HELMET);
      await assertGolden(await blankPage(t), await save(seller, 'helmet.jpg', limit));
      assert.deepEqual(asked, []);
      assert.deepEqual(complaints, []);
      // The device did not give up on the way.
      await inner.getByText(where).first().waitFor({ timeout: 1_000 });
    },
    { timeout: limit + 30_000 },
  );
}

/** A page without a policy, to look at pictures in. */
async function blankPage(t: TestContext): Promise<Page> {
  const context = await browser.newContext();
  t.after(() => context.close());
  return context.newPage();
}

/** Grey rows of a PNG, each after the byte that says that it is not filtered. */
function greyRows(width: number, height: number, grey: number): Buffer {
  const rows = Buffer.alloc((width + 1) * height, grey);
  for (let y = 0; y < height; y += 1) rows[y * (width + 1)] = 0;
  return rows;
}

/** A grey PNG, from its header and as many rows as are given. */
function png(width: number, height: number, rows: Buffer): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const tail = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(tail));
    return Buffer.concat([length, tail, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

describe('files that a person might hand in', () => {
  test('each gets its cut-out or a sentence on its card, and the others go on', async (t) => {
    const jpeg = await readFile(HELMET);
    const made: Record<string, Buffer> = {
      'empty.jpg': Buffer.alloc(0),
      'text.jpg': Buffer.from('Dear customer, this is not a photo.'),
      'bomb.png': png(30_000, 30_000, Buffer.alloc(100)),
      'truncated.jpg': jpeg.subarray(0, jpeg.length / 3),
      'plain.png': png(200, 150, greyRows(200, 150, 0x80)),
    };
    for (const [name, bytes] of Object.entries(made)) await writeFile(join(folder, name), bytes);

    const { inner, asked, complaints } = await open(t, '?device=cpu');
    await inner.locator('#photos').setInputFiles([
      ...Object.keys(made).map((name) => join(folder, name)),
      fixture('fixtures/photos/animated.gif'),
      fixture('fixtures/photos/progressive.jpg'),
      fixture('fixtures/photos/one-pixel.png'),
      fixture('browser/fixtures/helmet.avif'),
      HELMET,
    ]);
    const saves = (name: string) => card(inner, name).getByRole('button', { name: `Download ${name}` });
    await saves('helmet.jpg').waitFor({ timeout: 45_000 });

    const told = async (name: string) => (await card(inner, name).locator('.message').innerText()).replace(/\s+/g, ' ');
    assert.match(await told('empty.jpg'), /empty/i);
    assert.match(await told('text.jpg'), /not a (?:picture|photo)|no (?:picture|photo)|format/i);
    assert.match(await told('bomb.png'), /900 megapixels|30000 × 30000|100 megapixels/);
    assert.match(await told('truncated.jpg'), /ends|broke|incomplete|cut off/i);
    assert.match(await told('plain.png'), /No subject/);
    // The first frame of an animation, a progressive file, one pixel, and what only the browser decodes: an
    // answer each, and an answer may be that there is no subject.
    for (const name of ['animated.gif', 'progressive.jpg', 'one-pixel.png']) {
      const answer = card(inner, name);
      await saves(name).or(answer.getByText('No subject found')).first().waitFor({ timeout: 1_000 });
    }
    await saves('helmet.avif').waitFor({ timeout: 1_000 });
    for (const name of ['empty.jpg', 'text.jpg', 'bomb.png', 'truncated.jpg']) t.diagnostic(`${name}: ${await told(name)}`);
    assert.deepEqual(asked, []);
    assert.deepEqual(complaints, []);
  });
});

test('a photo at work is cancelled at once, and the next is done', async (t) => {
  const { page, inner } = await open(t, '?device=cpu');
  // Large enough to be caught in the middle: 24 MP of a dark box on grey.
  const large = join(folder, 'large.png');
  const [width, height] = [6_000, 4_000];
  const rows = greyRows(width, height, 0xd0);
  for (let y = 1_000; y < 3_000; y += 1) rows.fill(0x20, y * (width + 1) + 2_000, y * (width + 1) + 4_000);
  await writeFile(large, png(width, height, rows));
  await inner.locator('#photos').setInputFiles([large, HELMET]);
  await card(inner, 'large.png').getByText(/Finding the subject/).waitFor();
  await page.waitForTimeout(100);
  const cancel = card(inner, 'large.png').getByRole('button', { name: 'Cancel large.png' });
  await cancel.click();
  const from = Date.now();
  await card(inner, 'large.png').getByText('Cancelled').waitFor();
  assert.ok(Date.now() - from < ANSWERED, `took ${Date.now() - from} ms`);
  await card(inner, 'helmet.jpg').getByRole('button', { name: 'Download helmet.jpg' }).waitFor();
});
