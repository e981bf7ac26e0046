/** What the engine inside the photo frame answers with. Nothing here ever crosses the wall outward by itself. */

/** Where a network runs. */
export type Device = 'gpu' | 'cpu';

/** What a person or a merchant may ask for; `auto` takes the GPU when a real adapter answers. */
export type DeviceChoice = Device | 'auto';

export type OutputFormat = 'image/png' | 'image/webp' | 'image/jpeg';

export interface OutputOptions {
  format: OutputFormat;
  /** 1 to 100, JPEG only; 92 where absent. */
  quality?: number;
  /** `#rrggbb`; required for JPEG (white where absent), kept transparent elsewhere where absent. */
  background?: string;
}

/**
 * How good a cut-out is wanted: `fast` runs the small network, `best` runs a large one beside it and fuses the two.
 */
export type Quality = 'fast' | 'best';

/** The stations of a photo, in order; `fetch` is there only while a model is on its way. */
export type Stage = 'fetch' | 'queue' | 'decode' | 'network' | 'refine' | 'encode';

export interface Progress {
  stage: Stage;
  /** 0 to 1 over the whole job; with `fetch`, over the download, which comes before the job. */
  fraction: number;
}

/** Where a matte is unsure: a small map that lies over the whole picture. */
export interface Doubt {
  /** Cells in a row, and rows. */
  readonly width: number;
  readonly height: number;
  /** 0 (sure) to 255, rows top to bottom. */
  readonly cells: Uint8Array;
}

/** A network. */
export interface Model {
  name: string;
  sha256: string;
}

export interface CutOutResult {
  /** Size of the cut-out in pixels. */
  width: number;
  height: number;
  /** The cut-out at full size: PNG, 8-bit RGBA. */
  png: Blob;
  /** The upright photo, at most 1280 px on its longer side, for the screen. */
  before: ImageBitmap;
  /** The cut-out at the size of `before`, for the screen. */
  after: ImageBitmap;
  /** Share of the picture that is subject, 0 to 1; 0 means that no subject was found. */
  coverage: number;
  /** How sure the matte is, 0 to 1; absent where that was not judged. Low ones deserve a look. */
  confidence?: number;
  /** Where it is unsure; absent where that was not judged. */
  doubt?: Doubt;
  /** Sentences a person should read, such as that the photo was reduced. */
  notes: string[];
  device: Device;
  quality: Quality;
  /** The one that decided; `models` are all that took part. */
  model: Model;
  models: readonly Model[];
  /** Milliseconds a stage. */
  timings: Partial<Record<Stage, number>>;
}

/** An error whose message is a sentence for the person: what is wrong, the limit, the remedy. */
export class VitrineError extends Error {
  /** Whose fault it is. */
  readonly kind: 'photo' | 'model' | 'device' | 'caller' | 'cancelled';
  /** Which fault it is, for saying it in another language; of what can be wrong with a photo alone. */
  readonly code: string | undefined;
  constructor(kind: VitrineError['kind'], message: string, code?: string) {
    super(message);
    this.name = 'VitrineError';
    this.kind = kind;
    this.code = code;
  }
}

export interface DeviceReport {
  device: Device;
  /** One sentence: which adapter, or why the CPU. */
  reason: string;
}

export interface CutOutOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** `fast` where absent. */
  quality?: Quality | undefined;
  /**
   * What becomes of a photo for which the best quality does not work on this device, for want of memory: `fast`, the
   * default, cuts it out in that quality and says so in a note; `reject` rejects.
   */
  ifBestFails?: 'fast' | 'reject' | undefined;
}

/** Which way a correction by hand goes. */
export type Intent = 'keep' | 'erase';

/** One thing that a person does to a cut-out. Places and lengths are in pixels of the photo. */
export type CorrectionStep =
  /** Paints along `[x, y, x, y, …]`; `softness` is the part of the radius that is rim, 0 to 1. */
  | { readonly is: 'stroke'; readonly intent: Intent; readonly points: Float32Array; readonly radius: number; readonly softness: number }
  /** All of about one colour around a point, as far as the next edge; `tolerance` is 0 to 1. */
  | { readonly is: 'region'; readonly intent: Intent; readonly x: number; readonly y: number; readonly tolerance: number }
  /** Heals a speck along `[x, y, x, y, …]`: its colours come from around it, its opacity stays. */
  | { readonly is: 'heal'; readonly points: Float32Array; readonly radius: number }
  | { readonly is: 'undo' }
  | { readonly is: 'redo' };

/** What a step has changed on the screen. */
export interface Patch {
  /** Place in the pictures for the screen, and what lies there now; absent where nothing has changed. */
  changed?: { left: number; top: number; picture: ImageBitmap };
  /** Why a step was not done, in a sentence; absent where it was. */
  refused?: string;
  canUndo: boolean;
  canRedo: boolean;
}

/** What was healed on a cut-out: strokes, and pixels that they replaced. */
export interface Retouched {
  readonly spots: number;
  readonly pixels: number;
}

