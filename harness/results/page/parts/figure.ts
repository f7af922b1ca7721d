import { type Child, type Html, html } from "./html.ts";

/** A drawing with its caption, legend and table. */
export interface Figure {
  /** Its anchor. */
  readonly id?: string;
  readonly caption: Child;
  /** For narrow screens, and for all screens if there is no wide version. */
  readonly narrow: Html;
  readonly wide?: Html;
  readonly legend?: Html | undefined;
  /** Text below the drawing. */
  readonly below?: Html | undefined;
  /** The same figures as a table. */
  readonly table?: Html | undefined;
}

/** Draws one chart as wide as the screen allows, with its figures in a table that can be opened below. */
export function figure({ id, caption, narrow, wide, legend, below, table }: Figure): Html {
  return html`<figure${id !== undefined && html` id="${id}"`}>
    <figcaption>${caption}</figcaption>
    ${legend}
    ${
      wide === undefined
        ? html`<div class="chart">${narrow}</div>`
        : html`<div class="chart on-narrow">${narrow}</div>
            <div class="chart on-wide">${wide}</div>`
    }
    ${below}
    ${
      table !== undefined &&
      html`<details>
        <summary>Figures as a table</summary>
        ${table}
      </details>`
    }
  </figure> `;
}

/** One entry of a legend. */
export interface FigureKey {
  readonly name: string;
  readonly mark:
    | "line-1"
    | "line-2-dashed"
    | "line-2"
    | "line-3"
    | "line-4"
    | "line-4-dashed"
    | "line-dashed"
    | "bar-1"
    | "bar-3"
    | "bar-bad"
    | "shade"
    | "shade-held";
}

/** Draws the legend of a chart. */
export function legend(keys: readonly FigureKey[]): Html {
  return html`<ul class="legend">
    ${keys.map(({ name, mark }) => html`<li><span class="key ${mark}" aria-hidden="true"></span>${name}</li>`)}
  </ul>`;
}
