/** A file's way into a wasm instance. */

import { ArrivingFile } from '#wasm';
import { release } from './release.js';

/** Bytes that are in JavaScript's memory at a time. */
const PART = 4 << 20;
/** The same where each part is asked for when the one before it has been used, and lies in the instance alone. */
const SMALL_PART = 1 << 20;

/** Only workers have it, and only there does nothing wait while a file is read. */
declare class FileReaderSync {
  readAsArrayBuffer(file: Blob): ArrayBuffer;
}

/** Reads a file part by part, so that the whole of it lies in the instance's memory and nowhere else. */
export async function arrive(file: Blob): Promise<ArrivingFile> {
  const arriving = new ArrivingFile();
  try {
    for (let at = 0; at < file.size; at += PART) {
      const part = await file.slice(at, at + PART).arrayBuffer();
      arriving.push(new Uint8Array(part));
      release(part);
    }
  } catch (error) {
    arriving.free();
    throw error;
  }
  return arriving;
}

/** In a worker: the instance reads the file as it goes, so that not even the instance ever has all of it. */
export function readable(file: Blob): ArrivingFile {
  const reader = new FileReaderSync();
  let last: ArrayBuffer | undefined;
  return ArrivingFile.reading(file.size, (at: number) => {
    if (last) release(last);
    last = reader.readAsArrayBuffer(file.slice(at, at + SMALL_PART));
    return new Uint8Array(last);
  });
}
