/**
 * The battery's ears and its table: what every channel is heard by outside the frame, that nothing is heard from inside,
 * in Chromium and in Firefox, DNS included; and that SECURITY.md says so.
 *
 * `VITRINE_TABLE=write node --test target/web/tests/battery.test.js` writes the table anew.
 */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext } from 'node:test';
import { chromium, errors, type BrowserContext, type Frame } from 'playwright-core';
import { AFTERWARDS, assertShut, attack, batteryScript, CHANNELS, listen, NAVIGATING, STAYING, through, type Outcome, type Target } from './battery.js';
import { FLAGS } from './browser.js';
import { hasFirefox, launchFirefox, type Firefox } from './firefox.js';
import { ROOT, serveShop, type Shop } from './servers.js';
import { SHOP_SCRIPT } from './shop.js';
import { test, within } from './testing.js';

/** Of the hosts that channels aim at, where look-ups are listened to: nobody resolves them. */
const OUTSIDE = 'outside.invalid';
const INSIDE = 'inside.invalid';

/** What a browser was heard with: requests and datagrams from outside, names looked up from outside. */
interface Heard {
  requests: Set<string>;
  names: Set<string>;
}

const heardIn: Partial<Record<'Chromium' | 'Firefox', Heard>> = {};

/** Outside the frame a download from a name that nobody resolves takes its page away. */
const UNRESOLVED = STAYING.filter((id) => !id.startsWith('download'));

/** Look-ups that the control may miss. */
const MOST_LOST = 5;

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

/** Browsers that one side of the test may use up. */
const ROUNDS = 3;

/** For what the control shall hear, in seconds; it ends as soon as that is heard. */
const PATIENCE = 20;

/** Waits until the control heard all that it should; what a busy machine lost is tried once more, alone. */
async function hear(unheard: () => string[], listenOn: () => void, again: (id: string) => Promise<void>): Promise<void> {
  const wait = async () => {
    for (let waited = 0; waited < PATIENCE && unheard().length > 0; waited++, listenOn()) await pause(1_000);
  };
  await wait();
  for (const id of unheard()) await again(id);
  await wait();
}
const FAMILIES = [...new Set(CHANNELS.map(({ family }) => family))];
const BROWSERS = ['Chromium', 'Firefox'] as const;
const DOCUMENT = join(ROOT, 'SECURITY.md');
const [BEGIN, END] = ['<!-- battery: begin -->\n', '<!-- battery: end -->\n'];

/** A channel's marks: whether it is heard outside the frame, by a request or by a look-up, and so is known to be shut in it. */
type Marks = Readonly<Record<(typeof BROWSERS)[number], ReadonlyMap<string, string>>>;

function rows(marks: Marks): string {
  const lines = CHANNELS.map(({ id, title, by }) => {
    const results = BROWSERS.map((browser) => marks[browser].get(id) ?? 'nothing').join(' | ');
    return `| \`${id}\` | ${title.replaceAll('<', '&lt;')} | ${by.join(', ')} | ${results} |`;
  });
  return `| channel | what is tried | shut by | Chromium | Firefox |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`;
}

const known = (marks: ReadonlyMap<string, string>, of: string) => [...marks].flatMap(([id, mark]) => (mark.includes(of) ? [id] : []));

