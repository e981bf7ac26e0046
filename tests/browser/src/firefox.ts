/** Firefox, driven by its own Marionette: WebDriver's commands as JSON over a socket, a dozen of which are enough here. */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `FIREFOX` names another one than Debian's. */
export const FIREFOX = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';
export const hasFirefox = existsSync(FIREFOX);

/** Firefox's own chatter off, names looked up by the system alone, and a session that asks nothing. */
const PREFERENCES: Record<string, boolean | number | string> = {
  'marionette.port': 0,
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  // This machine may have no other address than its own.
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  // Windows that attacks open send the page behind them.
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.trr.mode': 5,
  'network.dns.disablePrefetch': false,
  'network.dns.disablePrefetchFromHTTPS': false,
  'remote.prefs.recommended': true,
  'security.sandbox.content.level': 0,
  'toolkit.telemetry.enabled': false,
};

/** A frame in a frame in …: their indices from the page's own document on. */
type Place = readonly number[];

export interface Firefox {
  version: string;
  go(address: string): Promise<void>;
  /** Runs a script in a frame; it gives its answer to the last of its arguments. */
  run<T>(place: Place, script: string, ...given: unknown[]): Promise<T>;
  /** Names that were looked up so far. */
  lookUps(): Promise<Set<string>>;
  close(): Promise<void>;
}

export async function launchFirefox(preferences: Record<string, boolean | number | string> = {}): Promise<Firefox> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-firefox-'));
  const lines = Object.entries({ ...PREFERENCES, ...preferences });
  await writeFile(join(folder, 'user.js'), lines.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
  const child = spawn(FIREFOX, ['--marionette', '--headless', '--no-remote', '--profile', folder, 'about:blank'], {
    stdio: 'ignore',
    env: { ...process.env, HOME: folder, MOZ_LOG: 'nsHostResolver:5', MOZ_LOG_FILE: join(folder, 'look-ups') },
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  try {
    const socket = await reach(child, join(folder, 'MarionetteActivePort'));
    const ask = await converse(socket);
    const { capabilities } = (await ask('WebDriver:NewSession', {})) as { capabilities: { browserVersion: string } };
    await ask('WebDriver:SetTimeouts', { script: 120_000, pageLoad: 60_000 });
    return {
      version: capabilities.browserVersion,
      go: async (url) => void (await ask('WebDriver:Navigate', { url })),
      async run(place, script, ...args) {
        await ask('WebDriver:SwitchToFrame', { id: null });
        for (const id of place) await ask('WebDriver:SwitchToFrame', { id });
        const { value } = (await ask('WebDriver:ExecuteAsyncScript', { script, args })) as { value: never };
        return value;
      },
      async lookUps() {
        const names = new Set<string>();
        for (const file of await readdir(folder)) {
          if (!file.startsWith('look-ups')) continue;
          const text = await readFile(join(folder, file), 'latin1');
          for (const [name] of text.matchAll(/[\w-]+(?:\.[\w-]+)*\.invalid/g)) names.add(name);
        }
        return names;
      },
      async close() {
        const ended = new Promise((done) => child.once('exit', done));
        await Promise.race([ask('Marionette:Quit', {}).catch(() => undefined), pause(3_000)]);
        await Promise.race([ended, pause(5_000)]);
        end();
        socket.destroy();
        process.off('exit', end);
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    end();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

/** Firefox writes the port that it listens on into a file of its profile. */
async function reach(child: ChildProcess, file: string): Promise<Socket> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`${FIREFOX} ended with ${child.exitCode}`);
    const port = Number(await readFile(file, 'utf8').catch(() => ''));
    if (port > 0) {
      return new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket));
        socket.once('error', reject);
      });
    }
    await pause(100);
  }
  throw new Error(`${FIREFOX} did not open its port`);
}

type Ask = (command: string, given: object) => Promise<unknown>;

/** Each message is its length in bytes, a colon, and JSON: `[0, number, command, given]` and `[1, number, error, answer]`. */
async function converse(socket: Socket): Promise<Ask> {
  const awaited = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let received = Buffer.alloc(0);
  let count = 0;
  let greet = () => {};
  const greeted = new Promise<void>((resolve) => (greet = resolve));
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const colon = received.indexOf(':');
      const length = Number(received.subarray(0, colon).toString());
      if (colon < 0 || received.length < colon + 1 + length) return;
      const message = JSON.parse(received.subarray(colon + 1, colon + 1 + length).toString()) as unknown;
      received = received.subarray(colon + 1 + length);
      if (!Array.isArray(message)) {
        greet();
        continue;
      }
      const [, number, error, answer] = message as [1, number, { error: string; message: string } | null, unknown];
      const { resolve, reject } = awaited.get(number) ?? {};
      awaited.delete(number);
      if (error) reject?.(new Error(`${error.error}: ${error.message}`));
      else resolve?.(answer);
    }
  });
  socket.on('close', () => {
    for (const { reject } of awaited.values()) reject(new Error('Firefox is gone'));
  });
  await greeted;
  return (command, given) =>
    new Promise((resolve, reject) => {
      const number = ++count;
      awaited.set(number, { resolve, reject });
      const text = JSON.stringify([0, number, command, given]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
}