/** A cut-out that was corrected by hand. */
export interface Corrected {
  /** At full size: PNG, 8-bit RGBA. */
  png: Blob;
  /** At most 1280 px on its longer side, for the screen. */
  after: ImageBitmap;
  /** Share of the picture that is subject, 0 to 1. */
  coverage: number;
  /** What was healed since it was opened. */
  retouched: Retouched;
}

/** A cut-out while a person corrects it. Every promise rejects with a VitrineError. */
export interface Correction {
  /** Size of the photo in pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the photo along a pixel of the pictures for the screen. */
  readonly divisor: number;
  /** For the screen, the photo and the cut-out as it was at the beginning; whoever opened them closes them here. */
  readonly photo: ImageBitmap;
  readonly cutOut: ImageBitmap;
  /** Steps are done in the order given. */
  apply(step: CorrectionStep): Promise<Patch>;
  /** Encodes what has come of it; nothing but `close` may follow. */
  finish(): Promise<Corrected>;
  /** Frees everything; what is under way rejects. */
  close(): void;
}

/** A marketplace, or a place in it, that pictures can be made for. */
export interface Marketplace {
  /** Its name in files, such as `amazon_main`. */
  readonly id: string;
  readonly name: string;
  /** Pixels across and down. */
  readonly size: readonly [number, number];
  /** The colour that it demands behind the product, `#rrggbb`; null where it demands none. */
  readonly background: string | null;
  /** How sure that is: `A` (its own page), `B` (others agree), `C` (a default and no rule). */
  readonly confidence: string;
  /** When that was collected: a day, `YYYY-MM-DD`. */
  readonly as_of: string;
}

/** A scene that is ready to be used; `scene` is described in src/scene/description.rs, every field written. */
export interface StudioLook {
  readonly id: string;
  readonly name: string;
  readonly scene: unknown;
}

/** What the linter found in an encoded file. */
export interface Finding {
  readonly check: string;
  readonly severity: 'error' | 'warning' | 'advice';
  /** What is so, the limit, and what to do about it. */
  readonly message: string;
  /** What making the file again with it does about it; null where that would not help. */
  readonly fix: Fix | null;
}

/** What a file is to be made with, whatever its scene says; src/listing/lint.rs describes it. */
export type Fix =
  | { readonly do: 'reframe' }
  | { readonly do: 'put_on'; readonly color: readonly [number, number, number] }
  | { readonly do: 'change_format'; readonly to: string };

/** The report of a file, as far as a page shows it; src/listing/report.rs describes all of it. */
export interface Fidelity {
  /** What the photo's file told besides its pixels, such as `position (EXIF GPS)`. */
  readonly metadata: { readonly kept: readonly { readonly what: string }[]; readonly dropped: readonly { readonly what: string }[] };
  readonly [field: string]: unknown;
}

export interface ShotReport {
  /** Sentences that a person should read. */
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
  /** Whether the file keeps to every rule of its marketplace. */
  readonly clean: boolean;
  /**
   * Of each product, what touched its pixels and by how much, and what was kept and dropped of its photo's details: for
   * machines. Of a product whose photo was not given, or that only the browser can read, there is none.
   */
  readonly fidelity: readonly Fidelity[];
  /** The verdict on all of them in a sentence; null where it cannot be said of one. */
  readonly verdict: string | null;
}

/** A finished file for a shop. */
export interface Shot {
  readonly file: Blob;
  /** Without a dot. */
  readonly extension: string;
  readonly width: number;
  readonly height: number;
  readonly report: ShotReport;
}

/** What a correction of colour comes to for a photo; src/tools/colour/recipe.rs and change.rs describe it. */
export interface ColourTold {
  /** White balance, exposure and all the rest, as they are for this photo. */
  readonly settings: { readonly exposure: number; readonly white_balance: { readonly neutral: readonly number[] | null } };
  /** How sure an estimated white balance is, 0 to 1. */
  readonly confidence?: number;
  /** What was held against the reference. */
  readonly matched_by?: 'background' | 'light' | 'nothing';
  /** Whether a reference was out of reach. */
  readonly limited: boolean;
  /** CIEDE2000 between before and after, over the product; 1 is just noticeable side by side. */
  readonly change: { readonly mean: number; readonly p95: number; readonly max: number; readonly pixels: number };
}

export interface ShootOptions {
  /** JSON; without it, the cut-out on what the marketplace asks for. */
  scene?: string | undefined;
  /** A correction of colour (JSON, a recipe of src/tools/colour/recipe.rs), made before anything is drawn. */
  colour?: string | undefined;
  /** A marketplace's `id`; without it, the scene as it is. */
  preset?: string | undefined;
  /** For the report, of each of the cut-outs: what cut its photo out, and what was healed by hand. */
  sources: readonly { models: readonly Model[]; retouched?: Retouched | undefined }[];
  /** Of an earlier file's findings, what is to be done about them. */
  fixes?: readonly Fix[] | undefined;
  signal?: AbortSignal | undefined;
  /** 0 to 1. */
  onProgress?: ((fraction: number) => void) | undefined;
}

