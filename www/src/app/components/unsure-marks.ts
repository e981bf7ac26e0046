/** Marks over a picture where its cut-out is unsure: hatched and outlined, so that no colour needs to be told apart. */

import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../styles/shared.js';
import { unsureOutline, type Place, type Places } from '../unsure.js';

/** Fills its own box, which is the picture's. Nothing for a screen reader: whoever shows it says how many there are. */
@customElement('unsure-marks')
export class UnsureMarks extends LitElement {
  @property({ attribute: false }) places: Places | undefined;
  /** The place that is being looked at. */
  @property({ attribute: false }) place: Place | undefined;

  /** CSS pixels. */
  @state() private size = { width: 0, height: 0 };
  private readonly resizing = new ResizeObserver(([entry]) => {
    const { width, height } = entry?.contentRect ?? { width: 0, height: 0 };
    this.size = { width, height };
  });

  static override styles = [
    base,
    css`
      :host {
        pointer-events: none;
        forced-color-adjust: none;
      }
      svg {
        inline-size: 100%;
        block-size: 100%;
      }
      path,
      rect {
        fill: none;
        vector-effect: non-scaling-stroke;
      }
      .hatched {
        fill: url(#hatch);
        fill-rule: evenodd;
      }
      /* A dark line within a light one is seen on anything. */
      .light {
        stroke: #ffffff;
      }
      .dark {
        stroke: #1b1a18;
      }
      .stripe {
        stroke: none;
      }
      .stripe.light {
        fill: #ffd83d;
      }
      .stripe.dark {
        fill: rgb(27 26 24 / 0.8);
      }
      .edge.light {
        stroke: #ffd83d;
        stroke-width: 3px;
      }
      .edge.dark {
        stroke-width: 1.25px;
      }
      .place.light {
        stroke-width: 5px;
      }
      .place.dark {
        stroke-width: 2px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizing.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
  }

  override render() {
    const { places, place, size } = this;
    if (!places || size.width === 0 || size.height === 0) return nothing;
    const { width, height } = places;
    const path = unsureOutline(places);
    const frame =
      place &&
      svg`${['light', 'dark'].map(
        (shade) => svg`<rect
          class="place ${shade}"
          x=${place.left * width}
          y=${place.top * height}
          width=${place.width * width}
          height=${place.height * height}
        />`,
      )}`;
    // The hatching keeps its width on the screen, however large the picture is.
    const scale = `scale(${width / size.width} ${height / size.height}) rotate(45)`;
    return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
      <defs>
        <pattern id="hatch" patternUnits="userSpaceOnUse" width="9" height="9" patternTransform=${scale}>
          <rect class="stripe light" x="0" y="0" width="1.8" height="9" />
          <rect class="stripe dark" x="1.8" y="0" width="1.1" height="9" />
        </pattern>
      </defs>
      <path class="hatched" d=${path} />
      <path class="edge light" d=${path} />
      <path class="edge dark" d=${path} />
      ${frame ?? nothing}
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unsure-marks': UnsureMarks;
  }
}
