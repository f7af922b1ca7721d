import type { RunRecord } from "../../model/record/record.ts";
import { incompleteReasons } from "./completeness.ts";

/**
 * How a record's figures may be used. Only official ones (from a nightly run under default conditions, with any
 * verdict) enter the published table.
 */
export type RecordStanding = "official" | "unofficial" | "simulated";

export function recordStandingOf(record: RunRecord): RecordStanding {
  if (record.simulated) return "simulated";
  return unofficialReasons(record).length === 0 ? "official" : "unofficial";
}

/** Returns the verdict and the record's standing, for text and Markdown. */
export function verdictLine(record: RunRecord): string {
  const asides = {
    official: "",
    unofficial: " (unofficial)",
    simulated: ` (simulated, coder: ${record.coder})`,
  };
  return `Verdict: ${record.verdict}${asides[recordStandingOf(record)]}`;
}

/** Lists why the figures of a real run must not be published; empty if they may be. */
export function unofficialReasons(record: RunRecord): readonly string[] {
  const { deployment, simulated } = record;
  const isCandidate = deployment === undefined && !simulated;
  return [...originReasons(record), ...(isCandidate ? incompleteReasons(record) : [])];
}

/** Lists what keeps an otherwise official record out of the table; empty for every other record. */
export function missingForOfficial(record: RunRecord): readonly string[] {
  return record.simulated || originReasons(record).length > 0 ? [] : incompleteReasons(record);
}

/** Lists the circumstances of the measurement that keep it out of the table. */
function originReasons({ origin, cloud, overrides, deployment, provenance }: RunRecord): readonly string[] {
  const set = Object.keys(overrides);
  const { commit, dirty = false, noCommit } = provenance.refbench;
  const { endpoints = [], skippedChecks = [], emulated = false } = cloud ?? {};
  return [
    ...(deployment === undefined ? [] : [`a deployment that refbench did not create (${deployment.url})`]),
    ...(endpoints.length === 0
      ? []
      : [`${emulated ? "an emulated cloud" : "custom cloud endpoints"} (${endpoints.join(", ")})`]),
    ...(skippedChecks.length === 0 ? [] : [`preflight without ${skippedChecks.join(", ")}`]),
    ...(set.length === 0 ? [] : [`overridden figures of the size: ${set.join(", ")}`]),
    // A person who starts a run and sees its result before it counts could choose among results.
    ...(origin.kind === "run" ? ["started manually, not by a night"] : []),
    ...(origin.kind === "comparison" ? ["versions compared in one environment"] : []),
    ...(deployment === undefined && cloud === undefined ? ["no cloud in its record"] : []),
    // Without a commit nobody can reproduce the measurement.
    ...(commit === undefined
      ? [`no refbench commit in its provenance${noCommit === undefined ? "" : `: ${noCommit}`}`]
      : []),
    ...(dirty ? [`a checkout with uncommitted changes (${commit?.slice(0, 12) ?? "no commit"})`] : []),
  ];
}

/** How many reasons are listed here; a run's own page lists all of its reasons. */
const NAMED_REASONS = 5;

/** Reports how many real runs are not in the table and why, most frequent reason first; undefined if all are in it. */
export function unofficialWords(records: readonly RunRecord[]): string | undefined {
  const unofficial = records.filter((record) => recordStandingOf(record) === "unofficial");
  if (unofficial.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const reason of unofficial.flatMap(unofficialReasons))
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const frequent = [...counts].sort(([, one], [, other]) => other - one);
  const named = frequent.slice(0, NAMED_REASONS).map(([reason, runs]) => `${reason} (${runs})`);
  const more = frequent.length - named.length;
  const runs = unofficial.length === 1 ? "1 unofficial run is" : `${unofficial.length} unofficial runs are`;
  return `${runs} not in the table: ${named.join("; ")}${more === 0 ? "" : `; ${more} other ${more === 1 ? "reason" : "reasons"}`}`;
}

/** Returns the notice above every table of rehearsals. */
function simulatedNotice(records: readonly RunRecord[]): string {
  const isReal = new Set(records.map(({ coder }) => coder === "real"));
  const coder =
    isReal.size > 1 ? "an emulated or a real Coder" : isReal.has(true) ? "a real Coder" : "an emulated Coder";
  return `SIMULATED: rehearsed on one machine with a twin cloud and ${coder}. These figures say nothing about Coder's capacity.`;
}

/** Returns the notice above a table; undefined for official rows. */
export function noticeAbove(records: readonly RunRecord[]): string | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const standing = recordStandingOf(first);
  if (standing === "official") return undefined;
  if (standing === "simulated") return simulatedNotice(records);
  const reasons = [...new Set(records.flatMap(unofficialReasons))];
  return `UNOFFICIAL, never published: ${reasons.join("; ")}.`;
}
