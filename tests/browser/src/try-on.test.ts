/** The try-on widget in a shop: its walls, its steps, what goes wrong, and what the shop hears of it. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import type { Browser, Frame, Page } from 'playwright-core';
import { readMessage } from '../../../pkg/src/try-on/messages.js';
import { WORDS } from '../../../pkg/src/try-on/words.js';
import { launch } from './browser.js';
import { axe } from './page-harness.js';
import { ROOT } from './servers.js';
import { eventually, test } from './testing.js';
import { agree, attack, buildPackage, choose, frameOf, html, ONE, openShop, openTryOn, PACKAGE, photo, shown, variants, type OpenShop } from './try-on-harness.js';

let browser: Browser;
before(async () => {
  await buildPackage();
  browser = await launch();
});
after(() => browser?.close());

/** From the button to the picture with the product on it. */
async function wholeWay({ page }: OpenShop, name = 'me'): Promise<Frame> {
  const frame = await openTryOn(page);
  await agree(frame);
  await choose(frame, photo(name));
  await shown(frame);
  return frame;
}

const frames = (page: Page) => page.locator('iframe').count();

describe('what a page loads before anybody asks for the try-on', () => {
  test('one script of at most 10 KB compressed, and what it shares with the rest', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const scripts = open.shop.asked.filter((path) => path.startsWith('/vitrine/'));
    let bytes = 0;
    for (const path of scripts) bytes += brotliCompressSync(await readFile(join(PACKAGE, path.slice('/vitrine/'.length)))).length;
    t.diagnostic(`${bytes} bytes in ${scripts.join(', ')}`);
    assert.ok(bytes <= 10_000, `${bytes} bytes`);
    assert.ok(scripts.every((path) => path.endsWith('.js')));
    assert.ok(!open.shop.asked.includes('/glasses.png'), 'not even the product');
  });

  test('nothing moves: not when the script comes, not when it opens, not when it closes', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const frame = await wholeWay(open);
    assert.equal(await frames(open.page), 1);
    await open.page.getByRole('button', { name: 'Close the try-on' }).click();
    await open.page.waitForTimeout(200);
    assert.equal(await open.page.evaluate(() => moved), 0);
    assert.ok(frame.isDetached());
  });

  test('the shop’s own page is never busy for long while it opens and works', async (t) => {
    const open = await openShop(browser, {
      before: () => {
        const tasks: number[] = [];
        Object.assign(globalThis, { tasks });
        new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
      },
    });
    t.after(open.close);
    await open.page.evaluate(() => void ((globalThis as unknown as { tasks: number[] }).tasks.length = 0));
    await wholeWay(open);
    const tasks = await open.page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
    t.diagnostic(`tasks of 50 ms and more: ${tasks.map(Math.round).join(', ') || 'none'}`);
    // A machine that does other things beside may double any time.
    assert.ok(Math.max(0, ...tasks) < 200, String(tasks));
  });

  test('on a page without the script the poster stands in its box', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const box = await open.page.locator('vitrine-try-on').boundingBox();
    assert.deepEqual([Math.round(box?.width ?? 0), Math.round(box?.height ?? 0)], [420, 525]);
  });
});

