import { verdictOfError, type ErrorCode } from "../../harness/tools/error.ts";
import type { RunRecord } from "../../harness/model/record/record.ts";

/** A law that a point broke. */
export interface Breach {
  readonly law: "leftover" | "wrong-verdict" | "false-alarm";
  readonly what: string;
}

/** The facts about a point, seen from outside the pipeline, when its record is final. */
export interface Observed {
  readonly record: RunRecord | undefined;
  /** Ids of what existed when the record became final. */
  readonly left: readonly string[];
  /** Ids of what still existed after one sweep more. */
  readonly leftAfterSweep: readonly string[];
  /** Ids of what the cloud refuses to delete for ever: a sweep cannot help them, a record must name them. */
  readonly undeletable: readonly string[];
  /** Whether the inventory answered in full when it was last asked. */
  readonly inventoryAnswered: boolean;
  /** Nothing was ever made: then a teardown need not ask the inventory. Absent = something was. */
  readonly nothingMade?: boolean;
  /** Whether it lied then: it called an answer complete that was not. Absent = no. */
  readonly inventoryLied?: boolean;
  /** Whether it ever lied. Absent = no. */
  readonly inventoryEverLied?: boolean;
  /** Ids of what was left and named in no Terraform state: where the inventory lies, nobody can know of them. */
  readonly unnamedInStates?: readonly string[];
  /** The run's folder was removed: no record is owed, and no sweep finds its way by it. Absent = no. */
  readonly folderRemoved?: boolean;
  /** Killed before it had a plan: the run does not exist, nothing may exist, and no record is owed. Absent = no. */
  readonly neverMade?: boolean;
  /** How long the teardown of a run whose driver had died was waited for, where that was until its expiry. */
  readonly waitedForExpiryMs?: number;
  /** The error of the run's own command while something of it existed. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
  /** A process that hangs, and was neither killed nor replaced. Absent = none. */
  readonly believedHung?: string;
  /** Ends that were reported as clean while something was left. Absent = 0. */
  readonly falseClaims?: number;
  /**
   * Whether a state that Terraform left can be read no more, or the journal of stacks that were destroyed manually was
   * cut: nobody can say then what they named.
   */
  readonly stateLost: boolean;
  /** Whether the load of the run came to its ordinary end. */
  readonly loadFinished: boolean;
  /** Simulated time since the world began, which bounds what a run can have cost and taken; absent of real runs. */
  readonly elapsedMs?: number;
  /** Destructive calls of a reaper after another had taken its place. */
  readonly fencedActs: number;
}

/** The laws that hold under every schedule; each breach is a defect. */
export function breachesOf(observed: Observed): readonly Breach[] {
  const {
    record,
    left,
    leftAfterSweep,
    undeletable,
    inventoryAnswered,
    stateLost,
    loadFinished,
    fencedActs,
    nothingMade = false,
    inventoryLied = false,
    inventoryEverLied = false,
    unnamedInStates = [],
    folderRemoved = false,
    neverMade = false,
    waitedForExpiryMs,
    failure,
    falseClaims = 0,
    believedHung,
  } = observed;
  const breaches: Breach[] = [];
  const say = (law: Breach["law"], what: string): void => void breaches.push({ law, what });
  if (waitedForExpiryMs !== undefined)
    say("wrong-verdict", `a run whose driver had died was let stand for ${waitedForExpiryMs / 1000} s`);
  if (believedHung !== undefined) say("wrong-verdict", believedHung);
  for (const what of failure === undefined ? [] : falseFailure(failure)) say("wrong-verdict", what);
  const knownLeft = inventoryLied ? left.filter((id) => !unnamedInStates.includes(id)) : left;
  if (falseClaims > 0 && knownLeft.length > 0)
    say("wrong-verdict", `reported as clean, while there was ${knownLeft.join(", ")}`);
  if (neverMade && left.length > 0) say("leftover", `a run that was never made left ${left.join(", ")}`);
  if (neverMade || (folderRemoved && record === undefined)) return breaches;
  const stays = leftAfterSweep.filter((id) => !undeletable.includes(id));
  if (stays.length > 0) say("leftover", `left after the reaper and one sweep: ${stays.join(", ")}`);
  if (fencedActs > 0) say("wrong-verdict", `a replaced reaper went on destroying (${fencedActs} calls)`);
  if (record === undefined || record.teardown.state === "pending") {
    say("wrong-verdict", "no final record, however many reapers came");
    return breaches;
  }
  const { teardown, verdict } = record;
  for (const what of falseTimes(record, observed.elapsedMs)) say("wrong-verdict", what);
  if (teardown.state === "clean" && knownLeft.length > 0)
    say("wrong-verdict", `clean, while there was ${knownLeft.join(", ")}`);
  if (teardown.state === "clean" && !inventoryAnswered && !nothingMade)
    say("wrong-verdict", "clean, though the inventory did not answer when it was last asked");
  // A record may repeat a lie of the inventory.
  if (inventoryLied || inventoryEverLied) return breaches;
  const unnamed = left.filter((id) => !teardown.left.some((item) => item.id === id));
  if (teardown.state === "leaked" && unnamed.length > 0)
    say("wrong-verdict", `leaked, without naming ${unnamed.join(", ")}`);
  if (verdict === "pass" && !loadFinished) say("wrong-verdict", "pass, though the run was interrupted");
  if (left.length === 0 && teardown.state === "leaked")
    say("false-alarm", `leaked (${teardown.left.map(({ id }) => id).join(", ")}), while nothing was left`);
  if (teardown.state === "unverified" && inventoryAnswered && !stateLost && left.length === 0)
    say("false-alarm", `unverified (${teardown.problems.join("; ")}), while the inventory answered`);
  return breaches;
}

/** Verdicts of errors that leave open what exists. */
const CLAIM_NOTHING: ReadonlySet<string> = new Set(["unverified", "leaked", "handed-over"]);

/** Returns what a failed command lacks once something exists: a code other than "clean", and a next command. */
function falseFailure({ code, message }: NonNullable<Observed["failure"]>): readonly string[] {
  return [
    CLAIM_NOTHING.has(verdictOfError[code])
      ? ""
      : `the command ended with ${code}, which means clean: ${message}`,
    /refbench (sweep|teardown|watch)/.test(message) ? "" : `the command named no way on: ${message}`,
  ].filter((what) => what !== "");
}

/** How far the last look at the clock may be from the record's own. */
const SLACK_MS = 1_000;

/** Returns the record's impossible times and costs, whatever happened to the wall clock. */
function falseTimes(record: RunRecord, elapsedMs = Infinity): readonly string[] {
  const { startedAt, finishedAt = startedAt, stages, cost } = record;
  const lengthMs = Date.parse(finishedAt) - Date.parse(startedAt);
  const most = cost === undefined ? 0 : (elapsedMs / 3_600_000) * cost.estimate.perHour + cost.estimate.total;
  return [
    lengthMs < 0 ? `it finished ${-lengthMs} ms before it started` : "",
    lengthMs > elapsedMs + SLACK_MS ? `it took ${lengthMs} ms, while ${elapsedMs} elapsed` : "",
    ...stages.map(({ stage, ...times }) =>
      times.finishedAt < times.startedAt ? `${stage} finished before it started` : "",
    ),
    (cost?.spent ?? 0) > most ? `it cost ${cost?.spent ?? 0}, and at most ${most.toFixed(2)} can be` : "",
  ].filter((what) => what !== "");
}
