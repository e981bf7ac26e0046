/**
 * What every page of the comparison does alike: it starts its work as soon as its script runs, as a visitor's
 * page would, and then does it again whenever it is asked.
 */

/** What one run gives. */
export interface Run {
  /** How long it took, in milliseconds, by the measure of the row. */
  milliseconds: number;
  /** Mean of the mask or of the picture's alpha, 0 to 1: says that the same work was done. */
  covered: number;
}

/** The first run, from nothing. */
export interface First extends Run {
  /** Milliseconds from the start of the navigation to the answer. */
  opened: number;
}

declare global {
  /** The first run. */
  var first: Promise<First>;
  /** A further run. */
  var again: () => Promise<Run>;
}

/** What the driver says to a page by its address: `/?threads=2&model=/float.onnx`. */
export const settings = new URLSearchParams(location.search);

/** Starts the first run and leaves the way to further ones. */
export function contest(run: () => Promise<Run>): void {
  globalThis.again = run;
  globalThis.first = run().then((first) => ({ ...first, opened: performance.now() }));
  // The driver hears of a failure when it asks for the first run.
  globalThis.first.catch(() => undefined);
}

/** The photo as a person's file would be: its bytes, before anything is decoded. */
export const photo = (async () => (await fetch('/photo.jpg')).blob())();

/** Mean alpha of a cut-out, 0 to 1, looked at in a small copy. */
export async function meanAlpha(file: Blob): Promise<number> {
  const side = 64;
  const bitmap = await createImageBitmap(file, { resizeWidth: side, resizeHeight: side });
  const context = new OffscreenCanvas(side, side).getContext('2d');
  if (!context) throw new Error('The page has no 2D canvas.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, side, side);
  let sum = 0;
  for (let index = 3; index < data.length; index += 4) sum += data[index] ?? 0;
  return sum / 255 / (side * side);
}

/** A cut-out's run: the photo's bytes in, the file out; what is looked at afterwards is not counted. */
export async function timed(cutOut: (photo: Blob) => Promise<Blob>): Promise<Run> {
  const file = await photo;
  const from = performance.now();
  const result = await cutOut(file);
  const milliseconds = performance.now() - from;
  return { milliseconds, covered: await meanAlpha(result) };
}
