/** What the READMEs show works as it stands there, letter by letter. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from './browser.js';
import { assertGolden } from './golden.js';
import { ROOT, serveShop } from './servers.js';
import { test } from './testing.js';

for (const name of ['README.md', 'pkg/README.md']) {
  test(`the embedding in ${name} cuts out the photo that is chosen`, async (t) => {
    const text = await readFile(join(ROOT, name), 'utf8');
    const snippets = [...text.matchAll(/```html\n([^]*?)```/g)].map(([, snippet]) => snippet ?? '');
    assert.equal(snippets.length, 1);
    const html = snippets[0] ?? '';
    const script = /<script type="module">\n([^]*?)<\/script>/.exec(html)?.[1] ?? '';
    assert.ok(script.trim().split('\n').length <= 10, 'it is ten lines at most');

    const shop = await serveShop({ html });
    t.after(() => shop.close());
    const browser = await launch();
    t.after(() => browser.close());
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.goto(`${shop.origin}/`);
    await page.locator('input').setInputFiles(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
    await page.waitForFunction(() => (document.querySelector('img')?.naturalWidth ?? 0) > 0);
    const cutOut = await page.evaluate(async () => {
      const response = await fetch(document.querySelector('img')?.src ?? '');
      return [...new Uint8Array(await response.arrayBuffer())];
    });
    await assertGolden(page, Buffer.from(cutOut));
    assert.equal(said.at(-1), 'encode 1');
  });
}