describe('the steps', () => {
  test('consent comes first: until then no photo is taken, chosen, dropped or pasted', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const frame = await openTryOn(open.page);
    await frame.getByText('Nothing is sent.').waitFor();
    await frame.getByText('Nothing is kept.').waitFor();
    await frame.getByText('not of how it fits').waitFor();
    assert.equal(await frame.getByRole('button', { name: 'Choose or take a photo' }).count(), 0);
    await choose(frame, photo('early'));
    await frame.evaluate(() => {
      const files = new DataTransfer();
      files.items.add(new File(['x'], 'early.png', { type: 'image/png' }));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files, bubbles: true }));
    });
    await open.page.waitForTimeout(300);
    assert.equal(await frame.locator('photo-stage').count(), 0);
    assert.deepEqual(await open.heard(), ['ready', 'open']);
  });

  test('a photo that is chosen, dropped or pasted becomes a picture; the shop hears steps and nothing else', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const frame = await wholeWay(open);
    for (const [type, field] of [['drop', 'dataTransfer'], ['paste', 'clipboardData']] as const) {
      await frame.evaluate(
        async ([type, field, bytes]) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], 'next.png', { type: 'image/png' }));
          const event = type === 'drop' ? DragEvent : ClipboardEvent;
          document.dispatchEvent(new event(type, { [field]: files, bubbles: true, cancelable: true }));
        },
        [type, field, [...photo('next').buffer]] as const,
      );
      await eventually(async () => (await open.details('result')).length, type === 'drop' ? 2 : 3);
    }
    await open.page.getByRole('button', { name: 'Close the try-on' }).click();
    assert.deepEqual(await open.heard(), ['ready', 'open', 'consent', 'result', 'result', 'result', 'close']);
    const all = await open.page.evaluate(() => heard.map(([, detail]) => Object.entries(detail)).flat());
    for (const [name, value] of all) assert.ok((name === 'sku' && value === 'A1') || (name === 'fraction' && typeof value === 'number'), `${name}: ${String(value)}`);
    assert.deepEqual(open.complaints, []);
  });

  test('several people: the shopper chooses, and may choose again', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const frame = await openTryOn(open.page);
    await agree(frame);
    await choose(frame, photo('three'));
    await frame.getByRole('heading', { name: 'Who is it for?' }).waitFor();
    assert.equal(await frame.locator('.face').count(), 3);
    assert.deepEqual(await open.details('result'), []);
    await frame.getByRole('button', { name: 'Person 2' }).click();
    await shown(frame);
    await frame.getByRole('button', { name: 'Another person' }).click();
    await frame.getByRole('button', { name: 'Person 3' }).click();
    await shown(frame);
    assert.equal((await open.details('result')).length, 2);
  });

  test('versions: another one is put on, and the shop hears which', async (t) => {
    const open = await openShop(browser, { attributes: `variants='${variants('/glasses.png', '/second.png')}' sku="V2"` });
    t.after(open.close);
    const frame = await wholeWay(open);
    assert.ok(await frame.getByRole('radio', { name: 'Version 2' }).isChecked(), 'the one that the page shows comes first');
    const colour = () =>
      frame.locator('photo-stage').evaluate((stage) => {
        const canvas = stage.shadowRoot?.querySelector('canvas');
        return [...(canvas?.getContext('2d')?.getImageData(canvas.width / 2, canvas.height * 0.36, 1, 1).data ?? [])].slice(0, 3);
      });
    const before = await colour();
    await frame.getByText('Version 1').click();
    await eventually(async () => (await open.details('result')).length, 2);
    assert.notDeepEqual(await colour(), before);
    assert.deepEqual(await open.details('variant'), [{ sku: 'V1' }]);
    assert.deepEqual((await open.details('result')).at(-1), { sku: 'V1' });
  });

  test('holding shows the photo alone; saving gives a file', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const frame = await wholeWay(open);
    const isAlone = () => frame.locator('.comparing').count();
    const button = frame.getByRole('button', { name: 'Compare' });
    await button.hover();
    await open.page.mouse.down();
    assert.equal(await isAlone(), 1);
    await open.page.mouse.up();
    assert.equal(await isAlone(), 0);
    await button.focus();
    await open.page.keyboard.press('Enter');
    assert.equal(await isAlone(), 1, 'a switch for the keyboard');
    await open.page.keyboard.press('Enter');
    const download = open.page.waitForEvent('download');
    await frame.getByRole('button', { name: 'Save' }).click();
    assert.equal((await download).suggestedFilename(), 'try-on.jpg');
  });

  test('the keyboard alone goes the whole way, and comes back to the shop’s button', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const { page } = open;
    // Nobody presses the next key before they have seen what the last one did.
    const inPage = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.localName);
    await page.keyboard.press('Tab');
    await eventually(inPage, 'button');
    await page.keyboard.press('Enter');
    const frame = await frameOf(page);
    await eventually(inPage, 'iframe');
    const held = () => frame.evaluate(() => document.querySelector('try-on-app')?.shadowRoot?.activeElement?.localName);
    await page.keyboard.press('Tab');
    await eventually(held, 'button');
    await page.keyboard.press('Enter');
    await frame.locator('.sealed').waitFor();
    await eventually(held, 'h1');
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Tab');
    await eventually(held, 'button');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(photo('two'));
    await frame.getByRole('heading', { name: 'Who is it for?' }).waitFor();
    await frame.getByRole('button', { name: 'Person 1' }).focus();
    await page.keyboard.press('Enter');
    await shown(frame);
    // The frame goes as the key goes down: that it was let go, nobody may be left to confirm.
    page.keyboard.press('Escape').catch(() => undefined);
    await eventually(() => frames(page), 0);
    assert.equal(await page.evaluate(() => document.activeElement?.localName), 'vitrine-try-on');
  });

  test('in German where the page is', async (t) => {
    const open = await openShop(browser, { html: html(ONE, { lang: 'de-AT' }) });
    t.after(open.close);
    const frame = await openTryOn(open.page);
    await frame.getByText('Nichts wird gesendet.').waitFor();
    await agree(frame);
    await choose(frame, photo('nobody'));
    await frame.getByText('Auf diesem Foto ist kein Gesicht zu finden').waitFor();
    assert.equal(await frame.evaluate(() => document.documentElement.lang), 'de');
    await choose(frame, { name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a photo') });
    await frame.getByText('Die Datei ist kein Bild').waitFor();
    await choose(frame, photo('hidden'));
    await frame.getByText('Wählen Sie eines, das das Gesicht von vorn zeigt.').waitFor();
    assert.deepEqual(await frame.getByRole('button').allTextContents().then((all) => all.map((text) => text.trim())), ['Anderes Foto'], 'nothing to save or to compare');
    assert.equal(await frame.evaluate(() => document.querySelector('try-on-app')?.shadowRoot?.activeElement?.textContent), 'Auf diesem Foto geht es nicht');
  });

  test('whatever the engine says of a photo there are German words for', async () => {
    const codes = (await readFile(join(ROOT, 'src/web/code.rs'), 'utf8')).matchAll(/=> "([a-z-]+)"/g);
    assert.deepEqual(Object.keys(WORDS.de.reasons ?? {}).sort(), [...codes].map(([, code]) => code).sort());
  });

  test('the merchant’s words, colours and scheme reach the frame', async (t) => {
    const inside = '<button slot="button">On my face</button><p slot="consent">Ask us for a <b>fitting</b>.</p>';
    const attributes = `${ONE} style="color-scheme: dark; --vitrine-accent: #ffd84d; --vitrine-radius: 3px"`;
    const open = await openShop(browser, { html: html(attributes, { inside }) });
    t.after(open.close);
    await open.page.getByRole('button', { name: 'On my face' }).click();
    const frame = await frameOf(open.page);
    await frame.getByText('Ask us for a fitting.').waitFor();
    const look = await frame.getByRole('button', { name: 'Agree and go on' }).evaluate((button) => {
      const { backgroundColor, color, borderRadius } = getComputedStyle(button);
      return [backgroundColor, color, borderRadius, getComputedStyle(document.documentElement).colorScheme];
    });
    assert.deepEqual(look, ['rgb(255, 216, 77)', 'rgb(0, 0, 0)', '3px', 'dark']);
  });
});

