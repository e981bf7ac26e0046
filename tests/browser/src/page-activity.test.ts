/** The activity log: what a session writes down, what it keeps to itself, and whether `vitrine log verify` sees every change. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import type { Browser, Frame, FrameLocator, Page } from 'playwright-core';
import { launch } from './browser.js';
import { axe, button, choose, openBuilt, openPage, pace, paint, photos, settled, type BuiltPage } from './page-harness.js';
import { ROOT, servePage } from './servers.js';
import { rests, saved, shoot } from './studio-harness.js';
import { eventually, test } from './testing.js';

/** The program that `cargo test` has built. */
const VITRINE = process.env['VITRINE_CLI'] ?? join(ROOT, 'target/debug/vitrine');
const HELMET = join(ROOT, 'tests/browser/fixtures/helmet.jpg');

let browser: Browser;
let folder: string;
before(async () => {
  [browser, folder] = await Promise.all([launch(), mkdtemp(join(tmpdir(), 'vitrine-'))]);
});
after(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true });
});

interface Line {
  n: number;
  did: string;
  previous: string;
  time?: string;
  name?: string;
  inputs?: string[];
  output?: string;
  networks?: { name: string; sha256: string }[];
  settings?: Record<string, unknown>;
}

const hashOf = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** The page as it is built, on the processor, until the test ends. */
async function built(t: TestContext): Promise<BuiltPage> {
  const site = await servePage();
  t.after(() => site.close());
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce' });
  t.after(() => context.close());
  return openBuilt(context, `${site.origin}/?device=cpu&model=fast`);
}

/** Opens the dialog that has the log. */
async function openLog(frame: Frame | FrameLocator): Promise<void> {
  await button(frame, 'Check it yourself').first().click();
  await frame.getByRole('heading', { name: 'What was done here' }).waitFor();
}

/** Saves the log; the answer is its text. */
async function saveLog(page: Page, frame: Frame | FrameLocator): Promise<string> {
  const download = await saved(page, () => button(frame, 'Save the log').click());
  assert.equal(download.suggestedFilename(), 'vitrine-activity.jsonl');
  return readFile(await download.path(), 'utf8');
}

const linesOf = (text: string) => text.trimEnd().split('\n').map((line) => JSON.parse(line) as Line);

/** Runs the verifier on a log. */
async function verify(text: string, ...more: string[]): Promise<{ status: number | null; told: string }> {
  const file = join(folder, 'log.jsonl');
  await writeFile(file, text);
  const { status, stdout, stderr, error } = spawnSync(VITRINE, ['log', 'verify', file, ...more], { encoding: 'utf8' });
  if (error) throw new Error(`${VITRINE} does not run (${error.message}): build it with \`cargo build\``);
  return { status, told: stdout + stderr };
}

test(
  'a session’s log tells what became of each file, is whole, and every change of it is found',
  async (t) => {
    const { page, inner } = await built(t);
    await inner.locator('#photos').setInputFiles(HELMET);
    const download = await saved(page, () => button(inner, 'Download helmet.jpg').click({ timeout: 60_000 }));
    const files = join(folder, 'files');
    await mkdir(files);
    await download.saveAs(join(files, 'cut-out.png'));
    await copyFile(HELMET, join(files, 'photo.jpg'));
    await writeFile(join(files, 'other.txt'), 'not of this session');
    await button(inner, /^Studio/).click();
    await rests(page, inner);
    await button(inner, 'Export…').click();
    const shop = inner.getByRole('dialog', { name: 'Export' });
    await saved(page, () => shop.getByRole('button', { name: 'Export 1 file' }).click());
    await shop.getByRole('button', { name: 'Close' }).click();
    await inner.locator('studio-view').getByRole('button', { name: 'Close', exact: true }).click();
    await openLog(inner);
    const text = await saveLog(page, inner);

    const lines = linesOf(text);
    assert.deepEqual(lines.map(({ did }) => did), ['started', 'opened', 'cut out', 'saved', 'studio export', 'sealed']);
    const [, opened, cutOut, save, shot] = lines;
    const [photo, png] = [hashOf(await readFile(HELMET)), hashOf(await readFile(join(files, 'cut-out.png')))];
    assert.deepEqual(opened?.inputs, [photo]);
    assert.deepEqual([cutOut?.inputs, cutOut?.output], [[photo], png]);
    const manifest = JSON.parse(await readFile(join(ROOT, 'models/manifest.json'), 'utf8')) as object;
    assert.ok(JSON.stringify(manifest).includes(cutOut?.networks?.[0]?.sha256 ?? 'none'), 'the network is one of ours');
    assert.deepEqual([save?.inputs, save?.output], [[png], png]);
    assert.deepEqual(shot?.inputs, [photo, png]);
    assert.match(shot?.output ?? '', /^[0-9a-f]{64}$/);
    assert.ok(!text.includes('helmet'), 'no name');
    assert.ok(text.length < 20_000, `${text.length} characters`);

    const rows = text.split('\n').slice(0, -1);
    const joined = (rows: readonly string[]) => rows.map((row) => `${row}\n`).join('');
    const whole = await verify(text, '--files', files, '--head', hashOf(rows.at(-2) ?? ''));
    assert.equal(whole.status, 0, whole.told);
    assert.match(whole.told, /whole, 5 entries/);
    assert.match(whole.told, /cut-out\.png: unchanged, came of entry 3 \(cut out\)/);
    assert.match(whole.told, /photo\.jpg: unchanged, went into entry 2 \(opened\)/);
    assert.match(whole.told, /other\.txt: not in this log/);

    const swapped = [...rows];
    [swapped[2], swapped[3]] = [rows[3] ?? '', rows[2] ?? ''];
    for (const [what, changed, told] of [
      ['a byte', text.replace('"quality":"fast"', '"quality":"best"'), /line 3: it has been changed/],
      ['a line gone', joined(rows.filter((_, at) => at !== 2)), /line 3: entry 3 is missing/],
      ['two swapped', joined(swapped), /line 3: reordered/],
      ['no end', joined(rows.slice(0, -2)), /line 4: cut off/],
    ] as const) {
      const { status, told: said } = await verify(changed);
      assert.equal(status, 1, what);
      assert.match(said, told, what);
    }
    assert.equal((await verify(text, '--head', '0'.repeat(64))).status, 1, 'another head');
  },
  { timeout: 180_000 },
);

