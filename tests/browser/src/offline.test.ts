/** The seller's page without a network: what is kept, what never is, and how a new build comes. */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import type { Manifest, PartsManifest } from '../../../pkg/src/airlock/manifest.js';
import { launch } from './browser.js';
import { assertGolden } from './golden.js';
import { serveOfflineSite, type OfflineSite } from './offline-site.js';
import { axe, button, openBuilt, openPage } from './page-harness.js';
import { ROOT } from './servers.js';
import { entries, rests, saved, shoot } from './studio-harness.js';
import { eventually, test } from './testing.js';

/** Where a page has no service workers, for it does not come over https. */
const PLAIN = 'plain.test';

let browser: Browser;
before(async () => {
  browser = await launch({ webgpu: 'no adapter', flags: [`--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`] });
});
after(() => browser?.close());

/** A whole visit on a busy machine. */
const LONG = { timeout: 150_000 };
const HELMET = join(ROOT, 'tests/browser/fixtures/helmet.jpg');
const QUERY = '/?device=cpu&model=fast';

async function serve(t: TestContext): Promise<OfflineSite> {
  const site = await serveOfflineSite();
  t.after(() => site.close());
  return site;
}

async function someone(t: TestContext): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce' });
  t.after(() => context.close());
  return context;
}

/** Opens the dialog on what is kept; whoever has opened it reads it and closes it. */
async function openTrust(inner: FrameLocator): Promise<ReturnType<FrameLocator['locator']>> {
  await button(inner, 'Check it yourself').first().click();
  return inner.locator('offline-section');
}
const closeTrust = (inner: FrameLocator) => inner.locator('trust-dialog').getByRole('button', { name: 'Close' }).click();

async function untilOffline(inner: FrameLocator, says: 'yes' | 'no' | 'not yet' = 'yes'): Promise<void> {
  const section = await openTrust(inner);
  await section.getByText(`Works offline: ${says}`, { exact: true }).waitFor();
  await closeTrust(inner);
}

/** A first visit, to its end: the page is kept. */
async function visit(context: BrowserContext, site: OfflineSite, query = QUERY) {
  const open = await openBuilt(context, `${site.origin}${query}`);
  await untilOffline(open.inner);
  return open;
}

/** Without a network, and without a server either. */
async function goOffline(context: BrowserContext, site: OfflineSite): Promise<void> {
  await context.setOffline(true);
  await site.stop();
}

async function cutOut(inner: FrameLocator): Promise<void> {
  await inner.locator('#photos').setInputFiles(HELMET);
  await inner.getByText('1 cut-out ready').waitFor({ timeout: 45_000 });
}

/** The shell's script that a page runs on. */
const shellOf = (page: Page) => page.evaluate(() => document.querySelector('script')?.src.split('/').pop());
const reloaded = (page: Page, press: () => Promise<void>) => Promise.all([page.waitForEvent('load'), press()]);

/** What is kept, cache by cache: paths, in order. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const found: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      const keys = await (await caches.open(name)).keys();
      found[name.replace(/http.*$/, '')] = keys.map(({ url }) => new URL(url).pathname).sort();
    }
    return found;
  });

const manifestOf = async <M>(name: string) => JSON.parse(await readFile(join(ROOT, `www/dist/assets/${name}`), 'utf8')) as M;
const paths = (manifest: PartsManifest, models: readonly string[]) => [
  ...[manifest.worker, manifest.wasm.relaxed].map(({ file }) => `/assets/${file}`),
  ...models.map((name) => `/assets/${manifest.models[name]?.file}`),
];
/** What the caches must hold: of the page, and of the model studio. */
async function expected(shell: string): Promise<{ page: string[]; studio: string[] }> {
  const manifest = await manifestOf<Manifest>('manifest.json');
  const studio = await manifestOf<PartsManifest>('try-on-manifest.json');
  const style = (await readdir(join(ROOT, 'www/dist'))).find((name) => /^shell\.\w+\.css$/.test(name));
  return {
    page: ['/index.html', `/${shell}`, `/${style}`, `/assets/${manifest.frame.file}`, ...paths(manifest, ['fast'])].sort(),
    studio: paths(studio, Object.keys(studio.models)).sort(),
  };
}

