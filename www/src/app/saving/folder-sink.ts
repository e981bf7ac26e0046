/** Straight into a folder that the person has chosen, where the browser lets this frame open one. */

import { sameOnDisk } from '../naming/file-name.js';
import { SinkError, toSinkError, type OutputFile, type Sink } from './sink.js';

interface PickerWindow {
  showDirectoryPicker?: (options: { mode: 'readwrite'; id?: string }) => Promise<FileSystemDirectoryHandle>;
}

/** Whether a folder can be asked for: never in a frame of an opaque origin. */
export function canPickFolder(): boolean {
  return self.origin !== 'null' && typeof (self as PickerWindow).showDirectoryPicker === 'function';
}

/** Asks for a folder, within the person's click; undefined where the person chooses none. */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (self as PickerWindow).showDirectoryPicker?.({ mode: 'readwrite', id: 'vitrine' });
  } catch (error) {
    if ((error as { name?: unknown }).name === 'AbortError') return undefined;
    throw toSinkError(error);
  }
}

/** Most numbers tried for a name that is taken. */
const MOST_TRIES = 10_000;

export class FolderSink implements Sink {
  readonly way = 'folder';
  readonly #root: FileSystemDirectoryHandle;
  readonly #folders = new Map<string, Promise<FileSystemDirectoryHandle>>();

  constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  /** Never overwrites: where the folder has a file of that name, this one gets a number. */
  async write({ path, data }: OutputFile): Promise<string> {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let made: { folder: FileSystemDirectoryHandle; name: string } | undefined;
    try {
      const folder = await this.#folder(parts);
      const free = await freeName(folder, name);
      const handle = await folder.getFileHandle(free, { create: true });
      made = { folder, name: free };
      // Written beside the file and put in its place at the end: a break leaves nothing half.
      const stream = await handle.createWritable();
      try {
        await stream.write(data);
        await stream.close();
      } catch (error) {
        await stream.abort().catch(() => undefined);
        throw error;
      }
      return [...parts, free].join('/');
    } catch (error) {
      // The empty file that stands for it goes as well.
      if (made) await remove(made.folder, made.name);
      throw toSinkError(error);
    }
  }

  async close(): Promise<string> {
    return this.#root.name;
  }

  abort(): void {
    // What is written stays: it is the person's.
  }

  #folder(parts: readonly string[]): Promise<FileSystemDirectoryHandle> {
    if (parts.length === 0) return Promise.resolve(this.#root);
    const key = sameOnDisk(parts.join('/'));
    const known = this.#folders.get(key);
    if (known) return known;
    const opened = this.#folder(parts.slice(0, -1)).then((parent) =>
      parent.getDirectoryHandle(parts.at(-1) ?? '', { create: true }),
    );
    this.#folders.set(key, opened);
    opened.catch(() => this.#folders.delete(key));
    return opened;
  }
}

/** Removes a file; one whose stream was just broken off stays locked for a moment. */
async function remove(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    try {
      await folder.removeEntry(name);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freeName(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  const dot = name.lastIndexOf('.');
  const end = dot > 0 ? dot : name.length;
  for (let count = 1; count <= MOST_TRIES; count++) {
    const tried = count === 1 ? name : `${name.slice(0, end)} (${count})${name.slice(end)}`;
    try {
      await folder.getFileHandle(tried);
    } catch (error) {
      const { name: kind } = error as { name?: unknown };
      if (kind === 'NotFoundError') return tried;
      // A folder of that name is as good as a file: the place is taken.
      if (kind !== 'TypeMismatchError') throw error;
    }
  }
  throw new SinkError('unknown');
}
