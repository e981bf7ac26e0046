/** The engine's words stand after a colon; here they stand alone. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return text === '' || /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
