import { unmeasuredLine } from "../format/unmeasured-line.ts";
import { judgedWord, objectiveSentence } from "../../model/record/objective-words.ts";
import type { Measurements, ObjectiveResult, RunRecord } from "../../model/record/record.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { summaryLine } from "../../model/record/summary-line.ts";
import { formatUsd } from "../../model/record/usd.ts";
import { buildsLine } from "../format/builds-words.ts";
import { clocksLine, negativeLines, ownClockLines } from "../format/clock-words.ts";
import { comparisonLines } from "../format/compared-versions.ts";
import { failureLine, failureReasonsOf } from "../format/failure-words.ts";
import { formatDuration } from "../format/format.ts";
import { networkLines } from "../format/network-words.ts";
import { formatCount } from "../../tools/count-text.ts";
import { SCHEDULE_NOTE, scheduledLines, scheduleGrid } from "./schedule-table.ts";
import { CHURN_NOTE, churnGrid, churnLines } from "./churn-table.ts";
import { drawGrid, wrap } from "../table/grid.ts";
import { latencyTable } from "./latency.ts";
import { limitLines } from "../format/limit-lines.ts";
import { holdWords, provedWords, serverCountWords } from "../format/hold-words.ts";
import { lostPartLines, partsLine } from "../format/part-words.ts";
import { pollsLine } from "../format/poll-words.ts";
import { arrivalsLine, limitedLines, probeLine } from "./over-time.ts";
import { verdictLine } from "../judge/official.ts";
import { sheetText } from "../table/sheet.ts";
import { runsTable } from "../table/table.ts";

/** How many remaining items are listed; the record has all. */
const NAMED = 20;

/** Formats the complete result of one run: its row, its measurements, and last the verdict with its reasons. */
export function resultsText(record: RunRecord, width: number): string {
  const { measurements } = record;
  if (endedInPreflight(record)) return textOf([["Nothing was created."], verdictLines(record)], width);
  const sections = [
    sheetText(runsTable([record]), width)
      .trimEnd()
      .split("\n"),
    measurements === undefined ? ["Nothing was measured."] : loadLines(record, measurements),
    measurements === undefined
      ? []
      : [
          "Latency",
          ...latencyTable(measurements, width).split("\n"),
          LATENCY_NOTE,
          ...negativeLines(measurements),
        ],
    measurements === undefined ? [] : scheduleLines(measurements, width),
    measurements === undefined ? [] : longLoadLines(measurements, width),
    measurements === undefined ? [] : failureLines(measurements),
    limitLines(record),
    record.comparison === undefined ? [] : comparisonLines(record.comparison),
    objectiveLines(record),
    conditionLines(record),
    ownClockLines(record),
    costLines(record),
    teardownLines(record),
    verdictLines(record),
  ];
  return textOf(sections, width);
}

