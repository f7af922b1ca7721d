import { jsonText, oneLine } from "../../../tools/safe-text.ts";
import { formatDuration } from "../../../results/format/format.ts";
import { countOf, formatCount } from "../../../tools/count-text.ts";
import { drawGrid, wrap } from "../../../results/table/grid.ts";
import { type OutputFormat, DEFAULT_WIDTH } from "../../../results/format/output-spec.ts";
import { markdownText } from "../../../results/table/markdown-text.ts";
import { sheetMarkdown, sheetText } from "../../../results/table/sheet.ts";
import type { LimitStep, LimitKind } from "../../../workload/limit-search/limit.ts";
import type { LimitReport } from "../../../loads/find-limit/report.ts";

/** The report of a search in one form. */
export function formatLimit(report: LimitReport, format: OutputFormat, width = DEFAULT_WIDTH): string {
  switch (format) {
    case "json":
      return jsonText(report);
    case "markdown":
      return markdown(report);
    case "text":
      return text(report, width);
  }
}

/** One step as it ends, for a person who waits. */
export function stepLine(kind: LimitKind, { load, purpose, outcome, reasons, tookMs }: LimitStep): string {
  const why = reasons.length === 0 ? "" : `: ${reasons.join("; ")}`;
  return oneLine(`${loadWords(kind, load)} (${purpose}): ${outcome}${why}, ${formatDuration(tookMs)}`);
}

/** A load with its unit. */
export function loadWords(kind: LimitKind, load: number): string {
  if (kind === "arrival-rate") return `${load} workspaces/s`;
  return countOf(load, "connection");
}

const HEADER = ["load", "why", "outcome", "builds", "took", "reasons"];
const RIGHT = new Set([0, 3, 4]);

function text(report: LimitReport, width: number): string {
  const lists = [
    { title: "Notes", items: report.notes },
    { title: "Conditions", items: report.conditions },
  ];
  const lines = [
    ...wrap(headline(report), width),
    ...report.reasons.flatMap((reason) => wrap(reason, width - 2).map((line) => `  ${line}`)),
    "",
    ...(report.steps.length === 0
      ? ["no load ended"]
      : [drawGrid({ header: HEADER, rows: report.steps.map(rowOf), right: RIGHT }, width)]),
    "",
  ];
  // A load always has conditions.
  return `${lines.join("\n")}\n${sheetText(lists, width)}`;
}

function markdown(report: LimitReport): string {
  return [
    `> ${markdownText(headline(report))}`,
    ...report.reasons.map((reason) => `> ${markdownText(reason)}`),
    "",
    sheetMarkdown([{ header: HEADER, rows: report.steps.map(rowOf), right: RIGHT }]).trimEnd(),
    "",
    ...[...report.notes, ...report.conditions].map((note) => `- ${markdownText(note)}`),
    "",
  ].join("\n");
}

function headline(report: LimitReport): string {
  const { kind, limit, isConfirmed, ended, from, upTo, simulated, deployment } = report;
  const notice = simulated ? "SIMULATED, against an emulated Coder. " : "";
  const most = limit === undefined ? "" : loadWords(kind, limit);
  const sure = isConfirmed ? "confirmed by a second try" : "not confirmed";
  const answers: Record<LimitReport["ended"], string> = {
    found: `Limit: ${most}, ${sure}; above it:`,
    "not-reached": `No limit up to ${loadWords(kind, upTo)}, the most that was tried, ${sure}`,
    "generator-limited": `${limit === undefined ? "No limit was found" : `At least ${most}, ${sure}`}; above it the generator was the limit, not Coder:`,
    "below-first": `No limit: the first load of ${loadWords(kind, from)} was not within the objectives, ${sure}; what broke:`,
    "out-of-steps": unfinished("all of --limit-steps were used", most),
    "out-of-time": unfinished("--limit-within was up", most),
    stopped: unfinished("the search was stopped", most),
    failed: unfinished("the search failed", most),
  };
  return `${notice}${deployment.url}, Coder ${deployment.version}. ${answers[ended]}`;
}

function unfinished(why: string, most: string): string {
  return `No answer, since ${why}${most === "" ? "" : `; ${most} were within the objectives`}.`;
}

function rowOf({ load, purpose, outcome, builds, tookMs, reasons }: LimitStep): readonly string[] {
  return [
    formatLoad(load),
    purpose,
    outcome,
    builds === undefined ? "-" : `${builds.peakRunning}/${builds.capacity}`,
    formatDuration(tookMs),
    reasons.join("; "),
  ];
}

function formatLoad(load: number): string {
  return Number.isInteger(load) ? formatCount(load) : String(load);
}
