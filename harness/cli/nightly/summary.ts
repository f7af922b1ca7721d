import { drawGrid, wrap } from "../../results/table/grid.ts";
import { markdownRow } from "../../results/table/markdown-row.ts";
import { markdownText } from "../../results/table/markdown-text.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import type { Night, NightRun } from "../../nights/night.ts";
import { formatSize } from "../../nights/sizes.ts";

const HEADER = ["size", "verdict", "stage", "took", "cost", "run"] as const;
const SIMULATED = "SIMULATED: rehearsed on one machine; these figures say nothing about Coder's capacity.";

/** The summary of a night for a terminal. */
export function nightText(night: Night, width: number): string {
  const notes = notesOf(night).flatMap((note) => wrap(note, width));
  return [
    ...(night.simulated ? [...wrap(SIMULATED, width), ""] : []),
    ...wrap(headline(night), width),
    "",
    drawGrid({ header: HEADER, rows: night.runs.map(rowOf) }, width),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    "",
  ].join("\n");
}

/** The summary of a night in Markdown, as for a step summary. */
export function nightMarkdown(night: Night): string {
  const notes = notesOf(night).map((note) => `- ${markdownText(note)}`);
  return [
    ...(night.simulated ? [`> **${SIMULATED}**`, ""] : []),
    `**${markdownText(headline(night))}**`,
    "",
    markdownRow(HEADER),
    markdownRow(HEADER.map(() => "---")),
    ...night.runs.map((run) => markdownRow(rowOf(run))),
    "",
    ...(notes.length === 0 ? [] : [...notes, ""]),
  ].join("\n");
}

function headline({ night, startedAt, verdict, coderVersion, coderChannel, runs }: Night): string {
  const version =
    coderVersion === undefined
      ? ""
      : `, Coder ${coderVersion}${coderChannel === undefined ? "" : ` (${coderChannel})`}`;
  const passed = runs.filter((run) => run.verdict === "pass").length;
  const word = verdict === undefined ? "not ended" : `${verdict} (exit ${EXIT_CODES[verdict]})`;
  return `Night ${night} of ${startedAt.slice(0, "2026-11-22".length)}${version}: ${word}, ${passed} of ${runs.length} passed`;
}

function rowOf(run: NightRun): readonly string[] {
  const {
    verdict,
    stage = "-",
    startedAt,
    finishedAt,
    spent,
    budget,
    runId = "-",
    secondZone,
    unofficial,
  } = run;
  const took =
    startedAt === undefined || finishedAt === undefined
      ? "-"
      : `${Math.max(1, Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 60_000))} min`;
  const cost =
    spent === undefined
      ? "-"
      : `$${spent.toFixed(2)}${budget === undefined ? "" : ` of ${budget.toFixed(2)}`}`;
  const name = secondZone === undefined ? formatSize(run) : `${formatSize(run)} in ${secondZone}`;
  const standing = unofficial === undefined ? "" : " (unofficial)";
  return [name, `${verdict ?? run.state}${standing}`, stage, took, cost, runId];
}

/** Details for which a row has no room: reasons of failures, findings of the other steps, nights that never ended. */
function notesOf({ runs, steps, unended, damaged }: Night): readonly string[] {
  return [
    ...unended.map(
      ({ night, startedAt, runs: left }) =>
        `night ${night} of ${startedAt} never ended: ${left.map((run) => `${formatSize(run)} ${run.verdict ?? run.state}`).join(", ")}`,
    ),
    ...damaged.map(
      ({ night, problem, runs: left }) =>
        `night ${night} left a file that cannot be read (${problem}); its runs that were not torn down yet: ${left.join(", ") || "none"}`,
    ),
    ...runs.flatMap((run) => (run.reason === undefined ? [] : [`${formatSize(run)}: ${run.reason}`])),
    ...unofficialNotes(runs),
    ...steps.filter(({ outcome }) => outcome !== "ok").map(({ name, said }) => `${name}: ${said}`),
  ];
}

/** Each reason once, with the sizes whose records are not part of the table for it. */
function unofficialNotes(runs: readonly NightRun[]): readonly string[] {
  const reasons = new Set(runs.flatMap(({ unofficial = [] }) => unofficial));
  return [...reasons].map((reason) => {
    const sizes = runs.filter(({ unofficial = [] }) => unofficial.includes(reason)).map(formatSize);
    return `unofficial, not in the table: ${[...new Set(sizes)].join(", ")}: ${reason}`;
  });
}
