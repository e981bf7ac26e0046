/** Which photo has which scene: one for all, and those of photos that go their own way. Plain data. */

import type { Scene } from './scene.js';

export interface Scenes {
  readonly shared: Scene;
  /** By the photo's id. */
  readonly own: ReadonlyMap<number, Scene>;
}

export function sceneOf({ shared, own }: Scenes, id: number): Scene {
  return own.get(id) ?? shared;
}

/** A photo's scene changed: for all photos that share it, or for this one where it goes its own way. */
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

/** Every photo gets this one's scene. */
export function likeThis(scenes: Scenes, id: number): Scenes {
  return { shared: sceneOf(scenes, id), own: new Map() };
}
