/** How large a camera's pictures may be for the device to keep up with them. */

/** Longer sides, in pixels, from what is asked of the camera down. */
const SIZES = [1280, 960, 640, 480] as const;
/** The one that is begun with. */
const FIRST = 2;
/** Pictures that are looked at together. */
const WINDOW = 8;
/** Milliseconds a picture: above the one smaller pictures are asked for, below the other larger ones. */
const SLOW = 75;
const FAST = 22;

export class Pace {
  #size = FIRST;
  #sum = 0;
  #count = 0;
  /** The smallest number of a size that was too slow for this device: it is not tried again. */
  #tooSlow = -1;

  /** Longer side to ask for. */
  get longest(): number {
    return SIZES[this.#size] ?? 640;
  }

  /** Tells what the last picture took, in milliseconds. */
  took(time: number): void {
    this.#sum += time;
    if (++this.#count < WINDOW) return;
    const mean = this.#sum / this.#count;
    this.#sum = this.#count = 0;
    if (mean > SLOW && this.#size < SIZES.length - 1) this.#tooSlow = this.#size++;
    else if (mean < FAST && this.#size - 1 > this.#tooSlow) this.#size--;
  }
}
