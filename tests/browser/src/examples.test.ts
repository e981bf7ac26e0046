/** What `docs/try-on.md` shows for frameworks works as it stands there, letter by letter, with the frameworks' own packages. */

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import vue from '@vitejs/plugin-vue';
import { Liquid } from 'liquidjs';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { KINDS } from '../../../pkg/src/try-on/types.js';
import { launch } from './browser.js';
import { ROOT } from './servers.js';
import { eventually, test } from './testing.js';
import { agree, buildPackage, choose, frameOf, openShop, PACKAGE, photo, shown } from './try-on-harness.js';

const OUT = join(ROOT, 'target/web/example-tests');

interface ShownProduct {
  picture: string;
  poster: string;
  name: string;
  kind: string;
  widthMm: number;
  sku: string;
}

declare global {
  /** What the example's page shows, as it was opened; whose results it was told of; and how it is made to show others. */
  var products: ShownProduct[];
  var results: string[];
  var show: (products: ShownProduct[]) => void;
}

const product = (sku: string, widthMm: number): ShownProduct => ({
  picture: '/glasses.png',
  poster: '/poster.png',
  name: `Glasses ${sku}`,
  kind: 'glasses',
  widthMm,
  sku,
});
const BEGIN = `globalThis.products = ${JSON.stringify([product('A1', 140), product('B1', 138)])}; globalThis.results = [];`;
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
<script src="/heard.js"></script><script>${BEGIN}</script><script type="module" src="/page.js"></script></head><body><main></main></body></html>`;

/** A component's file, and a page that shows one for each product. */
const FRAMEWORKS = {
  jsx: {
    file: 'TryOn.jsx',
    page: `import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { TryOn } from './TryOn.jsx';
function Page() {
  const [shown, show] = useState(products);
  globalThis.show = show;
  return shown.map((product, index) => <TryOn key={index} product={product} onResult={(sku) => results.push(sku)} />);
}
createRoot(document.querySelector('main')).render(<StrictMode><Page /></StrictMode>);`,
  },
  vue: {
    file: 'TryOn.vue',
    page: `import { createApp, h, shallowRef } from 'vue';
import TryOn from './TryOn.vue';
const shown = shallowRef(products);
globalThis.show = (next) => (shown.value = next);
createApp(() => shown.value.map((product, key) => h(TryOn, { key, product, onResult: (sku) => results.push(sku) }))).mount('main');`,
  },
};

async function example(language: string): Promise<string> {
  const text = await readFile(join(ROOT, 'docs/try-on.md'), 'utf8');
  const [snippet, ...more] = [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, code]) => code ?? '');
  assert.ok(snippet && more.length === 0, `one example in ${language}`);
  return snippet;
}

/** The page as a shop's bundler makes it; its files by their addresses. */
async function bundle(name: keyof typeof FRAMEWORKS): Promise<Record<string, string>> {
  const { file, page } = FRAMEWORKS[name];
  const folder = join(OUT, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), await example(name));
  await writeFile(join(folder, 'page.jsx'), page);
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: folder,
    publicDir: false,
    // In development the frameworks complain of what is wrong.
    define: { 'process.env.NODE_ENV': '"development"' },
    plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'vitrine-try-on' } } })],
    resolve: { alias: { 'vitrine/try-on': join(PACKAGE, 'try-on.js') } },
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: join(folder, 'page.jsx'), output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' } },
    },
  });
  assert.ok('output' in built);
  return Object.fromEntries(built.output.map((made) => [`/${made.fileName}`, made.type === 'chunk' ? made.code : String(made.source)]));
}

let browser: Browser;
before(async () => {
  await buildPackage();
  browser = await launch({ flags: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
});
after(() => browser?.close());

for (const [name, title] of [['jsx', 'React'], ['vue', 'Vue']] as const) {
  describe(`in ${title}`, () => {
    test('properties and events go both ways, and whoever is taken away while open takes the camera along', async (t) => {
      const open = await openShop(browser, { html: PAGE, files: await bundle(name) });
      t.after(open.close);
      const { page } = open;
      const written = () =>
        page.locator('vitrine-try-on').evaluateAll((elements) =>
          elements.map((element) => ['product', 'kind', 'width-mm', 'sku'].map((attribute) => element.getAttribute(attribute)).join(' ')),
        );
      await eventually(written, ['/glasses.png glasses 140 A1', '/glasses.png glasses 138 B1']);
      assert.equal(await page.getByRole('img', { name: 'Glasses B1' }).count(), 1);
      await page.evaluate((products) => show(products), [product('A2', 150), product('B1', 138)]);
      await eventually(written, ['/glasses.png glasses 150 A2', '/glasses.png glasses 138 B1']);

      const buttons = page.getByRole('button', { name: 'Try it on' });
      await buttons.nth(1).click();
      const frame = await frameOf(page);
      await agree(frame);
      await choose(frame, photo('me'));
      await shown(frame);
      await eventually(() => page.evaluate(() => results), ['B1']);
      await page.getByRole('button', { name: 'Close the try-on' }).click();
      await eventually(() => page.locator('iframe').count(), 0);

      // Of another origin, as the camera needs it.
      await page.locator('vitrine-try-on').nth(1).evaluate((element) => {
        (element as HTMLElementTagNameMap['vitrine-try-on']).assetBase = `http://localhost:${location.port}/vitrine/assets/`;
      });
      await buttons.nth(1).click();
      const watched = await frameOf(page);
      await agree(watched);
      await watched.getByRole('button', { name: 'Use the camera' }).click();
      await watched.getByRole('img', { name: /^You in the camera/ }).waitFor();
      await page.evaluate((products) => show(products), [product('A2', 150)]);
      await eventually(() => page.locator('iframe, dialog').count(), 0);
      await eventually(async () => watched.isDetached() && page.frames().length === 1, true);

      await page.evaluate((products) => show(products), [product('A2', 150), product('C1', 120)]);
      await buttons.nth(1).click();
      await frameOf(page);
      assert.deepEqual((await open.details('open')).map(({ sku }) => sku), ['B1', 'B1', 'C1']);
      assert.deepEqual(open.complaints, []);
    });
  });
}

