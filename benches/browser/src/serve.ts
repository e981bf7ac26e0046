/** A contestant's server: what a careful host sends, and how much of it there was. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { ROOT, TYPES } from '../../../tests/browser/src/servers.js';

/** Where a page finds its photo. It is the person's own file: no network carries it, so it is not counted. */
export const PHOTO = '/photo.jpg';

/** What takes less room by brotli is sent so; the compressed forms are kept between runs, by digest. */
const KEPT = join(ROOT, 'target/web/bench/compressed');

/** Pieces in which a slow connection delivers, in bytes: about a round of TCP. */
const PIECE = 16_384;

export interface Site {
  /** Path → a file's path, or its content. */
  files: Record<string, string | Buffer>;
  /** A file's path for a path that `files` does not name. */
  find?: ((path: string) => string | undefined) | undefined;
  /** Whether the page may share memory between threads: COOP and COEP. */
  isolation: 'isolated' | 'plain';
  /** The connection: none but this machine's own, or megabits a second with 40 ms before each answer. */
  megabits?: number | undefined;
}

export interface Serving {
  origin: string;
  /** Bytes of all answers but the photo, as they were sent. */
  sent(): number;
  close(): Promise<void>;
}

interface Body {
  bytes: Buffer;
  encoding?: 'br';
}

const bodies = new Map<string, Promise<Body>>();

async function compressed(bytes: Buffer): Promise<Body> {
  const digest = createHash('sha256').update(bytes).digest('hex');
  const kept = join(KEPT, `${digest}.br`);
  if (!existsSync(kept)) {
    mkdirSync(KEPT, { recursive: true });
    const smaller = await promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
    writeFileSync(`${kept}.part`, smaller);
    renameSync(`${kept}.part`, kept);
  }
  const smaller = readFileSync(kept);
  return smaller.length < bytes.length ? { bytes: smaller, encoding: 'br' } : { bytes };
}

function body(path: string, file: string | Buffer): Promise<Body> {
  if (typeof file !== 'string') return path === PHOTO ? Promise.resolve({ bytes: file }) : compressed(file);
  let known = bodies.get(file);
  if (!known) {
    const bytes = readFileSync(file);
    // A model that is kept as gzip already is sent as it is.
    known = file.endsWith('.gz') ? Promise.resolve({ bytes }) : compressed(bytes);
    bodies.set(file, known);
  }
  return known;
}

/** Compresses what the site will send, so that nothing of that falls into a measured time. */
export async function prepare(site: Site): Promise<void> {
  for (const [path, file] of Object.entries(site.files)) await body(path, file);
}

export async function serve(site: Site): Promise<Serving> {
  let sent = 0;
  let free = 0;
  /** Sends in the pace of the connection, which all answers share. */
  async function deliver(response: ServerResponse, bytes: Buffer): Promise<void> {
    const rate = (site.megabits ?? Number.NaN) * 125;
    await new Promise((done) => setTimeout(done, 40));
    for (let at = 0; at < bytes.length && !response.destroyed; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      free = Math.max(free, performance.now()) + piece.length / rate;
      const wait = free - performance.now();
      if (wait > 1) await new Promise((done) => setTimeout(done, wait));
      response.write(piece);
    }
    response.end();
  }
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    const file = site.files[path] ?? site.find?.(path);
    if (file === undefined) throw new Error(`${path}: no such file`);
    const { bytes, encoding } = await body(path, file);
    response.writeHead(200, {
      'Content-Type': TYPES[path === '/' ? '.html' : extname(path)] ?? 'application/octet-stream',
      'Content-Length': bytes.length,
      ...(encoding ? { 'Content-Encoding': encoding } : {}),
      ...(site.isolation === 'isolated'
        ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
        : {}),
    });
    if (path !== PHOTO) sent += bytes.length;
    if (site.megabits === undefined || path === PHOTO) response.end(bytes);
    else await deliver(response, bytes);
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(404);
      response.end(String(error));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    sent: () => sent,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
