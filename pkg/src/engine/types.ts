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

/** The stations of a photo, in order. */
export type Stage = 'queue' | 'decode' | 'network' | 'refine' | 'encode';

export interface Progress {
  stage: Stage;
  /** 0 to 1 over the whole job. */
  fraction: number;
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
  /** Sentences a person should read, such as that the photo was reduced. */
  notes: string[];
  device: Device;
  model: { name: string; sha256: string };
  /** Milliseconds a stage. */
  timings: Partial<Record<Stage, number>>;
}

/** An error whose message is a sentence for the person: what is wrong, the limit, the remedy. */
export class VitrineError extends Error {
  /** Whose fault it is. */
  readonly kind: 'photo' | 'model' | 'device' | 'caller' | 'cancelled';
  constructor(kind: VitrineError['kind'], message: string) {
    super(message);
    this.name = 'VitrineError';
    this.kind = kind;
  }
}

export interface DeviceReport {
  device: Device;
  /** One sentence: which adapter, or why the CPU. */
  reason: string;
}

/** The engine as the page inside the frame sees it. Jobs run one after another, in the order given. */
export interface Engine {
  readonly device: DeviceReport;
  /** Called when the device changes, for instance when the GPU was lost and the CPU took over. */
  onDeviceChange(listener: (report: DeviceReport) => void): () => void;
  /** Cuts the subject out. Rejects with a VitrineError; cancelling answers within 500 ms. */
  removeBackground(
    photo: Blob,
    options?: { signal?: AbortSignal; onProgress?: (progress: Progress) => void },
  ): Promise<CutOutResult>;
  /** Encodes a finished cut-out again: another format, or on a colour. */
  encode(png: Blob, output: OutputOptions, signal?: AbortSignal): Promise<Blob>;
  /** Frees the workers and the GPU's memory. */
  dispose(): void;
}
