import { RefbenchError, verdictOfError } from "../../tools/error.ts";
import type { RunId } from "../../model/run-id.ts";
import type { Teardown } from "../../model/record/record.ts";
import { EXIT_CODES, type Verdict, worst } from "../../tools/verdict.ts";
import { summarizeSearch } from "../../workload/limit-search/limit-search.ts";
import type { LimitResult, LimitStep, LimitKind } from "../../workload/limit-search/limit.ts";
import { listConditions } from "../conditions.ts";
import { type RecordInput, summarizeTeardown } from "../record.ts";
import { type AskedLimit, selectAsked } from "./asked.ts";
import type { LimitWish } from "./wish.ts";
import type { LimitSearch } from "./runner.ts";
import type { LoadOutcome } from "../run-load.ts";

/** The result of a search for a limit, as written in JSON. */
export interface LimitReport {
  readonly schemaVersion: 1;
  readonly runId: RunId;
  readonly deployment: { readonly url: string; readonly id: string; readonly version: string };
  /** Measured on refbench's emulator: the figures say nothing about Coder. */
  readonly simulated: boolean;
  readonly kind: LimitKind;
  readonly from: number;
  readonly upTo: number;
  readonly limit?: number;
  readonly isConfirmed: boolean;
  readonly ended: LimitResult["ended"] | "failed";
  /** The objectives that were missed just above the limit, or why there is no answer. */
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** Conditions that change the meaning of the figures. */
  readonly conditions: readonly string[];
  readonly steps: readonly LimitStep[];
  /** The requested values, which must be the same for a search that continues these steps. */
  readonly asked: AskedLimit;
  readonly teardown: Teardown;
  readonly verdict: Verdict;
  readonly exitCode: number;
}

export interface LimitInput extends RecordInput {
  readonly wish: LimitWish;
}

/** The report of a search that still runs, in case it is cut off: nothing is deleted yet. */
export function reportSoFar(search: Pick<LimitSearch, "steps">, ground: LimitInput): LimitReport {
  const why = `cut off before its end: delete what it created with "${ground.cleanup}"`;
  const failure = new RefbenchError("interrupted", why);
  return buildLimitReport({ ...search, found: undefined }, { failure, cleanup: { state: "kept" } }, ground);
}

/** The report of a search, after its cleanup. */
export function buildLimitReport(
  search: Pick<LimitSearch, "found" | "steps">,
  outcome: Pick<LoadOutcome, "cleanup" | "failure">,
  ground: LimitInput,
): LimitReport {
  const { runId, look, wish } = ground;
  const { steps } = search;
  const found = search.found ?? summarizeSearch(wish.kind, "stopped", steps);
  const { failure } = outcome;
  const teardown = summarizeTeardown(outcome, ground);
  const ended = search.found?.ended ?? (failure?.code === "interrupted" ? "stopped" : "failed");
  const verdict = worst([
    ...(failure === undefined ? [] : [verdictOfError[failure.code]]),
    VERDICTS_BY_END[ended],
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
    conditions: listConditions(ground.task, look, ground),
    steps,
    asked: selectAsked(ground),
    teardown,
    verdict,
    exitCode: EXIT_CODES[verdict],
  };
}

/** A search that its own limits ended has no answer, only a range for it. */
const VERDICTS_BY_END = {
  found: "pass",
  "not-reached": "pass",
  "generator-limited": "generator-limited",
  "below-first": "slo-failed",
  "out-of-steps": "interrupted",
  "out-of-time": "interrupted",
  stopped: "interrupted",
  failed: "harness-error",
} as const satisfies Record<LimitReport["ended"], Verdict>;
