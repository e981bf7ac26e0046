/** A file's way into a wasm instance, wherever that runs. */

import { ArrivingFile } from '#wasm';
import { release } from './release.js';

/** Bytes that are in JavaScript's memory at a time. */
const PART = 4 << 20;

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
