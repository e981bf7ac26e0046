/** The seller's page as it is built, on a server that can stop, send wrong bytes, and go over to the next build. */

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { ROOT, TYPES, type Running } from './servers.js';

const DIST = join(ROOT, 'www/dist');

export interface OfflineSite extends Running {
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** The file's name whose last byte is changed on its way out from now on; it is then no longer kept by browsers. */
  tampered: string | undefined;
  /** Which build is served. The second differs from the first by its shell, and so by the page and the service worker. */
  build: 1 | 2;
  /** Names of the shell's scripts, by build. */
  readonly shells: readonly [string, string];
  /** No connection is answered any more, until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const hash = (bytes: Buffer | string) => createHash('sha256').update(bytes);

/** The files of the second build that are not those of the first. */
async function nextBuild(shell: string): Promise<{ name: string; files: Map<string, Buffer> }> {
  const read = (name: string) => readFile(join(DIST, name), 'utf8');
  const [script, page, worker] = await Promise.all([read(shell), read('index.html'), read('service-worker.js')]);
  const nextScript = `${script}\n// The next build.\n`;
  const name = `shell.${hash(nextScript).digest('hex').slice(0, 12)}.js`;
  const swap = (text: string, from: string, to: string) =>
    text
      .replaceAll(shell, name)
      .replaceAll(hash(from).digest('hex'), hash(to).digest('hex'))
      .replaceAll(hash(from).digest('base64'), hash(to).digest('base64'));
  const nextPage = swap(page, script, nextScript);
  const nextWorker = swap(swap(worker, script, nextScript), page, nextPage);
  const files = { [name]: nextScript, 'index.html': nextPage, 'service-worker.js': nextWorker };
  return { name, files: new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])) };
}

export async function serveOfflineSite(): Promise<OfflineSite> {
  const shell = (await readdir(DIST)).find((name) => /^shell\.\w+\.js$/.test(name));
  if (!shell) throw new Error('www/dist has no shell: run `cargo xtask build`');
  const next = await nextBuild(shell);
  // Of the worker, which unlike the page carries no policy in itself.
  const headers = await readFile(join(DIST, '_headers'), 'utf8');
  const workerPolicy = /^\/service-worker\.js\n\s+Content-Security-Policy: (.*)$/m.exec(headers)?.[1];
  if (!workerPolicy) throw new Error('_headers has no policy for the service worker');
  let server: Server | undefined;
  let port = 0;

  const isTampered = (name: string) => site.tampered !== undefined && name.endsWith(site.tampered);

  async function body(name: string): Promise<Buffer> {
    const ofNext = site.build === 2 ? next.files.get(name) : undefined;
    // A host that serves the second build no longer has the first.
    if (site.build === 2 && name === shell) throw new Error('no such file');
    const bytes = ofNext ?? (await readFile(join(DIST, name)));
    if (!isTampered(name)) return bytes;
    return Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]);
  }

  const site: OfflineSite = {
    origin: '',
    asked: [],
    tampered: undefined,
    build: 1,
    shells: [shell, next.name],
    async start() {
      server = createServer((request, response) => {
        const path = new URL(request.url ?? '/', 'http://site').pathname;
        site.asked.push(path);
        const name = (path.endsWith('/') ? `${path}index.html` : path).slice(1);
        const isNamedByDigest = /\.[0-9a-f]{12}\.\w+$/.test(name) && !isTampered(name);
        const sent = {
          'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
          'Cache-Control': isNamedByDigest ? 'public, max-age=31536000, immutable' : 'no-cache',
          ...(name === 'service-worker.js' ? { 'Content-Security-Policy': workerPolicy } : {}),
        };
        body(name).then(
          (bytes) => response.writeHead(200, sent).end(bytes),
          () => response.writeHead(404).end(),
        );
      });
      await new Promise<void>((ready) => server?.listen(port, '127.0.0.1', ready));
      ({ port } = server.address() as AddressInfo);
      site.origin = `http://127.0.0.1:${port}`;
    },
    async stop() {
      const stopped = new Promise((done) => (server ? server.close(done) : done(undefined)));
      server?.closeAllConnections();
      await stopped;
      server = undefined;
    },
    close: () => site.stop(),
  };
  await site.start();
  return site;
}