/** What SECURITY.md says. */
async function table() {
  const text = await readFile(DOCUMENT, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const [written = '', after = ''] = rest.split(END);
  const marks = { Chromium: new Map<string, string>(), Firefox: new Map<string, string>() };
  for (const [, id = '', chromium = '', firefox = ''] of written.matchAll(/^\| `([\w-]+)` \|.*\| ([^|]+) \| ([^|]+) \|$/gm)) {
    if (chromium !== 'nothing') marks.Chromium.set(id, chromium);
    if (firefox !== 'nothing') marks.Firefox.set(id, firefox);
  }
  const expected = { Chromium: known(marks.Chromium, 'request'), Firefox: known(marks.Firefox, 'request') };
  return { before, written, after, marks, expected };
}

/**
 * A shop's page that embeds the package, with the header that SECURITY.md recommends: without it Chromium looks up the
 * name that a frame wants to go to before it asks whether it may.
 */
async function shop(): Promise<Shop> {
  const html = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><script type="module" src="/shop.js"></script></html>`;
  return serveShop({ html, headers: { 'Connection-Allowlist': '(response-origin)' }, files: { '/shop.js': SHOP_SCRIPT } });
}

const named = (names: Iterable<string>, zone: string) =>
  new Set([...names].filter((name) => name.endsWith(`.${zone}`)).map((name) => name.slice(0, -zone.length - 1)));

describe('the battery in Chromium', () => {
  let stall: Shop;
  let folder: string;
  before(async () => {
    stall = await shop();
    folder = await mkdtemp(join(tmpdir(), 'vitrine-chromium-'));
  });
  after(() => Promise.all([stall?.close(), rm(folder, { recursive: true, force: true, maxRetries: 5 })]));

  /**
   * Runs one side of the test in a browser of its own, for what either leaves open shall not get in the other's way; its
   * log is named by `name`. A browser under attack may stop answering, and then another one is asked; what was heard
   * until then counts.
   */
  async function browse(t: TestContext, name: string, side: (context: BrowserContext) => Promise<void>): Promise<void> {
    for (let round = 1; ; round++) {
      // Without a profile of its own, and with what Playwright switches off, Chromium looks up no names ahead.
      const context = await chromium.launchPersistentContext(join(folder, `profile ${round} of ${name}`), {
        executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
        headless: true,
        timeout: 60_000,
        ignoreDefaultArgs: ['--disable-background-networking'],
        args: [...FLAGS.filter((flag) => flag !== '--disable-background-networking'), `--log-net-log=${join(folder, `${name}-${round}.log`)}`],
      });
      try {
        return await side(context);
      } catch (error) {
        if (!(error instanceof errors.TimeoutError) || round === ROUNDS) throw error;
        t.diagnostic(`once more, for a browser stopped answering: ${error.message.split('\n')[0]}`);
      } finally {
        await within('a browser that closes', context.close()).catch((error: unknown) => t.diagnostic(String(error)));
      }
    }
  }

  test('outside the frame the attacks are heard', async (t) => {
    const ears = await listen();
    t.after(() => ears.close());
    const requests = new Set<string>();
    const listenOn = () => {
      for (const heard of ears.heard()) requests.add(heard);
    };
    const { expected } = await table();
    await browse(t, 'outside', async (context) => {
      const opened = async () => {
        const page = await within('a new page', context.newPage());
        await page.goto(`${ears.target.origin}/start`);
        return page;
      };
      const page = await opened();
      await attack(page, STAYING, ears.target, { together: 4 });
      await attack(await opened(), UNRESOLVED, { ...ears.target, zone: OUTSIDE }, { together: 4 });
      const alone = async (id: string) => {
        const page = await opened();
        await attack(page, [id], ears.target);
        for (let wait = 0; wait < 10 && !requests.has(id); wait++, listenOn()) await pause(100);
        await within(`a page that ${id} took away, which closes`, page.close());
      };
      for (const id of NAVIGATING) await alone(id);
      await hear(() => expected.Chromium.filter((id) => !requests.has(id)), listenOn, alone);
    });
    heardIn.Chromium = { requests, names: new Set() };
  }, { timeout: 400_000 });

  test('from the package’s frame nothing is heard', async (t) => {
    const ears = await listen();
    t.after(() => ears.close());
    await browse(t, 'inside', async (context) => {
      const page = await within('a new page', context.newPage());
      await page.goto(`${stall.origin}/`);
      await page.waitForFunction(() => 'vitrine' in globalThis);
      const fresh = async (): Promise<Frame> => {
        await within('the page', page.evaluate(() => (vitrine.dispose(), vitrine.preload({ device: 'cpu' }))), 30_000);
        // Playwright may hear of a frame later than the page does.
        for (let wait = 0; wait < 100; wait++) {
          const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
          if (frame) return frame;
          await pause(100);
        }
        throw new Error('the page has a frame in a frame');
      };
      await assertShut(ears, page, fresh);
      // The same again, at names.
      const target = { ...ears.target, zone: INSIDE };
      const outcomes = new Map(await attack(await fresh(), STAYING, target, { together: 12 }));
      for (const id of NAVIGATING) for (const [of, outcome] of await attack(await fresh(), [id], target)) outcomes.set(of, outcome);
      await pause(AFTERWARDS);
      assert.deepEqual([through(outcomes), ears.heard()], [[], []]);
    });
    assert.deepEqual(ears.heard(), []);
  }, { timeout: 400_000 });

  test('nor is a name looked up', async () => {
    const logs = (await readdir(folder)).filter((file) => file.endsWith('.log'));
    assert.ok(logs.some((log) => log.startsWith('inside')), 'the browser of the frame has a log');
    const log = (await Promise.all(logs.map((log) => readFile(join(folder, log), 'utf8')))).join();
    const names = [...log.matchAll(/[\w-]+\.(?:outside|inside)\.invalid/g)].map(([name]) => name);
    const outside = named(names, OUTSIDE);
    assert.ok(heardIn.Chromium, 'the control ran');
    heardIn.Chromium.names = outside;
    for (const id of ['fetch', 'link-dns-prefetch', 'link-preconnect', 'worker-fetch']) assert.ok(outside.has(id), `${id} in ${[...outside].join()}`);
    assert.deepEqual(named(names, INSIDE), new Set());
  });
});

/** The battery, and every channel of a list, a few at once, as a script of WebDriver's. */
const runner = async () => `
  ${await batteryScript()}
  const [ids, target, done] = arguments;
  (async () => {
    const outcomes = [];
    const waiting = [...ids];
    const work = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) outcomes.push([id, await vitrineBattery.attempt(id, target)]);
    };
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(work));
    done(outcomes);
  })();`;

describe('the battery in Firefox', { skip: !hasFirefox && 'there is no Firefox here' }, () => {
  let stall: Shop;
  let firefox: Firefox;
  before(async () => {
    [stall, firefox] = await Promise.all([shop(), launchFirefox()]);
  });
  after(() => Promise.all([stall?.close(), firefox?.close()]));

  /** Tries channels in a document; one that goes away leaves the rest untried, which is why those come alone. */
  async function tryAll(place: readonly number[], ids: readonly string[], target: Target): Promise<[string, Outcome][]> {
    return firefox.run(place, await runner(), ids, target);
  }

  test('outside the frame the attacks are heard', async (t) => {
    const ears = await listen();
    t.after(() => ears.close());
    const requests = new Set<string>();
    const listenOn = () => {
      for (const heard of ears.heard()) requests.add(heard);
    };
    for (const family of FAMILIES) {
      // A dialog of the browser would wait for a person.
      const ids = CHANNELS.filter((one) => one.family === family && !one.takesAway && one.id !== 'alert').map(({ id }) => id);
      await firefox.go(`${ears.target.origin}/start`);
      await tryAll([], ids, ears.target).catch(() => undefined);
      listenOn();
      if (family === 'Downloads') continue;
      await firefox.go(`${ears.target.origin}/start`);
      await tryAll([], ids, { ...ears.target, zone: OUTSIDE }).catch(() => undefined);
    }
    const alone = async (id: string) => {
      await firefox.go(`${ears.target.origin}/start`);
      await tryAll([], [id], ears.target).catch(() => undefined);
    };
    for (const id of NAVIGATING) await alone(id);
    const { expected } = await table();
    await hear(() => expected.Firefox.filter((id) => !requests.has(id)), listenOn, alone);
    heardIn.Firefox = { requests, names: named(await firefox.lookUps(), OUTSIDE) };
    for (const id of ['fetch', 'image', 'worker-fetch']) assert.ok(heardIn.Firefox.names.has(id), `the look-up of ${id} is heard`);
  }, { timeout: 400_000 });

  test('from the package’s frame nothing is heard, and no name is looked up', async (t) => {
    // Ports of its own: what the control began may try again for a while.
    const ears = await listen();
    t.after(() => ears.close());
    const fresh = async () => {
      await firefox.go(`${stall.origin}/`);
      const told = await firefox.run<string>(
        [],
        `const [done] = arguments;
         const begin = () => {
           const { vitrine } = window.wrappedJSObject ?? window;
           if (vitrine) vitrine.preload({ device: 'cpu' }).then(() => done('up'), (error) => done(String(error)));
           else setTimeout(begin, 50);
         };
         begin();`,
      );
      assert.equal(told, 'up');
    };
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

describe('the table of channels in SECURITY.md', () => {
  test('is that of the battery, and what it calls heard outside is heard', async () => {
    const { before, written, after, marks } = await table();
    if (process.env['VITRINE_TABLE'] === 'write') {
      const found = Object.fromEntries(
        BROWSERS.map((browser) => {
          const heard = heardIn[browser];
          const mark = (id: string) => [heard?.requests.has(id) && 'request', heard?.names.has(id) && 'name'].filter(Boolean).join(', ');
          return [browser, heard ? new Map(CHANNELS.flatMap(({ id }) => (mark(id) ? [[id, mark(id)]] : []))) : marks[browser]];
        }),
      ) as unknown as Marks;
      await writeFile(DOCUMENT, before + BEGIN + rows(found) + END + after);
      return;
    }
    assert.equal(written, rows(marks), 'write it anew: see the head of this test');
    for (const browser of BROWSERS) {
      const heard = heardIn[browser];
      if (!heard) continue;
      assert.deepEqual(known(marks[browser], 'request').filter((id) => !heard.requests.has(id)), [], `${browser}, requests`);
      // A look-up may be lost when the page that wants it is closed.
      const lost = known(marks[browser], 'name').filter((id) => !heard.names.has(id));
      assert.ok(lost.length <= MOST_LOST, `${browser}, names: ${lost.join()}`);
    }
  });
});
