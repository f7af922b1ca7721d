import { type Held, heldByLoad } from "../../model/record/held-verdicts.ts";
import { type Measurements, recordSchema, type RunRecord, type Teardown } from "../../model/record/record.ts";
import { worst } from "../../tools/verdict.ts";
import type { StoredEntry } from "../folder/journal.ts";
import type { Plan } from "../folder/plan.ts";
import { countOf } from "../../tools/count-text.ts";

/** Every verdict that applies to a run, each with its reason: from its journal, load and teardown. */
export function listVerdicts(
  entries: readonly StoredEntry[],
  measured: Measurements | undefined,
  objectives: RunRecord["objectives"],
  { runId }: Plan,
  teardown: Teardown,
): readonly Held[] {
  const held: Held[] = entries.flatMap((entry) =>
    entry.type === "finding" ? [[entry.verdict, entry.reason] as const] : [],
  );
  const loaded = entries.findLast((entry) => entry.type === "stage-outcome" && entry.stage === "load");
  // A stopped load leaves figures too. A journal that lost lines must not turn those into a pass.
  if (
    measured !== undefined &&
    held.length === 0 &&
    (loaded?.type !== "stage-outcome" || loaded.outcome !== "ok")
  )
    held.push(["interrupted", "the journal does not say that the load finished"]);
  if (measured === undefined) {
    if (held.length === 0) held.push(["interrupted", "torn down before the load ran"]);
  } else held.push(...heldByLoad(measured, objectives));
  if (teardown.state === "leaked") {
    const names = teardown.left.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`);
    held.push(["leaked", `${teardown.left.length} remaining in the ${teardown.scope}: ${names.join(", ")}`]);
  } else if (teardown.state === "unverified") {
    const goOn = `once the inventory answers again (sign in if a credential expired), continue with "refbench teardown ${runId}"`;
    held.push(["unverified", `${teardown.problems.join("; ")}: ${goOn}`]);
  }
  return held;
}

/** The most severe verdict, with its reasons first. */
export function concludeVerdict(
  held: readonly Held[],
  isFinal: boolean,
  damagedLines: number,
): Pick<RunRecord, "verdict" | "reasons"> {
  const verdict = worst(held.map(([word]) => word));
  return {
    verdict: isFinal ? recordSchema.shape.verdict.parse(verdict) : "pending",
    reasons: [
      ...held
        .toSorted(([a], [b]) => Number(b === verdict) - Number(a === verdict))
        .map(([word, reason]) => `${word}: ${reason}`),
      ...(damagedLines === 0 ? [] : [`${countOf(damagedLines, "line")} of the journal could not be read`]),
    ],
  };
}
