/** What the parts of the studio tell the whole. */

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

declare global {
  interface HTMLElementEventMap {
    'scene-change': SceneChange;
    'scene-rest': SceneRest;
    'photo-choice': PhotoChoice;
    'layer-choice': LayerChoice;
  }
}
