/** Files for shops: one for each picture and marketplace, named, each made when its turn comes. */

import type { Engine, Fix, Shot, StudioSession } from 'vitrine/engine/types';
import type { Naming } from '../export.js';
import { planNames } from '../naming/plan.js';
import { parseTemplate, type Template } from '../naming/template.js';
import type { Photo } from '../queue.js';
import { judgedItem, STAND_IN, type JudgedItem } from '../saving/judged-item.js';
import { colourText } from './colour.js';
import { colourOf, sceneOf, type Scenes } from './scenes.js';
import type { Subject } from './subject.js';

/** A picture for a marketplace; without one, its scene as it is. */
export interface Order {
  readonly subject: Subject;
  readonly preset: string | undefined;
}

/** Files of several marketplaces must not have one name. */
export function templateFor(template: Template, presets: readonly (string | undefined)[]): Template {
  if (presets.length < 2 || template.fields.has('platform')) return template;
  return parseTemplate(`${template.text}-{platform}`) as Template;
}

export type ShotItem = JudgedItem<Order>;

export interface PlanShots {
  subjects: readonly Subject[];
  /** The whole batch in order, for it gives the numbers. */
  all: readonly Photo[];
  presets: readonly (string | undefined)[];
  scenes: Scenes;
  naming: Naming;
  /** What scenes have behind the products whose backdrop is a photo. */
  place: Blob | undefined;
  /** What is done about findings, by the files' keys. */
  fixes?: ReadonlyMap<string, readonly Fix[]>;
}

export interface MadeWith {
  /** The photo behind the products. */
  readonly place: Blob | undefined;
  readonly settings: object;
}

/** Tells files from each other, whatever they are called. */
export const keyOf = ({ subject, preset }: Order): string => `${subject.id} ${preset ?? ''}`;

/** Makes files one after another, and holds the cut-outs of one picture at a time. */
export class Shooting {
  readonly items: readonly ShotItem[];
  readonly #engine: Engine;
  readonly #scenes: Scenes;
  readonly #place: Blob | undefined;
  readonly #fixes: ReadonlyMap<string, readonly Fix[]>;
  #held: { subject: Subject; session: Promise<StudioSession> } | undefined;
  /** While it is there, the next file waits for it. */
  #pause: Promise<void> | undefined;
  #resume: () => void = () => undefined;
  /** Called with the part of a file that is made, 0 to 1. */
  onProgress: ((fraction: number) => void) | undefined;

  constructor(engine: Engine, { subjects, all, presets, scenes, naming, place, fixes = new Map() }: PlanShots) {
    this.#engine = engine;
    this.#fixes = fixes;
    this.#scenes = scenes;
    this.#place = place;
    const orders = subjects.flatMap((subject) => presets.map((preset): Order => ({ subject, preset })));
    const numbers = new Map(all.map(({ id }, index) => [id, index + 1]));
    const { way, mapping, template } = naming;
    // Which extension each has is known when it is made; names that differ with the same one differ with any.
    const { paths } = planNames(
      orders.map(({ subject: { name, photos }, preset }) => ({
        ...{ file: name, folder: photos[0]?.folder ?? '', extension: STAND_IN, seq: numbers.get(photos[0]?.id ?? 0) ?? 1 },
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

  /** What a file is made with, besides its cut-outs: for the log, so without what was measured of a photo. */
  madeWith({ subject: { id }, preset }: Order): MadeWith {
    const scene = sceneOf(this.#scenes, id);
    const { light, settings } = colourOf(this.#scenes, id);
    const place = scene.backdrop.kind === 'photo' ? this.#place : undefined;
    return { place, settings: { preset: preset ?? null, scene, colour: { light: light.by, ...settings } } };
  }

  #item(of: Order, planned: string): ShotItem {
    const modified = Math.max(...of.subject.photos.map(({ file }) => file.lastModified));
    return judgedItem(of, planned, modified, async (signal) => {
      await this.#pause;
      return this.#shoot(of, signal);
    });
  }

  async #shoot({ subject, preset }: Order, signal: AbortSignal): Promise<Shot> {
    signal.throwIfAborted();
    const { photos } = subject;
    if (this.#held?.subject !== subject) {
      this.#letGo();
      const cutOuts = photos.map(({ state }) => state.cutOut.png);
      this.#held = { subject, session: this.#engine.studio({ cutOuts, photos: photos.map(({ file }) => file), place: this.#place }, signal) };
    }
    try {
      const session = await this.#held.session;
      return await session.shoot({
        scene: JSON.stringify(sceneOf(this.#scenes, subject.id)),
        colour: colourText(colourOf(this.#scenes, subject.id)),
        preset,
        sources: photos.map(({ state: { cutOut: { models, retouched } } }) => ({ models, retouched })),
        fixes: this.#fixes.get(keyOf({ subject, preset })),
        signal,
        onProgress: this.onProgress,
      });
    } catch (error) {
      // The next one of this picture begins afresh.
      this.#letGo();
      throw error;
    }
  }

  #letGo(): void {
    this.#held?.session.then((session) => session.close()).catch(() => undefined);
    this.#held = undefined;
  }
}
