/**
 * What crosses the wall between the shell (which has a network and never a photo of the page's own frame) and
 * the photo frame (which has photos and no network).
 *
 * The shell posts one `Boot` to the frame's window; everything after goes through the port that it carries.
 */

import type { Outcome, Target } from './battery/battery.js';
import type { Packed } from '../engine/packed.js';
import type { DeviceChoice, DeviceReport, OutputOptions, Progress, Quality, VitrineError } from '../engine/types.js';

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
  /** Names of the networks that will come. */
  models: readonly string[];
  /** Where it is there, this frame is for attacks and gets neither parts nor photos. */
  trial?: Trial;
}

/** What a frame shall try, and at whom it shall aim. */
export interface Trial {
  ids: readonly string[];
  target: Target;
}

/** What the frame that somebody watches hears of a trial in frames beside it. */
export type TrialStep =
  /** The detection works: the shell asked its own server in the same way, and that was seen. */
  | { is: 'control'; seen: boolean }
  | { is: 'tried'; channel: string; outcome: Outcome | Gone }
  | { is: 'done' }
  | { is: 'failed'; fault: Fault };

/** The attack took its document away, or it never answered. */
export interface Gone {
  is: 'gone';
}

/** A file that the shell loaded, with the digest of the bytes that came and the one that is published. */
export interface LoadedFile {
  name: string;
  bytes: number;
  computed: string;
  published: string | undefined;
}

/** A request of the shell's, as its browser's own record has it. */
export interface Asked {
  name: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** A network; its file is a Blob, for that lies in memory once, whoever holds it, and in no script's. */
export interface EngineModel {
  name: string;
  sha256: string;
  file: Blob;
}

/**
 * What the engine is made of, each part as soon as the shell has it and has checked its bytes against the manifest: the
 * model may be on its way still when the code has long begun.
 */
export interface EngineParts {
  /** The worker's script. */
  worker: Promise<string>;
  /** The crate, of the variant that this browser can run. */
  wasm: Promise<ArrayBuffer>;
  model: Promise<EngineModel>;
  device: DeviceChoice;
}

/** The model of the best quality, which the frame does without until somebody wants it. */
export interface BestOffer {
  /** Bytes to fetch, in all. */
  bytes: number;
  /** Bytes of them that are here from an earlier visit. */
  begun: number;
  /** Whether it is stored on this device, so that nothing is fetched. */
  kept: boolean;
  /** Whether the person has asked the browser to save data. */
  frugal: boolean;
}

/** How far the model of the best quality is. */
export type BestStep =
  | { is: 'coming'; received: number; total: number }
  /** Checked. `kept` is false where it could not be stored for the next visit. */
  | { is: 'here'; sha256: string; file: Blob; kept: boolean }
  | { is: 'refused'; fault: Fault };

/** How far what the model studio runs on is. */
export type TryOnStep =
  | { is: 'coming'; received: number; total: number }
  /** Checked: the worker's script, the wasm of the variant that this browser can run, the networks. */
  | { is: 'here'; worker: string; wasm: ArrayBuffer; models: readonly EngineModel[] }
  | { is: 'refused'; fault: Fault };

/** Shell → frame. */
export type ToFrame =
  /** How much has been fetched, while the parts are on their way. */
  | { type: 'loading'; received: number; total: number }
  | { type: 'worker'; worker: string }
  | { type: 'wasm'; wasm: ArrayBuffer }
  | { type: 'model'; model: EngineModel }
  | { type: 'offer'; best: BestOffer | undefined }
  | { type: 'best'; step: BestStep }
  | { type: 'try-on'; step: TryOnStep }
  | { type: 'trial'; step: TrialStep }
  | { type: 'asked'; requests: readonly Asked[] }
  | { type: 'files'; files: readonly LoadedFile[] }
  /** One of the parts will not come. */
  | { type: 'refused'; fault: Fault }
  /** The package's own frame only: a job that the embedding page asks for. */
  | { type: 'job'; id: number; photo: Blob; wanted: 'cut-out' | 'matte'; output: OutputOptions; quality: Quality }
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
  /** The person wants the model of the best quality, or no longer. Heard a few times only, see `Delivery`. */
  | { type: 'want best' }
  | { type: 'leave best' }
  /** The person wants to put products on people. Heard a few times only, see `TryOnDelivery`. */
  | { type: 'want try-on' }
  /** The person wants to check: what the page asked for so far, what runs here, or that nothing gets out. */
  | { type: 'want asked' }
  | { type: 'want files' }
  /** `origin` is aimed at, by nobody but the frames of the trial; those `alone` may take their frame away. */
  | { type: 'want trial'; origin: string | undefined; staying: readonly string[]; alone: readonly string[] }
  /** A frame of a trial has tried one channel. */
  | { type: 'tried'; channel: string; outcome: Outcome }
  /** The engine is up, or has changed its device. */
  | { type: 'device'; report: DeviceReport }
  /** The engine could not start. */
  | { type: 'failed'; fault: Fault }
  | { type: 'progress'; id: number; progress: Progress }
  /** `notes` are sentences about this photo, such as that it was reduced. */
  | { type: 'done'; id: number; file: Packed; notes: string[] }
  | { type: 'undone'; id: number; fault: Fault };
