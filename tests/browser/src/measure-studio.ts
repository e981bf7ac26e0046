/**
 * Figures for the note: a folder of photos through the page as a seller would take them, from cut-outs to files for
 * marketplaces in one ZIP. What each step takes, what the linter says, and how much memory the renderers hold after the
 * twentieth photo and after the last.
 *
 * `node target/web/tests/measure-studio.js --folder DIR [--presets amazon_main,etsy,ebay] [--look 'Studio paper'] [--out FILE.zip]`
 */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FrameLocator } from 'playwright-core';
import { launch } from './browser.js';
import { memory } from './process-memory.js';
import { servePage } from './servers.js';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    presets: { type: 'string', default: 'amazon_main,etsy,ebay' },
    look: { type: 'string', default: 'Studio paper' },
    out: { type: 'string' },
  },
});
if (!values.folder) throw new Error('--folder names the folder of photos');
const folder = values.folder;
const files = readdirSync(folder).sort().map((name) => join(folder, name));
const presets = values.presets.split(',');
/** As long as the longest step may take, in milliseconds. */
const LONGEST = 4 * 3_600_000;

interface Sample {
  done: number;
  mib: number;
}

const mib = () => Math.round(memory() / 2 ** 20);
/** The middle of what was held around a count: memory goes up and down with every photo. */
function around(samples: readonly Sample[], from: number, to: number): number {
  const sorted = samples.filter(({ done }) => done >= from && done <= to).map((sample) => sample.mib).sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

const [browser, site] = await Promise.all([launch({ webgpu: 'no adapter' }), servePage()]);
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce' });
const page = await context.newPage();
page.setDefaultTimeout(LONGEST);
await page.goto(`${site.origin}/?device=cpu&model=fast`);
const inner = page.frameLocator('iframe').frameLocator('iframe');
await inner.getByText(/^Runs on this device/).first().waitFor();

/** Looks at a count and at the memory until it is `total`. */
async function follow(count: () => Promise<number | undefined>, total: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let done = 0; done < total; ) {
    await page.waitForTimeout(1_000);
    const now = await count();
    if (now === undefined) break;
    done = now;
    samples.push({ done, mib: mib() });
  }
  return samples;
}

const empty = mib();
let from = performance.now();
await inner.locator('#photos').setInputFiles(files);
/** The count of the progress bar within a place; none once it is gone. */
const counted = (place: Pick<FrameLocator, 'getByRole'>) => async () => {
  const bar = place.getByRole('progressbar').first();
  if ((await bar.count()) === 0) return undefined;
  const now = await bar.getAttribute('aria-valuenow', { timeout: 20_000 }).catch(() => null);
  return now === null ? undefined : Number(now);
};
await inner.getByRole('progressbar').first().waitFor();
const cutting = await follow(counted(inner), files.length);
await inner.getByText(/cut-outs? ready$/).first().waitFor();
const cutOut = (performance.now() - from) / files.length;

await inner.getByRole('button', { name: /^Studio/ }).click();
await inner.locator('studio-stage .spinner').waitFor({ state: 'detached' });
await inner.getByRole('button', { name: values.look, exact: true }).click();
await inner.getByRole('button', { name: 'Export…' }).click();
const dialog = inner.getByRole('dialog', { name: 'Export' });
await dialog.getByLabel('As it is here').uncheck();
for (const preset of presets) await dialog.locator(`[value=${preset}]`).check();
from = performance.now();
const total = files.length * presets.length;
const arrives = page.waitForEvent('download');
await dialog.getByRole('button', { name: /^Export [\d,]+ files$/ }).click();
const shooting = await follow(counted(dialog), total);
await dialog.getByText(/files saved/).waitFor();
const shot = (performance.now() - from) / total;
const download = await arrives;
if (values.out) await download.saveAs(values.out);

const [told] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save the report' }).click()]);
interface File {
  file: string;
  findings: { check: string; severity: string; message: string }[];
  verdict: string;
}
const { files: made } = JSON.parse(readFileSync(await told.path(), 'utf8')) as { files: File[] };
const tally = (of: readonly string[]) => Object.fromEntries([...new Set(of)].map((key) => [key, of.filter((other) => other === key).length]));
const atPhoto = (samples: readonly Sample[], each: number) => {
  const [early, late] = [around(samples, 18 * each, 26 * each), around(samples, (files.length - 8) * each, files.length * each)];
  return { after_20: early, after_last: late, growth: Number((late / early - 1).toFixed(3)), most: Math.max(...samples.map((sample) => sample.mib)) };
};
console.log(
  JSON.stringify(
    {
      photos: files.length,
      files: made.length,
      cut_out_ms: Math.round(cutOut),
      file_ms: Math.round(shot),
      errors: made.filter(({ findings }) => findings.some(({ severity }) => severity === 'error')).length,
      findings: tally(made.flatMap(({ findings }) => findings.map(({ check, severity }) => `${severity}: ${check}`))),
      verdicts: tally(made.map(({ verdict }) => verdict)),
      empty_mib: empty,
      cutting: atPhoto(cutting, 1),
      shooting: atPhoto(shooting, presets.length),
      said: (await dialog.getByRole('status').textContent())?.trim().replace(/\s+/g, ' '),
    },
    null,
    1,
  ),
);
await browser.close();
await site.close();
