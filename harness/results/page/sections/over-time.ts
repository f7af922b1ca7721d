import type { LimitFinding } from "../../../model/observation/limits.ts";
import type { Measurements, RunRecord } from "../../../model/record/record.ts";
import type { LoadWindow } from "../../../model/record/worker-result.ts";
import { formatDuration, NO_FIGURE } from "../../format/format.ts";
import { formatCount } from "../../../tools/count-text.ts";
import { timeChart, type TimeLine } from "../charts/time-chart.ts";
import { windowsWithBuilds } from "../../judge/windows-with-builds.ts";
import { coarse } from "./coarse-windows.ts";
import { dataTable } from "../parts/data-table.ts";
import { figure, type FigureKey, legend } from "../parts/figure.ts";
import { type Html, html } from "../parts/html.ts";
import { observedTables } from "./observed-tables.ts";
import { serverFigures, type SharedTime } from "./server-section.ts";
import { heading } from "../parts/heading.ts";

/** One chart of the load over time. */
interface OverTime {
  readonly id: string;
  readonly name: string;
  readonly keys: readonly FigureKey[];
  /** One line for each key. */
  readonly lines: (
    windows: readonly LoadWindow[],
    measurements: Measurements,
  ) => readonly Omit<TimeLine, "name">[];
  readonly valueText?: (value: number) => string;
  readonly isCount?: boolean;
}

const CHARTS: readonly OverTime[] = [
  {
    id: "connections",
    isCount: true,
    name: "Connections held",
    keys: [
      { name: "web terminals", mark: "line-1" },
      { name: "SSH", mark: "line-2" },
    ],
    lines: (windows) => [
      { points: along(windows, ({ terminal }) => terminal), isArea: true },
      { points: along(windows, ({ ssh }) => ssh), series: 1 },
    ],
  },
  {
    id: "builds",
    isCount: true,
    name: "Builds",
    keys: [
      { name: "running", mark: "line-1" },
      { name: "queued", mark: "line-2" },
      { name: "capacity", mark: "line-4-dashed" },
    ],
    lines: (windows, { builds }) => [
      { points: along(windows, ({ building }) => building), isArea: true },
      { points: along(windows, ({ queued }) => queued), series: 1 },
      { points: level(windows, builds.capacity), series: 3, isDashed: true },
    ],
  },
  {
    id: "workspaces",
    isCount: true,
    name: "Workspaces ready",
    keys: [{ name: "ready", mark: "line-3" }],
    lines: (windows) => [{ points: along(windows, ({ ready }) => ready), series: 2, isArea: true }],
  },
  {
    id: "rate",
    name: "Rate",
    keys: [
      { name: "verified commands per second", mark: "line-1" },
      { name: "failures per second", mark: "line-2" },
    ],
    lines: (windows) => [
      { points: along(windows, ({ commands, ...window }) => perSecond(commands, window)), isArea: true },
      { points: along(windows, ({ failures, ...window }) => perSecond(failures, window)), series: 1 },
    ],
  },
  {
    id: "probe",
    name: "API latency for other users",
    keys: [
      { name: "median", mark: "line-1" },
      { name: "slowest", mark: "line-2" },
    ],
    lines: (windows) => {
      const probed = windows.filter(({ probe }) => probe !== undefined);
      return [
        { points: along(probed, ({ probe }) => probe?.p50Ms ?? 0) },
        { points: along(probed, ({ probe }) => probe?.maxMs ?? 0), series: 1 },
      ];
    },
    valueText: milliseconds,
  },
  {
    id: "generator",
    name: "Generator: delay",
    keys: [
      { name: "send delay, p99", mark: "line-1" },
      { name: "event-loop delay, p99", mark: "line-2" },
    ],
    lines: (windows) => [
      { points: along(windows, ({ generator }) => generator.slipP99Ms) },
      { points: along(windows, ({ generator }) => generator.lagP99Ms), series: 1 },
    ],
    valueText: milliseconds,
  },
  {
    id: "busy",
    name: "Generator: utilization",
    keys: [{ name: "event loop utilization", mark: "line-3" }],
    lines: (windows) => [
      {
        points: along(windows, ({ generator }) => generator.eventLoopUtilization * 100),
        series: 2,
        isArea: true,
      },
    ],
    valueText: (value) => `${value} %`,
  },
];

/** Draws the load and the deployment from beginning to end, all on one time axis below each other. */
export function overTimeSection({ measurements, observation, limits }: OverTimeRecord): Html {
  const { windows: all = [], startedAtMs } = measurements;
  const last = all.at(-1);
  if (last === undefined)
    return html`${heading(2, "Over time")}
      <p>The record contains no figures over time.</p>`;
  const windows = coarse(windowsWithBuilds(measurements));
  const limited = all.filter(({ generator }) => generator.limited.length > 0);
  const lacking = all.filter(({ lostParts = 0 }) => lostParts > 0);
  const [leading] = limits?.findings ?? [];
  const time: SharedTime = {
    endMs: last.endMs,
    loadStartedAtMs: startedAtMs ?? observation?.startedAtMs ?? 0,
    shaded: [
      ...all
        .filter((window) => limited.includes(window) || lacking.includes(window))
        .map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs, why: "generator" as const })),
      ...(leading === undefined
        ? []
        : (leading.spans ?? [[leading.firstAtMs, leading.lastAtMs] as const]).map(([fromMs, toMs]) => ({
            ...{ fromMs, toMs, why: "limit" as const },
          }))),
    ],
  };
  const server = observation === undefined ? [] : serverFigures(observation, limits, time);
  return html`${heading(2, "Over time")}
    <p class="note">
      ${formatCount(all.length)} windows over
      ${formatDuration(last.endMs)}${
        windows.length < all.length &&
        `, drawn as ${windows.length}: merged windows show the maximum of each figure`
      }.
      All charts have the same time axis; point at one to read its figures.
    </p>
    ${shadeLegend({ limited, lacking, leading })} ${heading(3, "The load")}
    <div class="charts column">
      ${CHARTS.map((chart) => overTimeFigure(chart, { windows, time, measurements }))}
    </div>
    <details>
      <summary>Figures over time as a table</summary>
      ${windowTable(windows)}
    </details>
    ${limited.length > 0 && limitedTable(limited)}
    ${
      observation !== undefined &&
      html`${heading(3, "The deployment")}
      ${server.length > 0 && html`<div class="charts column">${server}</div>`} ${observedTables(observation)}`
    }`;
}

