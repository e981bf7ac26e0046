/** Cut-outs on their way out: encoded as asked, as one file, as an archive, or to the clipboard. */

import { makeZip } from 'client-zip';
import type { Engine, OutputFormat } from 'vitrine/engine/types';
import { outputFolder, outputName, uniqueNames } from './names.js';
import { isReady, type Background, type Photo } from './queue.js';

/** How everything is saved, where a photo has no background of its own. */
export interface Look {
  background: Background;
  format: OutputFormat;
}

/** A photo that has a cut-out. */
export type ReadyPhoto = Photo & { state: { is: 'done' } };

export function readyPhotos(photos: readonly Photo[]): ReadyPhoto[] {
  return photos.filter(isReady);
}

/** What lies under a cut-out, on the screen as in the file: JPEG has no transparency. */
export function backdropOf(photo: Photo | undefined, { background, format }: Look): Background {
  const wanted = photo?.background ?? background;
  return wanted === 'transparent' && format === 'image/jpeg' ? '#ffffff' : wanted;
}

/** The cut-out at full size, in the format and on the background asked for. */
export async function render(engine: Engine, photo: ReadyPhoto, look: Look, signal?: AbortSignal): Promise<Blob> {
  const { png } = photo.state.cutOut;
  const background = backdropOf(photo, look);
  if (look.format === 'image/png' && background === 'transparent') return png;
  return engine.encode(png, { format: look.format, ...(background !== 'transparent' && { background }) }, signal);
}

/** Hands a file to the browser's downloads. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser copies the file in its own time; a minute is far more than it takes to start.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Saves one cut-out; the answer is the file's name. */
export async function saveOne(engine: Engine, photo: ReadyPhoto, look: Look, signal?: AbortSignal): Promise<string> {
  const file = await render(engine, photo, look, signal);
  const name = outputName(photo.file.name, look.format);
  saveFile(file, name);
  return name;
}

export interface ArchiveOptions {
  signal: AbortSignal;
  /** Called before each file, with the number of those packed. */
  onProgress: (done: number) => void;
}

/**
 * Packs all cut-outs into one ZIP, each in the folder it was dropped with.
 *
 * The archive is made as a stream, one picture in memory at a time; the browser keeps the finished part on disk.
 * Pictures are compressed already, so the archive stores them as they are.
 */
export async function pack(
  engine: Engine,
  photos: readonly ReadyPhoto[],
  look: Look,
  { signal, onProgress }: ArchiveOptions,
): Promise<Blob> {
  const names = uniqueNames(
    photos.map(({ file, folder }) => [outputFolder(folder), outputName(file.name, look.format)].filter(Boolean).join('/')),
  );
  async function* files() {
    for (const [index, photo] of photos.entries()) {
      signal.throwIfAborted();
      onProgress(index);
      const input = await render(engine, photo, look, signal);
      yield { name: names[index], lastModified: new Date(photo.file.lastModified), input };
    }
  }
  const archive = await new Response(makeZip(files()), { headers: { 'Content-Type': 'application/zip' } }).blob();
  signal.throwIfAborted();
  return archive;
}

/** Whether this frame may write pictures to the clipboard, as far as it can be known before trying. */
export function canCopy(): boolean {
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  return (
    typeof ClipboardItem === 'function' &&
    typeof navigator.clipboard?.write === 'function' &&
    (policy?.allowsFeature('clipboard-write') ?? true)
  );
}

/** Copies a cut-out as PNG, which is what clipboards take. Call it within the person's click. */
export function copy(engine: Engine, photo: ReadyPhoto, look: Look): Promise<void> {
  const picture = render(engine, photo, { ...look, format: 'image/png' });
  return navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
}
