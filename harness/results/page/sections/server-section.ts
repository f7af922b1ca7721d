import type { Observation } from "../../../model/observation/observation.ts";
import { SERIES } from "../../../model/observation/series.ts";
import type { Limits } from "../../../model/observation/limits.ts";
import { seriesWords, shownUnit, threeDigits } from "../../format/unit-words.ts";
import { type ShadedTime, timeChart } from "../charts/time-chart.ts";
import { figure, type FigureKey, legend } from "../parts/figure.ts";
import type { Html } from "../parts/html.ts";
import { chartAnchor, chartWith, SERVER_CHARTS, type ServerChart } from "./server-charts.ts";
import { serverLines } from "./server-lines.ts";

/** The time axis that all charts of a page share. */
export interface SharedTime {
  readonly endMs: number;
  readonly shaded: readonly ShadedTime[];
  readonly loadStartedAtMs: number;
}

/** Draws what was observed of the deployment, on the time axis of the load's charts. */
export function serverFigures(
  observation: Observation,
  limits: Limits | undefined,
  time: SharedTime,
): readonly Html[] {
  return [...SERVER_CHARTS, ...chartsOfEvidence(limits)].flatMap(
    (chart) => serverFigure(chart, observation, time) ?? [],
  );
}

/** A chart for each series that a rule rests on and that has none yet. */
function chartsOfEvidence(limits: Limits | undefined): readonly ServerChart[] {
  const figures = new Set(limits?.findings.flatMap(({ evidence }) => evidence.map((each) => each.figure)));
  return Object.entries(SERIES)
    .filter(([name]) => figures.has(name) && chartWith(name) === undefined)
    .map(([name, { words }]) => ({
      id: name.replaceAll(".", "-"),
      name: `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`,
      series: [name as keyof typeof SERIES],
    }));
}

const MARKS: readonly FigureKey["mark"][] = ["line-1", "line-2", "line-3", "line-4"];

function serverFigure(chart: ServerChart, observation: Observation, time: SharedTime): Html | undefined {
  const found = serverLines(chart, observation, time);
  if (found === undefined) return undefined;
  const { lines, unit } = found;
  const most = Math.max(0, ...lines.flatMap(({ points }) => points.map(([, value]) => value ?? 0)));
  const { divisor, suffix } = shownUnit(unit, most);
  const id = chartAnchor(chart.id);
  const description = `${lines
    .map(({ name, points }) => {
      const values = points.flatMap(([, value]) => value ?? []);
      return `${name}: at most ${seriesWords(Math.max(0, ...values), unit)}`;
    })
    .join("; ")}.`;
  return figure({
    id,
    caption: `${chart.name}${unit === "cores" ? ", cores" : ""}`,
    legend: legend(
      lines.map(({ name, isDashed = false }, index) => ({
        name,
        mark: isDashed ? "line-dashed" : (MARKS[index] ?? "line-4"),
      })),
    ),
    narrow: timeChart(
      {
        ...time,
        lines: lines.map((line) => ({
          ...line,
          points: line.points.map(([atMs, value]) => [
            atMs,
            value === undefined ? undefined : value / divisor,
          ]),
        })),
        valueText: (value) => `${threeDigits(value)}${suffix}`,
        isCount: unit === "count",
      },
      { id: `${id}-chart`, title: `${chart.name} over time`, description },
    ),
  });
}
