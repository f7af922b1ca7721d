import type { RunRecord } from "../../model/record/record.ts";
import { buildsCell, diskLines } from "./builds-words.ts";
import { shownVersion } from "../judge/coder-version.ts";
import { formatCount, NO_FIGURE } from "./format.ts";
import { holdLines } from "./hold-words.ts";
import { recordStandingOf } from "../judge/official.ts";
import { verifiedOnCloud, verifiedWords } from "./verified-on-cloud.ts";

/** The columns of the results table, as Coder's documentation has them. */
export const COLUMNS = [
  "Environment",
  "Users",
  "Workspaces",
  "Concurrent builds",
  "Concurrent connections (Terminal/SSH)",
  "Coder version",
  "Last tested",
  "Status",
] as const;

/** What the columns mean, for the line below a table. */
const LEGEND =
  "Users: created/with a workspace that became ready; those without one are idle. Workspaces: succeeded. Concurrent builds: running at once as the server saw them/capacity, and how many succeeded in a minute while the queue was full. Concurrent connections: held at the same time, each answering at the end of the hold (terminal/SSH).";

/** The line below a table of runs: of official rows it also says which architectures were seen to deploy and tear down. */
export function legendOf(records: readonly RunRecord[]): string {
  return [LEGEND, ...diskLines(records), ...holdLines(records), ...verifiedLine(records)].join(" ");
}

/** Which of these records' architectures were seen to deploy and tear down on their cloud; nothing of rehearsals. */
export function verifiedLine(records: readonly RunRecord[]): readonly string[] {
  const names = new Set(
    records
      .filter(({ simulated, deployment }) => !simulated && deployment === undefined)
      .map(({ architecture }) => architecture),
  );
  const verified = [...names].toSorted().map((name) => {
    return `${name} ${verifiedWords(verifiedOnCloud(name, records))}`;
  });
  return verified.length === 0 ? [] : [`Verified on its cloud: ${verified.join(", ")}.`];
}

/** The row of one run, a cell for each column. What was not measured is a dash, never a zero. */
export function rowOf(record: RunRecord): readonly string[] {
  const { measurements: measured, teardown, startedAt, finishedAt } = record;
  const standing = recordStandingOf(record);
  const status = teardown.state === "pending" ? "pending" : record.verdict;
  return [
    standing === "official" ? record.environment : `${record.environment} (${standing})`,
    measured === undefined ? NO_FIGURE : pair(measured.users.created, measured.users.withWorkspace),
    measured === undefined ? NO_FIGURE : of(measured.workspaces.succeeded, measured.workspaces.asked),
    measured === undefined ? NO_FIGURE : buildsCell(measured.builds),
    measured === undefined ? NO_FIGURE : connectionsOf(measured.connections),
    versionText(record),
    (finishedAt ?? startedAt).slice(0, "2026-11-22".length),
    status,
  ];
}

/** Rows of different standing never stand in one table. */
export function rowsOf(records: readonly RunRecord[]): readonly (readonly string[])[] {
  if (new Set(records.map(recordStandingOf)).size > 1) {
    throw new TypeError("a table holds official rows, unofficial or simulated ones, never both");
  }
  return records.map(rowOf);
}

function connectionsOf(connections: NonNullable<RunRecord["measurements"]>["connections"]): string {
  const { held, asked, heldTerminal, heldSsh } = connections;
  return `${of(held, asked)} (${pair(heldTerminal, heldSsh)})`;
}

/** A rehearsal's version is never said as if a deployment of that version had been measured. */
export function versionText({ simulated, coder, coderVersion, rehearsedVersion }: RunRecord): string {
  const version = coderVersion ?? rehearsedVersion;
  const shown = version === undefined ? NO_FIGURE : shownVersion(version);
  if (!simulated) return shown;
  return `${shown} ${coder === "emulated" ? "emulated" : "on one machine"}`;
}

function pair(one: number, other: number): string {
  return `${formatCount(one)}/${formatCount(other)}`;
}

function of(reached: number, asked: number): string {
  return reached === asked ? formatCount(reached) : `${formatCount(reached)} of ${formatCount(asked)}`;
}
