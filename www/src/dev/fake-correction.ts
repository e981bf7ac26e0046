/** A stand-in for correction by hand: hard brushes and round regions, on canvases, without the photo's edges. */

import type { Corrected, Correction, CorrectionStep, Intent, Patch } from 'vitrine/engine/types';

/** What a click on a region takes, in pixels. */
const REGION = 40;

export class FakeCorrection implements Correction {
  readonly divisor = 1;
  readonly photo: ImageBitmap;
  readonly cutOut: ImageBitmap;
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #undone: ImageBitmap[] = [];
  readonly #done: ImageBitmap[] = [];
  #spots = 0;

  private constructor(photo: ImageBitmap, cutOut: ImageBitmap) {
    this.photo = photo;
    this.cutOut = cutOut;
    this.#canvas = new OffscreenCanvas(photo.width, photo.height);
    const context = this.#canvas.getContext('2d');
    if (!context) throw new Error('no 2d context');
    this.#context = context;
    context.drawImage(cutOut, 0, 0);
  }

  static async open(photo: Blob, cutOut: Blob): Promise<Correction> {
    return new FakeCorrection(await createImageBitmap(photo), await createImageBitmap(cutOut));
  }

  get width(): number {
    return this.photo.width;
  }

  get height(): number {
    return this.photo.height;
  }

  async apply(step: CorrectionStep): Promise<Patch> {
    if (step.is === 'undo' || step.is === 'redo') {
      const [from, to] = step.is === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
      const picture = from.pop();
      if (!picture) return this.#patch(false);
      to.push(await createImageBitmap(this.#canvas));
      this.#context.globalCompositeOperation = 'copy';
      this.#context.drawImage(picture, 0, 0);
      return this.#patch(true);
    }
    if (step.is === 'heal' && step.radius > 60) {
      return { ...(await this.#patch(false)), refused: 'the stroke covers 5.0% of the product, and 2% is the most that is healed at once: use a smaller brush, or several strokes' };
    }
    this.#done.push(await createImageBitmap(this.#canvas));
    this.#undone.length = 0;
    if (step.is === 'heal') this.#spots += 1;
    if (step.is === 'heal') this.#paint('keep', [...step.points], step.radius / 2);
    else if (step.is === 'stroke') this.#paint(step.intent, [...step.points], step.radius);
    else this.#paint(step.intent, [step.x, step.y], REGION);
    return this.#patch(true);
  }

  async finish(): Promise<Corrected> {
    const { data } = this.#context.getImageData(0, 0, this.width, this.height);
    let sum = 0;
    for (let at = 3; at < data.length; at += 4) sum += data[at] ?? 0;
    return {
      png: await this.#canvas.convertToBlob({ type: 'image/png' }),
      after: await createImageBitmap(this.#canvas),
      coverage: sum / (this.width * this.height * 255),
      retouched: { spots: this.#spots, pixels: this.#spots * 100 },
    };
  }

  close(): void {
    this.photo.close();
    this.cutOut.close();
  }

  #paint(intent: Intent, points: number[], radius: number): void {
    const context = this.#context;
    context.globalCompositeOperation = intent === 'erase' ? 'destination-out' : 'source-over';
    context.strokeStyle = intent === 'erase' ? '#000000' : (context.createPattern(this.photo, 'no-repeat') ?? '#000000');
    context.lineWidth = 2 * radius;
    context.lineCap = context.lineJoin = 'round';
    context.beginPath();
    context.moveTo((points[0] ?? 0) + 0.01, points[1] ?? 0);
    for (let at = 0; at < points.length; at += 2) context.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
    context.stroke();
  }

  async #patch(isChanged: boolean): Promise<Patch> {
    const steps = { canUndo: this.#done.length > 0, canRedo: this.#undone.length > 0 };
    if (!isChanged) return steps;
    return { changed: { left: 0, top: 0, picture: await createImageBitmap(this.#canvas) }, ...steps };
  }
}