describe('in Shopify', () => {
  test('the block’s settings are what the element knows', async () => {
    const [, json = ''] = /{% schema %}([^]*){% endschema %}/.exec(await example('liquid')) ?? [];
    const schema = JSON.parse(json) as { name: string; target: string; settings: Record<string, unknown>[] };
    assert.ok(schema.name.length <= 25, 'as Shopify allows');
    assert.equal(schema.target, 'section');
    assert.deepEqual(schema.settings.map(({ id, type }) => [id, type]), [['kind', 'select'], ['asset_base', 'text']]);
    for (const { label } of schema.settings) assert.ok(label);
    const options = schema.settings[0]?.['options'] as { value: string; label: string }[];
    assert.deepEqual(options.map(({ value }) => value), [...KINDS]);
  });

  test('the block as it is filled in works in a shop', async (t) => {
    const liquid = new Liquid();
    liquid.registerFilter('asset_url', (name: string) => `/vitrine/${name}`);
    liquid.registerFilter('image_url', ({ src }: { src: string }, ...given: [string, unknown][]) =>
      `${src}?${given.map(([name, value]) => `${name}=${String(value)}`).join('&amp;')}`,
    );
    liquid.registerFilter('image_tag', (src: string, ...given: [string, unknown][]) =>
      `<img src="${src}" alt="Heron" ${given.map(([name, value]) => `${name}="${String(value)}"`).join(' ')}>`,
    );
    const [block = ''] = (await example('liquid')).split('{% schema %}');
    const filled: string = await liquid.parseAndRender(block, {
      product: {
        featured_image: { src: '/glasses.png' },
        metafields: { custom: { width_mm: { value: 138 } } },
        selected_or_first_available_variant: { sku: 'H"1' },
      },
      block: { settings: { kind: 'glasses', asset_base: '/vitrine/assets' }, shopify_attributes: 'data-shopify-editor-block="1"' },
    });
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
<script src="/heard.js"></script></head><body><main>${filled}</main></body></html>`;
    const open = await openShop(browser, { html });
    t.after(open.close);
    const { page } = open;
    assert.equal(await page.locator('vitrine-try-on').getAttribute('width-mm'), '138');
    assert.equal(await page.locator('[slot=poster]').evaluate((image) => (image as HTMLImageElement).naturalWidth), 300);
    await page.getByRole('button', { name: 'Try it on' }).click();
    const frame = await frameOf(page);
    await agree(frame);
    await choose(frame, photo('me'));
    await shown(frame);
    assert.deepEqual(await open.details('result'), [{ sku: 'H"1' }]);
    assert.deepEqual(open.complaints, []);
  });
});
