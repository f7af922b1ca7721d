import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escaped, Html } from "../html.ts";

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

/** Size of a drawing in its own units: pixels where it is not scaled. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** What a drawing is called, for those who don't see it. */
export interface Naming {
  /** Unique in its page; what is inside the drawing is named after it. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence or two. */
  readonly description: string;
}

/** Draws a chart as SVG. Colours are the page's variables, so that it follows light and dark. */
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
 * Takes out what differs from one drawing to the next (ids counted over the process), what a strict content
 * security policy refuses (styles), and what only a script could use.
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