test('with the server gone and the network off, a fresh load cuts out, and exports from the studio', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  const first = await visit(context, site);
  await first.page.close();
  await goOffline(context, site);

  const { page, inner, complaints } = await openBuilt(context, `${site.origin}${QUERY}`);
  await cutOut(inner);
  const picture = await saved(page, () => inner.getByRole('button', { name: 'Download helmet.jpg' }).click());
  const blank = await (await someone(t)).newPage();
  await assertGolden(blank, await readFile(await picture.path()));

  await inner.getByRole('button', { name: /^Studio/ }).click();
  await rests(page, inner);
  await inner.getByRole('button', { name: 'Export…' }).click();
  const dialog = inner.getByRole('dialog', { name: 'Export' });
  await dialog.locator('[value=amazon_main]').check();
  await dialog.locator('[value=etsy]').check();
  await dialog.getByLabel('As it is here').uncheck();
  const archive = await saved(page, () => dialog.getByRole('button', { name: 'Export 2 files' }).click());
  assert.deepEqual((await entries(archive)).map(({ path }) => path), ['helmet-amazon_main.jpg', 'helmet-etsy.jpg']);
  assert.deepEqual(complaints.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED')), []);
}, LONG);

test('a first visit asks for each file once, though it is kept as well', async (t) => {
  const site = await serve(t);
  await visit(await someone(t), site);
  const times = new Map<string, number>();
  for (const path of site.asked) times.set(path, (times.get(path) ?? 0) + 1);
  const { page } = await expected(site.shells[0]);
  for (const path of page.filter((path) => path !== '/index.html')) assert.equal(times.get(path), 1, path);
  // The page itself has no digest in its name: 1 KB, asked for once more.
  assert.deepEqual([times.get('/'), times.get('/index.html'), times.get('/service-worker.js')], [1, 1, 1]);
  assert.equal(site.asked.length, page.length + 2);
}, LONG);

test('after a whole session the caches hold the names of the manifest and nothing else', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  const { page, inner } = await visit(context, site);
  const { page: files, studio } = await expected(site.shells[0]);
  assert.deepEqual(await kept(page), { 'vitrine-page-': files });
  await cutOut(inner);
  await saved(page, () => inner.getByRole('button', { name: 'Download helmet.jpg' }).click());
  await inner.getByRole('button', { name: /^On a model/ }).click();
  await inner.locator('model-view').getByRole('progressbar').waitFor({ state: 'detached' });
  await eventually(() => kept(page), { 'vitrine-page-': files, 'vitrine-studio-': studio });

  // Of all windows the worker has the shell's alone: no frame is its client, nor is any worker of theirs.
  const [worker] = context.serviceWorkers();
  assert.ok(worker);
  const clients = await worker.evaluate(async () => {
    interface Scope {
      clients: { matchAll(options: object): Promise<{ url: string; type: string; frameType: string }[]> };
    }
    const all = await (self as unknown as Scope).clients.matchAll({ includeUncontrolled: true, type: 'all' });
    return all.map(({ type, frameType }) => `${type}, ${frameType}`);
  });
  assert.deepEqual(clients, ['window, top-level']);
  const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
  assert.equal(await frame?.evaluate(() => navigator.serviceWorker), undefined);
}, LONG);

test('a file with a wrong byte is refused, and said so; the next visit puts it right', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  const { models } = await manifestOf<Manifest>('manifest.json');
  site.tampered = models['fast']?.file;
  // The page itself has the right one.
  await context.route(`**/${site.tampered}`, async (route) => route.fulfill({ path: join(ROOT, 'www/dist/assets', site.tampered ?? '') }), { times: 1 });
  const { page, inner } = await openBuilt(context, `${site.origin}${QUERY}`);
  await untilOffline(inner, 'no');
  await inner.getByText('was not the one that this page was built with').waitFor({ state: 'attached' });
  assert.ok(!Object.values(await kept(page)).flat().includes(`/assets/${site.tampered}`));
  await cutOut(inner);

  site.tampered = undefined;
  await page.reload();
  await untilOffline(inner);
  assert.deepEqual((await kept(page))['vitrine-page-'], (await expected(site.shells[0])).page);
}, LONG);

