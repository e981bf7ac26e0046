/** The studio's pictures while something moves, drawn on the graphics adapter from small copies. */

import type { LiveStudio } from '#wasm';
import { mark } from '../trace.js';
import { cancelled } from './faults.js';
import { SerialQueue } from './queue.js';
import type { Copies } from './worker-messages.js';

/** Longer side of the copies, and of the pictures, in pixels. */
export const LIVE = 1024;
/** Pictures that took this long, in milliseconds, in a row, say that the adapter is no help. */
const SLOW = { time: 60, most: 5 };

export class Live {
  readonly #drawer: LiveStudio;
  /** Whether the adapter is given all the time it needs. */
  readonly #isPatient: boolean;
  readonly #queue = new SerialQueue();
  #products = 0;
  #slow = 0;
  #isClosed = false;
  /** What the copies were made for. */
  holds = '';

  constructor(drawer: LiveStudio, isPatient: boolean) {
    this.#drawer = drawer;
    this.#isPatient = isPatient;
  }

  /** Whether it keeps up with what moves. */
  get isFast(): boolean {
    return this.#isPatient || this.#slow < SLOW.most;
  }

  /** Takes copies in the place of those that it has, and draws a scene once, so that the next one does not wait. */
  async take({ copies, products }: Copies, holds: string, scene: string): Promise<void> {
    await this.#run(() => {
      this.#products = products;
      this.#drawer.clear();
      for (const { width, height, factor, pixels } of copies) {
        this.#drawer.add(width, height, factor, new Uint8Array(pixels));
      }
      return this.#drawer.draw(scene, LIVE, products);
    });
    this.holds = holds;
    mark('studio is live');
  }

  async draw(scene: string, longest: number): Promise<ImageBitmap> {
    const from = performance.now();
    const picture = await this.#run(() => this.#drawer.draw(scene, Math.min(longest, LIVE), this.#products));
    const { width, height } = picture;
    const rgba = new Uint8ClampedArray(picture.intoPixels().buffer as ArrayBuffer);
    const bitmap = await createImageBitmap(new ImageData(rgba, width, height));
    this.#slow = performance.now() - from > SLOW.time ? this.#slow + 1 : 0;
    mark('studio was drawn live');
    return bitmap;
  }

  /** Frees it, after what is under way. */
  close(): void {
    this.#isClosed = true;
    void this.#queue.run(async () => this.#drawer.free()).catch(() => undefined);
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(() => {
      if (this.#isClosed) throw cancelled();
      return work();
    });
  }
}
