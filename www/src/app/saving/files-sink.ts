/** Every file a download of its own, in the browser's downloads folder. */

import { toSinkError, type OutputFile, type Sink } from './sink.js';

/** Chromium drops downloads that come faster than it begins them. Milliseconds. */
const PAUSE = 150;

export interface FilesSinkOptions {
  save: (file: Blob, name: string) => void;
  /** Called with each pause; for tests. */
  wait?: (milliseconds: number) => Promise<void>;
}

export class FilesSink implements Sink {
  readonly way = 'files';
  readonly #options: FilesSinkOptions;

  constructor(options: FilesSinkOptions) {
    this.#options = options;
  }

  /** A download has no folders, so the path has none; see `folders` in naming/plan.ts. */
  async write({ path, data }: OutputFile): Promise<string> {
    const { save, wait = (time) => new Promise((resolve) => setTimeout(resolve, time)) } = this.#options;
    try {
      save(data, path);
    } catch (error) {
      throw toSinkError(error);
    }
    await wait(PAUSE);
    return path;
  }

  async close(): Promise<string> {
    return '';
  }

  abort(): void {
    // Downloads that have begun are the browser's.
  }
}
