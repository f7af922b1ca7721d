import type { Html } from "../parts/html.ts";
import { COLOUR, plane, xAxis, yAxis } from "./axes.ts";
import { draw, type Naming, type ChartSize } from "./draw.ts";

/** One line of a chart over time: pairs of milliseconds and value. */
export interface TimeLine {
  readonly points: readonly (readonly [number, number])[];
  /** Index of the page's series colour. @default 0 */
  readonly series?: number;
  readonly isDashed?: boolean;
  /** Whether the area below the line is filled. */
  readonly isArea?: boolean;
}

/** A chart of values over the time of a load. */
export interface TimeChart {
  readonly lines: readonly TimeLine[];
  /** Shaded spans in milliseconds: the generator may have been the limit, or lost a part. */
  readonly shaded: readonly (readonly [number, number])[];
  readonly endMs: number;
  readonly valueText: (value: number) => string;
}

/** Draws values over the time since the load began. */
export function timeChart(
  { lines, shaded, endMs, valueText }: TimeChart,
  size: ChartSize,
  naming: Naming,
): Html {
  const x = xAxis("time since the load began");
  const y = yAxis("");
  const step = stepOf(endMs);
  const most = Math.max(0, ...lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const option = {
    grid: plane({ top: 12 }),
    xAxis: {
      ...x,
      type: "value",
      min: 0,
      max: Math.max(endMs, 1),
      interval: step,
      axisLabel: { ...x.axisLabel, formatter: elapsed, showMaxLabel: endMs % step === 0 },
    },
    yAxis: {
      ...y,
      type: "value",
      min: 0,
      // A line at zero also needs a scale.
      max: most === 0 ? 1 : undefined,
      splitNumber: 4,
      axisLabel: { ...y.axisLabel, formatter: valueText },
    },
    series: lines.map(({ points, series = 0, isDashed, isArea }, index) => {
      const color = COLOUR.series[series];
      return {
        type: "line",
        silent: true,
        showSymbol: points.length === 1,
        symbol: "circle",
        itemStyle: { color },
        lineStyle: { color, width: isDashed ? 1.5 : 2, ...(isDashed && { type: [5, 3] }) },
        ...(isArea && { areaStyle: { color, opacity: 0.12 } }),
        data: points,
        ...(index === 0 && shaded.length > 0 && { markArea: markArea(shaded) }),
      };
    }),
  };
  return draw(option, size, naming);
}

function markArea(shaded: TimeChart["shaded"]) {
  return {
    silent: true,
    itemStyle: { color: COLOUR.limited },
    data: shaded.map(([from, to]) => [{ xAxis: from }, { xAxis: to }]),
  };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/** Returns the distance between two ticks of a time axis, so that there are at most this many. */
export function stepOf(endMs: number, most = 7): number {
  return STEPS.find((step) => endMs / step <= most) ?? 24 * HOUR;
}

/** Formats a time on an axis: `0`, `45 s`, `5 min`, `1:30 h`. */
export function elapsed(milliseconds: number): string {
  if (milliseconds === 0) return "0";
  const seconds = Math.round(milliseconds / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = (value: number): string => `${value}`.padStart(2, "0");
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes}:${rest(seconds % 60)} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)}:${rest(minutes % 60)} h`;
}
