import type { ComparedFigure } from "../../../model/record/comparison.ts";
import type { Html } from "../parts/html.ts";
import { COLOUR, plane, xAxis, yAxis } from "./axes.ts";
import { draw, type Naming } from "./draw.ts";

const ROW = 34;

/** Formats a relative difference as a percentage with its sign: `+5.2 %`. */
export function signedPercent(share: number): string {
  const percent = Math.round(share * 1000) / 10;
  return `${percent > 0 ? "+" : percent < 0 ? "−" : ""}${Math.abs(percent)} %`;
}

/** The part of ECharts' drawing API that returns coordinates. */
interface PlaneApi {
  readonly value: (dimension: number) => number;
  readonly coord: (point: readonly number[]) => readonly number[];
}

/** Draws each figure's difference with its confidence interval around zero; undefined if there is none. */
export function intervalChart(
  figures: readonly ComparedFigure[],
  width: number,
  naming: Naming,
): Html | undefined {
  const drawn = figures.flatMap(({ description, difference, interval, conclusion }) =>
    difference === undefined || interval === undefined
      ? []
      : [{ description, difference, interval, isDifferent: conclusion === "different" }],
  );
  if (drawn.length === 0) return undefined;
  const reach = 1.15 * Math.max(0.01, ...drawn.flatMap(({ interval }) => interval.map(Math.abs)));
  const x = xAxis("difference of the candidate");
  const y = yAxis("");
  const option = {
    grid: plane({ left: 16, right: 16, top: 8 }),
    xAxis: {
      ...x,
      type: "value",
      min: -reach,
      max: reach,
      splitNumber: 4,
      splitLine: { show: true, lineStyle: { color: COLOUR.rule } },
      axisLabel: { ...x.axisLabel, formatter: signedPercent, showMinLabel: false, showMaxLabel: false },
    },
    yAxis: {
      ...y,
      type: "category",
      inverse: true,
      data: drawn.map(({ description }) => description),
      splitLine: { show: false },
      axisLabel: { show: false },
    },
    series: [
      {
        type: "custom",
        silent: true,
        data: drawn.map(({ difference, interval: [low, high] }, index) => [index, low, high, difference]),
        renderItem: ({ dataIndex }: { readonly dataIndex: number }, api: PlaneApi) => {
          const each = drawn[dataIndex];
          const [left = 0, middle = 0] = api.coord([api.value(1), api.value(0)]);
          const [right = 0] = api.coord([api.value(2), api.value(0)]);
          const [at = 0] = api.coord([api.value(3), api.value(0)]);
          const colour = each?.isDifferent === true ? COLOUR.series[1] : COLOUR.series[0];
          const row = middle + 7;
          return {
            type: "group",
            children: [
              {
                type: "path",
                shape: { pathData: `M${left} ${row}H${right}M${left} ${row - 4}v8M${right} ${row - 4}v8` },
                style: { stroke: colour, lineWidth: 2, fill: "none" },
              },
              { type: "circle", shape: { cx: at, cy: row, r: 4 }, style: { fill: colour } },
              {
                type: "text",
                style: {
                  text: each?.description ?? "",
                  x: 16,
                  y: middle - 9,
                  fill: COLOUR.text,
                  // Keeps the text readable over the line at zero.
                  stroke: COLOUR.page,
                  lineWidth: 4,
                  fontSize: 12,
                  verticalAlign: "middle",
                },
              },
            ],
          };
        },
        encode: { x: [1, 2, 3], y: 0 },
        markLine: {
          silent: true,
          z: 1,
          symbol: "none",
          lineStyle: { color: COLOUR.text, type: "solid", width: 1 },
          label: { show: false },
          data: [{ xAxis: 0 }],
        },
      },
    ],
  };
  return draw(option, { width, height: drawn.length * ROW + 52 }, naming);
}
