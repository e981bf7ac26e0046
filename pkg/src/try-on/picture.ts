/** How a picture lies on the screen, in the try-on and on the seller's page. */

import { css } from 'lit';
import type { FaceBox } from './types.js';

/** A picture as large as its place allows, `--ratio` times as wide as it is high. */
export const fitted = css`
  :host {
    display: grid;
    place-items: center;
    container-type: size;
    min-inline-size: 0;
    min-block-size: 0;
  }
  .picture {
    position: relative;
    inline-size: min(100cqi, 100cqb * var(--ratio, 0.8));
    aspect-ratio: var(--ratio, 0.8);
    overflow: hidden;
    user-select: none;
    -webkit-user-select: none;
    -webkit-touch-callout: none;
  }
  img,
  canvas {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
  }
`;

/** Where a face is over its photo; set it through the object model, for the frame's policy allows no style attribute. */
export function placeOf({ x, y, width, height }: FaceBox): string {
  const percent = (part: number) => `${100 * Math.min(1, Math.max(0, part))}%`;
  return `left:${percent(x)};top:${percent(y)};width:${percent(width)};height:${percent(height)}`;
}
