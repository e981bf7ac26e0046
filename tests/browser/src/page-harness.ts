/**
 * The seller's page on its stand-in engine (`www/src/dev`), in frames and behind a policy as the build makes them; and
 * as it is built.
 *
 * For the stand-in nothing listens anywhere: Playwright answers for the one address, and whatever else is asked for is
 * written down.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Frame, FrameLocator, Locator, Page } from 'playwright-core';
import { build } from 'vite';
import { ROOT } from './servers.js';

const ADDRESS = 'https://page.test/';
const SANDBOX = 'allow-scripts allow-downloads';
const FILLED = 'html,body{height:100%;margin:0}iframe{display:block;width:100%;height:100%;border:0}';

/** Bundles the page's development entry once a run. */
let script: Promise<string> | undefined;

async function bundle(): Promise<string> {
  await build({ configFile: join(ROOT, 'www/vite.dev.config.ts'), logLevel: 'warn' });
  const text = await readFile(join(ROOT, 'target/web/page-tests/dev.js'), 'utf8');
  // As `inline` in xtask/src/assets.rs.
  return text.replaceAll('</script', '\\x3C/script').replaceAll('<!--', '\\x3C!--').replaceAll('<script', '\\x3Cscript');
}

const sourceHash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const attribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** How the stand-in engine comes up. */
export type EngineArrival = 'soon' | 'hold' | 'fail';
/** What is known of the model of the best quality. */
export type BestOffer = 'absent' | 'offered' | 'kept' | 'frugal';

/** Where the page stands: as in the product, or as a document of its own with an origin, which may open folders. */
export type Place = 'in its frames' | 'on its own';

/** The page's document: a shell, an enclosure, the frame; the policy is that of xtask/src/policy.rs. */
async function documentOf(arrival: EngineArrival, best: BestOffer, place: Place): Promise<string> {
  const text = await (script ??= bundle());
  const policy =
    `default-src 'none'; script-src '${sourceHash(text)}' 'wasm-unsafe-eval'; worker-src blob:; ` +
    `img-src blob: data:; style-src '${sourceHash(FILLED)}'; connect-src 'none'; frame-src 'none'; ` +
    "form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types default lit-html";
  const head =
    `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">` +
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Vitrine</title>';
  const frame = (inside: string) =>
    `<iframe title="Vitrine" sandbox="${SANDBOX}" srcdoc="${attribute(inside)}"></iframe>`;
  const inner = `<!doctype html><html lang="en" data-loading="${arrival}" data-best="${best}"><head>${head}</head><body><script>${text}</script></body></html>`;
  if (place === 'on its own') return inner.replace('<title>', '<link rel="icon" href="data:,"><title>');
  const enclosure = `<!doctype html><html lang="en"><head>${head}<style>${FILLED}</style></head><body>${frame(inner)}</body></html>`;
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Vitrine</title><link rel="icon" href="data:,">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">' +
    `<style>${FILLED}</style></head><body>${frame(enclosure)}</body></html>`
  );
}

export interface OpenPage {
  page: Page;
  /** The frame with the page in it. */
  frame: Frame;
  /** Addresses asked for after the document, which must stay none. */
  asked: string[];
  /** Errors in the console, and uncaught ones. */
  errors: string[];
  close(): Promise<void>;
}

export async function openPage(
  browser: Browser,
  options: BrowserContextOptions & { arrival?: EngineArrival; best?: BestOffer; place?: Place } = {},
): Promise<OpenPage> {
  const { arrival = 'soon', best = 'absent', place = 'in its frames', ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...contextOptions });
  const page = await context.newPage();
  const asked: string[] = [];
  const errors: string[] = [];
  const body = await documentOf(arrival, best, place);
  await context.route('**/*', async (route) => {
    if (route.request().url() === ADDRESS) return route.fulfill({ contentType: 'text/html', body });
    asked.push(route.request().url());
    return route.abort();
  });
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(ADDRESS);
  const own = place === 'on its own';
  await (own ? page : page.frameLocator('iframe').frameLocator('iframe')).locator('vitrine-app').waitFor({ state: 'attached' });
  const frame = own ? page.mainFrame() : page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
  if (!frame) throw new Error('the page has no frame in its frame');
  return { page, frame, asked, errors, close: () => context.close() };
}

/** The page as it is built. */
export interface BuiltPage {
  page: Page;
  /** The page proper, inside its two frames. */
  inner: FrameLocator;
  /** Addresses asked for since it was ready, but for `blob:` ones, which lead nowhere. */
  asked: string[];
  /** Errors in the console, and uncaught ones. */
  complaints: string[];
}

/** Opens the built page, and waits until it can work. */
export async function openBuilt(context: BrowserContext, address: string): Promise<BuiltPage> {
  const page = await context.newPage();
  const [asked, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) asked.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(address);
  // A trial opens a second frame behind the first.
  const inner = page.locator('iframe').first().contentFrame().frameLocator('iframe');
  await inner.getByText(/^Runs on this device/).first().waitFor();
  asked.length = 0;
  return { page, inner, asked, complaints };
}

/** Paints from left to right through the middle of the picture. */
export async function paint(page: Page, stage: Locator, reach: number): Promise<void> {
  const box = await stage.boundingBox();
  if (!box) throw new Error('there is nothing to paint on');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x - reach, y);
  await page.mouse.down();
  await page.mouse.move(x + reach, y, { steps: 8 });
  await page.mouse.up();
}

/** A button by its name. */
export const button = (inner: FrameLocator | Frame, name: string | RegExp) => inner.getByRole('button', { name });

/** A file as a person hands it in. */
export interface Handed {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** The committed test photo under another name; the stand-in engine reads its orders from names. */
export async function photo(name: string): Promise<Handed> {
  return { name, mimeType: 'image/jpeg', buffer: await readFile(join(ROOT, 'tests/browser/fixtures/helmet.jpg')) };
}

export async function photos(...names: string[]): Promise<Handed[]> {
  return Promise.all(names.map(photo));
}

/** Hands files in as the file dialog does. */
export async function choose(frame: Frame, files: Handed[]): Promise<void> {
  await frame.locator('#photos').setInputFiles(files);
}

/** Waits until nothing waits or works. */
export async function settled(frame: Frame): Promise<void> {
  await frame.locator('batch-toolbar .line[role=progressbar]').waitFor({ state: 'detached', timeout: 60_000 });
}

/** Sets the stand-in engine's pace, in milliseconds a photo; `hold` stops it in the middle of one. */
export async function pace(frame: Frame, delay: number, hold = false): Promise<void> {
  await frame.evaluate(
    ([delay, hold]) => Object.assign((globalThis as unknown as { fake: { engine: object } }).fake.engine, { delay, hold }),
    [delay, hold] as const,
  );
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Violations that axe finds, a line each; empty is what a test wants. */
export async function axe(frame: Frame): Promise<string[]> {
  const source = await readFile(axePath, 'utf8');
  if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(source);
  return frame.evaluate(async () => {
    interface Axe {
      run(
        context: Document,
        options: object,
      ): Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] }>;
    }
    // A colour on its way from one to another is judged where it arrives.
    const arrived = async (root: Document | ShadowRoot): Promise<void> => {
      const finite = root.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.all(finite.map((animation) => animation.finished.catch(() => undefined)));
      for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) await arrived(shadowRoot);
    };
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    await frame();
    await frame();
    await Promise.race([arrived(document), new Promise((late) => setTimeout(late, 2_000))]);

    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(document, {
      iframes: false,
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
    );
  });
}
