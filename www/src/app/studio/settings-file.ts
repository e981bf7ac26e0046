/** The studio's settings as a file: the scene that all photos share, and how files are called. */

import { parseTemplate, type Template } from '../naming/template.js';
import { strings } from '../strings.js';
import type { Scene } from './scene.js';

const { errors } = strings.studio.settingsFile;

/** The version that is written; one that is later is refused. */
const VERSION = 1;
/** A settings file has some kilobytes; what has more is something else, in bytes. */
const LARGEST = 1 << 20;

export interface Settings {
  readonly scene: Scene;
  readonly template: Template;
}

export function writeSettings({ scene, template }: Settings): Blob {
  const text = JSON.stringify({ vitrine: VERSION, names: template.text, scene }, null, 2);
  return new Blob([text], { type: 'application/json' });
}

/**
 * Reads them again; a scene alone, as the terminal takes it, is as good. `check` reads a scene's JSON and gives it with
 * every field. Rejects with an Error whose message is a sentence.
 */
export async function readSettings(
  file: File,
  check: (scene: string) => Promise<string>,
): Promise<{ scene: Scene; template: Template | undefined }> {
  if (file.size > LARGEST) throw new Error(errors.tooLarge(file.size, LARGEST));
  let data: unknown;
  try {
    data = JSON.parse(await file.text());
  } catch {
    throw new Error(errors.noSettings);
  }
  if (typeof data !== 'object' || data === null) throw new Error(errors.noSettings);
  const { vitrine, names, scene = data } = data as { vitrine?: unknown; names?: unknown; scene?: unknown };
  if (typeof vitrine === 'number' && vitrine > VERSION) throw new Error(errors.newer);
  const checked = JSON.parse(await check(JSON.stringify(scene))) as Scene;
  const template = typeof names === 'string' ? parseTemplate(names) : undefined;
  if (template && 'error' in template) throw new Error(template.error);
  return { scene: checked, template };
}
