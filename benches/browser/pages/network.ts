/** U²-Net-p's own input, for the peers that take a tensor and not a photo. */

/** Rows and columns of input and output. */
export const SIDE = 320;

/** Of red, green and blue in 0 to 1. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

export function context(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('The page has no 2D canvas.');
  return context;
}

/** A photo as the network wants it: planes of red, green and blue (`[1, 3, SIDE, SIDE]`), normalised. */
export async function normalised(source: ImageBitmapSource): Promise<Float32Array> {
  const bitmap = await createImageBitmap(source, { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: 'medium' });
  const canvas = context(SIDE, SIDE);
  canvas.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = canvas.getImageData(0, 0, SIDE, SIDE).data;
  const planes = new Float32Array(3 * SIDE * SIDE);
  for (let index = 0; index < SIDE * SIDE; index += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const value = (pixels[4 * index + channel] ?? 0) / 255;
      planes[channel * SIDE * SIDE + index] = (value - (MEAN[channel] ?? 0)) / (DEVIATION[channel] ?? 1);
    }
  }
  return planes;
}

/** Mean of a mask, 0 to 1. */
export function mean(mask: Float32Array): number {
  return mask.reduce((sum, value) => sum + value, 0) / mask.length;
}
