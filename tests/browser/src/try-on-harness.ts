/**
 * The try-on widget in a shop: the product's own element, shell and airlock, around a frame that runs on the stand-in
 * engine (`www/src/dev/try-on`). Built once a run as `cargo xtask build` builds the product.
 */

import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { deflateSync, crc32 } from 'node:zlib';
import { errors, type Browser, type BrowserContextOptions, type Frame, type Page } from 'playwright-core';
import { build } from 'vite';
import type {} from 'vitrine/try-on/element';
import { assertShut, listen } from './battery.js';
import { ROOT, serveShop, type Shop, type ShopOptions } from './servers.js';
import { within } from './testing.js';

const OUT = join(ROOT, 'target/web/try-on-tests');
/** The package's folder, as a merchant puts it on a host. */
export const PACKAGE = join(OUT, 'dist');
const SANDBOX = 'allow-scripts allow-downloads';
const TITLE = 'Vitrine: try-on';
const ENCLOSURE = 'html,body{height:100%;margin:0}iframe{display:block;width:100%;height:100%;border:0}';

const sha256 = (text: string | Buffer, encoding: 'hex' | 'base64') => createHash('sha256').update(text).digest(encoding);
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** As xtask/src/policy.rs and assets.rs write them; `camera` is the script of an enclosure that has one. */
function frameDocument(script: string, camera?: string): { document: string; policy: string } {
  const scripts = [camera, script].flatMap((text) => (text === undefined ? [] : `'sha256-${sha256(text, 'base64')}'`));
  const policy =
    `default-src 'none'; script-src ${scripts.join(' ')} 'wasm-unsafe-eval'; worker-src blob:; ` +
    `img-src blob: data:; style-src 'sha256-${sha256(ENCLOSURE, 'base64')}'; connect-src 'none'; frame-src 'none'; ` +
    "form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types default lit-html";
  const head =
    `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">` +
    '<meta http-equiv="x-dns-prefetch-control" content="off"><meta name="referrer" content="no-referrer">' +
    `<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${TITLE}</title>`;
  const inner = `<!doctype html><html lang="en"><head>${head}</head><body><script>${script}</script></body></html>`;
  const document =
    `<!doctype html><html lang="en"><head>${head}<style>${ENCLOSURE}</style>` +
    `${camera === undefined ? '' : `<script>${camera}</script>`}</head><body>` +
    `<iframe title="${TITLE}" sandbox="${SANDBOX}" srcdoc="${escaped(inner)}"></iframe></body></html>`;
  return { document, policy };
}

let built: Promise<void> | undefined;

/** The package's folder, with the stand-in's frame in it. */
export function buildPackage(): Promise<void> {
  return (built ??= make());
}