describe('the walls', () => {
  test('from the moment when the frame says so, nothing is requested: photos, versions, saving, closing', async (t) => {
    const open = await openShop(browser, { attributes: `variants='${variants('/glasses.png', '/second.png')}'` });
    t.after(open.close);
    const requests: string[] = [];
    open.page.context().on('request', (request) => {
      if (!request.url().startsWith('blob:')) requests.push(request.url());
    });
    const frame = await openTryOn(open.page);
    await agree(frame);
    await frame.getByText('from this moment the try-on requests and sends nothing').waitFor();
    assert.ok(open.shop.asked.includes('/second.png'), 'every version has come');
    const asked = open.shop.asked.length;
    requests.length = 0;
    await open.page.context().setOffline(true);
    await choose(frame, photo('two'));
    await frame.getByRole('button', { name: 'Person 1' }).click();
    await shown(frame);
    await frame.getByText('Version 2').click();
    await eventually(async () => (await open.details('result')).length, 2);
    const download = open.page.waitForEvent('download');
    await frame.getByRole('button', { name: 'Save' }).click();
    await download;
    await open.page.getByRole('button', { name: 'Close the try-on' }).click();
    await open.page.waitForTimeout(500);
    assert.deepEqual([requests, open.shop.asked.length - asked], [[], 0]);
    assert.equal(await frames(open.page), 0);
  });

  test('the page cannot read the frame, and the frame cannot read the page', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const frame = await wholeWay(open);
    const inside = await frame.evaluate(() => {
      const tries = [() => parent.parent.document.title, () => parent.document.title, () => localStorage.length, () => document.cookie];
      return tries.filter((attempt) => {
        try {
          attempt();
          return true;
        } catch {
          return false;
        }
      }).length;
    });
    const outside = await open.page.evaluate(() => {
      const frame = document.querySelector('vitrine-try-on')?.shadowRoot?.querySelector('iframe');
      const tries = [() => frame?.contentDocument?.title, () => frame?.contentWindow?.[0]?.document.title];
      return tries.filter((attempt) => {
        try {
          return attempt() !== undefined;
        } catch {
          return false;
        }
      }).length;
    });
    assert.deepEqual([inside, outside, await frame.evaluate(() => origin)], [0, 0, 'null']);
  });

  for (const [how, shop] of [
    ['put into the page', {}],
    ['loaded from the asset base without its headers', { policy: "default-src 'self' http:; script-src 'self'; frame-src *; connect-src *", packageHeaders: 'not sent' }],
  ] as const) {
    test(`a script that should not be in a frame ${how} reaches nothing`, async (t) => {
      const open = await openShop(browser, shop);
      t.after(open.close);
      await attack(t, open, () => wholeWay(open));
      assert.equal(new URL(open.page.url()).origin, open.shop.origin, 'the shop is still there');
    }, { timeout: 120_000 });
  }

  test('closing leaves nothing: the next shopper is asked again, and no photo is there', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    await wholeWay(open);
    await open.page.evaluate(() => document.querySelector('vitrine-try-on')?.close());
    assert.equal(await frames(open.page), 0);
    const frame = await openTryOn(open.page);
    await frame.getByText('Nothing is kept.').waitFor();
    assert.equal(await frame.locator('photo-stage').count(), 0);
    // An element that is taken away tells those who listen to itself.
    const closed = await open.page.evaluate(async () => {
      const element = document.querySelector('vitrine-try-on');
      const closed = new Promise((resolve) => element?.addEventListener('vitrine-close', ({ type }) => resolve(type)));
      element?.remove();
      return closed;
    });
    assert.equal(closed, 'vitrine-close');
    assert.equal(await frames(open.page), 0);
  });

  test('a message that no frame may send is not heard', () => {
    for (const said of [null, 'text', 7, {}, { type: 'photo' }, { type: 'variant', index: 2 }, { type: 'variant', index: '1.5' }, { type: 'trouble', trouble: 'landmark 0.31 0.52' }]) {
      assert.equal(readMessage(said, 2), undefined, JSON.stringify(said));
    }
    assert.deepEqual(readMessage({ type: 'result', pixels: [1, 2, 3] }, 1), { type: 'result' });
    assert.deepEqual(readMessage({ type: 'variant', index: 1, face: [0.1] }, 2), { type: 'variant', index: 1 });
  });
});

