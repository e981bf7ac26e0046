/**
 * The battery's ears and its table: what every channel is heard by outside the frame, that nothing is heard from inside,
 * in Chromium and in Firefox, DNS included; and that SECURITY.md says so.
 *
 * `VITRINE_TABLE=write node --test target/web/tests/battery.test.js` writes the table anew.
 */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { chromium, type BrowserContext, type Frame } from 'playwright-core';
import { AFTERWARDS, assertShut, attack, batteryScript, listen, NAVIGATING, STAYING, through, type Ears, type Outcome, type Target } from './battery.js';
import { FLAGS } from './browser.js';
import { hasFirefox, launchFirefox, type Firefox } from './firefox.js';
import { serveShop, type Shop } from './servers.js';
import { SHOP_SCRIPT } from './shop.js';
import { test } from './testing.js';

/** Of the hosts that channels aim at, where look-ups are listened to: nobody resolves them. */
const OUTSIDE = 'outside.invalid';
const INSIDE = 'inside.invalid';
/** Pages that the control works in at once. */
const TOGETHER = 6;

/** What a browser was heard with: requests and datagrams from outside, names looked up from outside. */
interface Heard {
  requests: Set<string>;
  names: Set<string>;
}

const heardIn: Partial<Record<'Chromium' | 'Firefox', Heard>> = {};

