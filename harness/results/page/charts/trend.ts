import type { Html } from "../parts/html.ts";
import { COLOUR, plane, xAxis, yAxis } from "./axes.ts";
import { draw, type Naming, type ChartSize } from "./draw.ts";
import { type TrendMark, trendMarks } from "./trend-marks.ts";

/** One night of a trend. */
export interface TrendPoint {
  /** UTC day: 2026-11-22. */
  readonly day: string;
  /** Absent if the night did not measure it. */
  readonly value?: number | undefined;
  /** Whether the night was clean; other nights are drawn hollow. */
  readonly isClean: boolean;
  /** Whether the night measured Coder, whatever the result. The line connects these nights. */
  readonly isMeasured: boolean;
  readonly version: string;
  /** Index of the series, from 0. A change of platform begins the next one. */
  readonly series: number;
}

/** Mark shapes of Coder's versions, in order of appearance. */
export const VERSION_MARKS = ["circle", "rect", "triangle", "diamond"] as const;

const DAY_MS = 24 * 60 * 60 * 1000;
const MARK = 8;
const GUTTER = { left: 56, right: 22 };
/** Space before the first and after the last night, in days. */
const MARGIN = 0.6;

/** Draws a figure over nights: a line for each series, a mark for each version, and lines at new series and steps. */
export function trendChart(
  points: readonly TrendPoint[],
  {
    valueText,
    isCount = false,
    versions,
    marks = [],
  }: {
    readonly valueText: (value: number) => string;
    readonly isCount?: boolean;
    readonly versions: readonly string[];
    readonly marks?: readonly TrendMark[];
  },
  size: ChartSize,
  naming: Naming,
): Html {
  const days = points.map(({ day }) => dayNumber(day));
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const [min, max] = [first - MARGIN, last + MARGIN];
  const drawn = points.filter(({ value }) => value !== undefined);
  const ticks = dayTicks(first, last, size.width < 450 ? 4 : 7);
  const width = size.width - GUTTER.left - GUTTER.right;
  const { rows, markLine } = trendMarks(
    marks.map((mark) => ({ ...mark, x: markAt(mark, days) })),
    { pixelOf: (x) => ((x - min) / (max - min)) * width, width },
  );
  const x = xAxis("");
  const y = yAxis("");
  const option = {
    grid: plane({ ...GUTTER, top: Math.max(18, rows), bottom: 28 }),
    xAxis: {
      ...x,
      type: "value",
      min,
      max,
      axisLabel: { ...x.axisLabel, customValues: ticks, formatter: dayLabel },
    },
    yAxis: {
      ...y,
      type: "value",
      scale: true,
      boundaryGap: ["12%", "12%"],
      splitNumber: 4,
      ...(isCount && { minInterval: 1 }),
      axisLabel: { ...y.axisLabel, formatter: valueText },
    },
    series: [
      ...seriesOf(drawn).map((line) => ({
        type: "line",
        silent: true,
        symbol: "none",
        lineStyle: { color: COLOUR.muted, width: 1.25, opacity: 0.6 },
        data: line.filter(({ isMeasured }) => isMeasured).map(({ day, value }) => [dayNumber(day), value]),
      })),
      {
        type: "scatter",
        silent: true,
        data: drawn.map(({ day, value, isClean, version }) => {
          const index = versions.indexOf(version);
          const color = COLOUR.series[index % COLOUR.series.length];
          return {
            value: [dayNumber(day), value],
            symbol: VERSION_MARKS[index % VERSION_MARKS.length],
            symbolSize: MARK,
            itemStyle: isClean
              ? { color, opacity: 1 }
              : { color: COLOUR.page, borderColor: color, borderWidth: 1.5, opacity: 1 },
          };
        }),
        markLine,
      },
      crosses(points.filter(({ value }) => value === undefined)),
    ],
  };
  return draw(option, size, naming);
}

function seriesOf(points: readonly TrendPoint[]): readonly (readonly TrendPoint[])[] {
  const last = Math.max(-1, ...points.map(({ series }) => series));
  return Array.from({ length: last + 1 }, (_, index) => points.filter(({ series }) => series === index));
}

/** Returns the position of a mark: a series begins between two nights, a step on its night. */
function markAt({ day, kind }: TrendMark, days: readonly number[]): number {
  const at = dayNumber(day);
  const before = days.findLast((each) => each < at);
  return kind === "series" && before !== undefined ? (at + before) / 2 : at;
}

/** The part of ECharts' drawing API that returns values and coordinates. */
interface PlaneApi {
  readonly value: (dimension: number) => number;
  readonly coord: (point: readonly number[]) => readonly number[];
}
interface PlaneParams {
  readonly coordSys: { readonly y: number; readonly height: number };
}

/** Draws nights without the figure as crosses at the bottom, where they cannot be read as a value. */
function crosses(points: readonly TrendPoint[]) {
  return {
    type: "custom",
    silent: true,
    data: points.map(({ day }) => [dayNumber(day)]),
    encode: { x: 0 },
    renderItem: ({ coordSys }: PlaneParams, api: PlaneApi) => {
      const [x = 0] = api.coord([api.value(0), 0]);
      const y = coordSys.y + coordSys.height - 8;
      return {
        type: "path",
        shape: { pathData: `M${x - 3.5} ${y - 3.5}l7 7m0 -7l-7 7` },
        style: { stroke: COLOUR.bad, fill: "none", lineWidth: 1.75 },
      };
    },
  };
}

function dayNumber(day: string): number {
  return Date.parse(day) / DAY_MS;
}

/** Returns distinct days for the axis, at most this many. */
function dayTicks(first: number, last: number, most: number): readonly number[] {
  const step = [1, 2, 7, 14, 28, 91, 182, 364].find((days) => (last - first) / days <= most - 1) ?? 728;
  return Array.from(
    { length: Math.floor((last - first) / step) + 1 },
    (_, index) => last - index * step,
  ).toReversed();
}

const MONTH_DAY = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", timeZone: "UTC" });

function dayLabel(day: number): string {
  return MONTH_DAY.format(day * DAY_MS);
}
