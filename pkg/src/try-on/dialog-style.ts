/** The look of what stands around the frame: the dialog, its close button, and what is there until the frame is. */

/** The colours that the frame has too (`styles.ts`), as far as they are seen outside it. */
const LIGHT = '--surface: #ffffff; --ink: #17201d; --ink-quiet: #59635f; --sunken: #f1f2ef; --accent: #17201d;';
const DARK = '--surface: #181b1a; --ink: #f1f3f1; --ink-quiet: #a7afab; --sunken: #232726; --accent: #e8ece9;';

const STYLE = `
dialog {
  ${LIGHT}
  box-sizing: border-box;
  inline-size: 100vw;
  block-size: 100vh;
  block-size: 100dvh;
  max-inline-size: none;
  max-block-size: none;
  margin: 0;
  padding: 0;
  border: 0;
  background: var(--vitrine-surface, var(--surface));
  color: var(--vitrine-ink, var(--ink));
  font: 400 1rem/1.5 var(--vitrine-font, system-ui, sans-serif);
  overflow: hidden;
  overscroll-behavior: contain;
}
dialog[data-scheme='dark'] { ${DARK} color-scheme: dark; }
@media (prefers-color-scheme: dark) {
  dialog[data-scheme='either'] { ${DARK} }
}
dialog::backdrop { background: rgb(10 12 11 / 0.62); }
.stage { position: absolute; inset: 0; display: grid; }
.vitrine-airlock { inline-size: 100%; block-size: 100%; border: 0; grid-area: 1 / 1; opacity: 0; }
.vitrine-airlock.shown { opacity: 1; transition: opacity 0.18s; }
.waiting { grid-area: 1 / 1; place-self: center; margin: 0; color: var(--vitrine-ink-quiet, var(--ink-quiet)); }
.stage > [part='error'] {
  place-self: center;
  max-inline-size: 26rem;
  padding: 2rem;
  background: none;
  box-shadow: none;
  text-align: center;
}
.stage h2 { margin: 0 0 0.5rem; font-size: 1.25rem; line-height: 1.3; }
.stage p { margin: 0; }
[part='close'] {
  position: absolute;
  inset-block-start: 12px;
  inset-inline-end: 12px;
  inline-size: 44px;
  block-size: 44px;
  padding: 0;
  border: 1px solid transparent;
  border-radius: 50%;
  background: var(--vitrine-sunken, var(--sunken));
  color: inherit;
  cursor: pointer;
  -webkit-tap-highlight-color: transparent;
}
[part='close']::before, [part='close']::after {
  content: '';
  position: absolute;
  inset: 0;
  inline-size: 17px;
  block-size: 2px;
  margin: auto;
  border-radius: 1px;
  background: currentColor;
  rotate: 45deg;
}
[part='close']::after { rotate: -45deg; }
[part='close']:focus-visible { outline: 3px solid var(--vitrine-accent, var(--accent)); outline-offset: 2px; }
@media (min-width: 760px) and (min-height: 520px) {
  dialog {
    inline-size: min(1080px, 100vw - 48px);
    block-size: min(720px, 100vh - 48px);
    margin: auto;
    border-radius: 20px;
    box-shadow: 0 30px 90px -20px rgb(0 0 0 / 0.5);
  }
}
@media (prefers-reduced-motion: reduce) {
  .vitrine-airlock.shown { transition: none; }
}
@media (forced-colors: active) {
  dialog { border: 1px solid CanvasText; }
  [part='close'] { border-color: ButtonText; }
  [part='close']::before, [part='close']::after { background: ButtonText; forced-color-adjust: none; }
}
`;

export function dialogStyle(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  return sheet;
}
