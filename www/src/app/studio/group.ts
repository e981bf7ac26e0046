/** Several products on one ground, as large beside each other as they are. */

import type { Place, Product, Scene } from './scene.js';

/** A group has so many products. */
export const GROUP = { least: 2, most: 8 } as const;

/** A product that is to stand in a group. */
export interface Member {
  /** Width by height of what is visible of it. */
  readonly aspect: number;
  /** How high it is, in millimetres. */
  readonly height: number;
  /** By how many degrees it is turned. */
  readonly rotation?: number;
}

/** What a group takes of the picture at most, across and down. */
const ROOM = { width: 0.9, height: 0.74 };
/** Between two products, in parts of the mean width. */
const GAP = 0.16;
/** Where a group stands. */
const FOOT = 0.84;
/** The outer ones of a group stand nearer to the camera than the middle, by this part of the picture. */
const ARC = 0.035;
/** How much of the shadows on each other is drawn, of that on the ground. */
const MUTUAL = 0.8;

/**
 * The group's places, in one row, so that none hides another: the tallest in the middle, lower ones outwards and a
 * little nearer, each as high as it is beside the others where it stands.
 */
export function arranged(scene: Scene, members: readonly Member[]): Scene {
  const { width, height } = scene.size;
  const { horizon } = scene.camera;
  const order = fromTheMiddle(members);
  const spot = order.map((_, position) => {
    const outwards = order.length > 1 ? Math.abs((2 * position) / (order.length - 1) - 1) : 0;
    const y = FOOT + ARC * outwards;
    // Nearer ones look larger.
    return { y, near: (y - horizon) / (FOOT - horizon) };
  });
  /** In the picture's heights for a millimetre, and widths for the same. */
  const wide = order.map((index, position) => (members[index] as Member).height * (members[index] as Member).aspect * (spot[position]?.near ?? 1));
  const high = order.map((index, position) => (members[index] as Member).height * (spot[position]?.near ?? 1));
  const total = wide.reduce((sum, one) => sum + one, 0);
  const gap = (total / wide.length) * GAP;
  const scale = Math.min(ROOM.height / Math.max(...high), (ROOM.width * (width / height)) / (total + gap * (wide.length - 1)));
  const across = (length: number) => length * scale * (height / width);
  let left = 0.5 - across(total + gap * (wide.length - 1)) / 2;
  const places: Place[] = [];
  order.forEach((index, position) => {
    const w = across(wide[position] ?? 0);
    places[index] = { by: 'ground', x: left + w / 2, y: spot[position]?.y ?? FOOT, width: w, height: (high[position] ?? 0) * scale };
    left += w + across(gap);
  });
  const [like] = scene.layers;
  const depth = like?.depth ?? 0.6;
  const layer = (picture: number): Product => ({ kind: 'product', picture, place: places[picture] as Place, depth, rotation: members[picture]?.rotation ?? 0 });
  // From back to front.
  const layers = members.map((_, index) => layer(index)).sort((one, other) => one.place.y - other.place.y);
  // Together they stand in each other's light.
  const shadow = { ...scene.shadow, mutual: scene.shadow.mutual || MUTUAL * scene.shadow.cast };
  return { ...scene, shadow, layers };
}

/** Indices from left to right, so that the tallest is in the middle and both sides fall off alike. */
function fromTheMiddle(members: readonly Member[]): number[] {
  const tallestFirst = members.map((_, index) => index).sort((one, other) => (members[other]?.height ?? 0) - (members[one]?.height ?? 0));
  const row: number[] = [];
  tallestFirst.forEach((index, rank) => (rank % 2 === 0 ? row.push(index) : row.unshift(index)));
  return row;
}
