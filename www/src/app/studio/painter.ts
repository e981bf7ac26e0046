/**
 * Keeps the screen's pictures in step with their scenes: coarse while something moves, fine when it rests, and the
 * thumbnails when there is nothing better to do. Knows no DOM.
 */

import { VitrineError, type StudioSession } from 'vitrine/engine/types';
import type { Scene } from './scene.js';

/** A coarse picture may take so long, in milliseconds; where it does not, the next one is coarser. */
const MOMENT = 45;
/** Longer sides of coarse pictures, in pixels. */
const COARSE = { least: 240, first: 560, most: 680 };
/** Longer side of a thumbnail, in pixels. */
const THUMBNAIL = 176;

export interface PainterOptions {
  /** A picture of the scene that was wanted; whoever takes it closes it. */
  show: (picture: ImageBitmap) => void;
  /** A thumbnail that was wanted; whoever takes it closes it. */
  showThumbnail: (id: string, picture: ImageBitmap) => void;
  fail: (why: string) => void;
}

interface Wanted {
  scene: Scene;
  longest: number;
  isMoving: boolean;
}

export class Painter {
  readonly #session: StudioSession;
  readonly #options: PainterOptions;
  #wanted: Wanted | undefined;
  #thumbnails = new Map<string, Scene>();
  /** How the colours are corrected, as the engine reads it. */
  #colour: string | undefined;
  #coarse = COARSE.first;
  #isBusy = false;
  #isClosed = false;

  constructor(session: StudioSession, options: PainterOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Has the scene drawn, at `longest` pixels on its longer side, or fewer while it `isMoving`. */
  want(scene: Scene, longest: number, isMoving: boolean, colour?: string): void {
    this.#colour = colour;
    this.#wanted = { scene, longest, isMoving };
    void this.#work();
  }

  /** Has thumbnails drawn, by their ids; those wanted before and not drawn yet are forgotten. */
  wantThumbnails(scenes: ReadonlyMap<string, Scene>): void {
    this.#thumbnails = new Map(scenes);
    void this.#work();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (!this.#isClosed) {
        const wanted = this.#wanted;
        this.#wanted = undefined;
        const [thumbnail] = this.#thumbnails;
        if (wanted) await this.#draw(wanted);
        else if (thumbnail) await this.#drawThumbnail(...thumbnail);
        else break;
      }
    } finally {
      this.#isBusy = false;
    }
  }

  async #draw({ scene, longest, isMoving }: Wanted): Promise<void> {
    if (isMoving) {
      const live = await this.#drawLive(scene, longest);
      if (live) {
        this.#options.show(live);
        return;
      }
    }
    const from = performance.now();
    const side = isMoving ? Math.min(this.#coarse, longest) : longest;
    const picture = await this.#ask(scene, side);
    if (!picture) return;
    if (isMoving) {
      const took = performance.now() - from;
      const fitting = side * Math.sqrt(MOMENT / Math.max(took, 1));
      this.#coarse = Math.round(Math.min(Math.max(fitting, COARSE.least), COARSE.most));
    }
    this.#options.show(picture);
  }

  /** On the graphics adapter, where that can be; else nothing. */
  async #drawLive(scene: Scene, longest: number): Promise<ImageBitmap | undefined> {
    try {
      const picture = await this.#session.live?.(JSON.stringify(scene), longest, this.#colour);
      if (!this.#isClosed) return picture;
      picture?.close();
    } catch {
      // The worker draws it, or says what is wrong.
    }
    return undefined;
  }

  async #drawThumbnail(id: string, scene: Scene): Promise<void> {
    this.#thumbnails.delete(id);
    const picture = await this.#ask(scene, THUMBNAIL);
    if (picture) this.#options.showThumbnail(id, picture);
  }

  async #ask(scene: Scene, longest: number): Promise<ImageBitmap | undefined> {
    try {
      const picture = await this.#session.preview(JSON.stringify(scene), longest, this.#colour);
      if (!this.#isClosed) return picture;
      picture.close();
    } catch (error) {
      const isOver = this.#isClosed || (error instanceof VitrineError && error.kind === 'cancelled');
      if (!isOver) this.#options.fail(error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }
}
