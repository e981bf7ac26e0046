/** What the frame and its worker say to each other. The worker holds one job's pixels at a time. */

import type { Fault } from '../airlock/messages.js';
import type { OutputOptions, Quality } from './types.js';

/** What a job brings home. */
export type Wanted = 'cut-out' | 'matte';

export interface Pixels {
  width: number;
  height: number;
  /** `width × height × 4` bytes of straight-alpha sRGB RGBA; transferred, not copied. */
  rgba: ArrayBuffer;
}

/** What was found out about a cut-out. */
export interface Judged {
  /** Share of the picture that is subject, 0 to 1. */
  coverage: number;
  /** How sure the matte is, 0 to 1, where that was judged. */
  confidence: number | undefined;
}

/** Every request and its answer. */
export interface Operations {
  /** Loads the wasm. The model is read when it is first needed. */
  start: { ask: { module: WebAssembly.Module; model: Blob }; answer: null };
  /** Reads a photo and holds it; `preview` is the longer side of the picture for the screen, 0 for none. */
  decode: {
    ask: { photo: Blob; preview: number };
    answer: { width: number; height: number; preview: ImageBitmap | null; notes: string[] };
  };
  /** Cuts the held photo out on the CPU and holds the cut-out; `best` is that model, for that quality. */
  cutOut: { ask: { quality: Quality; best: Blob | undefined }; answer: { timings: { network: number; refine: number } } };
  /** Hands the held photo out, for the GPU. */
  lend: { ask: null; answer: Pixels };
  /** Takes a cut-out back from the GPU and holds it. */
  adopt: { ask: Pixels & { confidence: number | undefined }; answer: null };
  /** Encodes the held cut-out and lets it go. */
  finish: {
    ask: { wanted: Wanted; output: OutputOptions; preview: number };
    answer: { width: number; height: number; file: Blob; preview: ImageBitmap | null } & Judged;
  };
  /** Encodes a finished cut-out again. */
  encode: { ask: { picture: Blob; output: OutputOptions }; answer: Blob };
}

export type Name = keyof Operations;

export interface Ask<N extends Name = Name> {
  id: number;
  name: N;
  ask: Operations[N]['ask'];
}

export type FromWorker =
  | { id: number; answer: unknown }
  /** `broken` says that the wasm instance stopped and the worker must be replaced. */
  | { id: number; fault: Fault; broken: boolean }
  | { progress: { stage: 'network' | 'refine'; fraction: number } };