/** The parts of a record that have a time axis. */
interface OverTimeRecord extends Pick<RunRecord, "observation" | "limits"> {
  readonly measurements: Measurements;
}

/** Says why times are shaded. */
function shadeLegend({
  limited,
  lacking,
  leading,
}: {
  readonly limited: readonly LoadWindow[];
  readonly lacking: readonly LoadWindow[];
  readonly leading: LimitFinding | undefined;
}): Html | undefined {
  const reasons = [
    limited.length > 0 && "the generator may have been the limit",
    lacking.length > 0 && "a part of the load was lost, and its figures are missing",
  ].filter((reason) => reason !== false);
  const keys: FigureKey[] = [
    ...(reasons.length === 0
      ? []
      : [
          {
            name: `shaded: ${reasons.join(", or ")}, so these windows cannot pass`,
            mark: "shade" as const,
          },
        ]),
    ...(leading === undefined
      ? []
      : [
          {
            name: `shaded: the time in which the load was limited by ${leading.limit}`,
            mark: "shade-held" as const,
          },
        ]),
  ];
  return keys.length === 0 ? undefined : legend(keys);
}

function overTimeFigure(
  { id, name, keys, lines: linesOf, valueText = formatCount, isCount = false }: OverTime,
  {
    windows,
    time,
    measurements,
  }: {
    readonly windows: readonly LoadWindow[];
    readonly time: SharedTime;
    readonly measurements: Measurements;
  },
): Html | undefined {
  const lines = linesOf(windows, measurements).map((line, index) => ({
    name: keys[index]?.name ?? "",
    ...line,
  }));
  if (lines.every(({ points }) => points.length === 0)) return undefined;
  const description = `${lines
    .map(({ name: each, points }) => {
      const most = Math.max(0, ...points.map(([, value]) => value ?? 0));
      return `${each}: at most ${valueText(round(most))}`;
    })
    .join("; ")}.`;
  const drawing = timeChart(
    { ...time, lines, valueText, isCount },
    { id, title: `${name} over time`, description },
  );
  return figure({ id: `load-${id}`, caption: name, legend: legend(keys), narrow: drawing });
}

function along(windows: readonly LoadWindow[], read: (window: LoadWindow) => number): TimeLine["points"] {
  return windows.map((window) => [window.endMs, round(read(window))]);
}

function level(windows: readonly LoadWindow[], value: number): TimeLine["points"] {
  return windows.map(({ endMs }) => [endMs, value]);
}

function perSecond(count: number, { startMs, endMs }: Pick<LoadWindow, "startMs" | "endMs">): number {
  return endMs > startMs ? (count * 1000) / (endMs - startMs) : 0;
}

function windowTable(windows: readonly LoadWindow[]): Html {
  return dataTable({
    label: "Figures over time",
    header: [
      "Until",
      "Activity",
      "Queued",
      "Building",
      "Ready",
      "Terminals",
      "SSH",
      "Commands/s",
      "Failures",
      "Probe median",
      "Probe slowest",
      "Send delay p99",
      "Event-loop delay p99",
      "Event loop utilization",
      "Lost parts",
    ],
    right: new Set([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
    rows: windows.map((window) => {
      const {
        endMs,
        activity,
        queued,
        building,
        ready,
        terminal,
        ssh,
        commands,
        failures,
        probe,
        generator,
        lostParts = 0,
      } = window;
      return [
        formatDuration(endMs),
        activity,
        ...[queued, building, ready, terminal, ssh].map(formatCount),
        formatCount(round(perSecond(commands, window))),
        formatCount(failures),
        probe === undefined ? NO_FIGURE : milliseconds(round(probe.p50Ms)),
        probe === undefined ? NO_FIGURE : milliseconds(round(probe.maxMs)),
        milliseconds(round(generator.slipP99Ms)),
        milliseconds(round(generator.lagP99Ms)),
        `${Math.round(generator.eventLoopUtilization * 100)} %`,
        formatCount(lostParts),
      ];
    }),
  });
}

function limitedTable(limited: readonly LoadWindow[]): Html {
  return html`<details>
    <summary>Windows in which the generator may have been the limit (${limited.length})</summary>
    ${dataTable({
      label: "Windows in which the generator may have been the limit",
      header: ["From", "To", "Activity", "Reason"],
      rows: limited.map(({ startMs, endMs, activity, generator }) => [
        formatDuration(startMs),
        formatDuration(endMs),
        activity,
        generator.limited.join("; "),
      ]),
    })}
  </details>`;
}

function milliseconds(value: number): string {
  return value < 1000 ? `${value} ms` : `${round(value / 1000)} s`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
