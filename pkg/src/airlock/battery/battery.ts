/**
 * The exfiltration battery: every way that a browser has to tell somebody something, as data, tried one by one.
 *
 * It runs in the photo frame as a script would that should not be there: in the tests beside servers that listen, and in
 * the page when somebody wants to see it, in a frame of its own without a photo. SECURITY.md holds the table of it.
 */

import type { Aim, Channel, Family } from './channel.js';
import { links } from './links.js';
import { pictures } from './pictures.js';
import { connections, requests } from './requests.js';
import { messages, prompts, stores } from './stores.js';
import { styles } from './styles.js';
import { downloads, windows } from './windows.js';
import { workers } from './workers.js';

export type { Aim, Channel, Family, Wall } from './channel.js';
export { MESSAGE } from './stores.js';

const FAMILIES: readonly [Family, readonly Channel[]][] = [
  ['Requests by script', requests],
  ['Direct connections', connections],
  ['Pictures and media', pictures],
  ['Styles and fonts', styles],
  ['Hints, links and markup', links],
  ['Frames, windows and forms', windows],
  ['Downloads', downloads],
  ['Workers', workers],
  ['What is kept', stores],
  ['Prompts', prompts],
  ['Messages', messages],
];

export const CHANNELS: readonly (Channel & { family: Family })[] = FAMILIES.flatMap(([family, channels]) =>
  channels.map((channel) => ({ ...channel, family })),
);

/** Where a battery aims at. */
export interface Target {
  /** Of the server that should hear nothing, such as `http://127.0.0.1:8000`. */
  origin: string;
  /** Where given, every channel aims at a host of its own in this zone, which a listener to look-ups hears. */
  zone?: string;
  /** Ports for channels that speak something else than HTTP; 3478 where absent. */
  ports?: Readonly<Record<string, number>>;
}

/** What became of an attack, as far as the frame itself can tell. */
export type Outcome =
  /** It threw: what it would have needed is not there, or said no. */
  | { is: 'refused'; why: string }
  /** The policy stopped it, and said by which directive. */
  | { is: 'stopped'; directive: string }
  /** Nothing happened. */
  | { is: 'silent' }
  /** It came through. */
  | { is: 'through' };

/** How long an attack may take to say what became of it, in milliseconds; most do so at once. */
const PATIENCE = 400;

export function aimOf(id: string, { origin, zone, ports }: Target): Aim {
  const { protocol, host, hostname } = new URL(origin);
  const own = zone === undefined ? host : `${id}.${zone}`;
  return {
    url: `${protocol}//${own}/leak/${id}`,
    host: zone === undefined ? hostname : own,
    port: ports?.[id] ?? 3478,
  };
}

/** Tries one channel. */
export async function attempt(id: string, target: Target): Promise<Outcome> {
  const channel = CHANNELS.find((channel) => channel.id === id);
  if (!channel) throw new Error(`There is no channel "${id}".`);
  let end = () => {};
  const stopped = new Promise<Outcome>((resolve) => {
    const listen = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
      // One that came late belongs to an attack before.
      const [, at] = /\/leak\/([\w-]+)/.exec(blockedURI) ?? [];
      if (at !== undefined && at !== id) return;
      resolve({ is: 'stopped', directive: effectiveDirective });
    };
    document.addEventListener('securitypolicyviolation', listen);
    end = () => document.removeEventListener('securitypolicyviolation', listen);
  });
  const late = new Promise<Outcome>((resolve) => setTimeout(() => resolve({ is: 'silent' }), PATIENCE));
  try {
    const answer = channel.run(aimOf(id, target));
    return await Promise.race([settled(answer, stopped, late), stopped, late]);
  } catch (error) {
    return { is: 'refused', why: wordsOf(error) };
  } finally {
    end();
  }
}

async function settled(answer: unknown, stopped: Promise<Outcome>, late: Promise<Outcome>): Promise<Outcome> {
  try {
    if ((await answer) === true) return { is: 'through' };
  } catch (error) {
    if (error instanceof Error && error.name === 'Violation') return { is: 'stopped', directive: error.message };
    // A violation is told in a task of its own, a little later than the error that comes of it.
    return Promise.race([stopped, pause({ is: 'refused', why: wordsOf(error) } as const)]);
  }
  return Promise.race([stopped, late]);
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const pause = <T>(then: T) => new Promise<T>((resolve) => setTimeout(resolve, 30, then));
