/**
 * Faults, put in on purpose: each is got over, or said in words, and what was done before it is not lost.
 *
 * What other tests put in is not repeated here: docs/faults.md lists every fault with its test.
 */

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext } from 'node:test';
import type { Browser, BrowserContext, FrameLocator, Page, Route } from 'playwright-core';
import { launch } from './browser.js';
import { button, choose, openBuilt, openPage, pace, photos, settled, type BuiltPage } from './page-harness.js';
import { ROOT, servePage, type Running } from './servers.js';
import { drawn, saved } from './studio-harness.js';
import { eventually, test } from './testing.js';

const HELMET = join(ROOT, 'tests/browser/fixtures/helmet.jpg');
/** Milliseconds that a photo may take on a busy machine. */
const PATIENCE = 60_000;

let browser: Browser;
let site: Running;
before(async () => {
  [browser, site] = await Promise.all([launch(), servePage()]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

async function newContext(t: TestContext, from = browser): Promise<BrowserContext> {
  const context = await from.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce' });
  t.after(() => context.close());
  // A software adapter takes long to compile its shaders.
  context.setDefaultTimeout(2 * PATIENCE);
  return context;
}

const address = (device = 'cpu') => `${site.origin}/?device=${device}&model=fast`;
const card = (inner: FrameLocator, name: string) => inner.locator('photo-card', { has: inner.getByRole('heading', { name, exact: true }) });
const ready = (inner: FrameLocator, name: string) => card(inner, name).getByRole('button', { name: `Download ${name}` }).waitFor({ timeout: PATIENCE });
const hand = async ({ inner }: Pick<BuiltPage, 'inner'>, ...names: string[]) => {
  const buffer = await readFile(HELMET);
  await inner.locator('#photos').setInputFiles(names.map((name) => ({ name, mimeType: 'image/jpeg', buffer })));
};

/** The frame that the photos are in. */
const photoFrame = (page: Page) => {
  const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame());
  assert.ok(frame);
  return frame;
};

/**
 * Opens the built page with a fault in every frame. A frame in a process of its own may begin before the debugger reaches
 * it where a machine is busy: then the fault is too late, and the page is opened anew.
 */
async function openWith(t: TestContext, fault: string, at = address()): Promise<BuiltPage> {
  for (let tries = 0; tries < 12; tries++) {
    const context = await newContext(t);
    await context.addInitScript(`globalThis.inTime = document.scripts.length === 0; ${fault};`);
    const open = await openBuilt(context, at);
    if (await photoFrame(open.page).evaluate(() => (globalThis as unknown as { inTime: boolean }).inTime)) return open;
    t.diagnostic('the fault came too late: once more');
    await context.close();
  }
  throw new Error('the fault came too late twelve times');
}

describe('a part of the page that does not come as it should', () => {
  const parts: [string, RegExp][] = [
    ['the frame', /\/assets\/frame\.\w+\.html$/],
    ['the worker', /\/assets\/worker\.\w+\.js$/],
    ['the wasm', /\/assets\/vitrine-\w+\.\w+\.wasm$/],
    ['the model', /\/assets\/fast\.\w+\.onnx$/],
  ];
  const served = async (route: Route) => {
    const response = await route.fetch();
    return { response, body: await response.body() };
  };
  const faults: [string, (route: Route) => Promise<void>, RegExp][] = [
    ['is not there', (route) => route.fulfill({ status: 404, body: 'Not found' }), /answered 404/],
    ['meets a server that fails', (route) => route.fulfill({ status: 500, body: '' }), /answered 500/],
    ['is answered with a page', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Log in</h1>' }), /not the one that this page was built with/],
    ['meets no server', (route) => route.abort('connectionreset'), /could not be fetched.*check the connection/],
    [
      'ends in the middle',
      async (route) => {
        const { response, body } = await served(route);
        await route.fulfill({ contentType: response.headers()['content-type'] ?? '', body: body.subarray(0, body.length / 2) });
      },
      /not the one that this page was built with/,
    ],
    [
      'has one bit changed',
      async (route) => {
        const { response, body } = await served(route);
        body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
        await route.fulfill({ contentType: response.headers()['content-type'] ?? '', body });
      },
      /not the one that this page was built with/,
    ],
  ];
  for (const [part, path] of parts) {
    for (const [what, fault, said] of faults) {
      test(`${part} ${what}: the page says so, and works when it is loaded again`, async (t) => {
        const context = await newContext(t);
        const page = await context.newPage();
        let met = 0;
        await page.route(path, (route) => {
          met++;
          return fault(route);
        });
        await page.goto(address());
        const inner = page.frameLocator('iframe').frameLocator('iframe');
        // The shell says it where there is no frame to say it.
        await (part === 'the frame' ? page : inner).getByText(said).first().waitFor({ timeout: 30_000 });
        assert.ok(met > 0);
        await page.unroute(path);
        await page.reload();
        await inner.getByText(/^Runs on this device/).first().waitFor({ timeout: 30_000 });
      }, { timeout: 90_000 });
    }
  }
});

describe('the engine', () => {
  test('a worker that dies at a photo: the cut-outs before it stay, and the photo is done, at the second try at the latest', async (t) => {
    // Once it is armed, every worker dies a moment after the next thing that one is told.
    const doom = () => {
      const told = new Set<Worker>();
      let isArmed = false;
      const die = () => {
        for (const worker of told) {
          worker.terminate();
          worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
        }
      };
      const post = Worker.prototype.postMessage as (...all: unknown[]) => void;
      Worker.prototype.postMessage = function (this: Worker, ...all: unknown[]) {
        told.add(this);
        post.apply(this, all);
        if (isArmed) setTimeout(die, 50);
        isArmed = false;
      };
      Object.assign(globalThis, { arm: () => (isArmed = true) });
    };
    const open = await openWith(t, `(${String(doom)})()`);
    const { page, inner } = open;
    await hand(open, 'first.jpg');
    await ready(inner, 'first.jpg');
    await photoFrame(page).evaluate(() => (globalThis as unknown as { arm(): void }).arm());
    await hand(open, 'second.jpg');
    // Where several workers share the photo, one does it again alone; a single one that dies is said.
    const second = card(inner, 'second.jpg');
    const again = second.getByRole('button', { name: 'Try again' });
    await again.or(second.getByRole('button', { name: 'Download second.jpg' })).first().waitFor({ timeout: PATIENCE });
    if (await again.isVisible()) {
      assert.match(await second.locator('.message').innerText(), /The worker stopped \(out of memory\): try the photo again/);
      await again.click();
    }
    await ready(inner, 'second.jpg');
    await ready(inner, 'first.jpg');
  }, { timeout: 180_000 });

  test('wasm that gets no more memory says so, and what fits is done', async (t) => {
    // In pages of 64 KiB: enough for the network and a small photo.
    const small = await launch({ flags: ['--js-flags=--wasm-max-mem-pages=1600'] });
    t.after(() => small.close());
    const open = await openBuilt(await newContext(t, small), address());
    const { page, inner } = open;
    const large = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(6_000, 5_000);
      const context = canvas.getContext('2d');
      if (context) context.fillStyle = '#d0d0d0';
      context?.fillRect(0, 0, 6_000, 5_000);
      if (context) context.fillStyle = '#203040';
      context?.fillRect(2_000, 1_500, 2_000, 2_000);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
      return [...new Uint8Array(await blob.arrayBuffer())];
    });
    await inner.locator('#photos').setInputFiles([
      { name: 'large.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(large) },
      { name: 'small.jpg', mimeType: 'image/jpeg', buffer: await readFile(HELMET) },
    ]);
    await card(inner, 'large.jpg').getByText(/memory/).first().waitFor({ timeout: PATIENCE });
    await ready(inner, 'small.jpg');
  }, { timeout: 180_000 });

  for (const [what, prepare] of [
    ['gives no device', () => {
      GPUAdapter.prototype.requestDevice = () => Promise.reject(new DOMException('no device', 'OperationError'));
    }],
    ['has no memory for a buffer', () => {
      GPUDevice.prototype.createBuffer = () => {
        throw new RangeError('createBuffer failed, size is too large for the implementation');
      };
    }],
    ['compiles no shader', () => {
      GPUDevice.prototype.createShaderModule = () => {
        throw new DOMException('the compiler crashed', 'OperationError');
      };
    }],
    ['is lost when something is read from it', () => {
      let device: GPUDevice | undefined;
      const [request, map] = [GPUAdapter.prototype.requestDevice, GPUBuffer.prototype.mapAsync];
      GPUAdapter.prototype.requestDevice = async function (...options) {
        return (device = await request.apply(this, options));
      };
      GPUBuffer.prototype.mapAsync = function (...options) {
        device?.destroy();
        return map.apply(this, options);
      };
    }],
    ['is lost as soon as it is there', () => {
      const original = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...options) {
        const device = await original.apply(this, options);
        device.destroy();
        return device;
      };
    }],
  ] as const) {
    test(`a graphics adapter that ${what}: the processor does the photo, and the page says why`, async (t) => {
      const open = await openWith(t, `if (typeof GPUAdapter !== 'undefined') (${String(prepare)})()`, address('gpu'));
      await hand(open, 'photo.jpg');
      await card(open.inner, 'photo.jpg').getByRole('button', { name: 'Download photo.jpg' }).waitFor({ timeout: 240_000 });
      await open.inner.getByText(/processor/).first().waitFor();
    }, { timeout: 300_000 });
  }

  for (const [what, prepare] of [
    ['is asked for', () => {
      GPU.prototype.requestAdapter = () => new Promise<never>(() => undefined);
    }],
    ['is asked for its device', () => {
      // One that is not known for software is not waited for without end.
      for (const word of ['description', 'device', 'architecture', 'vendor']) {
        Object.defineProperty(GPUAdapterInfo.prototype, word, { get: () => 'hangs' });
      }
      Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });
      GPUAdapter.prototype.requestDevice = () => new Promise<never>(() => undefined);
    }],
  ] as const) {
    test(`a graphics adapter that hangs when it ${what}: the processor does the photo, and the page says why`, async (t) => {
      const open = await openWith(t, `if (typeof GPUAdapter !== 'undefined') (${String(prepare)})()`, address('auto'));
      await hand(open, 'photo.jpg');
      await ready(open.inner, 'photo.jpg');
      await open.inner.getByText(/said nothing for 30 s/).first().waitFor();
    }, { timeout: 180_000 });
  }
});

