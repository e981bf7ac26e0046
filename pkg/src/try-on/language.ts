/** The languages that the try-on speaks. */

export type Language = 'en' | 'de';

/** Of an element: its own `lang`, that of what it stands in, or the browser's. */
export function languageOf(element: Element): Language {
  const asked = element.closest('[lang]')?.getAttribute('lang') || navigator.language;
  return /^de\b/i.test(asked) ? 'de' : 'en';
}
