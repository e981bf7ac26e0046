/**
 * Gives a buffer's memory back now instead of at the next garbage collection; the buffer is empty then.
 *
 * `ArrayBuffer.prototype.transfer` does it for buffers that a script made. Of those that the browser made (read from a
 * file, come by message, hashed) Chromium keeps a hold of its own, which only sending them away takes from it: here to
 * a port that nobody listens to.
 */
export function release(buffer: ArrayBufferLike): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength === 0) return;
  const { port1, port2 } = new MessageChannel();
  // In this order: from a port of its own that is closed nothing is sent at all.
  port2.close();
  port1.postMessage(null, [buffer]);
  port1.close();
}
