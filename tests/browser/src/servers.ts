/** Servers on this machine: the project's own, shops that embed the package, and one that counts what leaks. */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';

/** The repository's root: the first folder upward that has the lock file. */
export const ROOT = (() => {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'Cargo.lock'))) folder = resolve(folder, '..');
  return folder;
})();

/** The project's tasks; `cargo xtask test` names itself. */
const XTASK = process.env['VITRINE_XTASK'] ?? join(ROOT, 'target/xtask/xtask');

/** What a server says of a file, by its name's end. */
export const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.onnx': 'application/octet-stream',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};

export interface Running {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  origin: string;
  close(): Promise<void>;
}

/** The seller's page as `cargo xtask serve` sends it. */
export async function servePage(): Promise<Running> {
  const child: ChildProcess = spawn(XTASK, ['serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // However this process ends, its server ends with it.
  const end = () => child.kill();
  process.once('exit', end);
  const origin = await new Promise<string>((found, failed) => {
    let said = '';
    child.on('error', failed);
    child.on('exit', (code) => failed(new Error(`xtask serve ended with ${code}: ${said}`)));
    child.stdout?.on('data', (chunk) => {
      said += String(chunk);
      const address = /http:\/\/[\d.:]+/.exec(said)?.[0];
      if (address) found(address);
    });
  });
  return {
    origin,
    async close() {
      const ended = new Promise((done) => child.once('exit', done));
      child.removeAllListeners('exit');
      child.once('exit', () => undefined);
      process.off('exit', end);
      child.kill();
      await Promise.race([ended, new Promise((done) => setTimeout(done, 2_000))]);
    },
  };
}

export interface ShopOptions {
  /** The page at `/`. */
  html?: string;
  /** Its Content-Security-Policy header. */
  policy?: string;
  /** More headers of that page. */
  headers?: Record<string, string>;
  /** More pages, scripts and files: path → body. */
  files?: Record<string, string | Buffer>;
  /** Changes a file of the package on its way out. */
  tamper?: (path: string, body: Buffer) => Buffer;
  /** Whether `_headers` of the package is respected, as a host that can send headers does. */
  packageHeaders?: 'sent' | 'not sent';
  /** The folder that is served as the package; `pkg/dist` where absent. */
  package?: string;
}

export interface Shop extends Running {
  /** Paths asked for, in order. */
  readonly asked: string[];
}

/** A merchant's page that hosts the package under `/vitrine/` and photos under `/photos/`. */
export async function serveShop(options: ShopOptions): Promise<Shop> {
  const asked: string[] = [];
  const folder = options.package ?? join(ROOT, 'pkg/dist');
  const headers = await readFile(join(folder, '_headers'), 'utf8');
  const policies = [...headers.matchAll(/^\/assets\/(\S*frame)\.\*\.html\n\s+Content-Security-Policy: (.*)$/gm)];
  const framePolicies = new Map(policies.map(([, stem, policy]) => [stem, policy]));
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.writeHead(404).end(String(error));
    });
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://shop').pathname;
    asked.push(path);
    const send = (type: string, body: string | Buffer, more: Record<string, string> = {}) =>
      response.writeHead(200, { 'Content-Type': type, 'Access-Control-Allow-Origin': '*', ...more }).end(body);
    if (path === '/') {
      return void send('text/html; charset=utf-8', options.html ?? '', {
        ...options.headers,
        ...(options.policy ? { 'Content-Security-Policy': options.policy } : {}),
      });
    }
    const own = options.files?.[path];
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    if (own !== undefined) return void send(type, own);
    if (path.startsWith('/vitrine/')) {
      const body = await readFile(join(folder, path.slice('/vitrine/'.length)));
      const stem = /\/([\w-]*frame)\.\w+\.html$/.exec(path)?.[1];
      const framePolicy = options.packageHeaders === 'not sent' ? undefined : framePolicies.get(stem);
      return void send(type, options.tamper?.(path, body) ?? body, framePolicy ? { 'Content-Security-Policy': framePolicy } : {});
    }
    throw new Error('no such file');
  }
  return { asked, ...(await listen(server)) };
}

/** A server that should hear nothing: everything it hears is a leak. */
export async function serveLeakCounter(): Promise<Shop> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('heard');
  });
  return { asked, ...(await listen(server)) };
}

async function listen(server: Server): Promise<Running> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
