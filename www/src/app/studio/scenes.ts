/**
 * What is worked on and which scene it has: one scene for all photos, those of photos that go their own way, and
 * groups, each of which has its own. Plain data.
 */

import type { Scene } from './scene.js';

export interface Scenes {
  readonly shared: Scene;
  /** By the id of a photo or a group. */
  readonly own: ReadonlyMap<number, Scene>;
  readonly groups: readonly Group[];
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

export function sceneOf({ shared, own }: Scenes, id: number): Scene {
  return own.get(id) ?? shared;
}

/** A scene changed: for all photos that share it, or for the one that goes its own way. */
export function changed(scenes: Scenes, id: number, scene: Scene): Scenes {
  if (!scenes.own.has(id)) return { ...scenes, shared: scene };
  return { ...scenes, own: new Map(scenes.own).set(id, scene) };
}

/** The photo goes its own way from here. */
export function apart(scenes: Scenes, id: number): Scenes {
  return { ...scenes, own: new Map(scenes.own).set(id, sceneOf(scenes, id)) };
}

/** The photo follows the others again. */
export function together(scenes: Scenes, id: number): Scenes {
  const own = new Map(scenes.own);
  own.delete(id);
  return { ...scenes, own };
}

/** Every photo gets this one's scene; groups keep theirs. */
export function likeThis(scenes: Scenes, id: number): Scenes {
  const groups = scenes.groups.flatMap((group) => {
    const scene = scenes.own.get(group.id);
    return scene ? [[group.id, scene] as const] : [];
  });
  return { ...scenes, shared: sceneOf(scenes, id), own: new Map(groups) };
}

/** A group more, or one that was there in another form. */
export function withGroup(scenes: Scenes, group: Group, scene: Scene): Scenes {
  const others = scenes.groups.filter(({ id }) => id !== group.id);
  return { ...scenes, groups: [...others, group], own: new Map(scenes.own).set(group.id, scene) };
}

export function withoutGroup(scenes: Scenes, id: number): Scenes {
  return { ...together(scenes, id), groups: scenes.groups.filter((group) => group.id !== id) };
}

/** An id that no group has. */
export function newGroupId({ groups }: Scenes): number {
  return Math.min(0, ...groups.map(({ id }) => id)) - 1;
}