describe('files', () => {
  test('one that vanishes and one that is cut short after they were chosen are said, and the others are done', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-'));
    t.after(() => rm(folder, { recursive: true }));
    const open = await openBuilt(await newContext(t), address());
    const { inner } = open;
    const paths = ['first.jpg', 'second.jpg', 'third.jpg', 'gone.jpg', 'short.jpg'].map((name) => join(folder, name));
    for (const path of paths) await copyFile(HELMET, path);
    await inner.locator('#photos').setInputFiles(paths);
    await rm(join(folder, 'gone.jpg'));
    await truncate(join(folder, 'short.jpg'), 5_000);
    for (const name of ['gone.jpg', 'short.jpg']) {
      const message = card(inner, name).locator('.message');
      await message.waitFor({ timeout: PATIENCE });
      t.diagnostic(`${name}: ${(await message.innerText()).replace(/\s+/g, ' ')}`);
      assert.match(await message.innerText(), name === 'gone.jpg' ? /cannot be read.*choose it again/s : /choose it again|get the photo again|ends/s);
    }
    for (const name of ['first.jpg', 'second.jpg', 'third.jpg']) await ready(inner, name);
  }, { timeout: 240_000 });

  test('a download that is cancelled leaves the cut-out where it was, to be saved again', async (t) => {
    const open = await openBuilt(await newContext(t), address());
    const { page, inner } = open;
    await hand(open, 'photo.jpg');
    await ready(inner, 'photo.jpg');
    const save = () => saved(page, () => button(inner, 'Download photo.jpg').click());
    await (await save()).cancel();
    const again = await save();
    assert.equal((await readFile(await again.path())).subarray(1, 4).toString(), 'PNG');
  }, { timeout: 120_000 });
});

