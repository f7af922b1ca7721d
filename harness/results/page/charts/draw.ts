import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escaped, Html } from "../parts/html.ts";

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  SVGRenderer,
]);

/** Size of a drawing, in pixels if it is not scaled. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** The accessible name of a drawing. */
export interface Naming {
  /** Unique in its page; the ids inside the drawing derive from it. */
  readonly id: string;
  readonly title: string;
  /** A description of the drawing, in one or two sentences. */
  readonly description: string;
}

/** Draws a chart as SVG. Its colours are the page's variables, for light and dark mode. */
export function draw(option: EChartsCoreOption, { width, height }: ChartSize, naming: Naming): Html {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    return new Html(named(plain(chart.renderToSVGString(), naming.id), naming, { width, height }));
  } finally {
    chart.dispose();
  }
}

/**
 * Removes what differs between drawings (ids counted over the process), what a strict content security policy
 * refuses (styles), and what only scripts use.
 */
function plain(svg: string, id: string): string {
  return svg
    .replace(/<style\s*>[\s\S]*?<\/style>/g, "")
    .replace(/ (?:class|style|pointer-events|ecmeta_\w+|xmlns:xlink|version|baseProfile)="[^"]*"/g, "")
    .replace(/zr\d+-(c\d+)/g, `${id}-$1`)
    .replace(/^<rect [^>]*fill="none"><\/rect>\n/m, "")
    .replace(/\n+/g, "\n");
}

function named(svg: string, { id, title, description }: Naming, { width, height }: ChartSize): string {
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escaped(title)}</title>
<desc id="${id}-desc">${escaped(description)}</desc>
`;
  return svg.replace(/^<svg [^>]*>\n?/, () => opening);
}
