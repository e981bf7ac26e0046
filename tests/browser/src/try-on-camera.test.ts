/** The try-on's camera: its walls, its steps, what goes wrong with it, and how fast it is on the product's own engine. */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import type { Browser, Frame, Page } from 'playwright-core';
import type {} from 'vitrine/try-on/live-stage';
import { launch } from './browser.js';
import { ROOT, servePage, type Running } from './servers.js';
import { eventually, test } from './testing.js';
import { agree, attack, buildPackage, frameOf, openShop, openTryOn, shown, type OpenShop, type ShopWith } from './try-on-harness.js';

/** A camera that shows a person who moves; one that shows a pattern; one that is refused; none. */
const ALLOWED = '--use-fake-ui-for-media-stream';
const FAKE = '--use-fake-device-for-media-stream';
const FILM = join(ROOT, 'target/web/camera.mjpeg');

let browsers: Record<'pattern' | 'refused' | 'none', Browser>;
before(async () => {
  await buildPackage();
  const [pattern, refused, none] = await Promise.all([
    launch({ flags: [FAKE, ALLOWED] }),
    launch({ flags: [FAKE, '--deny-permission-prompts'] }),
    launch({ flags: [ALLOWED] }),
  ]);
  browsers = { pattern, refused, none };
});
after(() => Promise.all(Object.values(browsers ?? {}).map((browser) => browser.close())));

/** A shop whose try-on lies on another host: this machine's other name. */
async function openApart(browser: Browser, options: ShopWith = {}): Promise<OpenShop> {
  const open = await openShop(browser, options);
  await open.page.evaluate(() => {
    const element = document.querySelector('vitrine-try-on');
    if (element) element.assetBase = `http://localhost:${location.port}/vitrine/assets/`;
  });
  return open;
}

/** From the button to the camera's first picture. */
async function watch(page: Page): Promise<Frame> {
  const frame = await openTryOn(page);
  await agree(frame);
  await frame.getByRole('button', { name: 'Use the camera' }).click();
  return frame;
}

const seen = (frame: Frame) => frame.getByRole('img', { name: /^You in the camera/ }).waitFor();

