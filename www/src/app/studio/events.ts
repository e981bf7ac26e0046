/** What the parts of the studio tell the whole. */

import type { Colour } from './colour.js';
import type { Scene } from './scene.js';

/** Another scene. Those of one `kind` in a row are one step to undo; `isMoving` while more of them are to come. */
export class SceneChange extends Event {
  readonly scene: Scene;
  readonly kind: string | undefined;
  readonly isMoving: boolean;
  constructor(scene: Scene, { kind, isMoving = false }: { kind?: string; isMoving?: boolean } = {}) {
    super('scene-change', { bubbles: true, composed: true });
    this.scene = scene;
    this.kind = kind;
    this.isMoving = isMoving;
  }
}

/** What moved has come to rest. */
export class SceneRest extends Event {
  constructor() {
    super('scene-rest', { bubbles: true, composed: true });
  }
}

/** A photo or group of the strip is to be worked on. */
export class PhotoChoice extends Event {
  readonly id: number;
  constructor(id: number) {
    super('photo-choice', { bubbles: true, composed: true });
    this.id = id;
  }
}

/** Another product of a group is to be moved. */
export class LayerChoice extends Event {
  readonly layer: number;
  constructor(layer: number) {
    super('layer-choice', { bubbles: true, composed: true });
    this.layer = layer;
  }
}

/** A photo of a place is to be chosen. */
export class PlaceAsk extends Event {
  constructor() {
    super('place-ask', { bubbles: true, composed: true });
  }
}

/** Another correction of colour; as with scenes. */
export class ColourChange extends Event {
  readonly colour: Colour;
  readonly kind: string | undefined;
  readonly isMoving: boolean;
  constructor(colour: Colour, { kind, isMoving = false }: { kind?: string; isMoving?: boolean } = {}) {
    super('colour-change', { bubbles: true, composed: true });
    this.colour = colour;
    this.kind = kind;
    this.isMoving = isMoving;
  }
}

/**
 * What the colour's settings need the whole for: to pick a neutral, to see the picture without the correction and with
 * it again, to bring all photos to this one.
 */
export class ColourAsk extends Event {
  readonly what: 'pick' | 'before' | 'after' | 'match';
  constructor(what: ColourAsk['what']) {
    super('colour-ask', { bubbles: true, composed: true });
    this.what = what;
  }
}

/** A place of the photo that is white or grey, in parts of it. */
export class NeutralPick extends Event {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    super('neutral-pick', { bubbles: true, composed: true });
    this.x = x;
    this.y = y;
  }
}

/** Nothing is to be picked after all. */
export class PickEnd extends Event {
  constructor() {
    super('pick-end', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'scene-change': SceneChange;
    'scene-rest': SceneRest;
    'photo-choice': PhotoChoice;
    'layer-choice': LayerChoice;
    'place-ask': PlaceAsk;
    'colour-change': ColourChange;
    'colour-ask': ColourAsk;
    'neutral-pick': NeutralPick;
    'pick-end': PickEnd;
  }
}