describe('the policy of the shop', () => {
  const STRICT =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
    "base-uri 'none'; form-action 'none'";
  for (const [name, policy] of [
    ['scripts from files alone', STRICT],
    ['trusted types as well, and none allowed', `${STRICT}; require-trusted-types-for 'script'; trusted-types 'none'`],
  ] as const) {
    test(`${name}: the whole way works`, async (t) => {
      const open = await openShop(browser, { policy });
      t.after(open.close);
      const begin = Date.now();
      const frame = await openTryOn(open.page);
      t.diagnostic(`opened after ${Date.now() - begin} ms`);
      await agree(frame);
      await choose(frame, photo('me'));
      await shown(frame);
      assert.equal(await frame.evaluate(() => origin), 'null');
      assert.equal(await open.page.evaluate(() => crossOriginIsolated), false);
    });
  }

  test('no frame at all: the shopper reads a sentence, the shop hears why and goes on', async (t) => {
    const open = await openShop(browser, { policy: "default-src 'self'; script-src 'self'; frame-src 'none'" });
    t.after(open.close);
    await open.page.getByRole('button', { name: 'Try it on' }).click();
    await open.page.getByText('This shop’s settings do not let it open.').waitFor();
    const [error] = await open.details('error');
    assert.equal(error?.['code'], 'policy');
    assert.match(String(error?.['message']), /frame-src http:\/\/127\.0\.0\.1/);
    await open.page.keyboard.press('Escape');
    await eventually(() => open.page.locator('dialog').count(), 0);
  });
});

