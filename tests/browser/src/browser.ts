/** Debian's Chromium, driven by Playwright: a fresh profile a browser, quiet, with WebGPU on SwiftShader. */

import { chromium, type Browser } from 'playwright-core';

/** Chromium's own chatter off, so that the network holds only what a page asks for. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebGPU with SwiftShader as its adapter, or with none. */
const WEBGPU = { software: ['--enable-unsafe-webgpu'], 'no adapter': [] };

export interface LaunchOptions {
  /** More flags, such as `--log-net-log=…`. */
  flags?: string[];
  webgpu?: keyof typeof WEBGPU;
}

export function launch({ flags = [], webgpu = 'software' }: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    timeout: 60_000,
    args: [...FLAGS, ...WEBGPU[webgpu], ...flags],
  });
}
