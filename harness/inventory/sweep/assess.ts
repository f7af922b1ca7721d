import type { InventoryItem } from "../../model/ports/inventory.ts";
import { run12 } from "../../model/run-id.ts";
import { candidatesOf, type Candidate } from "./candidate.ts";
import { decide, type Decision } from "./decide.ts";
import { ageMs, type Ledger } from "./ledger.ts";
import type { SweepQuestion } from "./question.ts";
import type { RunState } from "./run-state.ts";

/** An item with a sweep's decision. */
export interface Assessed {
  readonly item: InventoryItem;
  /** The part of its run's id that names contain; absent if nothing names a run. */
  readonly run?: string;
  readonly decision: Decision;
}

/** The input for a sweep's decisions. */
export interface Knowledge {
  readonly question: SweepQuestion;
  readonly target: string;
  readonly nowMs: number;
  /** The ledger before this sweep. */
  readonly ledger: Ledger;
  readonly runs: ReadonlyMap<string, RunState>;
  readonly manualRuns: ReadonlySet<string>;
}

/** Decides on every item of an inventory's answer. */
export function assess(items: readonly InventoryItem[], knowledge: Knowledge): readonly Assessed[] {
  return candidatesOf(items).map((candidate) => {
    const { item, run } = candidate;
    return { item, ...(run === undefined ? {} : { run }), decision: decisionOn(candidate, knowledge) };
  });
}

function decisionOn({ item, run, doubtful, manual, expires }: Candidate, knowledge: Knowledge): Decision {
  const { question, runs, manualRuns, nowMs } = knowledge;
  const age = ageMs(item, knowledge);
  return decide({
    hasRun: run !== undefined,
    named: question.runId === undefined ? undefined : run === run12(question.runId),
    manual: manual || (run !== undefined && manualRuns.has(run)),
    doubtful,
    run: run === undefined ? undefined : runs.get(run),
    expiry:
      expires === undefined ? "none" : expires === "never" || expires * 1000 > nowMs ? "future" : "past",
    age: age === undefined ? "unknown" : age >= question.olderThanMs ? "old" : "young",
    includeUnlabelled: question.includeUnlabelled,
  });
}
