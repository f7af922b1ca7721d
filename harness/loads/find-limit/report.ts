import { RefbenchError, verdictOfError } from "../../tools/error.ts";
import type { RunId } from "../../model/run-id.ts";
import type { Teardown } from "../../model/record/record.ts";
import { EXIT_CODES, type Verdict, worst } from "../../tools/verdict.ts";
import { summarizeSearch } from "../../workload/limit-search/limit-search.ts";
import type { LimitResult, LimitStep, LimitKind } from "../../workload/limit-search/limit.ts";
import { conditionsOfLoad } from "../conditions.ts";
import { type RecordGround, teardownOf } from "../record.ts";
import { type AskedLimit, askedOf } from "./asked.ts";
import type { LimitWish } from "./wish.ts";
import type { LimitSearch } from "./runner.ts";
import type { LoadOutcome } from "../run-load.ts";

/** What a search for a limit came to, as it is written as JSON. */
export interface LimitReport {
  readonly schemaVersion: 1;
  readonly runId: RunId;
  readonly deployment: { readonly url: string; readonly id: string; readonly version: string };
  /** Against refbench's emulator: the figures say nothing of Coder. */
  readonly simulated: boolean;
  readonly kind: LimitKind;
  readonly from: number;
  readonly upTo: number;
  readonly limit?: number;
  readonly isConfirmed: boolean;
  readonly ended: LimitResult["ended"] | "failed";
  /** What broke just above the limit, or why there is no answer. */
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** Lists conditions that change the meaning of the figures. */
  readonly conditions: readonly string[];
  readonly steps: readonly LimitStep[];
  /** What a search that goes on from these steps must ask for too. */
  readonly asked: AskedLimit;
  readonly teardown: Teardown;
  readonly verdict: Verdict;
  readonly exitCode: number;
}

export interface LimitGround extends RecordGround {
  readonly wish: LimitWish;
}

/** The report of a search that is going on, for who finds it cut off: nothing of it is deleted yet. */
export function reportSoFar(search: Pick<LimitSearch, "steps">, ground: LimitGround): LimitReport {
  const why = `cut off before its end: delete what it made with "${ground.cleanup}"`;
  const failure = new RefbenchError("interrupted", why);
  return reportOfLimit({ ...search, found: undefined }, { failure, cleanup: { state: "kept" } }, ground);
}

/** The report of a search, after its cleanup. */
export function reportOfLimit(
  search: Pick<LimitSearch, "found" | "steps">,
  outcome: Pick<LoadOutcome, "cleanup" | "failure">,
  ground: LimitGround,
): LimitReport {
  const { runId, look, wish } = ground;
  const { steps } = search;
  const found = search.found ?? summarizeSearch(wish.kind, "stopped", steps);
  const { failure } = outcome;
  const teardown = teardownOf(outcome, ground);
  const ended = search.found?.ended ?? (failure?.code === "interrupted" ? "stopped" : "failed");
  const verdict = worst([
    ...(failure === undefined ? [] : [verdictOfError[failure.code]]),
    VERDICT_OF[ended],
    ...(teardown.state === "leaked" || teardown.state === "unverified" ? [teardown.state] : []),
  ]);
  return {
    schemaVersion: 1,
    runId,
    deployment: { url: look.url, id: look.id, version: look.version },
    simulated: look.isEmulated,
    kind: wish.kind,
    from: wish.from,
    upTo: wish.upTo,
    ...(found.limit === undefined ? {} : { limit: found.limit }),
    isConfirmed: found.isConfirmed,
    ended,
    reasons: [...(failure === undefined ? [] : [failure.message]), ...found.reasons],
    notes: [...found.notes, ...(teardown.state === "pending" ? [] : teardown.problems)],
    conditions: conditionsOfLoad(ground.task, look, ground.cleanup),
    steps,
    asked: askedOf(ground),
    teardown,
    verdict,
    exitCode: EXIT_CODES[verdict],
  };
}

/** A search that its own bounds ended has no answer either, only where the answer lies. */
const VERDICT_OF = {
  found: "pass",
  "not-reached": "pass",
  "generator-limited": "generator-limited",
  "below-first": "slo-failed",
  "out-of-steps": "interrupted",
  "out-of-time": "interrupted",
  stopped: "interrupted",
  failed: "harness-error",
} as const satisfies Record<LimitReport["ended"], Verdict>;