async function make(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  const assets = join(PACKAGE, 'assets');
  await mkdir(assets, { recursive: true });
  const common = { configFile: false, logLevel: 'warn', publicDir: false } as const;
  const bundle = async (entry: string, name: string) => {
    await build({
      ...common,
      root: join(ROOT, 'www'),
      resolve: { alias: [{ find: /^vitrine\//, replacement: join(ROOT, 'pkg/src/') }] },
      build: {
        target: ['es2022', 'safari16.4'],
        outDir: OUT,
        emptyOutDir: false,
        reportCompressedSize: false,
        lib: { entry: join(ROOT, entry), formats: ['iife'], name: 'vitrineDev', fileName: () => `${name}.js` },
      },
    });
    return (await readFile(join(OUT, `${name}.js`), 'utf8'))
      .replaceAll('</script', '\\x3C/script')
      .replaceAll('<!--', '\\x3C!--')
      .replaceAll('<script', '\\x3Cscript');
  };
  const script = await bundle('www/src/dev/try-on/frame.ts', 'frame');
  const photos = frameDocument(script);
  const camera = frameDocument(script, await bundle('pkg/src/airlock/camera.ts', 'camera'));

  const add = async (stem: string, extension: string, bytes: Buffer) => {
    const digest = sha256(bytes, 'hex');
    const file = `${stem}.${digest.slice(0, 12)}.${extension}`;
    await writeFile(join(assets, file), bytes);
    return { file, sha256: digest, bytes: bytes.length };
  };
  // The stand-in takes whatever comes; that it comes, whole and checked, is the widget's doing.
  const wasm = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const manifest = {
    frame: await add('try-on-frame', 'html', Buffer.from(photos.document)),
    camera: await add('try-on-camera-frame', 'html', Buffer.from(camera.document)),
    worker: await add('try-on-worker', 'js', Buffer.from('postMessage(0);')),
    wasm: { simd128: await add('try-on-simd128', 'wasm', wasm), relaxed: await add('try-on-relaxed', 'wasm', wasm) },
    models: {
      face_detector: await add('face_detector', 'onnx', Buffer.alloc(130_000, 1)),
      face_mesh: await add('face_mesh', 'onnx', Buffer.alloc(1_300_000, 2)),
      hair: await add('hair', 'onnx', Buffer.alloc(1_000, 3)),
      body_detector: await add('body_detector', 'onnx', Buffer.alloc(1_000, 4)),
      body_points: await add('body_points', 'onnx', Buffer.alloc(1_000, 5)),
    },
  };
  const json = join(OUT, 'manifest.json');
  await writeFile(json, JSON.stringify(manifest));
  await writeFile(
    join(PACKAGE, '_headers'),
    `/assets/try-on-frame.*.html\n  Content-Security-Policy: ${photos.policy}; sandbox ${SANDBOX}\n` +
      `/assets/try-on-camera-frame.*.html\n  Content-Security-Policy: ${camera.policy}; sandbox ${SANDBOX} allow-same-origin\n`,
  );
  await build({
    ...common,
    root: join(ROOT, 'pkg'),
    resolve: { alias: { '#try-on-manifest': json } },
    build: {
      target: ['es2022', 'safari16.4'],
      outDir: PACKAGE,
      emptyOutDir: false,
      reportCompressedSize: false,
      minify: 'oxc',
      rolldownOptions: { output: { chunkFileNames: 'try-on-[name].[hash].js' } },
      lib: { entry: join(ROOT, 'pkg/src/try-on/element.ts'), formats: ['es'], fileName: () => 'try-on.js' },
    },
  });
}

/** A PNG of one colour. */
export function png(width: number, height: number, [red, green, blue, alpha = 255]: readonly number[]): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 4, Buffer.from([red ?? 0, green ?? 0, blue ?? 0, alpha]))]);
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Pictures that every shop here has. */
const PICTURES: Record<string, Buffer> = {
  '/glasses.png': png(300, 110, [20, 60, 120, 200]),
  '/second.png': png(300, 110, [150, 40, 60, 200]),
  '/wrong-kind.png': png(1, 40, [20, 60, 120]),
  '/nothing.png': png(2, 40, [20, 60, 120]),
  '/poster.png': png(400, 500, [226, 222, 214]),
};

/** What is written on the element. */
export const ONE = 'product="/glasses.png" kind="glasses" width-mm="140" sku="A1"';
export const variants = (...addresses: string[]) =>
  JSON.stringify(addresses.map((product, index) => ({ sku: `V${index + 1}`, product, label: `Version ${index + 1}` })));

export const html = (attributes: string, { inside = '', head = '', lang = 'en' } = {}) => `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">${head}
<link rel="stylesheet" href="/shop.css"><script src="/heard.js"></script><script type="module" src="/vitrine/try-on.js"></script></head>
<body><main><h1>Shop</h1><vitrine-try-on ${attributes}><img slot="poster" src="/poster.png" alt="The glasses">${inside}</vitrine-try-on>
<p>After it.</p></main></body></html>`;

/** Writes down every event before anything else runs, and everything that moves. */
const HEARD = `globalThis.heard = [];
globalThis.moved = 0;
for (const name of ['ready', 'open', 'consent', 'camera', 'progress', 'result', 'variant', 'error', 'close']) {
  addEventListener('vitrine-' + name, ({ type, detail }) => heard.push([type.slice(8), detail]));
}
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) moved += value;
}).observe({ type: 'layout-shift', buffered: true });`;

const STYLE = 'body{margin:0;font:16px system-ui}main{max-width:420px;margin:auto}vitrine-try-on:not(:defined){display:block;aspect-ratio:4/5}';

declare global {
  var heard: [string, Record<string, unknown>][];
  var moved: number;
}

