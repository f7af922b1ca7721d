import type { RunRecord } from "../../model/record/record.ts";
import { buildsCell, diskLines } from "./builds-words.ts";
import { shownVersion } from "../judge/coder-version.ts";
import { NO_FIGURE } from "./format.ts";
import { formatCount } from "../../tools/count-text.ts";
import { holdLines } from "./hold-words.ts";
import { recordStandingOf } from "../judge/official.ts";
import { networkCell } from "./network-words.ts";
import { verifiedOnCloud, verifiedWords } from "./verified-on-cloud.ts";

/** The columns of the results table: those of Coder's documentation, and the network that was really used. */
export const COLUMNS = [
  "Environment",
  "Users",
  "Workspaces",
  "Concurrent builds",
  "Concurrent connections (Terminal/SSH)",
  "Network",
  "Coder version",
  "Last tested",
  "Status",
] as const;

/** Explains the columns, below a table. */
const LEGEND =
  "Users: created/with a workspace that became ready; the others are idle. Workspaces: succeeded. Concurrent builds: running at once by the server's timestamps/capacity, and how many succeeded a minute while builds were queued. Concurrent connections: held at the same time, each answering at the end of the hold (terminal/SSH). Network: as it was seen, not as it was configured.";

/** Returns the legend of a table of runs. For official rows it also says which architectures were verified on a cloud. */
export function legendOf(records: readonly RunRecord[]): string {
  return [LEGEND, ...diskLines(records), ...holdLines(records), ...verifiedLine(records)].join(" ");
}

/** Lists which architectures of real runs were deployed and torn down on their cloud; empty for rehearsals. */
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

/** Returns a run's cell for each column. A missing figure is a dash, never a zero. */
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
    measured === undefined ? NO_FIGURE : networkCell(record),
    versionText(record),
    (finishedAt ?? startedAt).slice(0, "2026-11-22".length),
    status,
  ];
}

/** Returns the rows of one table. Throws if records of different standing are mixed. */
export function rowsOf(records: readonly RunRecord[]): readonly (readonly string[])[] {
  if (new Set(records.map(recordStandingOf)).size > 1) {
    throw new TypeError("a table must hold records of one standing: official, unofficial or simulated");
  }
  return records.map(rowOf);
}

function connectionsOf(connections: NonNullable<RunRecord["measurements"]>["connections"]): string {
  const { held, asked, heldTerminal, heldSsh } = connections;
  return `${of(held, asked)} (${pair(heldTerminal, heldSsh)})`;
}

/** Returns the version, marked if simulated, so that it never reads as a measured deployment. */
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
