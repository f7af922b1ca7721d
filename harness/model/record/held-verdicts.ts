import { isGeneratorsOwnLoss, lostPartSentence } from "./parts.ts";
import { failsRun, objectiveSentence } from "./objective-words.ts";
import type { Measurements, ObjectiveResult } from "./record.ts";
import type { Verdict } from "../../tools/verdict.ts";

/** A verdict that holds, and why. */
export type Held = readonly [Verdict, string];

/** The verdicts of a load's own figures: one rule for a run, a manual load, and a record that is judged again. */
export function heldByLoad(
  { aborted, generator, lostParts = [] }: Pick<Measurements, "aborted" | "generator" | "lostParts">,
  objectives: readonly ObjectiveResult[],
): Held[] {
  const held: Held[] = [];
  if (aborted !== undefined) held.push(["slo-failed", `the load stopped itself: ${aborted}`]);
  if (generator.limited) held.push(["generator-limited", generator.reasons.join("; ")]);
  for (const lost of lostParts)
    // The generator's own losses are among the reasons of its limit.
    if (!isGeneratorsOwnLoss(lost)) held.push(["harness-error", lostPartSentence(lost)]);
  for (const missed of objectives.filter(failsRun)) held.push(["slo-failed", objectiveSentence(missed)]);
  return held;
}
