/** A merchant's plain page without a bundler, and how a test works with it. */

import type { Browser, Page } from 'playwright-core';
import { serveShop, type Shop, type ShopOptions } from './servers.js';

/** The page imports the package by address and puts it where a test finds it. */
export const SHOP_SCRIPT = `import * as vitrine from '/vitrine/index.js'; globalThis.vitrine = vitrine;`;

const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,"><h1>Shop</h1>
<script type="module" src="/shop.js"></script></html>`;

/** What the shop's page has as a global; tests name its type in what they run there. */
export type Vitrine = typeof import('vitrine');
declare global {
  var vitrine: Vitrine;
}

export interface OpenShop {
  shop: Shop;
  page: Page;
  /** What the page and the frames wrote to the console as errors. */
  complaints: string[];
  close(): Promise<void>;
}

/**
 * Serves a shop and opens its page, under the name `host` where that is given. `before` runs first in every document,
 * and sooner or later in every frame: one in a process of its own may have begun by then. Whoever opens it closes
 * it, whatever happens in between: a server that goes on listening keeps the test's process alive for ever.
 */
export async function openShop(
  browser: Browser,
  options: ShopOptions & { before?: () => unknown; host?: string } = {},
): Promise<OpenShop> {
  const shop = await serveShop({
    html: HTML,
    ...options,
    files: { '/shop.js': SHOP_SCRIPT, ...options.files },
  });
  const context = await browser.newContext().catch(async (error: unknown) => {
    await shop.close();
    throw error;
  });
  const close = async () => {
    await context.close();
    await shop.close();
  };
  try {
    if (options.before) await context.addInitScript(options.before);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${options.host ? shop.origin.replace('127.0.0.1', options.host) : shop.origin}/`);
    await page.waitForFunction(() => 'vitrine' in globalThis);
    return { shop, page, complaints, close };
  } catch (error) {
    await close();
    throw error;
  }
}
