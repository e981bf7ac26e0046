/**
 * A correction of colour as the page changes it: the JSON of src/tools/colour/recipe.rs, every field written. Plain data
 * and plain functions; what corrects is the engine.
 */

export interface Colour {
  readonly light: Light;
  readonly settings: ColourSettings;
}

/** Where white balance and exposure come from: each photo's own light may decide. */
export type Light =
  | { readonly by: 'as_shot' }
  | { readonly by: 'automatic' }
  /** Brought to a photo of these statistics. */
  | { readonly by: 'match'; readonly reference: unknown };

export interface ColourSettings {
  readonly white_balance: {
    /** What a person has pointed at, in linear light. */
    readonly neutral: readonly number[] | null;
    /** −1 (cooler) to 1. */
    readonly temperature: number;
    /** −1 (green) to 1 (magenta). */
    readonly tint: number;
  };
  /** Stops, −4 to 4. */
  readonly exposure: number;
  /** Levels that become black (0 to 100) and white (128 to 255), and the middle tones (0.25 to 4). */
  readonly levels: { readonly black: number; readonly white: number; readonly gamma: number };
  /** −1 to 1. */
  readonly shadows: number;
  readonly highlights: number;
}

const AS_IT_IS: ColourSettings = {
  white_balance: { neutral: null, temperature: 0, tint: 0 },
  exposure: 0,
  levels: { black: 0, white: 255, gamma: 1 },
  shadows: 0,
  highlights: 0,
};

/** Nothing is corrected. */
export const AS_SHOT: Colour = { light: { by: 'as_shot' }, settings: AS_IT_IS };

export function isAsShot(colour: Colour): boolean {
  return JSON.stringify(colour) === JSON.stringify(AS_SHOT);
}

/** For the engine; nothing where nothing is corrected. */
export function colourText(colour: Colour): string | undefined {
  return isAsShot(colour) ? undefined : JSON.stringify(colour);
}

/** White balance and exposure from somewhere else; what was picked counts no more. */
export function withLight({ settings }: Colour, light: Light): Colour {
  return { light, settings: { ...settings, white_balance: { ...settings.white_balance, neutral: null } } };
}

/** White balance by a place that is white or grey. */
export function withNeutral({ settings }: Colour, neutral: readonly number[]): Colour {
  return { light: { by: 'as_shot' }, settings: { ...settings, white_balance: { ...settings.white_balance, neutral } } };
}

export function withSettings(colour: Colour, changes: Partial<ColourSettings>): Colour {
  return { ...colour, settings: { ...colour.settings, ...changes } };
}