test('everything is kept where the person asks for it, and what is kept is removed by a button', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  // The best quality too, where it was made.
  const { page, inner } = await visit(context, site, '/?device=cpu');
  const section = await openTrust(inner);
  await section.getByRole('button', { name: /^Keep everything for offline use: \d+(\.\d)? MB more$/ }).click();
  const { best } = (await manifestOf<Manifest>('manifest.json')).models;
  await section.locator('dd', { hasText: /^kept$/ }).nth(best ? 2 : 1).waitFor();
  const { page: files, studio } = await expected(site.shells[0]);
  const everything = await kept(page);
  assert.equal((everything['vitrine-models'] ?? []).length > 0, best !== undefined);
  assert.deepEqual(everything['vitrine-page-'], files);
  assert.deepEqual(everything['vitrine-studio-'], studio);
  await page.close();

  await goOffline(context, site);
  const offline = await openBuilt(context, `${site.origin}${QUERY}`);
  await cutOut(offline.inner);
  await offline.inner.getByRole('button', { name: /^On a model/ }).click();
  await offline.inner.getByText('Add photos of your model').waitFor();
  await offline.inner.locator('model-view').getByRole('button', { name: 'Close' }).click();

  const again = await openTrust(offline.inner);
  await again.getByRole('button', { name: 'Remove everything that is kept' }).click();
  await again.getByText('Works offline: no longer').waitFor();
  assert.deepEqual(await kept(offline.page), {});
  assert.deepEqual(await offline.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
}, LONG);

const UPDATE = 'A new version is ready: it starts when you reload.';

