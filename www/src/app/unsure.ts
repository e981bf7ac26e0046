/** From a map of doubt to what a person can use: places to look at one after another, and outlines to draw. */

import type { Doubt } from 'vitrine/engine/types';

/** From here on a cell is marked: `Doubt::MARKED` of the crate. */
const MARKED = 65;
/** Parts of the picture's longer side along a place: small enough to be judged at a glance. */
const PARTS = 8;
/** A place's doubt is at least this share of what it could be: a plain outline through its middle gives less. */
const LEAST = 0.02;
/** Nobody goes through more by hand; a photo that has them needs another photo. */
const MOST = 12;
/** Cells around a place's marks that are shown with it. */
const AROUND = 4;
/** Cells each way over which marks are gathered for drawing, and the share of marked ones that is drawn. */
const GATHER = 2;
const DRAWN = 0.15;

/** A rectangle in parts of the picture's sides, 0 to 1. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Places {
  /** The most unsure first. */
  readonly list: readonly Place[];
  /** Whether there are more than are listed. */
  readonly more: boolean;
  /** What is drawn, 1 for a cell: the marks in the places that are listed, and where there are more, every mark. */
  readonly marks: Uint8Array;
  /** The map's cells each way. */
  readonly width: number;
  readonly height: number;
}

/** Loops around what is drawn, as data of an SVG path; a unit is a cell. */
export type Outline = string;

const places = new WeakMap<Doubt, Places>();
const outlines = new WeakMap<Places, Outline>();

/** The places of a picture, whose width divided by its height is `ratio`, that a person should look at. */
export function unsurePlaces(doubt: Doubt, ratio: number): Places {
  let found = places.get(doubt);
  if (!found) places.set(doubt, (found = findPlaces(doubt, ratio)));
  return found;
}

/** What is drawn, with a little around it so that thin marks are seen, and without single cells. */
export function unsureOutline(found: Places): Outline {
  let outline = outlines.get(found);
  if (outline === undefined) outlines.set(found, (outline = findOutline(found)));
  return outline;
}

/** Takes the window with the most marked doubt, empties it, and so on while there is enough. */
function findPlaces({ width, height, cells }: Doubt, ratio: number): Places {
  const across = Math.min(Math.max(Math.round((width / PARTS) * Math.max(1 / ratio, 1)), 1), width);
  const down = Math.min(Math.max(Math.round((height / PARTS) * Math.max(ratio, 1)), 1), height);
  const least = LEAST * across * down;
  const left = Float64Array.from(cells, (cell) => (cell >= MARKED ? cell / 255 : 0));
  const list: Place[] = [];
  const found = (more: boolean): Places => {
    const marks = Uint8Array.from(cells, (cell, index) => Number(cell >= MARKED && (more || left[index] === 0)));
    return { list, more, marks, width, height };
  };
  for (;;) {
    const best = fullest(left, { width, height, across, down });
    if (best.sum < least) return found(false);
    if (list.length === MOST) return found(true);
    list.push(takeOut(left, { width, height, across, down }, best));
  }
}

interface Windows {
  width: number;
  height: number;
  /** A window's cells each way. */
  across: number;
  down: number;
}

function fullest(values: Float64Array, { width, height, across, down }: Windows) {
  // Sums of everything above and to the left of a corner.
  const sums = new Float64Array((width + 1) * (height + 1));
  const at = (x: number, y: number) => sums[y * (width + 1) + x] ?? 0;
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += values[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = at(x + 1, y) + row;
    }
  }
  const best = { x: 0, y: 0, sum: -1 };
  for (let y = 0; y + down <= height; y++) {
    for (let x = 0; x + across <= width; x++) {
      const sum = at(x + across, y + down) - at(x, y + down) - at(x + across, y) + at(x, y);
      // What rounding alone makes larger is no better.
      if (sum > best.sum + 1e-9) Object.assign(best, { x, y, sum });
    }
  }
  return best;
}