describe('the camera', () => {
  test('is offered where the frame is of another origin than the shop, and not where it is the shop’s', async (t) => {
    for (const [isApart, count] of [[true, 1], [false, 0]] as const) {
      const open = isApart ? await openApart(browsers.pattern) : await openShop(browsers.pattern);
      t.after(open.close);
      const frame = await openTryOn(open.page);
      await agree(frame);
      if (isApart) await frame.getByRole('button', { name: 'Use the camera' }).waitFor();
      assert.equal(await frame.getByRole('button', { name: 'Use the camera' }).count(), count);
      assert.equal(await frame.getByRole('button', { name: 'Choose or take a photo' }).count(), 1);
      assert.deepEqual(open.complaints, []);
    }
  });

  test('shows the shopper with the product, takes a picture, goes off; the shop hears steps and nothing else', async (t) => {
    const open = await openApart(browsers.pattern);
    t.after(open.close);
    const frame = await watch(open.page);
    await seen(frame);
    await eventually(open.heard, ['ready', 'open', 'consent', 'camera', 'result']);
    assert.deepEqual(await open.details('camera'), [{ on: true, sku: 'A1' }]);
    const asked = open.shop.asked.length;
    await frame.getByRole('button', { name: 'Take this picture' }).click();
    await shown(frame);
    await eventually(open.heard, ['ready', 'open', 'consent', 'camera', 'result', 'camera', 'result']);
    assert.deepEqual((await open.details('camera'))[1], { on: false, sku: 'A1' });
    assert.equal(open.shop.asked.length, asked, 'nothing was requested');
    // And on again, and off by its own button.
    await frame.getByRole('button', { name: 'Another photo' }).click();
    await frame.getByRole('button', { name: 'Use the camera' }).click();
    await seen(frame);
    await frame.getByRole('button', { name: 'Switch the camera off' }).click();
    await frame.getByRole('button', { name: 'Choose or take a photo' }).waitFor();
    await eventually(async () => (await open.details('camera')).map(({ on }) => on), [true, false, true, false]);
    assert.deepEqual(open.complaints, []);
  });

  test('neither the shop nor the frame can look into the other, and the enclosure answers nobody but its frame', async (t) => {
    const open = await openApart(browsers.pattern);
    t.after(open.close);
    const frame = await watch(open.page);
    await seen(frame);
    const looks = await open.page.evaluate(async () => {
      const enclosure = document.querySelector('vitrine-try-on')?.shadowRoot?.querySelector('iframe')?.contentWindow;
      const tries = [() => enclosure?.document, () => enclosure?.[0]?.document, () => enclosure?.location.href];
      const refused = tries.filter((look) => {
        try {
          look();
          return false;
        } catch {
          return true;
        }
      });
      const { port1, port2 } = new MessageChannel();
      let heard = 0;
      port1.onmessage = () => heard++;
      enclosure?.postMessage('vitrine: camera', '*', [port2]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return [refused.length, heard];
    });
    assert.deepEqual(looks, [3, 0]);
    const back = await frame.evaluate(() =>
      [() => parent.document, () => top?.document, () => navigator.mediaDevices?.getUserMedia].filter((look) => {
        try {
          return look() === undefined;
        } catch {
          return true;
        }
      }).length,
    );
    assert.equal(back, 3);
  });

  test('closing switches it off', async (t) => {
    const open = await openApart(browsers.pattern);
    t.after(open.close);
    await seen(await watch(open.page));
    const enclosure = open.page.frames().find((frame) => frame.parentFrame() === open.page.mainFrame());
    assert.ok(enclosure);
    await open.page.getByRole('button', { name: 'Close the try-on' }).click();
    await eventually(async () => enclosure.isDetached(), true);
    assert.equal(await open.page.locator('iframe').count(), 0);
  });

  test('a camera that goes away is said, and photos go on', async (t) => {
    const open = await openApart(browsers.pattern);
    t.after(open.close);
    const frame = await watch(open.page);
    await seen(frame);
    const enclosure = open.page.frames().find((frame) => frame.parentFrame() === open.page.mainFrame());
    // As when it is unplugged: its track ends. The video is not in the document, so it is caught as it plays on.
    await enclosure?.evaluate(() => {
      const { play } = HTMLVideoElement.prototype;
      HTMLVideoElement.prototype.play = function (this: HTMLVideoElement) {
        const [track] = (this.srcObject as MediaStream).getTracks();
        setTimeout(() => track?.dispatchEvent(new Event('ended')), 300);
        return play.call(this);
      };
    });
    await frame.getByRole('button', { name: 'Switch the camera off' }).click();
    await frame.getByRole('button', { name: 'Use the camera' }).click();
    await frame.getByText('The camera went away').waitFor();
    await eventually(async () => (await open.details('error')).map(({ code }) => code), ['camera-lost']);
    assert.ok(await frame.getByRole('button', { name: 'Choose or take a photo' }).isEnabled());
  });

  for (const [which, code, title] of [
    ['refused', 'camera-denied', 'The camera is not allowed here'],
    ['none', 'camera-missing', 'There is no camera'],
  ] as const) {
    test(`one that is ${which === 'none' ? 'not there' : 'refused'} is said, and the shop goes on`, async (t) => {
      const open = await openApart(browsers[which]);
      t.after(open.close);
      const frame = await watch(open.page);
      await frame.getByText(title).waitFor();
      await eventually(async () => (await open.details('error')).map(({ code }) => code), [code]);
      assert.ok(await frame.getByRole('button', { name: 'Choose or take a photo' }).isEnabled());
      assert.deepEqual(await open.details('camera'), []);
    });
  }

  test('where the shop’s policy lets no frame of that host in, photos work and there is no camera', async (t) => {
    const open = await openApart(browsers.pattern, {
      policy: "default-src 'self'; connect-src 'self' http://localhost:*; img-src 'self' data:",
    });
    t.after(open.close);
    await open.page.locator('vitrine-try-on').getByRole('button', { name: /try it on/i }).click();
    // Neither way in is allowed by this policy, so it says so; that it does not wait for ever is what counts.
    await eventually(async () => (await open.details('error')).map(({ code }) => code), ['policy'], 20_000);
  });

  test('nothing leaves its frame: neither by a script in it nor by where it goes', async (t) => {
    const open = await openApart(browsers.pattern);
    t.after(open.close);
    await attack(t, open, async () => {
      const frame = await watch(open.page);
      await seen(frame);
      return frame;
    });
  }, { timeout: 180_000 });
});

describe('the camera, on the product’s own engine', () => {
  let site: Running;
  let browser: Browser;
  before(async () => {
    site = await servePage();
    await film(browsers.none);
    browser = await launch({ flags: [FAKE, ALLOWED, `--use-file-for-fake-video-capture=${FILM}`] });
  });
  after(() => Promise.all([browser?.close(), site?.close()]));

  test('somebody who moves wears the glasses in every picture', async (t) => {
    const page = await browser.newPage();
    t.after(() => page.context().close());
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${site.origin}/shop/`);
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(globalThis, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    });
    await page.locator('main').getByRole('button', { name: 'Try it on' }).click();
    const frame = await frameOf(page);
    await agree(frame);
    await frame.getByRole('button', { name: 'Use the camera' }).click();
    await seen(frame);
    const asked: string[] = [];
    page.context().on('request', (request) => {
      if (!/^(?:blob|data):/.test(request.url())) asked.push(request.url());
    });
    const { pictures, worn, width } = await frame.evaluate(async () => {
      const stage = document.querySelector('try-on-app')?.shadowRoot?.querySelector('live-stage');
      let [pictures, worn, width] = [0, 0, 0];
      let last: unknown;
      for (const end = performance.now() + 4_000; performance.now() < end; ) {
        const live = stage?.live;
        if (live && live !== last) {
          pictures += 1;
          worn += Number(live.isWorn);
          width = stage.shadowRoot?.querySelector('canvas')?.width ?? 0;
        }
        last = live;
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      return { pictures, worn, width };
    });
    t.diagnostic(`${(pictures / 4).toFixed(1)} pictures a second, ${width} px wide, product worn in ${worn} of ${pictures}`);
    const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
    t.diagnostic(`the shop's own tasks of 50 ms and more: ${tasks.map(Math.round).join(', ') || 'none'}`);
    assert.ok(pictures > 4 && worn >= pictures - 1, `worn in ${worn} of ${pictures}`);
    assert.deepEqual(asked, []);
    assert.deepEqual(complaints, []);
    await frame.getByRole('button', { name: 'Take this picture' }).click();
    await shown(frame);
  });
});

/** Two seconds of a person at 640 × 480 who moves a little, as a camera's file. */
async function film(browser: Browser): Promise<void> {
  const page = await browser.newPage();
  const photo = (await readFile(join(ROOT, 'tests/fixtures/people/face.jpg'))).toString('base64');
  const frames = await page.evaluate(async (photo) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${photo}`)).blob());
    const canvas = new OffscreenCanvas(640, 480);
    const context = canvas.getContext('2d');
    const frames: string[] = [];
    for (let k = 0; k < 60; k++) {
      const turn = (2 * Math.PI * k) / 60;
      context?.resetTransform();
      context?.translate(320 + 40 * Math.sin(turn), 240 + 12 * Math.cos(turn));
      context?.rotate(0.12 * Math.sin(turn));
      context?.drawImage(picture, -340, -340, 680, 680);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })).arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      frames.push(btoa(text));
    }
    return frames;
  }, photo);
  await page.context().close();
  await writeFile(FILM, Buffer.concat(frames.map((frame) => Buffer.from(frame, 'base64'))));
}
