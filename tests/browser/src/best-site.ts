/**
 * The seller's page and the package with a model of the best quality, on a server that can fail on purpose.
 *
 * The model is the fast one under the other's name, packed here: small and quick, and everything around it is real.
 */

import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import type { Manifest } from '../../../pkg/src/airlock/manifest.js';
import { ROOT, type Running } from './servers.js';

const OUT = join(ROOT, 'target/web/best-tests');
const FILE = 'best.test.onnx.gz';

/** The model's bytes and its entry in the manifest. */
export interface StandIn {
  gzip: Buffer;
  entry: Manifest['models'][string];
}

let standIn: Promise<StandIn> | undefined;
const scripts = new Map<string, Promise<string>>();

export function makeStandIn(): Promise<StandIn> {
  return (standIn ??= readFile(join(ROOT, 'models/fast.onnx')).then((bytes) => {
    const gzip = gzipSync(bytes, { level: 9 });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { gzip, entry: { file: FILE, sha256, bytes: bytes.length, packed: gzip.length } };
  }));
}

/** The page's shell, or the package's module, bundled once more with the stand-in in its manifest. */
export function bundleWithBest(which: 'shell' | 'index'): Promise<string> {
  let script = scripts.get(which);
  if (!script) scripts.set(which, (script = bundle(which)));
  return script;
}

async function bundle(which: 'shell' | 'index'): Promise<string> {
  const [folder, entry] = which === 'shell' ? ['www', 'src/shell.ts'] : ['pkg', 'src/index.ts'];
  const manifest = JSON.parse(await readFile(join(ROOT, folder, 'dist/assets/manifest.json'), 'utf8')) as Manifest;
  manifest.models['best'] = (await makeStandIn()).entry;
  await mkdir(OUT, { recursive: true });
  const file = join(OUT, `manifest.${which}.json`);
  await writeFile(file, JSON.stringify(manifest));
  await build({
    configFile: false,
    root: join(ROOT, folder),
    logLevel: 'warn',
    publicDir: false,
    resolve: {
      alias: [
        { find: '#page-try-on-manifest', replacement: join(ROOT, 'target/web/manifest.page-try-on.json') },
        { find: '#manifest', replacement: file },
        { find: /^vitrine\//, replacement: join(ROOT, 'pkg/src/') },
      ],
    },
    build: {
      target: 'es2022',
      outDir: OUT,
      emptyOutDir: false,
      lib: { entry: join(ROOT, folder, entry), formats: ['es'], fileName: () => `${which}.js` },
    },
  });
  return readFile(join(OUT, `${which}.js`), 'utf8');
}

/** How the server answers the next request for the model. */
export type Mood =
  | 'answers'
  /** The connection breaks after so many bytes of the body. */
  | { cutAfter: number }
  /** Not a byte comes. */
  | 'says nothing'
  /** As static servers without ranges do. */
  | 'knows no ranges'
  | { status: number };

export interface BestSite extends Running {
  /** What was asked of the model's file, in order. */
  readonly asked: { range: string | undefined; ifRange: string | undefined; sent: number }[];
  /** For the next requests in order; the last stays. */
  moods: Mood[];
  /** What is served; by default the stand-in. */
  body: Buffer;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};

export async function serveBestSite(): Promise<BestSite> {
  const [{ gzip }, shell, written] = await Promise.all([
    makeStandIn(),
    bundleWithBest('shell'),
    readFile(join(ROOT, 'www/dist/index.html'), 'utf8'),
  ]);
  const digest = createHash('sha256').update(shell).digest('base64');
  const page = written.replace(/(<script [^>]*integrity=")[^"]+/, `$1sha256-${digest}`);
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.writeHead(404).end());
  });
  const site: BestSite = {
    asked: [],
    moods: ['answers'],
    body: gzip,
    origin: '',
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    if (path === `/assets/${FILE}`) return model(request, response);
    const send = (extension: string, body: string | Buffer) =>
      void response.writeHead(200, { 'Content-Type': TYPES[extension] ?? 'application/octet-stream' }).end(body);
    if (path === '/') return send('.html', page);
    if (/^\/shell\.\w+\.js$/.test(path)) return send('.js', shell);
    send(extname(path), await readFile(join(ROOT, 'www/dist', path)));
  }

  function model({ headers }: IncomingMessage, response: ServerResponse): void {
    const mood = (site.moods.length > 1 ? site.moods.shift() : site.moods[0]) ?? 'answers';
    const { range } = headers;
    const ifRange = headers['if-range'] as string | undefined;
    const asked = { range, ifRange, sent: 0 };
    site.asked.push(asked);
    if (mood === 'says nothing') return;
    if (typeof mood === 'object' && 'status' in mood) return void response.writeHead(mood.status).end();
    const { body } = site;
    const tag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
    const fits = range !== undefined && mood !== 'knows no ranges' && (ifRange === undefined || ifRange === tag);
    const from = fits ? Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? Number.NaN) : 0;
    const rest = body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': rest.length,
      ...(mood === 'knows no ranges' ? {} : { ETag: tag, 'Accept-Ranges': 'bytes' }),
      ...(from > 0 ? { 'Content-Range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
    });
    const cut = typeof mood === 'object' ? mood.cutAfter : rest.length;
    asked.sent = Math.min(cut, rest.length);
    response.write(rest.subarray(0, cut), () => {
      // What is on its way may arrive before the connection ends.
      if (cut < rest.length) setTimeout(() => response.destroy(), 100);
      else response.end();
    });
  }

  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  site.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return site;
}
