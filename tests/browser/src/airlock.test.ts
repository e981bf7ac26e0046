/** The walls: what a page's policy may be, what is refused, and that nothing gets out. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import type { Browser, Frame, Page } from 'playwright-core';
import { assertShut, listen, type Ears } from './battery.js';
import { launch } from './browser.js';
import { ROOT, servePage } from './servers.js';
import { openShop, type OpenShop } from './shop.js';
import { eventually, test } from './testing.js';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A small photo, made in the page; the answer is the file's type or the error in words. */
function cutOut(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const canvas = new OffscreenCanvas(120, 80);
    canvas.getContext('2d')?.fillRect(30, 20, 60, 40);
    try {
      return (await vitrine.removeBackground(await canvas.convertToBlob())).type;
    } catch (error) {
      return error instanceof vitrine.VitrineError ? `${error.kind}: ${error.message}` : String(error);
    }
  });
}

const frameOf = (page: Page): Frame => {
  const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
  assert.ok(frame, 'the page has a frame in a frame');
  return frame;
};

describe('the policy of the page around', () => {
  test('scripts only from files: the frame is loaded from the asset base instead', async (t) => {
    for (const packageHeaders of ['sent', 'not sent'] as const) {
      const policy = "default-src 'self'; script-src 'self'; frame-src 'self'; object-src 'none'";
      const open = await openShop(browser, { policy, packageHeaders });
      t.after(open.close);
      assert.equal(await cutOut(open.page), 'image/png', packageHeaders);
      assert.equal(open.shop.asked.filter((path) => /frame\.\w+\.html$/.test(path)).length, 2);
      assert.equal(await frameOf(open.page).evaluate(() => origin), 'null', 'the origin is opaque');
    }
  });

  test('no frames from addresses, but the digest of the frame: the frame comes by srcdoc', async (t) => {
    const document = await frameDocument();
    const hashes = [...document.matchAll(/'(sha256-[\w+/=]+)'/g)].map(([, hash]) => `'${hash}'`);
    const [script, style] = [hashes[0] ?? '', hashes[1] ?? ''];
    const policy =
      `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ${script}; style-src ${style}; ` +
      "connect-src 'self'; worker-src blob:; img-src blob:; frame-src 'none'";
    const open = await openShop(browser, { policy });
    t.after(open.close);
    assert.equal(await cutOut(open.page), 'image/png');
  });

  test('trusted types of its own: the frame is loaded from the asset base instead', async (t) => {
    const policy = "require-trusted-types-for 'script'; trusted-types shop";
    const open = await openShop(browser, { policy });
    t.after(open.close);
    assert.equal(await cutOut(open.page), 'image/png');
    assert.equal(open.shop.asked.filter((path) => /frame\.\w+\.html$/.test(path)).length, 2);
  });

  test('neither: the error says what to allow', async (t) => {
    const open = await openShop(browser, { policy: "default-src 'self'; script-src 'self'; frame-src 'none'" });
    t.after(open.close);
    const told = await cutOut(open.page);
    assert.match(told, /^caller: .*frame-src http:\/\/127\.0\.0\.1/);
    assert.equal(await open.page.locator('iframe').count(), 0, 'no frame is left over');
  });
});

async function frameDocument(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'pkg/dist/assets/manifest.json'), 'utf8')) as {
    frame: { file: string };
  };
  return readFile(join(ROOT, 'pkg/dist/assets', manifest.frame.file), 'utf8');
}

describe('files that are not those of the build', () => {
  const flip = (which: RegExp) => (path: string, body: Buffer) => {
    if (!which.test(path)) return body;
    const changed = Buffer.from(body);
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    return changed;
  };

  for (const [what, which, kind] of [
    ['the model', /\.onnx$/, 'model'],
    ['the wasm', /\.wasm$/, 'device'],
    ['the worker', /worker\.\w+\.js$/, 'device'],
    ['the frame', /frame\.\w+\.html$/, 'device'],
  ] as const) {
    test(`${what} is refused when one bit differs`, async (t) => {
      const open = await openShop(browser, { tamper: flip(which) });
      t.after(open.close);
      const told = await cutOut(open.page);
      assert.match(told, new RegExp(`^${kind}: .*SHA-256.*refused`));
    });
  }

  test('a wrong digest for a network of one’s own is refused, the right one is taken', async (t) => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'pkg/dist/assets/manifest.json'), 'utf8')) as {
      models: { fast: { file: string } };
    };
    const model = await readFile(join(ROOT, 'pkg/dist/assets', manifest.models.fast.file));
    const open = await openShop(browser, { files: { '/own.onnx': model } });
    t.after(open.close);
    const told = (sha256: string) =>
      open.page.evaluate(
        (model) =>
          vitrine.preload({ model }).then(
            () => 'taken',
            (error: unknown) => String((error as Error).message),
          ),
        { name: 'own', url: '/own.onnx', sha256 },
      );
    assert.match(await told('0'.repeat(64)), /refused/);
    assert.equal(await told(createHash('sha256').update(model).digest('hex')), 'taken');
  });
});

