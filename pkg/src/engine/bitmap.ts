/** Pictures on their way from a wasm instance to the screen. */

/** A picture that the wasm instance holds; taking its pixels frees it. */
interface Held {
  readonly width: number;
  readonly height: number;
  intoPixels(): Uint8Array;
}

/** It as a bitmap that goes along with an answer; null for none. */
export async function bitmap(held: Held | 0 | undefined, transfer: Transferable[]): Promise<ImageBitmap | null> {
  if (!held) return null;
  const { width, height } = held;
  const rgba = new Uint8ClampedArray(held.intoPixels().buffer as ArrayBuffer);
  const picture = await createImageBitmap(new ImageData(rgba, width, height));
  transfer.push(picture);
  return picture;
}
