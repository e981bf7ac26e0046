/**
 * What is worked on, which scene it has and how its colours are corrected: one of both for all photos, those of photos
 * that go their own way, and groups, each of which has its own. Plain data.
 */

import type { Colour } from './colour.js';
import { turned, type Scene } from './scene.js';

export interface Scenes {
  readonly shared: Scene;
  /** By the id of a photo or a group. */
  readonly own: ReadonlyMap<number, Scene>;
  readonly colour: Colour;
  /** By the id of a photo or a group; no photo has one that shares its scene. */
  readonly ownColours: ReadonlyMap<number, Colour>;
  readonly groups: readonly Group[];
  /** By how many degrees each photo's product is straightened, by the photo's id: it is askew in its photo alone. */
  readonly turns: ReadonlyMap<number, number>;
}

/** Several products in one picture. */
export interface Group {
  /** Below 0, so that it is no photo's. */
  readonly id: number;
  /** The photos' ids, by the numbers that the scene's layers call them by. */
  readonly photos: readonly number[];
  /** How high each product is, in millimetres. */
  readonly heights: readonly number[];
}

export function sceneOf(scenes: Scenes, id: number): Scene {
  const turn = scenes.turns.get(id);
  const scene = untwisted(scenes, id);
  return turn === undefined ? scene : turned(scene, turn);
}

/** As it is shared, or the photo's own, without what straightens the product. */
const untwisted = ({ shared, own }: Scenes, id: number) => own.get(id) ?? shared;

/** A scene changed: for all photos that share it, or for the one that goes its own way. A turn is always its own. */
export function changed(scenes: Scenes, id: number, scene: Scene): Scenes {
  const isGroup = scenes.groups.some((group) => group.id === id);
  const turn = isGroup ? 0 : (scene.layers[0]?.rotation ?? 0);
  const straight = turn === 0 ? scene : turned(scene, 0);
  const turns = new Map(scenes.turns);
  if (turn === 0) turns.delete(id);
  else turns.set(id, turn);
  if (!scenes.own.has(id)) return { ...scenes, shared: straight, turns };
  return { ...scenes, own: new Map(scenes.own).set(id, straight), turns };
}

export function colourOf({ colour, ownColours }: Scenes, id: number): Colour {
  return ownColours.get(id) ?? colour;
}

/** A correction changed, for as many as a scene. */
export function recoloured(scenes: Scenes, id: number, colour: Colour): Scenes {
  if (!scenes.own.has(id)) return { ...scenes, colour };
  return { ...scenes, ownColours: new Map(scenes.ownColours).set(id, colour) };
}

/** Everything has this correction from here on. */
export function recolouredAll(scenes: Scenes, colour: Colour): Scenes {
  return { ...scenes, colour, ownColours: new Map() };
}

/** The photo goes its own way from here. */
export function apart(scenes: Scenes, id: number): Scenes {
  return {
    ...scenes,
    own: new Map(scenes.own).set(id, untwisted(scenes, id)),
    ownColours: new Map(scenes.ownColours).set(id, colourOf(scenes, id)),
  };
}

/** The photo follows the others again. */
export function together(scenes: Scenes, id: number): Scenes {
  const [own, ownColours] = [new Map(scenes.own), new Map(scenes.ownColours)];
  own.delete(id);
  ownColours.delete(id);
  return { ...scenes, own, ownColours };
}

/** Every photo gets this one's scene and correction; groups keep theirs. */
export function likeThis(scenes: Scenes, id: number): Scenes {
  const ofGroups = <T>(own: ReadonlyMap<number, T>) => new Map([...own].filter(([key]) => scenes.groups.some((group) => group.id === key)));
  return {
    ...scenes,
    shared: untwisted(scenes, id),
    own: ofGroups(scenes.own),
    colour: colourOf(scenes, id),
    ownColours: ofGroups(scenes.ownColours),
  };
}

/** A group more, or one that was there in another form. */
export function withGroup(scenes: Scenes, group: Group, scene: Scene): Scenes {
  const others = scenes.groups.filter(({ id }) => id !== group.id);
  return {
    ...scenes,
    groups: [...others, group],
    own: new Map(scenes.own).set(group.id, scene),
    ownColours: new Map(scenes.ownColours).set(group.id, colourOf(scenes, group.id)),
  };
}

export function withoutGroup(scenes: Scenes, id: number): Scenes {
  return { ...together(scenes, id), groups: scenes.groups.filter((group) => group.id !== id) };
}

/** An id that no group has. */
export function newGroupId({ groups }: Scenes): number {
  return Math.min(0, ...groups.map(({ id }) => id)) - 1;
}
