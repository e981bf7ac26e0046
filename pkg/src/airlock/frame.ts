/** The frame's side of the airlock: takes the shell's one message, tries what it may do, receives its parts. */

import { promised } from '../engine/promised.js';
import { VitrineError, type DeviceChoice } from '../engine/types.js';
import type { BestOffer, BestStep, Boot, EngineModel, EngineParts, FromFrame, ToFrame, Trial } from './messages.js';
import { mark } from '../trace.js';

/** The frame's link to the shell. */
export interface FrameLink {
  /** Which device was asked for. */
  readonly device: DeviceChoice;
  /** What this frame shall try, where it is for attacks and nothing else. */
  readonly trial: Trial | undefined;
  /** Everything after the first message comes and goes here. */
  readonly port: MessagePort;
  /** What the engine is made of; either part rejects with a VitrineError where the shell could not get it. */
  readonly parts: EngineParts;
  /** Every network that comes, by name; the first of them is the one in `parts`. */
  readonly models: ReadonlyMap<string, Promise<EngineModel>>;
  /** What the shell can fetch for the best quality, if anything. */
  readonly bestOffer: Promise<BestOffer | undefined>;
  /** Tells how far the model of the best quality is; the last step is told again to whoever comes late. */
  onBest(listener: (step: BestStep) => void): () => void;
  /** Tells how much has been fetched, in bytes; the answer ends it. */
  onLoading(listener: (received: number, total: number) => void): () => void;
  send(message: FromFrame, transfer?: Transferable[]): void;
}

/** Waits for the shell. Call it once, while the script runs for the first time. */
export function awaitShell(): Promise<FrameLink> {
  mark('script runs');
  return new Promise((resolve) => {
    const listen = (event: MessageEvent<Boot>) => {
      const port = event.ports[0];
      if (event.data?.vitrine !== 'boot' || !port) return;
      removeEventListener('message', listen);
      resolve(link(event.data, port));
    };
    addEventListener('message', listen);
  });
}

function link(boot: Boot, port: MessagePort): FrameLink {
  const send = (message: FromFrame, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  const listeners = new Set<(received: number, total: number) => void>();
  let last: { received: number; total: number } | undefined;
  const bestListeners = new Set<(step: BestStep) => void>();
  let lastStep: BestStep | undefined;
  let offer: (offer: BestOffer | undefined) => void;
  const bestOffer = new Promise<BestOffer | undefined>((resolve) => (offer = resolve));
  const [worker, giveWorker, refuseWorker] = promised<string>();
  const [wasm, giveWasm, refuseWasm] = promised<ArrayBuffer>();
  const awaited = new Map(boot.models.map((name) => [name, promised<EngineModel>()] as const));
  const models = new Map([...awaited].map(([name, [model]]) => [name, model] as const));
  const [model = promised<EngineModel>()[0]] = models.values();
  port.addEventListener('message', ({ data }: MessageEvent<ToFrame>) => {
    if (data.type === 'loading') {
      last = data;
      for (const listener of listeners) listener(data.received, data.total);
    } else if (data.type === 'worker') {
      giveWorker(data.worker);
    } else if (data.type === 'wasm') {
      giveWasm(data.wasm);
    } else if (data.type === 'model') {
      awaited.get(data.model.name)?.[1](data.model);
    } else if (data.type === 'offer') {
      offer(data.best);
    } else if (data.type === 'best') {
      lastStep = data.step;
      for (const listener of bestListeners) listener(data.step);
    } else if (data.type === 'refused') {
      const error = new VitrineError(data.fault.kind, data.fault.message);
      for (const refuse of [refuseWorker, refuseWasm]) refuse(error);
      for (const [, , refuse] of awaited.values()) refuse(error);
    }
  });
  port.start();
  send({ type: 'here' });
  void tryWorker().then((worker) => send({ type: 'hello', wasm: tryWasm(), worker }));
  return {
    device: boot.device,
    trial: boot.trial,
    port,
    parts: { worker, wasm, model, device: boot.device },
    models,
    send,
    bestOffer,
    onBest(listener) {
      bestListeners.add(listener);
      if (lastStep) listener(lastStep);
      return () => bestListeners.delete(listener);
    },
    onLoading(listener) {
      listeners.add(listener);
      if (last) listener(last.received, last.total);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether the policies allow WebAssembly: the smallest module there is. */
function tryWasm(): boolean {
  try {
    new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    return true;
  } catch {
    return false;
  }
}

/** Whether the policies allow a worker that the frame made itself. */
function tryWorker(): Promise<boolean> {
  return new Promise((resolve) => {
    const address = URL.createObjectURL(new Blob(['postMessage(0)'], { type: 'text/javascript' }));
    let worker: Worker | undefined;
    const finish = (works: boolean) => {
      clearTimeout(timer);
      worker?.terminate();
      URL.revokeObjectURL(address);
      resolve(works);
    };
    const timer = setTimeout(() => finish(false), 5_000);
    try {
      worker = new Worker(address);
      worker.addEventListener('message', () => finish(true));
      worker.addEventListener('error', () => finish(false));
    } catch {
      finish(false);
    }
  });
}
