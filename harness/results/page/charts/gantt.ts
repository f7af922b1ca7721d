import { formatDuration } from "../../format/format.ts";
import type { Html } from "../parts/html.ts";
import { COLOUR, plane, xAxis, yAxis } from "./axes.ts";
import { draw, type Naming, type ChartSize } from "./draw.ts";
import { elapsed, stepOf } from "./time-axis.ts";

/** One bar of a Gantt chart, in milliseconds since the run began. */
export interface Bar {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly tone: "plain" | "load" | "bad";
}

/** A moment to mark with a line. */
export interface GanttMoment {
  readonly name: string;
  readonly atMs: number;
}

const ROW = 26;

/** Draws the stages one after another with their durations, and lines at moments. */
export function gantt(
  { bars, moments }: { readonly bars: readonly Bar[]; readonly moments: readonly GanttMoment[] },
  width: number,
  naming: Naming,
): Html {
  const endMs = Math.max(1, ...bars.map(({ toMs }) => toMs), ...moments.map(({ atMs }) => atMs));
  const size: ChartSize = { width, height: bars.length * ROW + 70 };
  const step = stepOf(endMs, width < 450 ? 4 : 7);
  const x = xAxis("time since the run began");
  const y = yAxis("");
  const option = {
    grid: plane({ left: 76, right: 68, top: 26, bottom: 44 }),
    xAxis: {
      ...x,
      type: "value",
      min: 0,
      max: endMs,
      interval: step,
      splitLine: { show: true, lineStyle: { color: COLOUR.rule } },
      axisLabel: { ...x.axisLabel, formatter: elapsed, showMaxLabel: endMs % step === 0 },
    },
    yAxis: {
      ...y,
      type: "category",
      inverse: true,
      data: bars.map(({ name }) => name),
      splitLine: { show: false },
      axisLabel: { ...y.axisLabel, color: COLOUR.text },
    },
    series: [
      // An invisible bar fills the space before each stage.
      {
        type: "bar",
        stack: "run",
        silent: true,
        itemStyle: { color: "none" },
        data: bars.map(({ fromMs }) => fromMs),
      },
      {
        type: "bar",
        stack: "run",
        silent: true,
        barWidth: 14,
        data: bars.map(({ fromMs, toMs, tone }) => ({
          // Even the shortest stage stays visible.
          value: Math.max(toMs - fromMs, endMs / 300),
          itemStyle: { color: TONES[tone], borderRadius: 2 },
          label: {
            show: true,
            position: "right",
            color: COLOUR.text,
            fontSize: 12,
            textBorderColor: COLOUR.page,
            textBorderWidth: 3,
            formatter: formatDuration(toMs - fromMs),
          },
        })),
        markLine: {
          silent: true,
          // Behind the bars, so that durations stay readable.
          z: 1,
          symbol: "none",
          lineStyle: { color: COLOUR.text, type: [2, 3], width: 1 },
          label: { color: COLOUR.text, fontSize: 12, position: "start", distance: 4 },
          data: moments.map(({ name, atMs }) => ({ xAxis: atMs, label: { formatter: name } })),
        },
      },
    ],
  };
  return draw(option, size, naming);
}

const TONES = { plain: COLOUR.series[0], load: COLOUR.series[2], bad: COLOUR.bad } as const;
