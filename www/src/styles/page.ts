/** The document's own style: colours of both themes, type, spacing. Components read these through the cascade. */

import { css, type CSSResult } from 'lit';

const light = css`
  color-scheme: light;
  --ground: #f4f3f0;
  --surface: #ffffff;
  --sunken: #eceae6;
  --line: #dedbd5;
  --line-strong: #86807a;
  --ink: #1b1a18;
  --ink-quiet: #5c5751;
  --accent: #0b6b57;
  --accent-strong: #075143;
  --on-accent: #ffffff;
  --accent-soft: #e0efea;
  --danger: #a8231b;
  --danger-soft: #fbe9e7;
  --caution: #6b4e00;
  --caution-soft: #f8efd6;
  --check-a: #ffffff;
  --check-b: #efedea;
  --veil: rgb(28 26 22 / 0.46);
  --shadow: 0 1px 2px rgb(40 34 24 / 0.06), 0 6px 20px -8px rgb(40 34 24 / 0.14);
  --shadow-high: 0 2px 6px rgb(40 34 24 / 0.08), 0 24px 64px -16px rgb(40 34 24 / 0.32);
`;

const dark = css`
  color-scheme: dark;
  --ground: #121211;
  --surface: #1c1b1a;
  --sunken: #272624;
  --line: #35332f;
  --line-strong: #8d8880;
  --ink: #f2f0ec;
  --ink-quiet: #aba59c;
  --accent: #66cfb4;
  --accent-strong: #8be0ca;
  --on-accent: #05231b;
  --accent-soft: #16302a;
  --danger: #ff9a90;
  --danger-soft: #3a1e1b;
  --caution: #e8c56c;
  --caution-soft: #332a12;
  --check-a: #34322f;
  --check-b: #292826;
  --veil: rgb(0 0 0 / 0.62);
  --shadow: 0 1px 2px rgb(0 0 0 / 0.4), 0 6px 20px -8px rgb(0 0 0 / 0.5);
  --shadow-high: 0 2px 6px rgb(0 0 0 / 0.4), 0 24px 64px -16px rgb(0 0 0 / 0.8);
`;

const page = css`
  :root {
    ${light}
    --font: ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
    --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
    --radius: 14px;
    --radius-small: 9px;
    --gutter: clamp(1rem, 0.4rem + 2.6vw, 3rem);
    --target: 40px;
    --ease: cubic-bezier(0.2, 0.7, 0.2, 1);
    --checker: repeating-conic-gradient(var(--check-b) 0 25%, var(--check-a) 0 50%) 0 0 / 20px 20px;
    background: var(--ground);
    color: var(--ink);
    font: 400 1rem/1.5 var(--font);
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
  }
  @media (prefers-color-scheme: dark) {
    :root:not([data-theme='light']) {
      ${dark}
    }
  }
  :root[data-theme='dark'] {
    ${dark}
  }
  @media (pointer: coarse) {
    :root {
      --target: 44px;
    }
  }
  body {
    margin: 0;
    min-block-size: 100vh;
    min-block-size: 100dvh;
  }
`;

/** Gives the document its style without a `<style>`, which the frame's policy would refuse. */
export function adoptPageStyle(target: Document): void {
  const sheet = (page as CSSResult).styleSheet;
  if (sheet) target.adoptedStyleSheets = [...target.adoptedStyleSheets, sheet];
}
