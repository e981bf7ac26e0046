/** Who takes part: what each one's server has, and what its page is told. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tests/browser/src/servers.js';
import type { Site } from './serve.js';

export interface Contestant {
  /** As in the table. */
  name: string;
  /** `ours`, or the package and version that it is measured with. */
  package: string;
  /** The page's settings: `contest.ts` reads them. */
  query: Record<string, string>;
  site: Omit<Site, 'megabits'>;
  /** Whether WebGPU is what is measured. */
  webgpu?: boolean;
  /** What the browser tells its pages of the machine's cores, where it is not the truth. */
  cores?: number;
}

const BENCH = join(ROOT, 'benches/browser');
const BUILT = join(ROOT, 'target/web/bench');

function html(script: string): Buffer {
  return Buffer.from(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bench</title><link rel="icon" href="data:,">
<script type="module" src="/${script}"></script></html>`,
  );
}

/** A page's script with the modules that it shares with others. */
function page(folder: string, name: string): Record<string, string | Buffer> {
  const scripts = readdirSync(join(BUILT, folder)).filter((file) => file.endsWith('.js'));
  return {
    '/': html(`${name}.js`),
    ...Object.fromEntries(scripts.map((file) => [`/${file}`, join(BUILT, folder, file)])),
  };
}

function version(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  return `${name} ${version}`;
}

/** The package takes a worker for each core; `one worker` has it believe that there is one. */
export function vitrine(name: string, query: Record<string, string>, workers: 'one worker' | 'as many as cores'): Contestant {
  const files = page('pages', 'vitrine');
  files['/vitrine/index.js'] = join(ROOT, 'pkg/dist/index.js');
  // `best` lies among the page's assets; whoever offers it lays it beside the package's own.
  for (const folder of ['www/dist/assets', 'pkg/dist/assets']) {
    for (const file of readdirSync(join(ROOT, folder))) {
      const prepared = /\.(br|gz)$/.test(file) && !file.startsWith('best.');
      if (!prepared) files[`/vitrine/assets/${file}`] = join(ROOT, folder, file);
    }
  }
  return {
    name,
    package: 'ours',
    query,
    site: { files, isolation: 'plain' },
    webgpu: query['device'] === 'gpu',
    ...(workers === 'one worker' ? { cores: 1 } : {}),
  };
}

export function ort(name: string, model: string, query: Record<string, string>): Contestant {
  const folder = join(BENCH, 'node_modules/onnxruntime-web');
  const provider = query['provider'] ?? 'wasm';
  const names =
    provider === 'webgpu'
      ? ['ort.webgpu.min.mjs', 'ort-wasm-simd-threaded.asyncify.mjs', 'ort-wasm-simd-threaded.asyncify.wasm']
      : ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];
  const files: Record<string, string | Buffer> = { ...page('pages', 'ort'), '/model.onnx': model };
  for (const file of names) files[`/peer/${file}`] = join(folder, 'dist', file);
  return {
    name,
    package: version(folder),
    query: { ...query, model: '/model.onnx' },
    site: { files, isolation: Number(query['threads'] ?? 1) > 1 ? 'isolated' : 'plain' },
    webgpu: provider === 'webgpu',
  };
}

/** What `resources.json` of imgly's package says of a file. */
interface Resource {
  /** Pieces by digest in the old form, by file name in the new one. */
  chunks: { hash: string; name?: string; offsets: [number, number] }[];
  size: number;
  mime: string;
}

/**
 * The models come from the last data package in the registry, whose names for them are older; the wasm is that
 * of the version of onnxruntime-web that the package asks for. Its own host serves the same under these names.
 */
export function imgly(name: string, model: 'isnet_quint8' | 'isnet_fp16'): Contestant {
  const modules = join(BENCH, 'imgly/node_modules');
  const data = join(modules, '@imgly/background-removal-data/dist');
  const list = JSON.parse(readFileSync(join(data, 'resources.json'), 'utf8')) as Record<string, Resource>;
  const found = list[model === 'isnet_fp16' ? '/models/medium' : '/models/small'];
  if (!found) throw new Error(`${data}/resources.json lists no models: it is another version.`);
  const files = page('imgly', 'imgly');
  const chunks = found.chunks.map((chunk) => ({ ...chunk, name: chunk.hash }));
  const resources: Record<string, Resource> = { [`/models/${model}`]: { ...found, chunks } };
  for (const { hash } of found.chunks) files[`/peer/${hash}`] = join(data, hash);
  for (const [file, mime] of [['ort-wasm-simd-threaded.wasm', 'application/wasm'], ['ort-wasm-simd-threaded.mjs', 'text/javascript']] as const) {
    const path = join(modules, 'onnxruntime-web/dist', file);
    const size = readFileSync(path).length;
    resources[`/onnxruntime-web/${file}`] = { chunks: [{ hash: file, name: file, offsets: [0, size] }], size, mime };
    files[`/peer/${file}`] = path;
  }
  files['/peer/resources.json'] = Buffer.from(JSON.stringify(resources));
  // What the bundler laid apart, should the peer ask for it.
  const find = (path: string) => {
    const file = join(BUILT, 'imgly', path);
    return path.startsWith('/assets/') && existsSync(file) ? file : undefined;
  };
  return {
    name,
    package: version(join(modules, '@imgly/background-removal')),
    query: { model },
    site: { files, find, isolation: 'isolated' },
  };
}

/** Nothing where its wasm was not built. */
export function rten(model: string): Contestant[] {
  const wasm = join(BUILT, 'rten.wasm');
  if (!existsSync(wasm)) return [];
  const lock = readFileSync(join(ROOT, 'benches/rten/Cargo.lock'), 'utf8');
  const files = { ...page('pages', 'rten'), '/peer/rten.wasm': wasm, '/model.onnx': model };
  const version = /name = "rten"\nversion = "([^"]+)"/.exec(lock)?.[1] ?? '';
  return [{ name: 'rten, float', package: `rten ${version}`, query: {}, site: { files, isolation: 'plain' } }];
}
