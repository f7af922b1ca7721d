import { VERSION_MARKS } from "../charts/trend.ts";
import { type Html, html } from "../parts/html.ts";

/** Draws the legend of trends. */
export function trendLegend(
  versions: readonly string[],
  { hasBreaks, hasSteps }: { readonly hasBreaks: boolean; readonly hasSteps: boolean },
): Html {
  return html`<ul class="legend">
    ${versions.map((version, index) => html`<li>${markOf(index)}Coder ${version}</li>`)}
    <li>${drawing(html`<circle cx="6" cy="6" r="4" class="hollow" />`)}hollow: a night that was not clean</li>
    <li>${drawing(html`<path d="M2.5 2.5l7 7m0-7l-7 7" class="cross" />`)}a night without the figure</li>
    ${hasBreaks && html`<li>${line("break")}a new series: another platform, or a reset</li>`}
    ${
      hasSteps &&
      html`<li>${line("step")}a confirmed step; red if it is worse</li>
        <li>${line("step suspected")}a suspected step</li>`
    }
  </ul>`;
}

function markOf(index: number): Html {
  const colour = `mark-${(index % VERSION_MARKS.length) + 1}`;
  const shapes: Readonly<Record<(typeof VERSION_MARKS)[number], Html>> = {
    circle: html`<circle cx="6" cy="6" r="4.5" class="${colour}" />`,
    rect: html`<rect x="2" y="2" width="8" height="8" class="${colour}" />`,
    triangle: html`<path d="M6 1.5l5 9h-10z" class="${colour}" />`,
    diamond: html`<path d="M6 1l5 5-5 5-5-5z" class="${colour}" />`,
  };
  return drawing(shapes[VERSION_MARKS[index % VERSION_MARKS.length] ?? "circle"]);
}

function line(name: string): Html {
  return drawing(html`<path d="M6 0v12" class="${name}" />`);
}

function drawing(shape: Html): Html {
  return html`<svg viewBox="0 0 12 12" aria-hidden="true">${shape}</svg>`;
}