describe('one page, several of them', () => {
  test('the script twice, from two places, and another element of that name before it', async (t) => {
    await buildPackage();
    const copy = await readFile(join(PACKAGE, 'try-on.js'), 'utf8');
    const again = copy.replaceAll('"./', '"/vitrine/');
    const open = await openShop(browser, {
      html: html(ONE, { head: '<script type="module" src="/vitrine/try-on.js?again"></script><script type="module" src="/older.js"></script>' }),
      files: { '/older.js': again },
    });
    t.after(open.close);
    await open.page.waitForTimeout(200);
    assert.deepEqual(open.complaints, []);
    await wholeWay(open);
  });

  test('two elements: one opens, the other stays as it is', async (t) => {
    const open = await openShop(browser, { html: html(ONE).replace('<p>After', `<vitrine-try-on product="/second.png" sku="B2"></vitrine-try-on><p>After`) });
    t.after(open.close);
    await open.page.getByRole('button', { name: 'Try it on' }).last().click();
    await frameOf(open.page);
    assert.deepEqual(await open.details('open'), [{ sku: 'B2' }]);
    assert.equal(await frames(open.page), 1);
  });

  test('made by a script, as frameworks do: properties first, then the page', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    await open.page.evaluate(() => {
      const element = document.createElement('vitrine-try-on');
      element.kind = 'hat';
      element.widthMm = 180;
      element.variants = [{ sku: 'H1', product: '/second.png', label: 'Red' }];
      document.querySelector('main')?.replaceChildren(element);
      return element.open();
    });
    const frame = await frameOf(open.page);
    await frame.getByRole('heading', { name: 'See this hat on you' }).waitFor();
  });
});