describe('the browser around it', () => {
  test('two tabs work at the same time, each on its own photos', async (t) => {
    const context = await newContext(t);
    const tabs = await Promise.all([openBuilt(context, address()), openBuilt(context, address())]);
    await Promise.all(tabs.map((tab, at) => hand(tab, `tab-${at}.jpg`)));
    await Promise.all(tabs.map(({ inner }, at) => ready(inner, `tab-${at}.jpg`)));
    for (const { inner } of tabs) assert.equal(await inner.locator('photo-card').count(), 1);
  }, { timeout: 180_000 });

  test('a tab that is frozen in the background goes on where it was', async (t) => {
    const open = await openBuilt(await newContext(t), address());
    const { page, inner } = open;
    await hand(open, 'first.jpg', 'second.jpg');
    const session = await page.context().newCDPSession(page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await page.waitForTimeout(3_000);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    for (const name of ['first.jpg', 'second.jpg']) await ready(inner, name);
  }, { timeout: 180_000 });

  test('a clock that goes back an hour at every look stops nothing, and the log keeps its order', async (t) => {
    const goBack = () => {
      let back = 0;
      const [now, date] = [performance.now.bind(performance), Date.now.bind(Date)];
      performance.now = () => now() - (back += 3_600_000);
      Date.now = () => date() - (back += 3_600_000);
      const Original = Date;
      globalThis.Date = new Proxy(Original, { construct: (target, [...all]: []) => (all.length > 0 ? new target(...all) : new target(Date.now())) });
    };
    const open = await openWith(t, `(${String(goBack)})()`);
    const { page, inner } = open;
    await hand(open, 'first.jpg', 'second.jpg');
    for (const name of ['first.jpg', 'second.jpg']) await ready(inner, name);
    await button(inner, 'Check it yourself').first().click();
    const log = await saved(page, () => button(inner, 'Save the log').click());
    const lines = (await readFile(await log.path(), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as { n: number; time?: string });
    assert.deepEqual(lines.map(({ n }) => n), lines.map((_, at) => at + 1));
    const times = lines.flatMap(({ time }) => time ?? []);
    assert.ok(times.some((time, at) => time < (times[at - 1] ?? '')), 'the clock went back');
  }, { timeout: 180_000 });

  for (const [what, prepare] of [
    ['is blocked', () => Object.defineProperty(globalThis, 'caches', { get: () => { throw new DOMException('denied', 'SecurityError'); } })],
    ['is not there', () => Object.defineProperty(globalThis, 'caches', { value: undefined })],
    ['is full', () => {
      if (typeof Cache === 'undefined') return;
      Cache.prototype.put = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'));
    }],
  ] as const) {
    test(`storage that ${what} keeps nobody from working`, async (t) => {
      const context = await newContext(t);
      await context.addInitScript(prepare);
      const open = await openBuilt(context, `${site.origin}/?device=cpu`);
      await hand(open, 'photo.jpg');
      await ready(open.inner, 'photo.jpg');
    }, { timeout: 120_000 });
  }
});

describe('the studio', () => {
  test('a picture that fails says why, and the scene and its history are still there', async () => {
    const open = await openPage(browser);
    const { frame } = open;
    try {
      await pace(frame, 20);
      await choose(frame, await photos('lamp.jpg'));
      await settled(frame);
      await button(frame, /^Studio/).click();
      await drawn(frame);
      await frame.getByRole('button', { name: 'White', exact: false }).first().click();
      await drawn(frame);
      await frame.evaluate(() => {
        const { engine } = (globalThis as unknown as { fake: { engine: { studio: unknown } } }).fake;
        const studio = engine.studio;
        engine.studio = () => {
          engine.studio = studio;
          return Promise.reject(new Error('The worker stopped (out of memory): try the photo again.'));
        };
      });
      const close = () => frame.locator('studio-view').getByRole('button', { name: 'Close', exact: true }).click();
      await close();
      await button(frame, /^Studio/).click();
      await frame.locator('studio-view').getByText('The worker stopped').waitFor();
      assert.equal(await button(frame, 'Undo').isEnabled(), true, 'its history is kept');
      await close();
      await button(frame, /^Studio/).click();
      await drawn(frame);
      await eventually(() => frame.locator('studio-view').getByText('The worker stopped').count(), 0);
    } finally {
      await open.close();
    }
  });
});
