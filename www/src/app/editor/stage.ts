/**
 * Draws the picture: what the engine last answered, and over it the strokes that it has not answered yet.
 *
 * The canvases are the browser's own, drawn by its graphics card. Only rectangles that changed are put on the one of
 * the picture's size; everything else is drawn anew at the size of the view, at most once a frame.
 */

import type { Correction, Intent, Patch } from 'vitrine/engine/types';
import { Viewport, type Point } from './viewport.js';

/** What lies under the cut-out; `mask` shows the whole photo with what is erased tinted. */
export type Ground = 'checker' | 'mask' | `#${string}`;

/** A stroke on its way. Places and lengths are in pixels of the picture. */
export interface Preview {
  readonly intent: Intent | 'heal';
  readonly points: Point[];
  readonly radius: number;
  readonly softness: number;
}

const TINT = 'rgb(226 38 72)';
const TINT_OPACITY = 0.55;
/** Over what is being healed. */
const HEALING = 'rgb(255 255 255 / 0.6)';
const CHECK = 10;
/** From this zoom on single pixels are meant to be seen. */
const PIXELS_FROM = 4;

export class Stage {
  readonly viewport: Viewport;
  readonly previews = new Set<Preview>();
  readonly #view: HTMLCanvasElement;
  readonly #correction: Correction;
  readonly #cut: Layer;
  readonly #over: Layer;
  readonly #shade: Layer;
  readonly #keep: CanvasPattern;
  #ground: Ground = 'checker';
  #checks: readonly [string, string] = ['#ffffff', '#efedea'];
  #frame: number | undefined;

  constructor(view: HTMLCanvasElement, correction: Correction) {
    const { width, height } = correction.photo;
    this.#view = view;
    this.#correction = correction;
    this.viewport = new Viewport({ width, height }, correction.divisor);
    this.#cut = layer(width, height);
    this.#cut.context.drawImage(correction.cutOut, 0, 0);
    this.#over = layer(1, 1);
    this.#shade = layer(1, 1);
    const keep = this.#cut.context.createPattern(correction.photo, 'no-repeat');
    if (!keep) throw noCanvas();
    this.#keep = keep;
  }

  /** The picture's size in its own pixels. */
  get picture(): { width: number; height: number } {
    return this.#correction.photo;
  }

  set ground(ground: Ground) {
    this.#ground = ground;
    this.draw();
  }

  /** The two colours of the checkerboard. */
  set checks(checks: readonly [string, string]) {
    this.#checks = checks;
    this.draw();
  }

  /** The view's size in CSS pixels. */
  resize(width: number, height: number): void {
    for (const canvas of [this.#view, this.#over.canvas, this.#shade.canvas]) {
      canvas.width = Math.max(Math.round(width * devicePixelRatio), 1);
      canvas.height = Math.max(Math.round(height * devicePixelRatio), 1);
    }
    this.viewport.resize(width, height);
    // An emptied canvas would flicker until the next frame.
    this.#draw();
  }

  /** Puts an answer in place of what the strokes before it had promised. */
  take({ changed }: Patch): void {
    if (changed) {
      const { left, top, picture } = changed;
      this.#cut.context.clearRect(left, top, picture.width, picture.height);
      this.#cut.context.drawImage(picture, left, top);
      picture.close();
    }
    this.draw();
  }

  /** Draws in the next frame. */
  draw(): void {
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  close(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    // Safari holds a canvas's memory long after nobody holds the canvas.
    for (const { canvas } of [this.#cut, this.#over, this.#shade]) canvas.width = canvas.height = 0;
  }

  #draw(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    const context = this.#view.getContext('2d');
    if (!context) return;
    const { width, height } = this.#view;
    const { photo } = this.#correction;
    this.#drawCut();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    this.#place(context);
    if (this.#ground === 'mask') {
      context.drawImage(photo, 0, 0);
      this.#drawShade();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.globalAlpha = TINT_OPACITY;
      context.drawImage(this.#shade.canvas, 0, 0);
      context.globalAlpha = 1;
      return;
    }
    if (this.#ground === 'checker') {
      this.#drawChecks(context);
    } else {
      context.fillStyle = this.#ground;
      context.fillRect(0, 0, photo.width, photo.height);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.#over.canvas, 0, 0);
  }

  /** Pixels of the picture from here on. */
  #place(context: CanvasRenderingContext2D): void {
    const { scale, x, y, zoom } = this.viewport;
    const ratio = devicePixelRatio;
    context.setTransform(scale * ratio, 0, 0, scale * ratio, Math.round(x * ratio), Math.round(y * ratio));
    context.imageSmoothingEnabled = zoom < PIXELS_FROM;
    // Reduced, every pixel counts, or fine edges glitter.
    context.imageSmoothingQuality = scale * ratio < 1 ? 'high' : 'low';
  }

  /** The cut-out as it will be. */
  #drawCut(): void {
    const { canvas, context } = this.#over;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    this.#place(context);
    context.drawImage(this.#cut.canvas, 0, 0);
    for (const { intent, points, radius, softness } of this.previews) {
      const [first, ...rest] = points;
      if (!first) continue;
      context.globalCompositeOperation = { keep: 'source-over', erase: 'destination-out', heal: 'source-atop' }[intent] as GlobalCompositeOperation;
      context.strokeStyle = { keep: this.#keep, erase: '#000000', heal: HEALING }[intent];
      // To the middle of the rim, which is where an edge of one colour will lie.
      context.lineWidth = 2 * radius * (1 - softness / 2);
      context.lineCap = context.lineJoin = 'round';
      context.beginPath();
      context.moveTo(first.x, first.y);
      // A line of no length gets no cap in some browsers.
      if (rest.length === 0) context.lineTo(first.x + 0.01, first.y);
      for (const { x, y } of rest) context.lineTo(x, y);
      context.stroke();
    }
    context.globalCompositeOperation = 'source-over';
  }

  #drawShade(): void {
    const { canvas, context } = this.#shade;
    const { width, height } = this.#correction.photo;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    this.#place(context);
    context.fillStyle = TINT;
    context.fillRect(0, 0, width, height);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = 'destination-out';
    context.drawImage(this.#over.canvas, 0, 0);
    context.globalCompositeOperation = 'source-over';
  }

  /** Squares of the same size on the screen at any zoom. */
  #drawChecks(context: CanvasRenderingContext2D): void {
    const { scale, x, y } = this.viewport;
    const { width, height } = this.#correction.photo;
    const [light, dark] = this.#checks;
    const ratio = devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.save();
    context.beginPath();
    context.rect(x, y, width * scale, height * scale);
    context.clip();
    context.fillStyle = light;
    context.fillRect(x, y, width * scale, height * scale);
    context.fillStyle = dark;
    context.beginPath();
    const [right, bottom] = [this.#view.width / ratio, this.#view.height / ratio];
    const from = (start: number) => Math.max(Math.floor(-start / CHECK), 0);
    for (let row = from(y); y + row * CHECK < Math.min(y + height * scale, bottom); row++) {
      for (let column = from(x); x + column * CHECK < Math.min(x + width * scale, right); column++) {
        if ((row + column) % 2 === 0) context.rect(x + column * CHECK, y + row * CHECK, CHECK, CHECK);
      }
    }
    context.fill();
    context.restore();
  }
}

interface Layer {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
}

function layer(width: number, height: number): Layer {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw noCanvas();
  return { canvas, context };
}

function noCanvas(): Error {
  return new Error('The browser gave no canvas to draw the photo on: close other tabs and try again.');
}
