/**
 * What crosses the wall between the widget in the shop's page and the try-on's frame, beside what every airlock says
 * (`airlock/messages.ts`).
 *
 * Outward there is nothing but the steps that a shopper takes. None of these messages has a field in which a pixel, a
 * landmark, a size or a sentence of the engine could travel, and the shop's side takes nothing that is not listed here.
 */

import type { Fault } from '../airlock/messages.js';
import type { Language } from './language.js';
import type { Kind } from './types.js';

/** One of the products that the shopper can choose from. */
export interface Choice {
  /** What the merchant calls it, such as a colour; empty where there is one product only. */
  label: string;
  /** Its width in millimetres. */
  widthMm: number;
}

/** What the shop's colours are; only what the merchant has set is there. */
export type Theme = Partial<Record<Token, string>>;

/** `--vitrine-accent` and so on, as custom properties of the element; README says what each one is. */
export const TOKENS = [
  'accent',
  'on-accent',
  'ground',
  'product-ground',
  'surface',
  'sunken',
  'line',
  'ink',
  'ink-quiet',
  'radius',
  'font',
] as const;
export type Token = (typeof TOKENS)[number];

/** Which colours the shop's page allows. */
export type Scheme = 'light' | 'dark' | 'either';

/** What the frame needs to begin. */
export interface Setup {
  language: Language;
  kind: Kind;
  choices: readonly Choice[];
  /** The one that is shown first. */
  first: number;
  /** The merchant's own words under the consent, as plain text; empty where there are none. */
  consent: string;
  scheme: Scheme;
  theme: Theme;
}

/** Widget → frame. */
export type ToTryOn =
  | { type: 'setup'; setup: Setup }
  /** The picture of a product, as the shop sent it. */
  | { type: 'picture'; index: number; file: Blob }
  /** It could not be fetched. */
  | { type: 'no picture'; index: number; fault: Fault }
  /** All has come that will come: from here on the widget requests nothing. */
  | { type: 'sealed' };

/** What may go wrong inside the frame. */
export const TROUBLES = [
  ...(['no-face', 'sight', 'photo', 'product', 'kind', 'engine', 'save'] as const),
  ...(['camera-denied', 'camera-missing', 'camera-busy', 'camera-lost'] as const),
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Frame → widget: the step that the shopper has taken, and nothing about them. */
export type FromTryOn =
  | { type: 'consent' }
  /** The camera was switched on or off. */
  | { type: 'camera'; on: boolean }
  /** A picture is shown. */
  | { type: 'result' }
  | { type: 'variant'; index: number }
  | { type: 'trouble'; trouble: Trouble }
  | { type: 'leave' };

/** What the frame said, if it is anything that a frame may say; made anew, so that nothing else comes along. */
export function readMessage(data: unknown, choices: number): FromTryOn | undefined {
  if (typeof data !== 'object' || data === null || !('type' in data)) return undefined;
  const { type } = data;
  if (type === 'consent' || type === 'result' || type === 'leave') return { type };
  if (type === 'camera' && 'on' in data) return { type, on: data.on === true };
  if (type === 'variant' && 'index' in data) {
    const index = Number(data.index);
    return Number.isInteger(index) && index >= 0 && index < choices ? { type, index } : undefined;
  }
  if (type === 'trouble' && 'trouble' in data) {
    const trouble = TROUBLES.find((known) => known === data.trouble);
    return trouble && { type, trouble };
  }
  return undefined;
}
