/** What the frame and its worker say to each other. The worker holds one job's pixels at a time. */

import type { Fault } from '../airlock/messages.js';
import type { Packed } from './packed.js';
import type { Corrected, CorrectionStep, Doubt, OutputOptions, Patch, Quality, StudioSubject } from './types.js';

/** What a job brings home. */
export type Wanted = 'cut-out' | 'matte';

export interface Size {
  width: number;
  height: number;
}

/**
 * Some bytes of a picture, from the one numbered `at` on. The buffer goes to and fro between frame and worker: the
 * browser frees what came by message only when it collects garbage, so a whole picture would lie there twice.
 */
export interface Part {
  at: number;
  bytes: ArrayBuffer;
}

/** Which of the workers that share a photo, of how many; the first has the photo. */
export interface Place {
  index: number;
  count: number;
}

/** The models' files, and which of them are run. */
export interface Networks {
  quality: Quality;
  fast: Blob;
  best: Blob | undefined;
}

export interface Pixels {
  width: number;
  height: number;
  /** `width × height × 4` bytes of straight-alpha sRGB RGBA. */
  rgba: ArrayBuffer;
}

/** What was found out about a cut-out. */
export interface Judged {
  /** Share of the picture that is subject, 0 to 1. */
  coverage: number;
  /** How sure the matte is, 0 to 1, where that was judged. */
  confidence: number | undefined;
  /** Where it is unsure, where that was judged. */
  doubt: Doubt | undefined;
}

/** Every request and its answer. */
export interface Operations {
  /** Loads the wasm. */
  start: { ask: { module: WebAssembly.Module }; answer: null };
  /**
   * Loads the networks of a quality ahead of a photo, as far as they are this worker's part; a large one that is there
   * for another place stays until it is in the way.
   */
  load: { ask: Networks & { place: Place }; answer: null };
  /** Reads a photo and holds it; `preview` is the longer side of the picture for the screen, 0 for none. */
  decode: {
    ask: { photo: Blob; preview: number };
    answer: { width: number; height: number; preview: ImageBitmap | null; notes: string[] };
  };
  /**
   * Cuts the held photo out on the CPU and holds the cut-out; of the two models `best` is for that quality. With
   * `ports`, the ends of channels to other workers by their numbers, these do their parts of it, and this one is the
   * first.
   */
  cutOut: { ask: Networks & { ports: (MessagePort | null)[] | undefined }; answer: { timings: { network: number; refine: number } } };
  /** Does a part of another worker's photo. */
  assist: { ask: Networks & { place: Place; ports: (MessagePort | null)[] }; answer: null };
  /** The held photo at a network's size, for the GPU: resampling all of it would stop the frame's own thread. */
  shrink: { ask: Size; answer: Float32Array<ArrayBuffer> };
  /** Fills the buffer with a part of the held photo, for the GPU, and gives it back. */
  lend: { ask: Part; answer: ArrayBuffer };
  /** Lets the held photo go, and makes room for a cut-out from the GPU. */
  expect: { ask: Size; answer: null };
  /** Takes a part of that cut-out, and gives its buffer back. */
  receive: { ask: Part; answer: ArrayBuffer };
  /** Holds the cut-out that was received. */
  adopt: { ask: Omit<Judged, 'coverage'>; answer: null };
  /** Encodes the held cut-out and lets it go. */
  finish: {
    ask: { wanted: Wanted; output: OutputOptions; preview: number };
    answer: { width: number; height: number; file: Packed; preview: ImageBitmap | null } & Judged;
  };
  /** Encodes a finished cut-out again. */
  encode: { ask: { picture: Blob; output: OutputOptions }; answer: Packed };
  /**
   * Reads a photo and its cut-out and holds them to be corrected, beside any job; the pictures for the screen have at
   * most `most` pixels.
   */
  openEdit: {
    ask: { photo: Blob; cutOut: Blob; most: number };
    answer: { width: number; height: number; divisor: number; photo: ImageBitmap; cutOut: ImageBitmap };
  };
  /** Does one step of a correction. */
  edit: { ask: CorrectionStep; answer: Patch };
  /** Encodes the corrected cut-out and lets it go; `preview` as in `decode`. */
  finishEdit: { ask: { preview: number }; answer: Corrected };
  /** Reads finished cut-outs and holds them to be placed in scenes, beside any job. */
  openStudio: { ask: StudioSubject; answer: Size };
  /** Draws them in a scene (JSON), at most `longest` pixels on its longer side, with their colours corrected (JSON). */
  drawScene: { ask: { scene: string; longest: number; colour: string | undefined }; answer: ImageBitmap };
  /**
   * Copies of them, their colours corrected (JSON), and then of the place, if there is one; at most `longest` pixels on
   * their longer sides.
   */
  copyPictures: { ask: { longest: number; colour: string | undefined }; answer: Copies };
  /** Takes a photo of a place for scenes to have behind them. */
  takePlace: { ask: { photo: Blob }; answer: null };
  /** Colours for a backdrop that go with one of them, as JSON. */
  harmonies: { ask: { index: number }; answer: string };
  /** What a correction of colour comes to for one of them, as JSON. */
  tellColour: { ask: { index: number; colour: string }; answer: string };
  /** The neutral at a place of the photo of one of them, in parts of it. */
  pickNeutral: { ask: { index: number; x: number; y: number }; answer: number[] };
  /** The statistics of the photo of one of them, its light corrected, as JSON. */
  colourReference: { ask: { index: number; colour: string }; answer: string };
  /** Makes a file of them; the report is JSON. */
  shoot: {
    ask: { scene: string | undefined; colour: string | undefined; preset: string | undefined; sources: string; fixes: string };
    answer: Size & { file: Packed; extension: string; report: string };
  };
  /** Makes a file for a marketplace of a finished picture, around a place in parts of it. */
  listWhole: {
    ask: { picture: Blob; preset: string; x: number; y: number };
    answer: Size & { file: Packed; extension: string; report: string };
  };
  /** What marketplaces and looks there are, as JSON. */
  catalogue: { ask: null; answer: { presets: string; looks: string } };
  /** Reads a scene's JSON and writes it with every field. */
  checkScene: { ask: { scene: string }; answer: string };
  /** The same for a correction of colour. */
  checkColour: { ask: { colour: string }; answer: string };
}

/** Small copies of what is in the studio. */
export interface Copies {
  /** How many of them are no place. */
  products: number;
  /** RGBA; `factor` is how many times fewer pixels along a side a copy has. */
  copies: { width: number; height: number; factor: number; pixels: ArrayBuffer }[];
}

/** Operations of any worker: what is asked under a name, and its answer. */
export type Asked<O> = { [N in keyof O]: { ask: unknown; answer: unknown } } & { start: { ask: { module: WebAssembly.Module }; answer: null } };

export interface Ask<N extends keyof O, O extends Asked<O> = Operations> {
  id: number;
  name: N;
  ask: O[N]['ask'];
}

/** `memory` is what the wasm instance takes, in bytes. */
export type FromWorker =
  | { id: number; memory: number; answer: unknown }
  /** `broken` says that the wasm instance stopped and the worker must be replaced. */
  | { id: number; memory: number; fault: Fault; broken: boolean }
  | { progress: { stage: 'network' | 'refine' | 'encode'; fraction: number } };
