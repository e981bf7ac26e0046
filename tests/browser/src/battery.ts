/** The exfiltration battery of pkg/src/airlock/battery as tests run it: in any document, beside servers that listen. */

import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { build } from 'vite';
import { CHANNELS, type Outcome, type Target } from '../../../pkg/src/airlock/battery/battery.js';
import { ROOT, serveLeakCounter } from './servers.js';
import { within } from './testing.js';

export { CHANNELS, MESSAGE } from '../../../pkg/src/airlock/battery/battery.js';
export type { Outcome, Target } from '../../../pkg/src/airlock/battery/battery.js';

/** Those that leave a document where it is, and those of which each needs a document of its own. */
export const STAYING = CHANNELS.filter(({ takesAway }) => !takesAway).map(({ id }) => id);
export const NAVIGATING = CHANNELS.filter(({ takesAway }) => takesAway).map(({ id }) => id);

let bundled: Promise<string> | undefined;

/** The battery as a script that leaves it in `vitrineBattery`. */
export function batteryScript(): Promise<string> {
  return (bundled ??= bundle());
}

async function bundle(): Promise<string> {
  const made = await build({
    configFile: false,
    root: ROOT,
    publicDir: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(ROOT, 'pkg/src/airlock/battery/battery.ts'), formats: ['iife'], name: 'vitrineBattery' },
    },
  });
  const [{ output }] = made as unknown as [{ output: [{ code: string }] }];
  return `${output[0].code}; globalThis.vitrineBattery = vitrineBattery;`;
}

/** What the script leaves behind; what runs in a document names its type. */
type Battery = typeof import('../../../pkg/src/airlock/battery/battery.js');
declare global {
  var vitrineBattery: Battery;
}

/** Servers that hear HTTP, WebSocket, UDP and TCP on ports of this machine. */
export interface Ears {
  target: Target;
  /** What was heard since this was last asked, each as the id of its channel. */
  heard(): string[];
  close(): Promise<void>;
}

/** A TCP and a UDP port of the same number: a browser with attacks open has hundreds of either, so it takes some tries. */
async function sameNumber(): Promise<{ tcp: Server; udp: Socket; port: number }> {
  for (;;) {
    const tcp = createServer();
    await once(tcp.listen(0, '127.0.0.1'), 'listening');
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket('udp4');
    try {
      await once(udp.bind(port, '127.0.0.1'), 'listening');
      return { tcp, udp, port };
    } catch {
      tcp.close();
      udp.close();
    }
  }
}

/** Channels that speak no HTTP: each has ports of its own, for nothing in what it sends need name it. */
const SPEAKERS = CHANNELS.filter(({ id, family }) => family === 'Direct connections' || id.endsWith('transport'));

export async function listen(): Promise<Ears> {
  const web = await serveLeakCounter();
  const others: string[] = [];
  const ports: Record<string, number> = {};
  const open: (Socket | Server)[] = [];
  for (const { id } of SPEAKERS) {
    const { tcp, udp, port } = await sameNumber();
    tcp.on('connection', (socket) => {
      others.push(id);
      socket.on('error', () => undefined).destroy();
    });
    udp.on('message', () => void others.push(id));
    ports[id] = port;
    open.push(tcp, udp);
  }
  return {
    target: { origin: web.origin, ports },
    heard() {
      const requests = web.asked.splice(0).filter((asked) => !/\/(?:start|favicon\.ico)$/.test(asked));
      return [...requests.map((asked) => /\/leak\/([\w-]+)/.exec(asked)?.[1] ?? asked), ...others.splice(0)];
    },
    async close() {
      for (const one of open) one.close();
      await web.close();
    },
  };
}

/** How long a channel may take in a test, in milliseconds; the document that it takes away never answers. */
const LONGEST = 3_000;

/** Tries channels in a document, so many at once; where the document goes, the answer is that it went. */
export async function attack(
  frame: Frame | Page,
  ids: readonly string[],
  target: Target,
  { together = 1 } = {},
): Promise<Map<string, Outcome | 'gone'>> {
  await within('the document that is attacked', frame.evaluate(await batteryScript()));
  const outcomes = new Map<string, Outcome | 'gone'>();
  const waiting = [...ids];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const tried = frame
        .evaluate(([id, target]) => vitrineBattery.attempt(id, target), [id, target] as const)
        .catch(() => 'gone' as const);
      const late = new Promise<'gone'>((resolve) => setTimeout(resolve, LONGEST, 'gone').unref());
      outcomes.set(id, await Promise.race([tried, late]));
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  return outcomes;
}

/** Channels that came through as far as the frame itself can tell. */
export function through(outcomes: ReadonlyMap<string, Outcome | 'gone'>): string[] {
  return [...outcomes].flatMap(([id, outcome]) => (outcome !== 'gone' && outcome.is === 'through' ? [id] : []));
}

/** A message that is late would be heard in this time; milliseconds. */
export const AFTERWARDS = 1_000;

/**
 * Every channel from a frame: all that stay in one, and each of the others in a frame of its own. Nothing may be heard,
 * and nothing may come through.
 */
export async function assertShut(ears: Ears, page: Page, freshFrame: () => Promise<Frame>, together = 12): Promise<Map<string, Outcome | 'gone'>> {
  const outcomes = await attack(await freshFrame(), STAYING, ears.target, { together });
  await page.waitForTimeout(AFTERWARDS);
  assert.deepEqual([ears.heard(), through(outcomes)], [[], []]);
  for (const id of NAVIGATING) {
    const frame = await freshFrame();
    ears.heard();
    const tried = await attack(frame, [id], ears.target);
    await page.waitForTimeout(AFTERWARDS / 4);
    assert.deepEqual([ears.heard(), through(tried)], [[], []], id);
    for (const [id, outcome] of tried) outcomes.set(id, outcome);
  }
  return outcomes;
}
