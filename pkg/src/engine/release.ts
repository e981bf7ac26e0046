/** Gives a buffer's memory back now instead of at the next garbage collection, where the browser can. */
export function release(buffer: ArrayBufferLike): void {
  (buffer as { transfer?(length: number): ArrayBuffer }).transfer?.(0);
}
