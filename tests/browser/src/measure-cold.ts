/** From opening a page to its first cut-out, everything cold: a fresh browser and profile for each run. */

import type { Browser, Page } from 'playwright-core';
import { launch } from './browser.js';
import { servePage } from './servers.js';
import { openShop } from './shop.js';

/** What happened, in milliseconds since the page was opened, and where: the page, the frame or the worker. */
type Event = [at: number, what: string];

/** The page asks for a cut-out as soon as its script runs. */
const SCRIPT = (device: string, model: string) => `
import * as vitrine from '/vitrine/index.js';
globalThis.vitrine = vitrine;
performance.mark('vitrine: module runs');
const photo = await (await fetch('/photo.jpg')).blob();
performance.mark('vitrine: photo fetched');
globalThis.first = vitrine.removeBackground(photo, { device: '${device}', model: '${model}' }).then((file) => {
  performance.mark('vitrine: FIRST RESULT');
  return file.size;
});`;

export interface ColdRun {
  milliseconds: number;
  timeline: Event[];
  /** The longest time, in milliseconds, for which the page's and the frame's thread answered nothing. */
  longest_task: { page: number; frame: number };
}

/** What is asked for; `files` is what the shop serves besides. */
export interface ColdOptions {
  photo: Buffer;
  device: string;
  model: string;
  files: Record<string, Buffer>;
}

export async function coldRun(options: ColdOptions): Promise<ColdRun> {
  const browser = await launch();
  try {
    return await run(browser, options);
  } finally {
    await browser.close();
  }
}

async function run(browser: Browser, { photo, device, model, files }: ColdOptions): Promise<ColdRun> {
  const open = await openShop(browser, {
    files: { '/photo.jpg': photo, '/shop.js': SCRIPT(device, model), ...files },
    before: watchTasks,
  });
  try {
    const { page } = open;
    const size = await page.evaluate(async () => {
      const holder = globalThis as unknown as { first?: Promise<number> };
      while (!holder.first) await new Promise((resolve) => setTimeout(resolve, 5));
      return holder.first;
    });
    if (!size) throw new Error('the first result is empty');
    const timeline = await timelineOf(page);
    const last = timeline.find(([, what]) => what.endsWith('FIRST RESULT'));
    const [inPage = 0, , inFrame = 0] = await Promise.all(page.frames().map((frame) => frame.evaluate(longestTask)));
    return { milliseconds: last?.[0] ?? Number.NaN, timeline, longest_task: { page: inPage, frame: inFrame } };
  } finally {
    await open.close();
  }
}

/** The same on the seller's page: a person brings the photo as soon as the page is there to take it. */
export async function coldPage({ photo, device }: ColdOptions): Promise<ColdRun> {
  const [browser, site] = await Promise.all([launch(), servePage()]);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(watchTasks);
    await page.goto(`${site.origin}/?device=${device}&model=fast`);
    const inner = page.frameLocator('iframe').frameLocator('iframe');
    await inner.locator('#photos').setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo });
    await inner.getByRole('button', { name: 'Download photo.jpg' }).waitFor({ timeout: 300_000 });
    const frame = page.frames().find((frame) => frame.parentFrame()?.parentFrame());
    const shown = await frame?.evaluate(() => performance.timeOrigin + performance.now());
    const from = await page.evaluate(() => performance.timeOrigin);
    return {
      milliseconds: Math.round((shown ?? Number.NaN) - from),
      timeline: await timelineOf(page),
      longest_task: { page: await page.evaluate(longestTask), frame: (await frame?.evaluate(longestTask)) ?? Number.NaN },
    };
  } finally {
    await browser.close();
    await site.close();
  }
}

/** In every frame: a beat every few milliseconds; one that comes late has waited for a long task. */
function watchTasks(): void {
  const state = { longest: 0, tasks: [] as [number, number][] };
  Object.assign(globalThis, { tasks: state });
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  port1.onmessage = () => {
    const now = performance.now();
    const took = now - last;
    if (took > 40) state.tasks.push([Math.round(performance.timeOrigin + last), Math.round(took)]);
    state.longest = Math.max(state.longest, took);
    last = now;
    // Not all the time: the heartbeat itself would be a load.
    setTimeout(() => port2.postMessage(0), 4);
  };
  port2.postMessage(0);
}

function longestTask(): number {
  return Math.round((globalThis as unknown as { tasks?: { longest: number } }).tasks?.longest ?? 0);
}

/** The marks of every context, in order. */
async function timelineOf(page: Page): Promise<Event[]> {
  const read = () => ({
    origin: performance.timeOrigin,
    marks: performance.getEntriesByType('mark').map((mark) => {
      const { name, startTime, detail } = mark as PerformanceMark;
      const memory = typeof detail === 'number' ? ` (${Math.round(detail / 2 ** 20)} MiB of wasm)` : '';
      return [startTime, name.replace('vitrine: ', '') + memory] as const;
    }),
    tasks: (globalThis as unknown as { tasks?: { tasks: [number, number][] } }).tasks?.tasks ?? [],
  });
  const frames = await Promise.all(page.frames().map((frame) => frame.evaluate(read)));
  const workers = await Promise.all(page.workers().map((worker) => worker.evaluate(read).catch(() => undefined)));
  const start = frames[0]?.origin ?? 0;
  const named = [...frames.map((told, index) => [index === 0 ? 'page' : 'frame', told] as const), ...workers.map((told) => ['worker', told] as const)];
  return named
    .flatMap(([where, told]) => [
      ...(told?.marks ?? []).map(([at, what]): Event => [Math.round((told?.origin ?? 0) + at - start), `${where}: ${what}`]),
      ...(told?.tasks ?? []).map(([at, took]): Event => [Math.round(at - start), `${where}: (busy for ${took} ms)`]),
    ])
    .sort(([one], [other]) => one - other);
}
