import type { Measurements } from "../../../model/record/record.ts";
import type { LoadWindow } from "../../../model/record/worker-result.ts";
import { formatDuration, NO_FIGURE } from "../../format/format.ts";
import { formatCount } from "../../../tools/count-text.ts";
import { timeChart, type TimeLine } from "../charts/time-chart.ts";
import { windowsWithBuilds } from "../../judge/windows-with-builds.ts";
import { coarse } from "./coarse-windows.ts";
import { dataTable } from "../parts/data-table.ts";
import { figure, type FigureKey, legend } from "../parts/figure.ts";
import { type Html, html } from "../parts/html.ts";

/** One chart of the load over time. */
interface OverTime {
  readonly id: string;
  readonly name: string;
  readonly keys: readonly FigureKey[];
  readonly lines: (windows: readonly LoadWindow[], measurements: Measurements) => readonly TimeLine[];
  readonly valueText?: (value: number) => string;
}

const CHARTS: readonly OverTime[] = [
  {
    id: "connections",
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

/** Draws the load from beginning to end, window by window. */
export function overTimeSection(measurements: Measurements): Html {
  const { windows: all = [] } = measurements;
  const last = all.at(-1);
  if (last === undefined)
    return html`<h2>Over time</h2>
      <p>The record contains no figures over time.</p>`;
  const windows = coarse(windowsWithBuilds(measurements));
  const limited = all.filter(({ generator }) => generator.limited.length > 0);
  const lacking = all.filter(({ lostParts = 0 }) => lostParts > 0);
  const shaded = all
    .filter((window) => limited.includes(window) || lacking.includes(window))
    .map(({ startMs, endMs }): readonly [number, number] => [startMs, endMs]);
  return html`<h2>Over time</h2>
    <p class="note">
      ${formatCount(all.length)} windows over
      ${formatDuration(last.endMs)}${
        windows.length < all.length &&
        `, drawn as ${windows.length}: merged windows show the maximum of each figure`
      }.
    </p>
    ${shaded.length > 0 && legend([{ name: shadeWords(limited, lacking), mark: "shade" }])}
    <div class="charts">
      ${CHARTS.map((chart) => overTimeFigure(chart, { windows, shaded, endMs: last.endMs, measurements }))}
    </div>
    <details>
      <summary>Figures over time as a table</summary>
      ${windowTable(windows)}
    </details>
    ${limited.length > 0 && limitedTable(limited)}`;
}

/** Says why windows are shaded. */
function shadeWords(limited: readonly LoadWindow[], lacking: readonly LoadWindow[]): string {
  const reasons = [
    limited.length > 0 && "the generator may have been the limit",
    lacking.length > 0 && "a part of the load was lost, and its figures are missing",
  ].filter((reason) => reason !== false);
  return `shaded: ${reasons.join(", or ")}, so these windows cannot pass`;
}

function overTimeFigure(
  { id, name, keys, lines: linesOf, valueText = formatCount }: OverTime,
  {
    windows,
    shaded,
    endMs,
    measurements,
  }: {
    readonly windows: readonly LoadWindow[];
    readonly shaded: readonly (readonly [number, number])[];
    readonly endMs: number;
    readonly measurements: Measurements;
  },
): Html | undefined {
  const lines = linesOf(windows, measurements);
  if (lines.every(({ points }) => points.length === 0)) return undefined;
  const description = `${lines
    .map(
      ({ points }, index) =>
        `${keys[index]?.name ?? ""}: at most ${valueText(round(Math.max(0, ...points.map(([, value]) => value))))}`,
    )
    .join("; ")}.`;
  const drawing = timeChart(
    { lines, shaded, endMs, valueText },
    { width: 380, height: 220 },
    { id, title: `${name} over time`, description },
  );
  return figure({ caption: name, legend: legend(keys), narrow: drawing });
}

function along(windows: readonly LoadWindow[], read: (window: LoadWindow) => number): TimeLine["points"] {
  return windows.map((window) => [window.endMs, round(read(window))]);
}

function level(windows: readonly LoadWindow[], value: number): TimeLine["points"] {
  return [
    [0, value],
    [windows.at(-1)?.endMs ?? 0, value],
  ];
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
