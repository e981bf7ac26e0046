/** Fetches what the frame runs on and checks every byte before it goes in. */

import type { Asset, Manifest, PartsManifest } from './manifest.js';
import type { EngineModel, EngineParts } from './messages.js';
import { VitrineError } from '../engine/types.js';
import { hasRelaxedSimd, hasSimd } from './features.js';
import { sha256 } from './sha256.js';
import { mark } from '../trace.js';

/** A network of the merchant's own. */
export interface OwnModel {
  name: string;
  /** Where the ONNX file lies; the page's policy must allow the request. */
  url: string;
  /** SHA-256 in hexadecimal; the file is refused where it differs. */
  sha256: string;
}

/** What the shell asks for. */
export interface Wanted<M extends PartsManifest = Manifest> {
  manifest: M;
  /** Address of the assets' folder, ending in a slash. */
  assetBase: string;
  /** Each a name in the manifest, or a network of one's own. */
  models: readonly (string | OwnModel)[];
  onProgress?: (received: number, total: number) => void;
  signal?: AbortSignal | undefined;
}

/** Files that came so far, by name, with the digest of their bytes. */
export const loaded = new Map<string, { bytes: number; digest: string }>();

export function noteLoaded(file: string, bytes: number, digest: string): void {
  loaded.set(file, { bytes, digest });
}

/** What goes into the frame by message, each part as soon as it is here. */
export interface Fetched extends Pick<EngineParts, 'worker' | 'wasm'> {
  /** In the order asked for. */
  models: Promise<EngineModel>[];
}

/** The frame's document, as text for `srcdoc`. */
export async function fetchFrame(wanted: Wanted): Promise<string> {
  return text(await fetchAsset(wanted, wanted.manifest.frame));
}

/** Refuses, before anything is fetched, what cannot work; throws a VitrineError. */
export function checkWanted(wanted: Wanted<PartsManifest>): void {
  if (!hasSimd()) {
    throw new VitrineError(
      'device',
      'This browser has no WebAssembly SIMD, which Vitrine needs: use Chrome 91, Firefox 89, Safari 16.4 or newer.',
    );
  }
  for (const model of wanted.models) findModel(wanted.manifest, model);
}

/** Worker, wasm and models, all at once. */
export function fetchParts(wanted: Wanted<PartsManifest>): Fetched {
  const { manifest } = wanted;
  const wasm = hasRelaxedSimd() ? manifest.wasm.relaxed : manifest.wasm.simd128;
  const models = wanted.models.map((model) => findModel(manifest, model));

  const expected = [manifest.worker, wasm, ...models].map(({ bytes }) => bytes);
  const received = expected.map(() => 0);
  const watch = (index: number) => (bytes: number) => {
    received[index] = bytes;
    wanted.onProgress?.(sum(received), Math.max(sum(expected), sum(received)));
  };
  return {
    worker: fetchAsset(wanted, manifest.worker, watch(0)).then(text),
    wasm: fetchAsset(wanted, wasm, watch(1)),
    models: models.map(async (model, index) => {
      const { name, sha256 } = model;
      const bytes = await fetchAsset(wanted, model, watch(2 + index));
      return { name, sha256, file: new Blob([bytes]) };
    }),
  };
}

function findModel(manifest: PartsManifest, model: string | OwnModel): Asset & { name: string } {
  if (typeof model !== 'string') {
    const { name, url, sha256 } = model;
    return { name, file: url, sha256: sha256.toLowerCase(), bytes: 0 };
  }
  const asset = Object.hasOwn(manifest.models, model) ? manifest.models[model] : undefined;
  if (!asset) {
    const names = Object.keys(manifest.models).join(', ');
    throw new VitrineError('caller', `There is no model named "${model}" here; there is ${names}.`);
  }
  return { name: model, ...asset };
}

/** The address of an asset; one of the merchant's own is relative to the page, not to the asset base. */
export function assetAddress(assetBase: string, asset: Asset): string {
  return new URL(asset.file, assetBase).href;
}

async function fetchAsset(
  wanted: Wanted<PartsManifest>,
  asset: Asset,
  onBytes?: (received: number) => void,
): Promise<ArrayBuffer> {
  const address = assetAddress(wanted.assetBase, asset);
  const bytes = await download(address, wanted.signal, onBytes);
  mark(`${asset.file} came`);
  const digest = await sha256(bytes);
  noteLoaded(asset.file, bytes.byteLength, digest);
  mark(`${asset.file} checked`);
  if (digest !== asset.sha256) {
    throw refuse(asset.file.endsWith('.onnx') || 'name' in asset ? 'model' : 'device', asset, digest);
  }
  return bytes;
}

/** What is said of a file with another digest than the manifest's. */
export function refuse(kind: 'model' | 'device', asset: Asset, digest: string): VitrineError {
  return new VitrineError(
    kind,
    `The file ${asset.file} is not the one that this page was built with (its SHA-256 is ${digest.slice(0, 12)}…, ` +
      `${asset.sha256.slice(0, 12)}… was expected), so it was refused: reload the page, and if it stays, ` +
      'put the files of one build together on the server.',
  );
}

async function download(
  address: string,
  signal: AbortSignal | undefined,
  onBytes?: (received: number) => void,
): Promise<ArrayBuffer> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'omit', referrerPolicy: 'no-referrer', signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw new VitrineError('cancelled', 'Loading was cancelled.');
    throw new VitrineError(
      'device',
      `${address} could not be fetched (${message(error)}): check the connection, and that assetBase is right.`,
    );
  }
  if (!response.ok || !response.body) {
    throw new VitrineError(
      'device',
      `${address} could not be fetched: the server answered ${response.status}. Check that assetBase is right.`,
    );
  }
  const chunks: Uint8Array[] = [];
  let received = 0;
  try {
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      received += value.byteLength;
      onBytes?.(received);
    }
  } catch (error) {
    if (signal?.aborted) throw new VitrineError('cancelled', 'Loading was cancelled.');
    throw new VitrineError('device', `${address} broke off (${message(error)}): check the connection and try again.`);
  }
  const whole = new Uint8Array(received);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole.buffer;
}

const text = (bytes: ArrayBuffer) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));
