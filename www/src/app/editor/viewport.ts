/** Where the picture lies on the screen: a scale and an offset, held so that it never gets lost. Knows no DOM. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Free space around a picture that fits, in CSS pixels; above and below float the view's own buttons. */
const PADDING = { x: 20, y: 64 };
/** Of a picture that is moved away, at least this much stays in view, in CSS pixels. */
const STAYS = 64;
/** Screen pixels for a pixel of the photo, at most. */
const MOST = 16;
/** What is shown takes this part of the view, and is magnified to so many screen pixels for one of the photo. */
const SHOWN = { part: 0.6, magnified: 3 };

/** A rectangle, in pixels of the picture. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export class Viewport {
  /** CSS pixels for a pixel of the picture. */
  scale = 1;
  /** The picture's upper left corner in the view, CSS pixels. */
  x = 0;
  y = 0;
  #view = { width: 1, height: 1 };
  readonly #picture: { width: number; height: number };
  /** Pixels of the photo along one of the picture. */
  readonly #divisor: number;
  #fits = true;

  constructor(picture: { width: number; height: number }, divisor: number) {
    this.#picture = picture;
    this.#divisor = divisor;
  }

  /** Screen pixels for a pixel of the photo: 1 is 100%. */
  get zoom(): number {
    return (this.scale * devicePixelRatio) / this.#divisor;
  }

  get fits(): boolean {
    return this.#fits;
  }

  /** The view has this size from now on; a picture that fits goes on fitting, another keeps its middle. */
  resize(width: number, height: number): void {
    const { width: before, height: above } = this.#view;
    this.#view = { width: Math.max(width, 1), height: Math.max(height, 1) };
    if (this.#fits) return this.fit();
    this.x += (width - before) / 2;
    this.y += (height - above) / 2;
    this.#hold();
  }

  fit(): void {
    this.scale = this.#fitting;
    this.x = (this.#view.width - this.#picture.width * this.scale) / 2;
    this.y = (this.#view.height - this.#picture.height * this.scale) / 2;
    this.#fits = true;
  }

  /** Sets the zoom; `at` stays where it is. */
  zoomTo(zoom: number, at: Point = { x: this.#view.width / 2, y: this.#view.height / 2 }): void {
    this.zoomBy(zoom / this.zoom, at);
  }

  zoomBy(factor: number, at: Point = { x: this.#view.width / 2, y: this.#view.height / 2 }): void {
    const most = Math.max((MOST * this.#divisor) / devicePixelRatio, this.#fitting);
    const scale = Math.min(Math.max(this.scale * factor, this.#fitting / 2), most);
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.#fits = false;
    this.#hold();
  }

  pan(x: number, y: number): void {
    this.x += x;
    this.y += y;
    this.#fits = false;
    this.#hold();
  }

  /** A place in the view as one in the picture. */
  toPicture({ x, y }: Point): Point {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  /** Brings a part of the picture into the middle, close enough to be judged, with some of what is around it. */
  show({ left, top, width, height }: Rectangle): void {
    const { width: across, height: down } = this.#view;
    const scale = SHOWN.part * Math.min((across - 2 * PADDING.x) / width, (down - 2 * PADDING.y) / height);
    const most = Math.max((SHOWN.magnified * this.#divisor) / devicePixelRatio, this.#fitting);
    this.scale = Math.min(Math.max(scale, this.#fitting), most);
    this.x = across / 2 - (left + width / 2) * this.scale;
    this.y = down / 2 - (top + height / 2) * this.scale;
    this.#fits = false;
    this.#hold();
  }

  /** Moves so that a place in the view comes inside of it; the answer is where the same spot lies now. */
  reveal({ x, y }: Point): Point {
    const { width, height } = this.#view;
    const dx = Math.min(Math.max(x, STAYS / 2), width - STAYS / 2) - x;
    const dy = Math.min(Math.max(y, STAYS / 2), height - STAYS / 2) - y;
    if (dx === 0 && dy === 0) return { x, y };
    const { x: left, y: top } = this;
    this.pan(dx, dy);
    return { x: x + this.x - left, y: y + this.y - top };
  }

  get #fitting(): number {
    const { width, height } = this.#view;
    const room = (size: number, padding: number) => Math.max(size - 2 * padding, size / 2);
    // A small picture is not blown up beyond twice its size.
    return Math.min(room(width, PADDING.x) / this.#picture.width, room(height, PADDING.y) / this.#picture.height, 2 * this.#divisor);
  }

  #hold(): void {
    const within = (at: number, view: number, length: number) =>
      Math.min(Math.max(at, Math.min(STAYS, view / 2) - length), view - Math.min(STAYS, view / 2));
    this.x = within(this.x, this.#view.width, this.#picture.width * this.scale);
    this.y = within(this.y, this.#view.height, this.#picture.height * this.scale);
  }
}
