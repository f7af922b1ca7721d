import type { Html } from "../parts/html.ts";
import { COLOUR } from "./axes.ts";
import type { Naming } from "./draw.ts";
import { linearScale } from "./linear-scale.ts";
import { plot, type PlotSpan } from "./plot.ts";
import { elapsed, timeTicks } from "./time-axis.ts";

/** A moment in milliseconds, and the value there; undefined where it is not known. */
export type TimePoint = readonly [number, number | undefined];

/** One line of a chart over time. */
export interface TimeLine {
  /** As in the legend. */
  readonly name: string;
  readonly points: readonly TimePoint[];
  /** Index of the page's series colour; the muted colour if there is none with it. @default 0 */
  readonly series?: number;
  readonly isDashed?: boolean;
  /** Whether the area below the line is filled. */
  readonly isArea?: boolean;
}

/** A shaded time in milliseconds. */
export interface ShadedTime {
  readonly fromMs: number;
  readonly toMs: number;
  /** `generator`: the generator may have been the limit, or lost a part. `limit`: the leading limit held. */
  readonly why: "generator" | "limit";
}

/** A chart of values over the time of a load. */
export interface TimeChart {
  readonly lines: readonly TimeLine[];
  readonly shaded: readonly ShadedTime[];
  readonly endMs: number;
  readonly valueText: (value: number) => string;
  /** Whether values are whole numbers. */
  readonly isCount?: boolean;
}

const HEIGHT = 132;

/** Draws values over the time since the load began. All charts with the same end have the same time axis. */
export function timeChart(
  { lines, shaded, endMs, valueText, isCount = false }: TimeChart,
  naming: Naming,
): Html {
  const end = Math.max(endMs, 1);
  const values = lines.flatMap(({ points }) => points.flatMap(([, value]) => value ?? []));
  const { max, ticks } = linearScale(Math.max(0, ...values), { isCount });
  return plot(
    {
      lines: lines.map(({ points, series = 0, ...line }) => ({
        ...line,
        colour: COLOUR.series[series] ?? COLOUR.muted,
        points: points.map(([atMs, value]) => (value === undefined ? undefined : [atMs / end, value / max])),
      })),
      x: {
        name: "time since the load began",
        ticks: timeTicks(end).map((at) => ({ at: at / end, text: elapsed(at) })),
      },
      y: ticks.map((value) => ({ at: value / max, text: valueText(value) })),
      shaded: shaded.map(({ fromMs, toMs, why }) => ({
        from: fromMs / end,
        to: toMs / end,
        colour: why === "generator" ? COLOUR.limited : COLOUR.held,
      })),
      tips: tipsOf(lines, { end, valueText }),
      height: HEIGHT,
    },
    naming,
  );
}

/** Returns the values of all lines at each moment, as the text that the pointer shows there. */
function tipsOf(
  lines: readonly TimeLine[],
  { end, valueText }: { readonly end: number; readonly valueText: (value: number) => string },
): readonly (PlotSpan & { readonly text: string })[] {
  const moments = [...new Set(lines.flatMap(({ points }) => points.map(([atMs]) => atMs)))].toSorted(
    (one, other) => one - other,
  );
  const byMoment = lines.map(({ name, points }) => ({ name, values: new Map(points) }));
  return moments.flatMap((atMs, index) => {
    const said = byMoment.flatMap(({ name, values }) => {
      const value = values.get(atMs);
      return value === undefined ? [] : [`${name}: ${valueText(value)}`];
    });
    const before = moments[index - 1] ?? atMs;
    const after = moments[index + 1] ?? atMs;
    const [from, to] = [(before + atMs) / 2 / end, (atMs + after) / 2 / end];
    return said.length === 0 || to <= from
      ? []
      : [{ from, to, text: `${elapsed(atMs)}\n${said.join("\n")}` }];
  });
}
