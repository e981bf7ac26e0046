/** What the widget tells the shop's page. No event carries a pixel, a landmark or a measurement of the person. */

import type { Trouble } from './messages.js';

/** What may go wrong before or around the frame. */
export type Failure =
  /** An attribute is wrong. */
  | 'attribute'
  /** This browser lacks something. */
  | 'browser'
  /** A file of the try-on could not be fetched, or is not that of the build. */
  | 'asset'
  /** The page's policy allows no frame. */
  | 'policy'
  /** The product's picture could not be fetched. */
  | 'product-missing';

export interface ErrorDetail {
  code: Failure | Trouble;
  /** For the merchant's log, in English. Of what goes wrong with a shopper's photo it says the same every time. */
  message: string;
  /** The product that it is about. */
  sku?: string;
}

/** Every event by its name: what `detail` holds. */
export interface TryOnEvents {
  /** The element stands in the page and can be opened. */
  'vitrine-ready': Record<string, never>;
  'vitrine-open': { sku: string };
  /** The shopper has agreed to what the try-on does. */
  'vitrine-consent': { sku: string };
  /** The camera was switched on or off. */
  'vitrine-camera': { on: boolean; sku: string };
  /** How much of the try-on has been fetched, 0 to 1. */
  'vitrine-progress': { fraction: number };
  /** A picture with the product is shown to the shopper. */
  'vitrine-result': { sku: string };
  'vitrine-variant': { sku: string };
  'vitrine-error': ErrorDetail;
  'vitrine-close': { sku: string };
}

export type Emit = <Name extends keyof TryOnEvents>(name: Name, detail: TryOnEvents[Name]) => void;
