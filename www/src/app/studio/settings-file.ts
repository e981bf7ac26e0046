/** The studio's settings as a file: the scene, the correction of colour, and how files are called. */

import { parseTemplate, type Template } from '../naming/template.js';
import { strings } from '../strings.js';
import { AS_SHOT, type Colour } from './colour.js';
import type { Scene } from './scene.js';

const { errors } = strings.studio.settingsFile;

/** The version that is written; one that is later is refused. */
const VERSION = 1;
/** A settings file has some kilobytes; what has more is something else, in bytes. */
const LARGEST = 1 << 20;

export interface Settings {
  readonly scene: Scene;
  readonly colour: Colour;
  readonly template: Template;
}

export function writeSettings({ scene, colour, template }: Settings): Blob {
  const text = JSON.stringify({ vitrine: VERSION, names: template.text, scene, colour }, null, 2);
  return new Blob([text], { type: 'application/json' });
}

/** What reads the JSON of a scene and of a correction, and gives it with every field. */
export interface Checks {
  scene: (text: string) => Promise<string>;
  colour: (text: string) => Promise<string>;
}

/**
 * Reads them again; a scene alone, as the terminal takes it, is as good, and one without a correction has none. Rejects
 * with an Error whose message is a sentence.
 */
export async function readSettings(
  file: File,
  check: Checks,
): Promise<{ scene: Scene; colour: Colour; template: Template | undefined }> {
  if (file.size > LARGEST) throw new Error(errors.tooLarge(file.size, LARGEST));
  let data: unknown;
  try {
    data = JSON.parse(await file.text());
  } catch {
    throw new Error(errors.noSettings);
  }
  if (typeof data !== 'object' || data === null) throw new Error(errors.noSettings);
  const { vitrine, names, scene = data, colour } = data as Readonly<Record<'vitrine' | 'names' | 'scene' | 'colour', unknown>>;
  if (typeof vitrine === 'number' && vitrine > VERSION) throw new Error(errors.newer);
  const checked = JSON.parse(await check.scene(JSON.stringify(scene))) as Scene;
  const corrected = colour === undefined ? AS_SHOT : (JSON.parse(await check.colour(JSON.stringify(colour))) as Colour);
  const template = typeof names === 'string' ? parseTemplate(names) : undefined;
  if (template && 'error' in template) throw new Error(template.error);
  return { scene: checked, colour: corrected, template };
}