describe('a script that should not be in the frame', () => {
  let ears: Ears;
  before(async () => {
    ears = await listen();
  });
  after(() => ears?.close());

  /** A frame of the package that has worked on a photo; the one before goes with all it held. */
  async function workedFrame({ page }: OpenShop): Promise<Frame> {
    await page.evaluate(() => vitrine.dispose());
    assert.equal(await cutOut(page), 'image/png');
    return frameOf(page);
  }

  test('reaches nothing from the frame of the seller’s page', async (t) => {
    const site = await servePage();
    t.after(() => site.close());
    const page = await browser.newPage();
    t.after(() => page.context().close());
    await assertShut(ears, page, async () => {
      await page.goto(`${site.origin}/?device=cpu`);
      const inner = page.frameLocator('iframe').frameLocator('iframe');
      await inner.getByText('Runs on this device').first().waitFor();
      return frameOf(page);
    });
  }, { timeout: 180_000 });

  test('reaches nothing from the frame in a shop without any policy', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    await assertShut(ears, open.page, () => workedFrame(open));
    assert.equal(new URL(open.page.url()).origin, open.shop.origin, 'the shop is still there');
  }, { timeout: 180_000 });

  test('reaches nothing from a frame that was loaded from the asset base without its headers', async (t) => {
    const policy = "default-src 'self' http:; script-src 'self'; frame-src *; connect-src *";
    const open = await openShop(browser, { policy, packageHeaders: 'not sent' });
    t.after(open.close);
    await assertShut(ears, open.page, () => workedFrame(open));
  }, { timeout: 180_000 });

  test('is not heard by listeners that came after it when it posts messages to the page', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    const heard = () => open.page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard);
    assert.equal(await cutOut(open.page), 'image/png');
    await open.page.evaluate(() => {
      const heard: unknown[] = [];
      Object.assign(globalThis, { heard });
      addEventListener('message', ({ data }) => heard.push(data), { capture: true });
    });
    const frame = frameOf(open.page);
    await frame.evaluate(() => top?.postMessage('from the frame', '*'));
    // Another frame of the shop's, with no more rights than ours, is heard as before.
    await open.page.evaluate(() => {
      const other = document.createElement('iframe');
      other.setAttribute('sandbox', 'allow-scripts');
      other.srcdoc = `<script>parent.postMessage('from another', '*')</script>`;
      document.body.append(other);
    });
    await eventually(heard, ['from another']);
  });

  test('finds no constructor that opens a connection, and no way to make a frame', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    assert.equal(await cutOut(open.page), 'image/png');
    const left = await frameOf(open.page).evaluate(() => {
      const names = ['RTCPeerConnection', 'WebTransport', 'WebSocket', 'fetch', 'XMLHttpRequest', 'EventSource'];
      const found = names.filter((name) => (globalThis as Record<string, unknown>)[name] !== undefined);
      const makes = (make: () => unknown) => {
        try {
          make();
          return true;
        } catch {
          return false;
        }
      };
      if (makes(() => document.createElement('iframe'))) found.push('createElement');
      if (makes(() => document.createElementNS('http://www.w3.org/1999/xhtml', 'h:iframe'))) found.push('createElementNS');
      if (makes(() => (document.createElement('div').innerHTML = '<b></b><iframe></iframe>'))) found.push('innerHTML');
      if (makes(() => document.createElement('link'))) found.push('link');
      if (makes(() => (document.createElement('template').innerHTML = '<p>text</p>')) === false) found.push('innocent markup is refused');
      return found;
    });
    assert.deepEqual(left, []);
  });

  test('cannot read the page around, and the page cannot read the frame', async (t) => {
    const open = await openShop(browser);
    t.after(open.close);
    assert.equal(await cutOut(open.page), 'image/png');
    const inside = await frameOf(open.page).evaluate(() => {
      const tries = [() => parent.parent.document.title, () => localStorage.length, () => document.cookie];
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
      const frame = document.querySelector('iframe');
      try {
        return Boolean(frame?.contentDocument ?? frame?.contentWindow?.[0]?.document);
      } catch {
        return false;
      }
    });
    assert.deepEqual([inside, outside], [0, false]);
  });
});