test('a new build is announced, forces nothing, and is taken after the button, which asks where photos are open', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  // Hours pass at once.
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${site.origin}${QUERY}`);
  const inner = page.frameLocator('iframe').frameLocator('iframe');
  await untilOffline(inner);
  await cutOut(inner);
  site.build = 2;
  const seen = () => page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')));
  const looks = () => site.asked.filter((path) => path === '/service-worker.js').length;
  const before = looks();
  await seen();
  await page.clock.fastForward('00:59:00');
  await seen();
  assert.equal(looks(), before, 'within the hour nothing is asked');
  await page.clock.fastForward('00:02:00');
  await seen();
  await inner.getByText(UPDATE).first().waitFor();
  assert.equal(await inner.locator('photo-card').count(), 1);

  const reload = button(inner, 'Reload');
  await reload.click();
  const asking = inner.getByRole('alertdialog');
  await asking.getByText('1 photo and everything made of them will be gone').waitFor();
  await asking.getByRole('button', { name: 'Stay here' }).click();
  assert.equal(await shellOf(page), site.shells[0]);
  await reload.click();
  await reloaded(page, () => asking.getByRole('button', { name: 'Reload' }).click());
  assert.equal(await shellOf(page), site.shells[1]);
  await untilOffline(inner);
  assert.deepEqual((await kept(page))['vitrine-page-'], (await expected(site.shells[1])).page);
  assert.equal(await inner.getByText(UPDATE).count(), 0);
}, LONG);

test('the button brings the new build with the server out of reach too, and so does a plain load', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  const { page, inner } = await visit(context, site);
  site.build = 2;
  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
  await inner.getByText(UPDATE).first().waitFor();
  await goOffline(context, site);
  await reloaded(page, () => button(inner, 'Reload').click());
  assert.equal(await shellOf(page), site.shells[1]);

  const other = await someone(t);
  await context.close();
  site.build = 1;
  await site.start();
  const plain = await visit(other, site);
  site.build = 2;
  await plain.page.reload();
  assert.equal(await shellOf(plain.page), site.shells[1], 'a plain load takes the build that the server has');
  await untilOffline(plain.inner);
}, LONG);

test('an older tab works to its end beside a new one, its files stay until then, and then go', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  const old = await visit(context, site);
  const section = await openTrust(old.inner);
  await section.getByRole('button', { name: /^Keep everything/ }).click();
  await section.locator('dd', { hasText: /^kept$/ }).nth(1).waitFor();
  await closeTrust(old.inner);

  site.build = 2;
  const fresh = await openBuilt(context, `${site.origin}${QUERY}`);
  assert.equal(await shellOf(fresh.page), site.shells[1]);
  await untilOffline(fresh.inner, 'not yet');
  await old.inner.getByText(UPDATE).first().waitFor();
  // Between the two builds: the old one's files are there, and the new one's beside them.
  const both = (await kept(old.page))['vitrine-page-'] ?? [];
  for (const shell of site.shells) assert.ok(both.includes(`/${shell}`), shell);
  await site.stop();
  await cutOut(old.inner);
  await old.inner.getByRole('button', { name: /^On a model/ }).click();
  await old.inner.getByText('Add photos of your model').waitFor();
  await site.start();

  await old.page.close();
  await fresh.page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')));
  await untilOffline(fresh.inner);
  // The new worker is in charge before it has put the old one's files away.
  const { page } = await expected(site.shells[1]);
  await eventually(async () => (await kept(fresh.page))['vitrine-page-'], page);
}, LONG);

test('the shop beside the page is neither kept nor answered', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  const { page } = await visit(context, site);
  const before = await kept(page);
  const shop = await context.newPage();
  const complaints: string[] = [];
  shop.on('pageerror', (error) => complaints.push(error.message));
  const answers: boolean[] = [];
  shop.on('response', (response) => answers.push(response.fromServiceWorker()));
  await shop.goto(`${site.origin}/shop/`);
  await shop.locator('vitrine-try-on').first().waitFor({ state: 'attached' });
  assert.ok(answers.length > 5);
  assert.ok(!answers.includes(true), 'the worker answered for the shop');
  assert.deepEqual(complaints, []);
  assert.deepEqual(await kept(page), before);
  await goOffline(context, site);
  await assert.rejects(shop.goto(`${site.origin}/shop/`));
}, LONG);

test('where the browser keeps no pages, it is said, and all else works', async (t) => {
  const site = await serve(t);
  const context = await someone(t);
  const { port } = new URL(site.origin);
  const plain = await openBuilt(context, `http://${PLAIN}:${port}${QUERY}`);
  await untilOffline(plain.inner, 'no');
  await plain.inner.getByText('came without https').waitFor({ state: 'attached' });
  await cutOut(plain.inner);

  await context.addInitScript(() => {
    if (navigator.serviceWorker) navigator.serviceWorker.register = () => Promise.reject(new DOMException('Storage is blocked.', 'SecurityError'));
  });
  const blocked = await openBuilt(context, `${site.origin}${QUERY}`);
  await untilOffline(blocked.inner, 'no');
  await blocked.inner.getByText('lets this page keep nothing').waitFor({ state: 'attached' });
  await cutOut(blocked.inner);
}, LONG);

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`what is kept, and a new build's announcement, at ${width} px, ${colorScheme}`, async (t) => {
      const open = await openPage(browser, { viewport: { width, height: 844 }, colorScheme });
      t.after(() => open.close());
      const { page, frame } = open;
      const set = (change: object) =>
        frame.evaluate((change) => (globalThis as unknown as { fake: { offline: { set(change: object): void } } }).fake.offline.set(change), change);
      await frame.getByText('Runs on this device').first().waitFor();
      await set({ update: true });
      await frame.getByText(UPDATE).first().waitFor();
      await shoot(page, `offline-update-${width}-${colorScheme}`);
      assert.deepEqual(await axe(frame), []);
      await button(frame, 'Not now').click();
      await button(frame, 'Check it yourself').first().click();
      await frame.locator('offline-section').scrollIntoViewIfNeeded();
      for (const is of ['kept', 'behind an older tab', 'refused'] as const) {
        await set({ is, page: { bytes: 5_230_000, is: is === 'kept' ? 'kept' : 'not kept' } });
        await shoot(page, `offline-${is.split(' ')[0]}-${width}-${colorScheme}`);
        assert.deepEqual(await axe(frame), [], is);
      }
    });
  }
}
