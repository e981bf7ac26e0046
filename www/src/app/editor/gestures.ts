/**
 * Fingers, pens and mice over the picture, told apart: one paints, two move and zoom, a held space bar or the middle
 * button moves. Places are in CSS pixels from the view's upper left corner.
 */

import type { Point } from './viewport.js';

export interface Listener {
  /** Whether the pointer that goes down now moves the picture instead of painting. */
  isPanning(): boolean;
  /** A pointer is over the view, pressed or not; nothing where it left. */
  hover(at: Point | undefined): void;
  begin(at: Point): void;
  /** Every place that the pointer went through since the last call, in order. */
  move(through: readonly Point[]): void;
  end(): void;
  /** What was begun was the first finger of two. */
  abandon(): void;
  pan(x: number, y: number): void;
  zoom(factor: number, at: Point): void;
}

/** A first finger that went no further, in CSS pixels, may still become one of two. */
const STILL = 14;
/** And so may one that came down no longer ago, in milliseconds. */
const JUST_NOW = 180;
/** A wheel's notch is at least this many pixels; a touchpad gives less at a time. */
const NOTCH = 80;

export class Gestures {
  readonly #view: HTMLElement;
  readonly #listener: Listener;
  readonly #pointers = new Map<number, Point>();
  #doing: { is: 'painting'; pointer: number; from: Point; at: number; length: number } | { is: 'moving' } | undefined;

  constructor(view: HTMLElement, listener: Listener) {
    this.#view = view;
    this.#listener = listener;
    view.addEventListener('pointerdown', this.#down);
    view.addEventListener('pointermove', this.#move);
    view.addEventListener('pointerup', this.#up);
    view.addEventListener('pointercancel', this.#up);
    view.addEventListener('pointerleave', this.#leave);
    // Not passive: the page behind must not scroll, nor the browser zoom.
    view.addEventListener('wheel', this.#wheel, { passive: false });
  }

  readonly #down = (event: PointerEvent) => {
    const at = this.#place(event);
    const middle = event.button === 1;
    if (event.pointerType === 'mouse' && event.button !== 0 && !middle) return;
    // The middle button would scroll.
    event.preventDefault();
    this.#view.focus({ preventScroll: true });
    this.#view.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, at);
    const doing = this.#doing;
    if (this.#pointers.size > 1) {
      if (doing?.is === 'painting') {
        const young = event.timeStamp - doing.at < JUST_NOW || doing.length < STILL;
        // Someone in the middle of a stroke rests a hand on the glass.
        if (!young) return void this.#pointers.delete(event.pointerId);
        this.#listener.abandon();
      }
      this.#doing = { is: 'moving' };
      this.#listener.hover(undefined);
    } else if (middle || this.#listener.isPanning()) {
      this.#doing = { is: 'moving' };
    } else {
      this.#doing = { is: 'painting', pointer: event.pointerId, from: at, at: event.timeStamp, length: 0 };
      this.#listener.hover(at);
      this.#listener.begin(at);
    }
  };

  readonly #move = (event: PointerEvent) => {
    const at = this.#place(event);
    const before = this.#pointers.get(event.pointerId);
    const doing = this.#doing;
    if (!before || !doing) {
      if (event.pointerType !== 'touch') this.#listener.hover(at);
      return;
    }
    if (doing.is === 'painting') {
      if (event.pointerId !== doing.pointer) return;
      const events = event.getCoalescedEvents?.() ?? [];
      const through = (events.length > 0 ? events : [event]).map((one) => this.#place(one));
      doing.length += Math.hypot(at.x - before.x, at.y - before.y);
      this.#pointers.set(event.pointerId, at);
      this.#listener.hover(at);
      this.#listener.move(through);
      return;
    }
    const [was, distance] = this.#middle();
    this.#pointers.set(event.pointerId, at);
    const [is, now] = this.#middle();
    this.#listener.pan(is.x - was.x, is.y - was.y);
    if (distance > 0 && now > 0) this.#listener.zoom(now / distance, is);
  };

  readonly #up = (event: PointerEvent) => {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (this.#doing?.is === 'painting') {
      if (event.pointerId !== this.#doing.pointer) return;
      this.#doing = undefined;
      if (event.type === 'pointercancel') this.#listener.abandon();
      else this.#listener.end();
    }
    // The last of two fingers does not paint on its way out.
    if (this.#pointers.size === 0) this.#doing = undefined;
    if (event.pointerType === 'touch') this.#listener.hover(undefined);
  };

  readonly #leave = () => {
    if (!this.#doing) this.#listener.hover(undefined);
  };

  readonly #wheel = (event: WheelEvent) => {
    event.preventDefault();
    if (this.#doing?.is === 'painting') return;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 32;
    const [x, y] = [event.deltaX * lines, event.deltaY * lines];
    const isNotch = x === 0 && Math.abs(y) >= NOTCH;
    // A pinch on a touchpad comes as a wheel with the control key.
    if (event.ctrlKey || event.metaKey || isNotch) {
      const step = Math.min(Math.max(y, -120), 120);
      this.#listener.zoom(Math.exp(-step / (isNotch ? 480 : 100)), this.#place(event));
    } else if (event.shiftKey && x === 0) {
      this.#listener.pan(-y, 0);
    } else {
      this.#listener.pan(-x, -y);
    }
  };

  /** The middle of all fingers, and how far apart the first two are (0 where there is one). */
  #middle(): [Point, number] {
    const points = [...this.#pointers.values()];
    const sum = points.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
    const [one, other] = points;
    const distance = one && other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
    return [{ x: sum.x / points.length, y: sum.y / points.length }, distance];
  }

  #place({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#view.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}
