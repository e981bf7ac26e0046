/** What the photo frame hands to the page. */

import type { Engine } from 'vitrine/engine/types';
import type { BestSource } from 'vitrine/frame/session';
import type { TrustSource } from 'vitrine/frame/trust-source';
import type { TryOnSource } from 'vitrine/frame/try-on-source';

/** How far the engine and its model have come. */
export interface Loading {
  /** What is under way, in words for the person, such as "1.2 of 1.9 MB". */
  label: string;
  /** 0 to 1. */
  fraction: number;
}

export interface Boot {
  /** Resolves when photos can be worked on; rejects with an error whose message is a sentence for the person. */
  engine: Promise<Engine>;
  /** Calls the listener on every step until the engine is up. A late listener hears the last step again. */
  loading(listener: (progress: Loading) => void): void;
  /** Where the model of the best quality comes from. */
  best: BestSource;
  /** Where the engine comes from that puts products on people. */
  tryOn: TryOnSource;
  /** What somebody who wants to check is told. */
  trust: TrustSource;
}