export interface OpenShop {
  shop: Shop;
  page: Page;
  /** What pages and frames wrote to the console as errors. */
  complaints: string[];
  /** The events of the widget so far, without progress: names, or names with what they carry. */
  heard(): Promise<string[]>;
  details(name: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export interface ShopWith extends ShopOptions {
  attributes?: string;
  context?: BrowserContextOptions;
  before?: () => unknown;
}

export async function openShop(browser: Browser, options: ShopWith = {}): Promise<OpenShop> {
  await buildPackage();
  const { attributes = ONE, context: contextOptions = {}, before, ...shopOptions } = options;
  const shop = await serveShop({
    html: html(attributes),
    package: PACKAGE,
    ...shopOptions,
    files: { '/heard.js': HEARD, '/shop.css': STYLE, ...PICTURES, ...shopOptions.files },
  });
  const context = await browser
    .newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...contextOptions })
    .catch(async (error: unknown) => {
      await shop.close();
      throw error;
    });
  const close = async () => {
    await context.close();
    await shop.close();
  };
  try {
    if (before) await context.addInitScript(before);
    const page = await context.newPage();
    // Shorter than a test's limit, so that a failure names the step that it waited for.
    page.setDefaultTimeout(20_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${shop.origin}/`);
    await page.waitForFunction(() => heard.some(([name]) => name === 'ready'));
    return {
      shop,
      page,
      complaints,
      heard: () => page.evaluate(() => heard.map(([name]) => name).filter((name) => name !== 'progress')),
      details: (name) => page.evaluate((name) => heard.filter(([known]) => known === name).map(([, detail]) => detail), name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Presses the widget's button; the frame as soon as its page is there. */
export async function openTryOn(page: Page): Promise<Frame> {
  await page.locator('vitrine-try-on').getByRole('button', { name: /try it on|anprobieren/i }).click();
  return frameOf(page);
}

export async function frameOf(page: Page): Promise<Frame> {
  const heading = page.frameLocator('iframe').frameLocator('iframe').locator('try-on-app h1');
  for (;;) {
    try {
      await heading.waitFor();
      break;
    } catch (error) {
      // A frame that does not work is replaced by another one; whoever looked into it just then is told that it is closed.
      if (page.isClosed()) throw error;
      if (error instanceof errors.TimeoutError) throw new errors.TimeoutError(`${error.message}\n${await seenIn(page)}`);
      if (!/has been closed/.test(String(error))) throw error;
    }
  }
  const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
  if (!frame) throw new Error('the widget has no frame in its frame');
  return frame;
}

/** What stands where the try-on should, for the message of a test that waited for it. */
async function seenIn(page: Page): Promise<string> {
  const frames = page.frames().map(async (frame) => {
    const text = await within(frame.url(), frame.evaluate(() => document.documentElement.outerHTML.slice(0, 2000)), 3_000).catch(String);
    return `${frame.url()} ${text}`;
  });
  return (await Promise.all(frames)).join('\n');
}

/** Agrees, and waits until all has come that will come. */
export async function agree(frame: Frame): Promise<void> {
  await frame.getByRole('button', { name: /agree|einverstanden/i }).click();
  await frame.locator('.sealed, .notice').first().waitFor();
}

/** Lets a script try everything in a frame, which `enter` opens anew for each way out of it: nobody may hear of it. */
export async function attack(t: TestContext, { page }: OpenShop, enter: () => Promise<Frame>): Promise<void> {
  const ears = await listen();
  t.after(() => ears.close());
  await assertShut(ears, page, async () => {
    await page.evaluate(() => document.querySelector('vitrine-try-on')?.close());
    return enter();
  });
}

/** A shopper's photo; the stand-in engine reads its orders from names. */
export const photo = (name: string, width = 300, height = 400) => ({
  name: `${name}.png`,
  mimeType: 'image/png',
  buffer: png(width, height, [196, 170, 150]),
});

export const choose = (frame: Frame, file: { name: string; mimeType: string; buffer: Buffer }) =>
  frame.locator('#photo').setInputFiles(file);

/** Waits for the picture with the product on it. */
export const shown = (frame: Frame) => frame.getByRole('img', { name: /photo with the product|Foto mit dem Produkt/ }).waitFor();