test(
  'a correction, a picture on a model and the deletion of all are written down too',
  async (t) => {
    const { page, inner, complaints } = await built(t);
    const files = ['www/shop/products/round-gold.png', 'tests/fixtures/people/face.jpg'].map((name) => join(ROOT, name));
    const [product = '', person = ''] = files;
    await inner.locator('#photos').setInputFiles(product);
    const save = async () => readFile(await (await saved(page, () => button(inner, 'Download round-gold.png').click())).path());
    const cutOut = await save();

    await button(inner, 'Correct by hand: round-gold.png').first().click();
    await button(inner, 'Checkerboard').waitFor();
    await paint(page, inner.locator('correction-editor .stage'), 60);
    await eventually(() => button(inner, 'Undo').isEnabled(), true);
    await button(inner, 'Done').click();
    await inner.getByText('Corrected by hand').waitFor();
    const corrected = await save();

    await button(inner, /^On a model/).click();
    await inner.locator('model-view').locator('input[type=file]').setInputFiles(person);
    const worn = await saved(page, () => button(inner, 'Save round-gold on face').click({ timeout: 60_000 }));
    await inner.locator('model-view').getByRole('button', { name: 'Close' }).first().click();

    await button(inner, 'Clear all').click();
    await inner.getByRole('alertdialog').getByRole('button', { name: 'Clear all' }).click();
    await inner.getByText(/^Deleted 1 photo/).first().waitFor();
    await openLog(inner);
    const text = await saveLog(page, inner);

    const lines = linesOf(text);
    assert.deepEqual(
      lines.map(({ did }) => did),
      ['started', 'opened', 'cut out', 'saved', 'corrected', 'saved', 'opened', 'model studio export', 'cleared', 'sealed'],
    );
    const [photo, first, second] = [await readFile(product), cutOut, corrected].map(hashOf);
    assert.notEqual(first, second);
    const [, , , , correction, save2, face, onModel, cleared] = lines;
    assert.deepEqual([correction?.inputs, correction?.output], [[photo, first], second]);
    assert.deepEqual([save2?.inputs, save2?.output], [[second], second]);
    const faceHash = hashOf(await readFile(person));
    assert.deepEqual(face?.inputs, [faceHash]);
    assert.deepEqual(onModel?.inputs, [faceHash, second]);
    assert.equal(onModel?.output, hashOf(await readFile(await worn.path())));
    assert.ok((onModel?.networks?.length ?? 0) > 0);
    assert.deepEqual(cleared?.settings, { photos: 1 });
    assert.equal((await verify(text)).status, 0);
    assert.deepEqual(complaints, []);
  },
  { timeout: 180_000 },
);

test('it can be switched off, which it says, and tells names only where they are wanted', async () => {
  const open = await openPage(browser, { viewport: { width: 390, height: 844 } });
  const { page, frame } = open;
  try {
    await pace(frame, 20);
    const hand = async (name: string) => {
      await choose(frame, await photos(name));
      await settled(frame);
    };
    const close = () => frame.locator('trust-dialog').getByRole('button', { name: 'Close' }).click();
    await hand('secret.jpg');
    await openLog(frame);
    await frame.getByLabel('With the names of files').check();
    await close();
    await hand('lamp.jpg');
    await openLog(frame);
    await frame.getByLabel('Keep this log').uncheck();
    await close();
    await hand('unseen.jpg');
    await openLog(frame);
    await frame.getByLabel('Keep this log').check();
    await eventually(() => frame.getByText('Log switched on').count(), 1);
    assert.deepEqual(await axe(frame), []);
    await shoot(page, 'activity-390');
    const text = await saveLog(page, frame);
    assert.deepEqual(
      linesOf(text).map(({ did, name }) => [did, name].filter(Boolean).join(' ')),
      ['started', 'opened', 'cut out', 'opened lamp.jpg', 'cut out', 'paused', 'resumed', 'sealed'],
    );
    assert.equal((await verify(text)).status, 0);
    assert.deepEqual(open.errors, []);
  } finally {
    await open.close();
  }
});
