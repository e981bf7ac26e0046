/** The package from a plain page: every kind of input and output, cancelling, errors in words. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch } from './browser.js';
import { ROOT } from './servers.js';
import { openShop, type OpenShop } from './shop.js';
import { ANSWERED, test } from './testing.js';

describe('the package from a plain page without a bundler', () => {
  let browser: Browser;
  let open: OpenShop;

  before(async () => {
    browser = await launch();
    const photo = await readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));
    open = await openShop(browser, { files: { '/photo.jpg': photo } });
  });
  after(async () => {
    await open?.close();
    await browser?.close();
  });

  test('takes a Blob, a buffer, a bitmap, an image element and an address, and gives a PNG of the same size', async () => {
    const sizes = await open.page.evaluate(async () => {
      const blob = await (await fetch('/photo.jpg')).blob();
      const element = new Image();
      element.src = '/photo.jpg';
      await element.decode();
      const data = await new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result));
        reader.readAsDataURL(blob);
      });
      const inputs = {
        blob,
        buffer: await blob.arrayBuffer(),
        bitmap: await createImageBitmap(blob),
        element,
        address: '/photo.jpg',
        data,
      };
      const sizes: Record<string, string> = {};
      for (const [name, input] of Object.entries(inputs)) {
        const png = await vitrine.removeBackground(input);
        const { width, height } = await createImageBitmap(png);
        sizes[name] = `${png.type} ${width}x${height}`;
      }
      return sizes;
    });
    for (const [input, size] of Object.entries(sizes)) assert.equal(size, 'image/png 480x480', input);
    assert.equal(Object.keys(sizes).length, 6);
  });

  test('cuts the subject out: opaque inside, transparent outside', async () => {
    const alpha = await readFile(join(ROOT, 'tests/browser/fixtures/helmet-alpha.png'));
    const error = await open.page.evaluate(async (truth) => {
      const read = async (blob: Blob, channel: number) => {
        const bitmap = await createImageBitmap(blob, { premultiplyAlpha: 'none' });
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        context?.drawImage(bitmap, 0, 0);
        const data = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [];
        return Array.from({ length: data.length / 4 }, (_, index) => data[index * 4 + channel] ?? 0);
      };
      const exact = await read(new Blob([Uint8Array.from(truth)]), 0);
      const png = await read(await vitrine.removeBackground('/photo.jpg'), 3);
      const matte = await read(await vitrine.segment('/photo.jpg'), 0);
      const mean = (other: number[]) =>
        exact.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? 0)), 0) / exact.length / 255;
      const differ = png.filter((value, index) => Math.abs(value - (matte[index] ?? 0)) > 0).length;
      return { png: mean(png), matte: mean(matte), differ };
    }, [...alpha]);
    assert.ok(error.png < 0.06, `mean absolute error of the alpha is ${error.png}`);
    assert.equal(error.differ, 0, 'the matte is the alpha of the cut-out');
  });

  test('writes PNG, WebP and JPEG, and a background colour where asked', async () => {
    const written = await open.page.evaluate(async () => {
      const corner = async (blob: Blob) => {
        const bitmap = await createImageBitmap(blob);
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        context?.drawImage(bitmap, 0, 0);
        return [blob.type, ...(context?.getImageData(1, 1, 1, 1).data ?? [])].join(' ');
      };
      return {
        png: await corner(await vitrine.removeBackground('/photo.jpg', { output: { background: '#336699' } })),
        webp: await corner(await vitrine.removeBackground('/photo.jpg', { output: { format: 'image/webp' } })),
        jpeg: await corner(
          await vitrine.removeBackground('/photo.jpg', { output: { format: 'image/jpeg', quality: 95 } }),
        ),
      };
    });
    assert.equal(written.png, 'image/png 51 102 153 255');
    assert.equal(written.webp, 'image/webp 0 0 0 0');
    assert.match(written.jpeg, /^image\/jpeg 25[345] 25[345] 25[345] 255$/);
  });

  test('tells its progress: the stages in order, the fraction never falling, 1 at the end', async () => {
    const steps = await open.page.evaluate(async () => {
      const steps: { stage: string; fraction: number }[] = [];
      await vitrine.removeBackground('/photo.jpg', { progress: (step) => steps.push(step) });
      return steps;
    });
    const stages = [...new Set(steps.map(({ stage }) => stage))];
    assert.deepEqual(stages, ['queue', 'decode', 'network', 'refine', 'encode']);
    for (let index = 1; index < steps.length; index += 1) {
      assert.ok((steps[index]?.fraction ?? 0) >= (steps[index - 1]?.fraction ?? 0), JSON.stringify(steps));
    }
    assert.equal(steps.at(-1)?.fraction, 1);
  });

  test('cancelling answers at once, and the next photo works', async () => {
    const { waited, kind, size, times } = await open.page.evaluate(async () => {
      // A photo large enough to be in the middle of something for a while.
      const canvas = new OffscreenCanvas(3000, 3000);
      const context = canvas.getContext('2d');
      context?.fillRect(500, 500, 2000, 2000);
      const large = await canvas.convertToBlob();
      const times: number[] = [];
      let [waited, kind] = [0, ''];
      for (const stage of ['queue', 'decode', 'network']) {
        const abort = new AbortController();
        let at = 0;
        try {
          await vitrine.removeBackground(large, {
            signal: abort.signal,
            progress(step) {
              if (step.stage !== stage || at) return;
              at = performance.now();
              setTimeout(() => {
                at = performance.now();
                abort.abort();
              }, 50);
            },
          });
          kind = 'finished';
        } catch (error) {
          times.push(performance.now() - at);
          waited = Math.max(waited, performance.now() - at);
          kind = error instanceof vitrine.VitrineError ? error.kind : String(error);
        }
      }
      const png = await vitrine.removeBackground('/photo.jpg');
      return { waited, kind, size: png.size, times };
    });
    assert.equal(kind, 'cancelled');
    assert.ok(waited < ANSWERED, `took ${waited} ms`);
    assert.equal(times.length, 3);
    assert.ok(size > 1000);
  });

  test('a signal that is aborted already rejects without work; the queue goes on after a cancelled job', async () => {
    const kinds = await open.page.evaluate(async () => {
      const kindOf = (promise: Promise<Blob>) =>
        promise.then(
          (blob) => blob.type,
          (error: unknown) => (error instanceof vitrine.VitrineError ? error.kind : String(error)),
        );
      const abort = new AbortController();
      const first = kindOf(vitrine.removeBackground('/photo.jpg'));
      const second = kindOf(vitrine.removeBackground('/photo.jpg', { signal: abort.signal }));
      const third = kindOf(vitrine.removeBackground('/photo.jpg'));
      abort.abort();
      return Promise.all([first, second, third, kindOf(vitrine.removeBackground('/photo.jpg', { signal: AbortSignal.abort() }))]);
    });
    assert.deepEqual(kinds, ['image/png', 'cancelled', 'image/png', 'cancelled']);
  });

  test('says in a sentence what is wrong, and whose fault it is', async () => {
    const errors = await open.page.evaluate(async () => {
      const told = async (call: () => Promise<unknown>) => {
        try {
          await call();
          return 'nothing was wrong';
        } catch (error) {
          return error instanceof vitrine.VitrineError ? `${error.kind}: ${error.message}` : String(error);
        }
      };
      const { removeBackground } = vitrine;
      const loose = removeBackground as (input: unknown, options?: unknown) => Promise<Blob>;
      return {
        empty: await told(() => removeBackground(new Blob())),
        text: await told(() => removeBackground(new Blob(['this is no photo'], { type: 'image/jpeg' }))),
        missing: await told(() => removeBackground('/missing.jpg')),
        input: await told(() => loose(42)),
        format: await told(() => loose('/photo.jpg', { output: { format: 'image/bmp' } })),
        colour: await told(() => loose('/photo.jpg', { output: { background: 'red' } })),
        quality: await told(() => loose('/photo.jpg', { output: { format: 'image/jpeg', quality: 0 } })),
        model: await told(() => removeBackground('/photo.jpg', { model: 'huge' })),
        base: await told(() => removeBackground('/photo.jpg', { assetBase: '/nowhere' })),
        afterwards: await told(() => removeBackground('/photo.jpg')),
      };
    });
    assert.match(errors.empty, /^photo: .*empty/);
    assert.match(errors.text, /^photo: /);
    assert.match(errors.missing, /^caller: .*404/);
    assert.match(errors.input, /^caller: .*Blob/);
    assert.match(errors.format, /^caller: .*image\/bmp/);
    assert.match(errors.colour, /^caller: .*#ffffff/);
    assert.match(errors.quality, /^caller: .*1 to 100/);
    assert.match(errors.model, /^caller: .*"huge".*fast/);
    assert.match(errors.base, /^device: .*nowhere.*assetBase/);
    assert.equal(errors.afterwards, 'nothing was wrong');
  });

  test('what the browser alone can decode goes through it', async () => {
    // 4 × 4 pixels of AVIF, red.
    const type = await open.page.evaluate(async () => {
      const canvas = new OffscreenCanvas(64, 48);
      const context = canvas.getContext('2d');
      context?.fillRect(16, 12, 32, 24);
      const avif = await canvas.convertToBlob({ type: 'image/avif' });
      if (avif.type !== 'image/avif') return 'no AVIF encoder here';
      const png = await vitrine.removeBackground(avif);
      const { width, height } = await createImageBitmap(png);
      return `${png.type} ${width}x${height}`;
    });
    assert.ok(['no AVIF encoder here', 'image/png 64x48'].includes(type), type);
  });

  test('fetches each asset once, only from the asset base, and nothing after that', async () => {
    const assets = open.shop.asked.filter((path) => path.startsWith('/vitrine/assets/'));
    assert.equal(new Set(assets).size, assets.length, assets.join(' '));
    assert.equal(assets.length, 4, assets.join(' '));
    const asked = open.shop.asked.length;
    const requests: string[] = [];
    open.page.on('request', (request) => requests.push(request.url()));
    await open.page.evaluate(async () => {
      const photo = new OffscreenCanvas(300, 200);
      photo.getContext('2d')?.fillRect(50, 50, 100, 100);
      await vitrine.removeBackground(await photo.convertToBlob());
    });
    assert.deepEqual(requests.filter((url) => !url.startsWith('blob:')), []);
    assert.equal(open.shop.asked.length, asked);
  });

  test('disposing takes the frames out of the page, and the next call opens a fresh one', async () => {
    const frames = await open.page.evaluate(async () => {
      const count = () => document.querySelectorAll('iframe').length;
      await vitrine.preload();
      const before = count();
      vitrine.dispose();
      await new Promise((done) => setTimeout(done));
      const between = count();
      await vitrine.preload();
      return [before, between, count()];
    });
    assert.deepEqual(frames, [1, 0, 1]);
  });

  test('nothing complained on the way', () => {
    assert.deepEqual(open.complaints.filter((text) => !text.includes('404')), []);
  });
});
