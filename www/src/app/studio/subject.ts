/** What a picture shows: a photo's cut-out, or those of a group. */

import type { ReadyPhoto } from '../export.js';
import { strings } from '../strings.js';
import type { Scenes } from './scenes.js';

export interface Subject {
  /** The photo's, or the group's. */
  readonly id: number;
  readonly name: string;
  /** One, or those of a group by their numbers in the scene. */
  readonly photos: readonly ReadyPhoto[];
  readonly isGroup: boolean;
}

/** A photo by itself. */
export function subjectOf(photo: ReadyPhoto): Subject {
  return { id: photo.id, name: photo.file.name, photos: [photo], isGroup: false };
}

/** Everything that there is a picture of; groups whose photos are gone are left out. */
export function subjectsOf(photos: readonly ReadyPhoto[], { groups }: Scenes): Subject[] {
  const byId = new Map(photos.map((photo) => [photo.id, photo]));
  const together = groups.flatMap(({ id, photos: ids }): Subject[] => {
    const members = ids.map((id) => byId.get(id)).filter((photo) => photo !== undefined);
    if (members.length < ids.length) return [];
    return [{ id, name: strings.studio.group.name(members.map(({ file }) => file.name)), photos: members, isGroup: true }];
  });
  return [...photos.map(subjectOf), ...together];
}
