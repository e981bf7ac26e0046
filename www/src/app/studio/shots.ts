/** Files for shops: one for each photo and marketplace, named, each made when its turn comes. */

import type { Engine, Shot, ShotReport, StudioSession } from 'vitrine/engine/types';
import type { Naming, ReadyPhoto } from '../export.js';
import { planNames } from '../naming/plan.js';
import { parseTemplate, type Template } from '../naming/template.js';
import type { Photo } from '../queue.js';
import type { Item } from '../saving/save-all.js';
import { sceneOf, type Scenes } from './scenes.js';

/** A photo for a marketplace; without one, its scene as it is. */
export interface Order {
  readonly photo: ReadyPhoto;
  readonly preset: string | undefined;
}

/** Files of several marketplaces must not have one name. */
export function templateFor(template: Template, presets: readonly (string | undefined)[]): Template {
  if (presets.length < 2 || template.fields.has('platform')) return template;
  return parseTemplate(`${template.text}-{platform}`) as Template;
}

/** The extension of a file that is not made yet. */
const STAND_IN = 'jpg';

export interface ShotItem extends Item<Order> {
  /** What the linter says of the file, once it is made. */
  readonly report: ShotReport | undefined;
}

export interface PlanShots {
  photos: readonly ReadyPhoto[];
  /** The whole batch in order, for it gives the numbers. */
  all: readonly Photo[];
  presets: readonly (string | undefined)[];
  scenes: Scenes;
  naming: Naming;
}

/** Makes files one after another, and holds the cut-out of one photo at a time. */
export class Shooting {
  readonly items: readonly ShotItem[];
  readonly #engine: Engine;
  readonly #scenes: Scenes;
  #held: { photo: ReadyPhoto; session: Promise<StudioSession> } | undefined;
  /** While it is there, the next file waits for it. */
  #pause: Promise<void> | undefined;
  #resume: () => void = () => undefined;
  /** Called with the part of a file that is made, 0 to 1. */
  onProgress: ((fraction: number) => void) | undefined;

  constructor(engine: Engine, { photos, all, presets, scenes, naming }: PlanShots) {
    this.#engine = engine;
    this.#scenes = scenes;
    const orders = photos.flatMap((photo) => presets.map((preset): Order => ({ photo, preset })));
    const numbers = new Map(all.map(({ id }, index) => [id, index + 1]));
    const { way, mapping, template } = naming;
    // Which extension each has is known when it is made; names that differ with the same one differ with any.
    const { paths } = planNames(
      orders.map(({ photo: { id, file, folder }, preset }) => ({
        ...{ file: file.name, folder, extension: STAND_IN, seq: numbers.get(id) ?? 1 },
        ...(preset !== undefined && { platform: preset }),
      })),
      { template: templateFor(template, presets), mapping, folders: way === 'files' ? 'in the name' : 'kept', count: all.length },
    );
    this.items = orders.map((order, index) => this.#item(order, paths[index] ?? ''));
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  pause(): void {
    this.#pause ??= new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.#pause = undefined;
    this.#resume();
  }

  close(): void {
    this.resume();
    this.#letGo();
  }

  #item(of: Order, planned: string): ShotItem {
    const item = {
      of,
      path: planned,
      modified: of.photo.file.lastModified,
      report: undefined as ShotReport | undefined,
      make: async (signal: AbortSignal) => {
        await this.#pause;
        const { file, extension, report } = await this.#shoot(of, signal);
        item.path = planned.slice(0, -STAND_IN.length) + extension;
        item.report = report;
        return file;
      },
    };
    return item;
  }

  async #shoot({ photo, preset }: Order, signal: AbortSignal): Promise<Shot> {
    signal.throwIfAborted();
    if (this.#held?.photo !== photo) {
      this.#letGo();
      const session = this.#engine.studio({ cutOut: photo.state.cutOut.png, photo: photo.file }, signal);
      this.#held = { photo, session };
    }
    try {
      const { model, modelSha256 } = photo.state.cutOut;
      const session = await this.#held.session;
      return await session.shoot({
        scene: JSON.stringify(sceneOf(this.#scenes, photo.id)),
        preset,
        source: { model, modelSha256 },
        signal,
        onProgress: this.onProgress,
      });
    } catch (error) {
      // The next one of this photo begins afresh.
      this.#letGo();
      throw error;
    }
  }

  #letGo(): void {
    this.#held?.session.then((session) => session.close()).catch(() => undefined);
    this.#held = undefined;
  }
}
