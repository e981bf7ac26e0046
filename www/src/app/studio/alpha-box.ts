/** The shape of what is visible of a cut-out, for the frame around it on the screen. */

/** Longer side at which it is looked at, in pixels. */
const SIDE = 200;
/** From this opacity on a pixel counts as visible. */
const SEEN = 24;

/** Width by height of the box around all that is visible; undefined where nothing is. */
export async function visibleAspect(cutOut: Blob, { width, height }: { width: number; height: number }): Promise<number | undefined> {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const picture = await createImageBitmap(cutOut, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
  });
  try {
    const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d', { willReadFrequently: true });
    if (!context) return undefined;
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, picture.width, picture.height);
    let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
    for (let y = 0; y < picture.height; y++) {
      for (let x = 0; x < picture.width; x++) {
        if ((data[(y * picture.width + x) * 4 + 3] ?? 0) < SEEN) continue;
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      }
    }
    if (right < 0) return undefined;
    // The picture's own shape, not that of the small copy, whose sides are rounded.
    const shape = ((right - left + 1) / picture.width / ((bottom - top + 1) / picture.height)) * (width / height);
    return shape;
  } finally {
    picture.close();
  }
}