/** Empties a window; the answer is where its marks were. */
function takeOut(values: Float64Array, { width, height, across, down }: Windows, from: { x: number; y: number }): Place {
  const box = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = from.y; y < from.y + down; y++) {
    for (let x = from.x; x < from.x + across; x++) {
      if (!values[y * width + x]) continue;
      values[y * width + x] = 0;
      box.left = Math.min(box.left, x);
      box.top = Math.min(box.top, y);
      box.right = Math.max(box.right, x + 1);
      box.bottom = Math.max(box.bottom, y + 1);
    }
  }
  const left = Math.max(box.left - AROUND, 0) / width;
  const top = Math.max(box.top - AROUND, 0) / height;
  const right = Math.min(box.right + AROUND, width) / width;
  const bottom = Math.min(box.bottom + AROUND, height) / height;
  return { left, top, width: right - left, height: bottom - top };
}

/** Marching squares over the share of marked cells around each cell; what is marked lies to a loop's left. */
function findOutline({ width, height, marks }: Places): Outline {
  const shares = gathered(gathered(Float32Array.from(marks), width, height, 1, width, width), width, height, width, 1, height);
  // A ring of nothing all around, so that every loop closes.
  const stride = width + 2;
  const field = new Float32Array(stride * (height + 2));
  for (let y = 0; y < height; y++) field.set(shares.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);

  // An edge between two neighbours is named by the first one's index, doubled, and one more where it runs down. Each
  // edge that is crossed ends one segment and begins the next.
  const next = new Map<number, number>();
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      const at = y * stride + x;
      const [top, left, bottom, right] = [at * 2, at * 2 + 1, (at + stride) * 2, (at + 1) * 2 + 1];
      const isIn = (index: number) => Number((field[index] ?? 0) >= DRAWN);
      const corners = isIn(at) + isIn(at + 1) * 2 + isIn(at + stride + 1) * 4 + isIn(at + stride) * 8;
      for (const [from, to] of segments(corners, top, right, bottom, left)) next.set(from, to);
    }
  }
  const place = (edge: number): string => {
    const index = edge >> 1;
    const other = index + (edge & 1 ? stride : 1);
    const [here, there] = [field[index] ?? 0, field[other] ?? 0];
    const part = (DRAWN - here) / (there - here);
    // Values stand for the middles of cells, and the ring shifts them by one.
    const x = (index % stride) - 0.5 + (edge & 1 ? 0 : part);
    const y = Math.floor(index / stride) - 0.5 + (edge & 1 ? part : 0);
    return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
  };
  const loops: string[] = [];
  for (const first of next.keys()) {
    const points: string[] = [];
    for (let edge: number | undefined = first; edge !== undefined && next.has(edge); ) {
      points.push(place(edge));
      const following = next.get(edge);
      next.delete(edge);
      edge = following;
    }
    if (points.length > 2) loops.push(`M${points.join('L')}Z`);
  }
  return loops.join('');
}

/** The segments in a square of four values, by which of them are in: 1, 2, 4, 8 from the upper left, clockwise. */
function segments(corners: number, top: number, right: number, bottom: number, left: number): [number, number][] {
  switch (corners) {
    case 1:
      return [[top, left]];
    case 2:
      return [[right, top]];
    case 3:
      return [[right, left]];
    case 4:
      return [[bottom, right]];
    case 5:
      return [
        [top, left],
        [bottom, right],
      ];
    case 6:
      return [[bottom, top]];
    case 7:
      return [[bottom, left]];
    case 8:
      return [[left, bottom]];
    case 9:
      return [[top, bottom]];
    case 10:
      return [
        [right, top],
        [left, bottom],
      ];
    case 11:
      return [[right, bottom]];
    case 12:
      return [[left, right]];
    case 13:
      return [[top, right]];
    case 14:
      return [[left, top]];
    default:
      return [];
  }
}

/** The mean of each value and its neighbours along one direction, where beyond the border is nothing. */
function gathered(values: Float32Array, width: number, height: number, step: number, across: number, length: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let line = 0; line < (width * height) / length; line++) {
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (let near = Math.max(at - GATHER, 0); near <= Math.min(at + GATHER, length - 1); near++) {
        sum += values[line * across + near * step] ?? 0;
      }
      out[line * across + at * step] = sum / (2 * GATHER + 1);
    }
  }
  return out;
}
