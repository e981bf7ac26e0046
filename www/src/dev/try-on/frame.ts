/** The try-on's frame on a stand-in engine, behind the same guard and the same airlock as the product. */

import 'vitrine/airlock/guard';
import { awaitShell } from 'vitrine/airlock/frame';
import { mount } from 'vitrine/try-on/mount';
import type { TryOnParts } from 'vitrine/try-on/types';
import { FakeTryOn } from './fake-engine.js';

async function open(parts: TryOnParts): Promise<FakeTryOn> {
  const engine = new FakeTryOn(parts);
  Object.assign(globalThis, { fake: engine });
  return engine;
}

void awaitShell().then((link) => mount(document.body, link, open));
