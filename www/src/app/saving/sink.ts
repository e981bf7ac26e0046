/**
 * Where finished files go: one interface, whatever the browser lets the photo frame do.
 *
 * The frame's origin is opaque, and there Chromium refuses a folder picker ("Sandboxed documents aren't allowed to
 * show a file picker"), a handle posted in from outside arrives as `messageerror`, and a writable file stream cannot
 * be posted at all (tried in Chromium 156). The page around the frame could open the folder and have the bytes posted
 * out to it; it must not, for it has a network, and its whole promise is that no pixel ever comes its way. So the
 * frame saves as the browser lets it save by itself: as downloads, one ZIP or one by one, and into a folder only
 * where it may open one.
 */

export interface OutputFile {
  /** With `/` between folders. */
  readonly path: string;
  readonly data: Blob;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Why nothing more can be written: it concerns all further files, not the one. */
export type Obstacle =
  /** No room, on the disk or in what the browser grants. */
  | 'full'
  /** The person, or the browser, has taken the permission back. */
  | 'permission'
  /** The folder is no longer there. */
  | 'gone'
  /** An archive has its full size; the next one begins with the file that was to be written. */
  | 'volume'
  | 'unknown';

export class SinkError extends Error {
  override name = 'SinkError';
  readonly obstacle: Obstacle;
  constructor(obstacle: Obstacle, options?: ErrorOptions) {
    super(obstacle, options);
    this.obstacle = obstacle;
  }
}

export type Way = 'zip' | 'files' | 'folder';

export interface Sink {
  readonly way: Way;
  /**
   * Takes one file; rejects with a SinkError where this and all further ones cannot be written. The answer is the
   * path under which it is there, which differs where something else had that name.
   */
  write(file: OutputFile): Promise<string>;
  /** Hands over what is still held. Until then nothing of an archive is saved; the answer is what to call the whole. */
  close(): Promise<string>;
  /** Gives up what is still held. */
  abort(): void;
}

/** What a browser's error means for the files to come. */
export function toSinkError(error: unknown): SinkError {
  if (error instanceof SinkError) return error;
  const { name } = (error ?? {}) as { name?: unknown };
  const obstacle: Obstacle =
    name === 'QuotaExceededError'
      ? 'full'
      : name === 'NotAllowedError' || name === 'SecurityError' || name === 'NoModificationAllowedError'
        ? 'permission'
        : name === 'NotFoundError'
          ? 'gone'
          : 'unknown';
  return new SinkError(obstacle, { cause: error });
}