/** What comes into the studio. */
export interface StudioSubject {
  /** One, or a group: a scene's layers call them by their numbers, from 0. */
  readonly cutOuts: readonly Blob[];
  /**
   * The photos that they were cut from, in the same order: with them colours are corrected by the light in which they
   * were taken, and a file's report says what became of each product.
   */
  readonly photos?: readonly Blob[] | undefined;
  /** A photo of a place, for scenes whose backdrop is one. */
  readonly place?: Blob | undefined;
}

/** A colour for a backdrop, and how it stands to the product's own. */
export interface Harmony {
  readonly relation: 'tone' | 'neighbour' | 'opposite' | 'light' | 'dark';
  /** `#rrggbb`. */
  readonly color: string;
}

/** Finished cut-outs in the studio. Every promise rejects with a VitrineError; cancelling answers within 500 ms. */
export interface StudioSession {
  /** Size of the first cut-out in pixels. */
  readonly width: number;
  readonly height: number;
  /**
   * Draws the scene (JSON), at most `longest` pixels on its longer side, with the colours corrected (JSON, as for
   * `shoot`). Of those that wait only the newest is drawn: the others reject with kind `cancelled`.
   */
  preview(scene: string, longest: number, colour?: string): Promise<ImageBitmap>;
  /**
   * Draws the scene at once on the graphics adapter, for what moves: with fewer pixels, and products to the nearest pixel.
   * Nothing where there is no real adapter, or while it has not got these cut-outs in these colours yet: they are brought
   * there after `preview` has drawn them and nothing was asked for a moment. What rejects, `preview` may still draw.
   */
  live?(scene: string, longest: number, colour?: string): Promise<ImageBitmap> | undefined;
  /** Takes another photo of a place, for scenes whose backdrop is one. Rejects where it cannot be read. */
  setPlace(photo: Blob): Promise<void>;
  /** Colours for a backdrop that go with a cut-out, by its number. */
  harmonies(index: number): Promise<readonly Harmony[]>;
  /** What a correction of colour comes to for a cut-out, by its number. */
  colour(index: number, colour: string): Promise<ColourTold>;
  /**
   * The neutral at a place of a cut-out's photo (parts of it, 0 to 1), for a correction's settings: linear light.
   * Rejects with a sentence where the place tells nothing of the light.
   */
  pickNeutral(index: number, x: number, y: number): Promise<readonly number[]>;
  /** What a cut-out's light is like under a correction, for others to be brought to: statistics, as JSON. */
  reference(index: number, colour: string): Promise<unknown>;
  /** Makes one file at full size, drawn on the processor whatever the device: the same bytes everywhere. */
  shoot(options: ShootOptions): Promise<Shot>;
  /** Frees everything; what is under way rejects. */
  close(): void;
}

/**
 * The engine as the page inside the frame sees it. Jobs begin in the order given, and neighbouring ones overlap: whoever
 * has many photos asks for `photosAtOnce` of them and for the next when one is done.
 */
export interface Engine {
  readonly device: DeviceReport;
  /** Called when the device changes, for instance when the GPU was lost and the CPU took over. */
  onDeviceChange(listener: (report: DeviceReport) => void): () => void;
  /** How many photos are worked on at once; changes with the device. */
  readonly photosAtOnce: number;
  /** Whether the best quality can be asked for. */
  readonly hasBest: boolean;
  /** Takes the model of the best quality, its SHA-256 checked. */
  addBest(model: { sha256: string; file: Blob }): void;
  /** Cuts the subject out. Rejects with a VitrineError; cancelling answers within 500 ms. */
  removeBackground(photo: Blob, options?: CutOutOptions): Promise<CutOutResult>;
  /** Encodes a finished cut-out again: another format, or on a colour. */
  encode(png: Blob, output: OutputOptions, signal?: AbortSignal): Promise<Blob>;
  /**
   * Opens a finished cut-out for correction by hand, together with the photo that it was cut from. Jobs go on beside
   * it. Where the signal aborts before it is open, the promise rejects.
   */
  correct(photo: Blob, cutOut: Blob, signal?: AbortSignal): Promise<Correction>;
  /** Opens finished cut-outs in the studio. Jobs go on beside it. */
  studio(subject: StudioSubject, signal?: AbortSignal): Promise<StudioSession>;
  /**
   * A finished picture as a file for a marketplace: cut to its shape around a place, in parts of the picture's width and
   * height, and brought to its size.
   */
  list(picture: Blob, preset: string, around: { x: number; y: number }, signal?: AbortSignal): Promise<Shot>;
  /** The marketplaces that files can be made for, in the order in which a page shows them. */
  presets(): Promise<readonly Marketplace[]>;
  /** The studio's own scenes. */
  looks(): Promise<readonly StudioLook[]>;
  /** Reads a scene's JSON and writes it with every field; rejects with a sentence where it is none. */
  checkScene(scene: string): Promise<string>;
  /** Reads a correction of colour (JSON) and writes it with every field; rejects with a sentence where it is none. */
  checkColour(colour: string): Promise<string>;
  /**
   * Gives back all memory that ever held pixels: ends the workers, whose memory the browser gives back to the system, and
   * destroys the GPU's device. What is under way rejects; later jobs start anew.
   */
  forget(): Promise<void>;
  /** Frees the workers and the GPU's memory. */
  dispose(): void;
}
