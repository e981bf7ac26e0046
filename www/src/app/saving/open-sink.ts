/** The way of saving that a person has chosen, opened. */

import { saveFile } from './download.js';
import { FilesSink } from './files-sink.js';
import { FolderSink, pickFolder } from './folder-sink.js';
import type { Sink, Way } from './sink.js';
import { ZipSink } from './zip-sink.js';

export interface SinkOptions {
  /** What an archive is called. */
  archive: string;
  /** Bytes from which on an archive takes no further file. */
  volume?: number;
}

/** Call it within the person's click; undefined where a folder is to be chosen and none is. */
export async function openSink(way: Way, { archive, volume }: SinkOptions): Promise<Sink | undefined> {
  switch (way) {
    case 'folder': {
      const folder = await pickFolder();
      return folder && new FolderSink(folder);
    }
    case 'files':
      return new FilesSink({ save: saveFile });
    case 'zip':
      return new ZipSink({ name: archive, save: saveFile, ...(volume !== undefined && { volume }) });
  }
}
