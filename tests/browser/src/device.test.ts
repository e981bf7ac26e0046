/** Which device does the work: the choice, that both give the same picture, and what happens when one is lost. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch, type LaunchOptions } from './browser.js';
import { ROOT } from './servers.js';
import { openShop, type OpenShop } from './shop.js';
import { test } from './testing.js';

/** Milliseconds a test on SwiftShader may take: the whole network in at most 60 s, twice, on a busy machine. */
const SOFTWARE_ADAPTER = 240_000;

const fixture = () => readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg'));

describe('a browser whose only adapter is software', () => {
  let browser: Browser;
  let open: OpenShop;
  before(async () => {
    browser = await launch();
    open = await openShop(browser, { files: { '/photo.jpg': await fixture() } });
  });
  after(async () => {
    await open?.close();
    await browser?.close();
  });

  test('works on the processor, and says why', async () => {
    const report = await open.page.evaluate(() => vitrine.preload());
    assert.equal(report.device, 'cpu');
    assert.match(report.reason, /only software.*processor/);
  });

  test('works on the processor when that is asked for', async () => {
    const report = await open.page.evaluate(() => vitrine.preload({ device: 'cpu' }));
    assert.deepEqual(report, { device: 'cpu', reason: 'Cut-outs run on the processor, as was asked for.' });
  });

  test('works on the adapter when that is asked for, and gives the same picture', async () => {
    const report = await open.page.evaluate(() => vitrine.preload({ device: 'gpu' }));
    assert.equal(report.device, 'gpu');
    assert.match(report.reason, /swiftshader/i);
    const { apart, pixels } = await open.page.evaluate(async () => {
      const matte = async (device: 'cpu' | 'gpu') => {
        const bitmap = await createImageBitmap(await vitrine.segment('/photo.jpg', { device }));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        context?.drawImage(bitmap, 0, 0);
        return context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray();
      };
      const [cpu, gpu] = [await matte('cpu'), await matte('gpu')];
      let apart = 0;
      for (let index = 0; index < cpu.length; index += 4) {
        if (Math.abs((cpu[index] ?? 0) - (gpu[index] ?? 0)) > 1) apart += 1;
      }
      return { apart, pixels: cpu.length / 4 };
    });
    assert.equal(pixels, 480 * 480);
    assert.ok(apart / pixels <= 0.001, `${apart} of ${pixels} pixels are more than one step apart`);
    assert.equal((await open.page.evaluate(() => vitrine.preload({ device: 'gpu' }))).device, 'gpu');
  }, { timeout: SOFTWARE_ADAPTER });
});

for (const [lack, reason] of [
  ['WebGPU', /no WebGPU.*processor/],
  ['an adapter', /no graphics adapter.*processor/],
] as const) {
  test(`a browser without ${lack} works on the processor, even when the adapter is asked for`, async (t) => {
    // An address that is neither secure nor this machine's has no WebGPU.
    const host = lack === 'WebGPU' ? { host: 'shop.test' } : {};
    const flags = ['--host-resolver-rules=MAP shop.test 127.0.0.1'];
    const open = await openAlone(t, { webgpu: 'no adapter', flags }, host);
    for (const device of ['auto', 'gpu'] as const) {
      const report = await open.page.evaluate((device) => vitrine.preload({ device }), device);
      assert.equal(report.device, 'cpu');
      assert.match(report.reason, reason);
    }
    assert.equal(
      await open.page.evaluate(async () => (await vitrine.removeBackground('/photo.jpg', { device: 'gpu' })).type),
      'image/png',
    );
    assert.deepEqual(open.complaints, []);
  });
}

/** A shop in a browser of its own, both closed after the test. */
async function openAlone(
  t: TestContext,
  options: LaunchOptions,
  page: { before?: () => unknown; host?: string },
): Promise<OpenShop> {
  const browser = await launch(options);
  let open: OpenShop | undefined;
  t.after(async () => {
    await open?.close();
    await browser.close();
  });
  open = await openShop(browser, { files: { '/photo.jpg': await fixture() }, ...page });
  return open;
}

test(
  'losing the adapter in the middle of a photo: the same photo is finished on the processor',
  async (t) => {
    const open = await openAlone(t, {}, { before: () => {
      // In every frame: keep the device that is worked with, so that the test can take it away.
      if (typeof GPUDevice === 'undefined') return;
      const original = GPUDevice.prototype.createCommandEncoder;
      GPUDevice.prototype.createCommandEncoder = function (...options) {
        Object.assign(globalThis, { takeAway: () => this.destroy() });
        return original.apply(this, options);
      };
    } });
    assert.equal((await open.page.evaluate(() => vitrine.preload({ device: 'gpu' }))).device, 'gpu');
    await open.page.evaluate(() => {
      const job = vitrine.removeBackground('/photo.jpg', {
        device: 'gpu',
        progress: ({ stage }) => Object.assign(globalThis, { stage }),
      });
      Object.assign(globalThis, { job });
    });
    await open.page.waitForFunction(() => (globalThis as { stage?: string }).stage === 'network');
    const inner = open.page.frames().find((frame) => frame.parentFrame()?.parentFrame());
    await inner?.waitForFunction(() => 'takeAway' in globalThis);
    await inner?.evaluate(() => (globalThis as unknown as { takeAway(): void }).takeAway());
    const type = await open.page.evaluate(async () => (await (globalThis as unknown as { job: Promise<Blob> }).job).type);
    assert.equal(type, 'image/png');
    const report = await open.page.evaluate(() => vitrine.preload({ device: 'gpu' }));
    assert.equal(report.device, 'cpu');
    assert.match(report.reason, /stopped working.*processor/);
    assert.equal(await open.page.evaluate(async () => (await vitrine.removeBackground('/photo.jpg', { device: 'gpu' })).type), 'image/png');
  },
  { timeout: SOFTWARE_ADAPTER },
);
