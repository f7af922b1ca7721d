import type { RunRecord } from "../../model/record/record.ts";
import { incompleteReasons } from "./completeness.ts";

/** What a record's figures may be used for: only official ones (of a night, default conditions, any verdict) enter the published table. */
export type RecordStanding = "official" | "unofficial" | "simulated";

export function recordStandingOf(record: RunRecord): RecordStanding {
  if (record.simulated) return "simulated";
  return unofficialReasons(record).length === 0 ? "official" : "unofficial";
}

/** The verdict with what keeps it out of the published table, the same in text and Markdown. */
export function verdictLine(record: RunRecord): string {
  const asides = {
    official: "",
    unofficial: " (unofficial)",
    simulated: ` (simulated, coder: ${record.coder})`,
  };
  return `Verdict: ${record.verdict}${asides[recordStandingOf(record)]}`;
}

/** Why a real run's figures are nobody's to publish; empty when they are. */
export function unofficialReasons(record: RunRecord): readonly string[] {
  const { deployment, simulated } = record;
  const isCandidate = deployment === undefined && !simulated;
  return [...originReasons(record), ...(isCandidate ? incompleteReasons(record) : [])];
}

/** What keeps a record out of the table that is official in everything else; empty for every other record. */
export function missingForOfficial(record: RunRecord): readonly string[] {
  return record.simulated || originReasons(record).length > 0 ? [] : incompleteReasons(record);
}

/** Where and how it was measured, as far as that keeps it out of the table. */
function originReasons({ origin, cloud, overrides, deployment, provenance }: RunRecord): readonly string[] {
  const set = Object.keys(overrides);
  const { commit, dirty = false, noCommit } = provenance.refbench;
  const { endpoints = [], skippedChecks = [], emulated = false } = cloud ?? {};
  return [
    ...(deployment === undefined ? [] : [`a deployment that refbench did not make (${deployment.url})`]),
    ...(endpoints.length === 0
      ? []
      : [`${emulated ? "an emulated cloud" : "other endpoints than the cloud's"} (${endpoints.join(", ")})`]),
    ...(skippedChecks.length === 0 ? [] : [`preflight without ${skippedChecks.join(", ")}`]),
    ...(set.length === 0 ? [] : [`figures of the size overridden: ${set.join(", ")}`]),
    // What a person starts, and looks at before it counts, is a choice among results.
    ...(origin.kind === "run" ? ["started by hand, no night's"] : []),
    ...(origin.kind === "comparison" ? ["versions compared in one environment"] : []),
    ...(deployment === undefined && cloud === undefined ? ["in no cloud that it names"] : []),
    // Nobody else can check out what it was measured with.
    ...(commit === undefined
      ? [`no commit of refbench in its provenance${noCommit === undefined ? "" : `: ${noCommit}`}`]
      : []),
    ...(dirty ? [`a checkout with changes in no commit (${commit?.slice(0, 12) ?? "of no commit"})`] : []),
  ];
}

/** How many reasons are named; the run's own page has all of its own. */
const NAMED_REASONS = 5;

/** How many real runs are not part of the table, and why, the most frequent reason first; undefined when all are. */
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

/** What stands above every table of rehearsals. */
function simulatedNotice(records: readonly RunRecord[]): string {
  const isReal = new Set(records.map(({ coder }) => coder === "real"));
  const coder =
    isReal.size > 1 ? "an emulated or a real Coder" : isReal.has(true) ? "a real Coder" : "an emulated Coder";
  return `SIMULATED: rehearsed on one machine against a twin cloud and ${coder}. These figures say nothing about Coder's capacity.`;
}

/** What stands above a table, for all of its rows; undefined above an official one. */
export function noticeAbove(records: readonly RunRecord[]): string | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const standing = recordStandingOf(first);
  if (standing === "official") return undefined;
  if (standing === "simulated") return simulatedNotice(records);
  const reasons = [...new Set(records.flatMap(unofficialReasons))];
  return `UNOFFICIAL, never published: ${reasons.join("; ")}.`;
}