function textOf(sections: readonly (readonly string[])[], width: number): string {
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.flatMap((line) => fitted(line, width)).join("\n"))
    .join("\n\n")}\n`;
}

function conditionLines(record: RunRecord): readonly string[] {
  const { conditions, measurements } = record;
  const all = [...(measurements === undefined ? [] : networkLines(record)), ...conditions];
  return all.length === 0 ? [] : ["Conditions", ...all.map((each) => `  - ${each}`)];
}

/** Whether the run ended in preflight: only the reason matters then. */
function endedInPreflight({ verdict, stages, resources, teardown }: RunRecord): boolean {
  return (
    verdict === "infrastructure" &&
    teardown.state === "clean" &&
    Object.keys(resources).length === 0 &&
    stages.some(({ stage, outcome }) => stage === "preflight" && outcome === "failed")
  );
}

const LATENCY_NOTE =
  "≥: at least, because the figure falls among failed attempts, which count with their timeout. A percentile is shown only if at least 10 samples lie above it; the raw start only if it differs.";

function loadLines(record: RunRecord, measurements: Measurements): readonly string[] {
  const { builds, generator } = measurements;
  const limited = limitedLines(measurements);
  const optional = [
    partsLine(measurements),
    clocksLine(measurements),
    arrivalsLine(measurements),
    probeLine(measurements),
    pollsLine(measurements),
  ];
  return [
    summaryLine({ ...measurements, stopped: record.verdict === "interrupted" }),
    ...carriedLines(measurements, record.load),
    buildsLine(builds),
    `Generator: ${generatorMachine(generator)}, ${generator.cpuSeconds.toFixed(1)} s of CPU${childrenWords(generator)}, ${formatCount(Math.round(generator.maxRssMib))} MiB, ` +
      (generator.limited
        ? `LIMITED: ${limited.length > 0 ? "see below" : generator.reasons.join("; ")}.`
        : `late by ${generator.slipP99Ms.toFixed(1)} ms at p99.`),
    ...optional.filter((line) => line !== undefined),
    ...lostPartLines(measurements),
    ...limited,
  ];
}

/** Describes the machine that generated the load, usually not the one that the run was started on. */
function generatorMachine({ machine }: Measurements["generator"]): string {
  return machine === undefined ? "its machine is not recorded" : `${machine.cores} cores (${machine.cpu})`;
}

function childrenWords({ childCpuSeconds = 0 }: Measurements["generator"]): string {
  return childCpuSeconds === 0 ? "" : ` and ${childCpuSeconds.toFixed(1)} s in child processes`;
}

/** Reports the held connections and their traffic. */
function carriedLines(
  { connections, apps, mixed, churn }: Measurements,
  load: RunRecord["load"],
): readonly string[] {
  const { asked, held, lost, sshPath, traffic } = connections;
  const lines = [
    `Connections: ${formatCount(held)} of ${formatCount(asked)} held at once${holdWords(load)}, ${formatCount(lost)} lost; SSH by ${sshPath}; ${provedWords(connections)}; ${serverCountWords(connections)}.`,
    traffic &&
      `Traffic: ${formatCount(traffic.back)} of ${formatCount(traffic.due)} messages returned complete.`,
    apps &&
      `Apps: ${formatCount(apps.held)} of ${formatCount(apps.asked)} sockets held, ${formatCount(apps.echoed)} messages returned.`,
  ];
  // A load of apps only, of a schedule or of churn requests no connections of this kind.
  return lines
    .slice(asked === 0 && [apps, mixed, churn].some((one) => one !== undefined) ? 1 : 0)
    .filter((line) => line !== undefined);
}

/** Reports the loads of a mixed schedule by period. */
function scheduleLines(measurements: Measurements, width: number): readonly string[] {
  const grid = scheduleGrid(measurements);
  if (grid === undefined) return [];
  return ["Schedule", ...drawGrid(grid, width).split("\n"), SCHEDULE_NOTE, ...scheduledLines(measurements)];
}

/** Reports a long load by period. */
function longLoadLines(measurements: Measurements, width: number): readonly string[] {
  const grid = churnGrid(measurements);
  if (grid === undefined) return [];
  return ["Periods", ...drawGrid(grid, width).split("\n"), CHURN_NOTE, ...churnLines(measurements)];
}

function costLines({ cost }: RunRecord): readonly string[] {
  if (cost === undefined) return [];
  const { estimate, spent, ceiling, basis } = cost;
  const known = spent === undefined ? "unknown" : formatUsd(spent);
  const most = ceiling === undefined ? "" : `, limit ${formatUsd(ceiling)}`;
  return [
    `Cost: ${known} (${basis}), expected ${formatUsd(estimate.total)}${most}; prices of ${estimate.prices}, ${estimate.region}.`,
  ];
}

function failureLines({ failures }: Measurements): readonly string[] {
  if (failures.length === 0) return [];
  return [
    "Failures",
    ...failures.flatMap((failure) => [
      `  ${failureLine(failure)}`,
      ...failureReasonsOf(failure).flatMap(({ title, log }) => [
        `    ${title}`,
        ...log.map((line) => `      ${line}`),
      ]),
    ]),
  ];
}

function objectiveLines(record: RunRecord): readonly string[] {
  const { objectives } = record;
  const unmeasured = unmeasuredLine(record);
  if (unmeasured !== undefined) return [unmeasured];
  if (objectives.length === 0) return [];
  return [
    "Objectives",
    ...objectives.map((objective) => `  ${wordOf(objective)} ${objectiveSentence(objective)}`),
  ];
}

/** Pads the judgement so that a missed objective is easy to see. */
function wordOf(objective: ObjectiveResult): string {
  return judgedWord(objective).padEnd("not judged".length);
}

function teardownLines({ teardown }: RunRecord): readonly string[] {
  if (teardown.state === "pending") return ["Teardown: pending; remaining resources are not known yet."];
  const { state, scope, left, swept, problems } = teardown;
  const named = (items: typeof left): readonly string[] => [
    ...items
      .slice(0, NAMED)
      .map(
        ({ kind, name, location }) => `  - ${kind} ${name}${location === undefined ? "" : ` (${location})`}`,
      ),
    ...(items.length > NAMED ? [`  - and ${formatCount(items.length - NAMED)} more: see record.json`] : []),
  ];
  return [
    `Teardown: ${state} (checked: ${scope})`,
    ...(left.length === 0 ? [] : [`Remaining: ${formatCount(left.length)}`, ...named(left)]),
    ...(swept.length === 0 ? [] : [`Swept after the destroy: ${formatCount(swept.length)}`, ...named(swept)]),
    ...problems.map((problem) => `  problem: ${problem}`),
  ];
}

function verdictLines(record: RunRecord): readonly string[] {
  const { startedAt, finishedAt } = record;
  const took =
    finishedAt === undefined ? "" : ` in ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`;
  return [
    verdictLine(record),
    ...record.reasons.flatMap((reason) => reason.split("\n").map((line) => `  ${line}`)),
    `Run ${record.runId}: ${record.architecture} ${record.size}${overridesOf(record)}${took}`,
  ];
}

function overridesOf({ overrides }: RunRecord): string {
  const set = Object.entries(overrides).map(([path, value]) => `${path}=${JSON.stringify(nameOf(value))}`);
  return set.length === 0 ? "" : ` (${set.join(", ")})`;
}

/** A schedule is named: its figures fill a page. */
function nameOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "name" in value ? value.name : value;
}

/** Wraps one line of prose and keeps its indent; tables already fit. */
function fitted(text: string, width: number): readonly string[] {
  const line = oneLine(text);
  if (line.length <= width) return [line];
  const [indent = ""] = /^\s*/.exec(line) ?? [];
  // Only refbench's own lines begin at the left edge, however text wraps.
  const hanging = `${indent}  `;
  return wrap(line.trimStart(), Math.max(20, width - hanging.length)).map((part, index) =>
    index === 0 ? indent + part : hanging + part,
  );
}
