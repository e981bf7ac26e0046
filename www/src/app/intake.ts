/** Photos on their way in: dropped, pasted or chosen; single, many, whole folders, or in a ZIP. */

import type { Incoming } from './queue.js';
import { strings } from './strings.js';

export interface Intake {
  photos: Incoming[];
  /** Names of the files that are certainly no photos. */
  leftOut: string[];
  /** Archives, still to be opened; see zip/unzip.ts. */
  archives: Incoming[];
  /** Names of the folders that this frame may not read. */
  closed: string[];
}

const nothing = (): Intake => ({ photos: [], leftOut: [], archives: [], closed: [] });

/** Extensions of pictures for which some browsers know no type. */
const PICTURE = /\.(?:jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|heic|heif|jxl)$/i;
/** What file managers leave in folders. */
const LITTER = /^(?:\.|Thumbs\.db$|desktop\.ini$|__MACOSX$)/i;

const ARCHIVE = /\.zip$/i;

/** Whether a file or folder of this name is of no interest to anybody. */
export const isLitter = (name: string): boolean => LITTER.test(name);

/** Files from an `<input type="file">`, with or without `webkitdirectory`. */
export function fromInput(files: Iterable<File>): Intake {
  const intake = nothing();
  for (const file of files) {
    const folder = file.webkitRelativePath.split('/').slice(0, -1).join('/');
    sort(intake, file, folder);
  }
  return intake;
}

/**
 * Whether a drag seems to hold one folder: a file without a type.
 *
 * A frame of an opaque origin may not read a dropped folder through its entry, but a file field for folders
 * that the drop falls on may. (`getAsFileSystemHandle` is no way: Chromium ends the whole renderer for it.)
 */
export function seemsFolder({ items }: DataTransfer): boolean {
  return items.length === 1 && items[0]?.kind === 'file' && items[0].type === '';
}

/** Whether a drop, now that it can be looked at, is one folder. */
export function isFolder(transfer: DataTransfer): boolean {
  return seemsFolder(transfer) && (transfer.items[0]?.webkitGetAsEntry()?.isDirectory ?? false);
}

/** Files of a drop. Call it within the event: what is dropped is gone after it. */
export async function fromDrop(transfer: DataTransfer): Promise<Intake> {
  const intake = nothing();
  const dropped: (File | FileSystemEntry)[] = [];
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    // A plain file needs no detour through its entry, which some frames cannot read.
    const file = entry?.isDirectory ? null : item.getAsFile();
    if (file) dropped.push(file);
    else if (entry) dropped.push(entry);
  }
  for (const thing of dropped) {
    if (thing instanceof File) sort(intake, thing, '');
    else await walk(intake, thing, '');
  }
  return intake;
}

/** Pictures of a paste; the clipboard calls each of them `image.png`. */
export function fromPaste(transfer: DataTransfer, pastedBefore: number): Intake {
  const intake = nothing();
  let count = pastedBefore;
  for (const file of transfer.files) {
    const nameless = file.name === '' || /^image\.\w+$/i.test(file.name);
    const extension = file.type.split('/')[1] ?? 'png';
    sort(intake, nameless ? new File([file], `${strings.pasted(++count)}.${extension}`, file) : file, '');
  }
  return intake;
}

async function walk(intake: Intake, entry: FileSystemEntry, folder: string): Promise<void> {
  if (LITTER.test(entry.name)) return;
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      sort(intake, file, folder);
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    const inside = folder === '' ? entry.name : `${folder}/${entry.name}`;
    // A reader gives at most a hundred at a time.
    for (;;) {
      const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (entries.length === 0) break;
      for (const inner of entries) await walk(intake, inner, inside);
    }
  } catch {
    (entry.isDirectory ? intake.closed : intake.leftOut).push(entry.name);
  }
}

/** What may be a photo goes to the engine, whose answer is final; only what certainly is none stays out. */
function sort(intake: Intake, file: File, folder: string): void {
  if (LITTER.test(file.name)) return;
  if (ARCHIVE.test(file.name)) intake.archives.push({ file, folder });
  else if (file.type.startsWith('image/') ? file.type !== 'image/svg+xml' : file.type === '' || PICTURE.test(file.name)) {
    intake.photos.push({ file, folder });
  } else {
    intake.leftOut.push(file.name);
  }
}
