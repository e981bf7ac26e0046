/** The outline of what is visible of a cut-out, for the frame around it on the screen. */

/** Longer side at which it is looked at, in pixels. */
const SIDE = 200;
/** From this opacity on a pixel counts as visible. */
const SEEN = 24;

/** The corners of what encloses all that is visible, in order; lengths in pixels of the cut-out. */
export type Outline = readonly (readonly [x: number, y: number])[];

/** Undefined where nothing is visible. */
export async function outlineOf(cutOut: Blob, { width, height }: { width: number; height: number }): Promise<Outline | undefined> {
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
    // The picture's own shape, not that of the small copy, whose sides are rounded.
    const [across, down] = [width / picture.width, height / picture.height];
    const corners: [number, number][] = [];
    for (let y = 0; y < picture.height; y++) {
      let [left, right] = [Infinity, -1];
      for (let x = 0; x < picture.width; x++) {
        if ((data[(y * picture.width + x) * 4 + 3] ?? 0) < SEEN) continue;
        [left, right] = [Math.min(left, x), Math.max(right, x)];
      }
      if (right < 0) continue;
      for (const row of [y, y + 1]) corners.push([left * across, row * down], [(right + 1) * across, row * down]);
    }
    return corners.length > 0 ? hull(corners) : undefined;
  } finally {
    picture.close();
  }
}

/** Width by height of an outline turned clockwise by some degrees. */
export function aspectOf(outline: Outline, degrees: number): number {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const across = outline.map(([x, y]) => cos * x - sin * y);
  const down = outline.map(([x, y]) => sin * x + cos * y);
  const length = (places: number[]) => Math.max(...places) - Math.min(...places);
  return length(across) / length(down);
}

/** The convex hull of some points: A. M. Andrew's monotone chain, 1979. */
function hull(points: [number, number][]): Outline {
  const sorted = points.sort(([x, y], [u, v]) => x - u || y - v);
  const half = (row: readonly [number, number][]) => {
    const chain: [number, number][] = [];
    for (const point of row) {
      for (;;) {
        const [before, last] = chain.slice(-2);
        if (!before || !last || (last[0] - before[0]) * (point[1] - before[1]) - (last[1] - before[1]) * (point[0] - before[0]) > 0) break;
        chain.pop();
      }
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half([...sorted].reverse())];
}