/** A shop's page that embeds the package. */
async function shop(): Promise<Shop> {
  const html = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><script type="module" src="/shop.js"></script></html>`;
  return serveShop({ html, files: { '/shop.js': SHOP_SCRIPT } });
}

const named = (names: Iterable<string>, zone: string) =>
  new Set([...names].filter((name) => name.endsWith(`.${zone}`)).map((name) => name.slice(0, -zone.length - 1)));

describe('the battery in Chromium', () => {
  let ears: Ears;
  let stall: Shop;
  let folder: string;
  let context: BrowserContext;
  before(async () => {
    [ears, stall] = await Promise.all([listen(), shop()]);
    folder = await mkdtemp(join(tmpdir(), 'vitrine-chromium-'));
    // Without a profile of its own, and with what Playwright switches off, Chromium looks up no names ahead.
    context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      headless: true,
      timeout: 60_000,
      ignoreDefaultArgs: ['--disable-background-networking'],
      args: [...FLAGS.filter((flag) => flag !== '--disable-background-networking'), `--log-net-log=${join(folder, 'net-log')}`],
    });
  });
  after(async () => {
    await context?.close();
    await Promise.all([ears?.close(), stall?.close(), rm(folder, { recursive: true, force: true, maxRetries: 5 })]);
  });

  test('outside the frame the attacks are heard', async () => {
    const requests = new Set<string>();
    const waiting = [...STAYING, ...NAVIGATING];
    const work = async () => {
      const page = await context.newPage();
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        // A document that another channel has changed tells nothing of this one.
        await page.goto(`${ears.target.origin}/start`);
        await attack(page, [id], ears.target);
        if (STAYING.includes(id)) await attack(page, [id], { ...ears.target, zone: OUTSIDE });
        for (let wait = 0; wait < 5 && !requests.has(id); wait++) {
          await page.waitForTimeout(150);
          for (const heard of ears.heard()) requests.add(heard);
        }
      }
      await page.close();
    };
    await Promise.all(Array.from({ length: TOGETHER }, work));
    heardIn.Chromium = { requests, names: new Set() };
  }, { timeout: 240_000 });

  test('from the package’s frame nothing is heard', async () => {
    const page = await context.newPage();
    await page.goto(`${stall.origin}/`);
    await page.waitForFunction(() => 'vitrine' in globalThis);
    const fresh = async (): Promise<Frame> => {
      await page.evaluate(() => (vitrine.dispose(), vitrine.preload({ device: 'cpu' })));
      const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
      assert.ok(frame);
      return frame;
    };
    ears.heard();
    await assertShut(ears, page, fresh);
    // The same again, at names.
    const target = { ...ears.target, zone: INSIDE };
    const outcomes = new Map(await attack(await fresh(), STAYING, target, { together: 12 }));
    for (const id of NAVIGATING) for (const [of, outcome] of await attack(await fresh(), [id], target)) outcomes.set(of, outcome);
    await page.waitForTimeout(AFTERWARDS);
    assert.deepEqual([through(outcomes), ears.heard()], [[], []]);
  }, { timeout: 240_000 });

  test('nor is a name looked up', async () => {
    await context.close();
    const log = await readFile(join(folder, 'net-log'), 'utf8');
    const names = [...log.matchAll(/[\w-]+\.(?:outside|inside)\.invalid/g)].map(([name]) => name);
    const outside = named(names, OUTSIDE);
    assert.ok(heardIn.Chromium, 'the control ran');
    heardIn.Chromium.names = outside;
    for (const id of ['fetch', 'link-dns-prefetch', 'link-preconnect', 'worker-fetch']) assert.ok(outside.has(id), `${id} in ${[...outside].join()}`);
    assert.deepEqual(named(names, INSIDE), new Set());
  });
});

/** The battery, and every channel of a list one after another, as a script of WebDriver's. */
const runner = async () => `
  ${await batteryScript()}
  const [ids, target, done] = arguments;
  (async () => {
    const outcomes = [];
    for (const id of ids) outcomes.push([id, await vitrineBattery.attempt(id, target)]);
    done(outcomes);
  })();`;

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

describe('the battery in Firefox', { skip: !hasFirefox && 'there is no Firefox here' }, () => {
  let ears: Ears;
  let stall: Shop;
  let firefox: Firefox;
  const requests = new Set<string>();
  before(async () => {
    [ears, stall, firefox] = await Promise.all([listen(), shop(), launchFirefox()]);
  });
  after(() => Promise.all([ears?.close(), stall?.close(), firefox?.close()]));

  /** Tries channels in a document; one that goes away leaves the rest untried, which is why those come alone. */
  async function tryAll(place: readonly number[], ids: readonly string[], target: Target): Promise<[string, Outcome][]> {
    return firefox.run(place, await runner(), ids, target);
  }

  test('outside the frame the attacks are heard', async () => {
    for (const id of [...STAYING, ...NAVIGATING]) {
      await firefox.go(`${ears.target.origin}/start`);
      await tryAll([], [id], ears.target).catch(() => undefined);
      if (STAYING.includes(id)) await tryAll([], [id], { ...ears.target, zone: OUTSIDE }).catch(() => undefined);
      for (const heard of ears.heard()) requests.add(heard);
    }
    await pause(AFTERWARDS);
    for (const heard of ears.heard()) requests.add(heard);
    heardIn.Firefox = { requests, names: named(await firefox.lookUps(), OUTSIDE) };
    for (const id of ['fetch', 'image', 'web-socket', 'worker-fetch', 'rtc-stun']) assert.ok(requests.has(id), `${id} in ${[...requests].join()}`);
    assert.ok(heardIn.Firefox.names.has('fetch'), 'look-ups are heard');
  }, { timeout: 400_000 });

  test('from the package’s frame nothing is heard, and no name is looked up', async () => {
    const fresh = async () => {
      await firefox.go(`${stall.origin}/`);
      const told = await firefox.run<string>(
        [],
        `const done = arguments[0]; const { vitrine } = window.wrappedJSObject ?? window;
         const begin = () => (window.wrappedJSObject ?? window).vitrine ? (window.wrappedJSObject ?? window).vitrine.preload({ device: 'cpu' }).then(() => done('up'), (error) => done(String(error))) : setTimeout(begin, 50);
         begin();`,
      );
      assert.equal(told, 'up');
    };
    ears.heard();
    for (const target of [ears.target, { ...ears.target, zone: INSIDE }]) {
      await fresh();
      const outcomes = new Map<string, Outcome | 'gone'>(await tryAll([0, 0], STAYING, target));
      await pause(AFTERWARDS);
      assert.deepEqual([ears.heard(), through(outcomes), outcomes.size], [[], [], STAYING.length]);
      for (const id of NAVIGATING) {
        await fresh();
        const tried = await tryAll([0, 0], [id], target).catch((): [string, Outcome][] => []);
        await pause(AFTERWARDS / 4);
        assert.deepEqual([ears.heard(), through(new Map(tried))], [[], []], id);
      }
    }
    assert.deepEqual(named(await firefox.lookUps(), INSIDE), new Set());
  }, { timeout: 400_000 });
});