describe('what goes wrong', () => {
  for (const [name, sentence, code] of [
    ['nobody', 'No face was found in this photo', 'no-face'],
    ['heavy', 'That did not work on this device', 'engine'],
  ] as const) {
    test(`a photo “${name}”: a sentence, an event, and another photo`, async (t) => {
      const open = await openShop(browser);
      t.after(open.close);
      const frame = await openTryOn(open.page);
      await agree(frame);
      await choose(frame, photo(name));
      await frame.getByRole('alert').getByText(sentence).waitFor();
      assert.deepEqual((await open.details('error')).map((error) => error['code']), [code]);
      await choose(frame, photo('me'));
      await shown(frame);
      assert.equal(await frame.getByRole('alert').count(), 0);
    });
  }

  test('a broken photo: the engine’s sentence to the shopper, none of it to the shop', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const frame = await openTryOn(open.page);
    await agree(frame);
    await choose(frame, { name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a photo of 31 × 17 pixels') });
    await frame.getByText('use JPEG, PNG or WebP').waitFor();
    assert.deepEqual(await open.details('error'), [{ code: 'photo', message: 'The shopper’s photo could not be read.', sku: 'A1' }]);
  });

  for (const [what, address, code, files] of [
    ['is not there', '/gone.png', 'product-missing', {}],
    ['is a page', '/page.html', 'product-missing', { '/page.html': '<h1>Sorry</h1>' }],
    ['has no product in it', '/nothing.png', 'product', {}],
    ['is broken', '/broken.png', 'product', { '/broken.png': 'no picture' }],
    ['is of the wrong kind', '/wrong-kind.png', 'kind', {}],
  ] as const) {
    test(`the product’s picture ${what}: a sentence, an event; the other version works`, async (t) => {
      const open = await openShop(browser, { attributes: `variants='${variants(address, '/second.png')}'`, files });
      t.after(open.close);
      const frame = await openTryOn(open.page);
      await agree(frame);
      await frame.getByRole('alert').getByText('This version cannot be tried on yet').waitFor();
      const [error] = await open.details('error');
      assert.deepEqual([error?.['code'], error?.['sku']], [code, 'V1']);
      await frame.getByText('Version 2').click();
      await choose(frame, photo('me'));
      await shown(frame);
    });
  }

  test('the only product is missing: the shopper is told, and no photo is asked for', async (t) => {
    const open = await openShop(browser, { attributes: 'product="/gone.png" sku="A1"' });
    t.after(open.close);
    const frame = await openTryOn(open.page);
    await agree(frame);
    await frame.getByRole('alert').waitFor();
    assert.ok(await frame.getByRole('button', { name: 'Choose or take a photo' }).isDisabled());
    assert.match(String((await open.details('error'))[0]?.['message']), /\/gone\.png .*404/);
  });

  for (const [what, tamper] of [
    ['a network is not there', undefined],
    ['a network is another than the build’s', (path: string, body: Buffer) => (path.endsWith('.onnx') ? Buffer.concat([body, Buffer.from('x')]) : body)],
    ['the wasm is another than the build’s', (path: string, body: Buffer) => (path.endsWith('.wasm') ? Buffer.concat([body, Buffer.from('x')]) : body)],
  ] as const) {
    test(`${what}: the try-on says that it cannot start, and the shop goes on`, async (t) => {
      const open = await openShop(browser, { ...(tamper && { tamper }) });
      t.after(open.close);
      if (!tamper) await open.page.route('**/face_mesh.*.onnx', (route) => route.fulfill({ status: 404, body: 'gone' }));
      const frame = await openTryOn(open.page);
      await agree(frame);
      await frame.getByRole('alert').getByText('The try-on cannot start').waitFor();
      assert.equal((await open.details('error'))[0]?.['code'], 'asset');
      await frame.getByRole('button', { name: 'Choose or take a photo' }).isDisabled();
      await open.page.getByRole('button', { name: 'Close the try-on' }).click();
      await eventually(() => frames(open.page), 0);
    });
  }

  test('the frame’s file is not there', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    await open.page.route('**/try-on-frame.*.html', (route) => route.fulfill({ status: 404, body: 'gone' }));
    await open.page.getByRole('button', { name: 'Try it on' }).click();
    await open.page.getByRole('alert').getByText('Please check your connection').waitFor();
    assert.equal((await open.details('error'))[0]?.['code'], 'asset');
  });

  test('a browser without SIMD', async (t) => {
    const open = await openShop(browser, { before: () => (WebAssembly.validate = () => false) });
    t.after(open.close);
    await open.page.getByRole('button', { name: 'Try it on' }).click();
    await open.page.getByRole('alert').getByText('too old for the try-on').waitFor();
    assert.equal((await open.details('error'))[0]?.['code'], 'browser');
  });

  for (const [what, attributes, message] of [
    ['an unknown kind', 'product="/glasses.png" kind="shoes"', /kind="shoes" is not known: it is one of glasses/],
    ['no product', 'kind="glasses"', /product is missing/],
    ['no width', 'product="/glasses.png" width-mm="wide"', /width-mm is "wide"/],
    ['variants that are no JSON', "variants='[{]'", /cannot be read as JSON/],
    ['a variant without a label', `variants='[{"sku": "a", "product": "/glasses.png"}]'`, /variants\[0\] needs/],
  ] as const) {
    test(`${what}: the merchant is told which attribute`, async (t) => {
      const open = await openShop(browser, { html: html(attributes, { inside: '<p slot="error">Ask us in the shop.</p>' }) });
      t.after(open.close);
      await open.page.getByRole('button', { name: 'Try it on' }).click();
      await open.page.getByText('Ask us in the shop.').waitFor();
      const [error] = await open.details('error');
      assert.equal(error?.['code'], 'attribute');
      assert.match(String(error?.['message']), message);
    });
  }

  test('closed again while it opens', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    for (const pause of [0, 5, 40, 120]) {
      await open.page.evaluate(async (pause) => {
        const element = document.querySelector('vitrine-try-on');
        const opening = element?.open();
        await new Promise((resolve) => setTimeout(resolve, pause));
        element?.close();
        await opening;
      }, pause);
      assert.equal(await open.page.locator('dialog').count(), 0, `${pause} ms`);
    }
    assert.deepEqual(open.complaints, []);
    await wholeWay(open);
  });
});

describe('no violation that axe finds', () => {
  for (const [name, context] of [
    ['a desktop, light', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
    ['a phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true, isMobile: true }],
  ] as const) {
    test(`on ${name}`, async (t) => {
      const attributes = `variants='${variants('/glasses.png', '/gone.png')}' style="color-scheme: light dark"`;
      const open = await openShop(browser, { attributes, context });
      t.after(open.close);
      assert.deepEqual(await axe(open.page.mainFrame()), [], 'the shop');
      const frame = await openTryOn(open.page);
      assert.deepEqual(await axe(open.page.mainFrame()), [], 'the dialog');
      assert.deepEqual(await axe(frame), [], 'consent');
      await agree(frame);
      assert.deepEqual(await axe(frame), [], 'choose');
      await choose(frame, photo('two'));
      await frame.getByRole('button', { name: 'Person 1' }).waitFor();
      assert.deepEqual(await axe(frame), [], 'faces');
      await frame.getByRole('button', { name: 'Person 1' }).click();
      await shown(frame);
      assert.deepEqual(await axe(frame), [], 'result');
      await choose(frame, photo('nobody'));
      await frame.getByRole('alert').waitFor();
      assert.deepEqual(await axe(frame), [], 'no face');
    });
  }
});

