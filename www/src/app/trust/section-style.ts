/** What the sections of the trust dialog have in common. */

import { css } from 'lit';

export const section = css`
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  h3 {
    font-size: 1.0625rem;
    font-weight: 620;
  }
  .quiet {
    max-inline-size: 44rem;
    color: var(--ink-quiet);
    font-size: 0.9375rem;
    line-height: 1.5;
  }
`;
