/** Debian's Chromium, driven by Playwright: a fresh profile a browser, quiet, with WebGPU on SwiftShader. */

import { chromium, type Browser } from 'playwright-core';

/** Chromium's own chatter off, so that the network holds only what a page asks for. */
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
];

export interface LaunchOptions {
  /** More flags, such as `--log-net-log=…`. */
  flags?: string[];
  /** Whether the browser has WebGPU; where it has, the adapter is SwiftShader. */
  webgpu?: 'software' | 'none';
}

export function launch({ flags = [], webgpu = 'software' }: LaunchOptions = {}): Promise<Browser> {
  const off = webgpu === 'none' ? ['--disable-features=WebGPU,WebGPUService'] : [];
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: [...FLAGS, ...off, ...flags],
  });
}
