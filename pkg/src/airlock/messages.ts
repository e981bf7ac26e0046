/**
 * What crosses the wall between the shell (which has a network and never a photo of the page's own frame) and
 * the photo frame (which has photos and no network).
 *
 * The shell posts one `Boot` to the frame's window; everything after goes through the port that it carries.
 */

import type { DeviceChoice, DeviceReport, OutputOptions, Progress, VitrineError } from '../engine/types.js';

/** An error as it crosses a wall: classes do not survive cloning. */
export interface Fault {
  kind: VitrineError['kind'];
  message: string;
}

/** The one message that goes to the frame's window; `ports[0]` comes with it. */
export interface Boot {
  vitrine: 'boot';
  /** Which device the person or the merchant asked for. */
  device: DeviceChoice;
}

/** What the engine is made of. Its bytes have been checked against the manifest by the shell. */
export interface EngineParts {
  /** The worker's script. */
  worker: string;
  /** The compiled crate, of the variant that this browser can run. */
  wasm: ArrayBuffer;
  model: { name: string; sha256: string; bytes: ArrayBuffer };
  device: DeviceChoice;
}

/** Shell → frame. */
export type ToFrame =
  /** How much has been fetched, while the parts are on their way. */
  | { type: 'loading'; received: number; total: number }
  | { type: 'parts'; parts: Omit<EngineParts, 'device'> }
  /** The parts will not come. */
  | { type: 'refused'; fault: Fault }
  /** The package's own frame only: a job that the embedding page asks for. */
  | { type: 'job'; id: number; photo: Blob; wanted: 'cut-out' | 'matte'; output: OutputOptions }
  | { type: 'cancel'; id: number };

/**
 * Frame → shell. Never pixels, never anything measured from them, but for the answers to jobs: there the
 * embedding page brought the photo itself and asked for the file.
 */
export type FromFrame =
  /** The frame's script runs. */
  | { type: 'here' }
  /** What the policies around the frame let it do. */
  | { type: 'hello'; wasm: boolean; worker: boolean }
  /** The engine is up, or has changed its device. */
  | { type: 'device'; report: DeviceReport }
  /** The engine could not start. */
  | { type: 'failed'; fault: Fault }
  | { type: 'progress'; id: number; progress: Progress }
  | { type: 'done'; id: number; file: Blob }
  | { type: 'undone'; id: number; fault: Fault };
