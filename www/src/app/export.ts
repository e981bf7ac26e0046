/** Cut-outs on their way out: encoded as asked, named, as one file or many, or to the clipboard. */

import type { Engine, OutputFormat } from 'vitrine/engine/types';
import { EXTENSIONS } from './names.js';
import type { Mapping } from './naming/mapping.js';
import { planNames, type Plan } from './naming/plan.js';
import { DEFAULT_TEMPLATE, parseTemplate, type Template } from './naming/template.js';
import { isReady, type Background, type Photo } from './queue.js';
import { saveFile } from './saving/download.js';
import type { Item } from './saving/save-all.js';
import type { Way } from './saving/sink.js';

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

/** How files are called, and where they go. */
export interface Naming {
  readonly template: Template;
  readonly mapping?: Mapping;
  readonly way: Way;
}

export const DEFAULT_NAMING: Naming = { template: parseTemplate(DEFAULT_TEMPLATE) as Template, way: 'zip' };

/** Names for some photos of a batch; `all` is the whole of it, in order, for it gives the numbers. */
export function nameFiles(
  chosen: readonly Photo[],
  all: readonly Photo[],
  look: Look,
  { template, mapping, way }: Naming,
  platform?: string,
): Plan {
  const numbers = new Map(all.map(({ id }, index) => [id, index + 1]));
  const files = chosen.map(({ id, file, folder }) => ({
    file: file.name,
    folder,
    extension: EXTENSIONS[look.format],
    seq: numbers.get(id) ?? 1,
    ...(platform !== undefined && { platform }),
  }));
  return planNames(files, { template, mapping, folders: way === 'files' ? 'in the name' : 'kept', count: all.length });
}

/** Saves one cut-out; the answer is the file and its name. */
export async function saveOne(
  engine: Engine,
  photo: ReadyPhoto,
  all: readonly Photo[],
  look: Look,
  naming: Naming,
): Promise<{ file: Blob; name: string }> {
  const file = await render(engine, photo, look);
  const [path = ''] = nameFiles([photo], all, look, naming).paths;
  const name = path.slice(path.lastIndexOf('/') + 1);
  saveFile(file, name);
  return { file, name };
}

/** Everything that can be saved, named, each made when its turn comes. */
export function itemsOf(engine: Engine, photos: readonly Photo[], look: Look, naming: Naming): Item<ReadyPhoto>[] {
  const ready = readyPhotos(photos);
  const { paths } = nameFiles(ready, photos, look, naming);
  return ready.map((photo, index) => ({
    of: photo,
    path: paths[index] ?? '',
    modified: photo.file.lastModified,
    make: (signal) => render(engine, photo, look, signal),
  }));
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

/** Copies a cut-out as PNG, which is what clipboards take; the answer is that file. Call it within the person's click. */
export async function copy(engine: Engine, photo: ReadyPhoto, look: Look): Promise<Blob> {
  const picture = render(engine, photo, { ...look, format: 'image/png' });
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
  return picture;
}
