import { failsRun } from "../../model/record/objective-words.ts";
import type { RunRecord } from "../../model/record/record.ts";

/**
 * How a night's figures may be used. `met` and `missed` measured Coder. `generator-limited` measured the generator
 * instead. `planted` is a rehearsal with faults. `nothing` ended before its load did.
 */
export type NightOutcome = "met" | "missed" | "generator-limited" | "planted" | "nothing";

/** Returns the outcome of a night from its figures, whatever its teardown found. */
export function nightOutcomeOf(record: RunRecord): NightOutcome {
  const { measurements, objectives, provenance, verdict, reasons } = record;
  if (provenance.rehearsal?.faults !== undefined) return "planted";
  if (measurements === undefined || !isLoadComplete(record)) return "nothing";
  if (measurements.generator.limited || verdict === "generator-limited") return "generator-limited";
  const missed =
    verdict === "slo-failed" ||
    measurements.aborted !== undefined ||
    objectives.some(failsRun) ||
    reasons.some((reason) => reason.startsWith("slo-failed: "));
  return missed ? "missed" : "met";
}

/** Whether a night measured Coder, whatever the result. */
export function measuredCoder(record: RunRecord): boolean {
  const outcome = nightOutcomeOf(record);
  return outcome === "met" || outcome === "missed";
}

/** Verdicts of interrupted runs: their load counts only if its stage succeeded. */
const CUT_OFF: ReadonlySet<RunRecord["verdict"]> = new Set(["infrastructure", "interrupted", "cost-ceiling"]);

function isLoadComplete({ stages, verdict, reasons }: RunRecord): boolean {
  // An error of the harness may affect any figure.
  if (verdict === "harness-error" || reasons.some((reason) => reason.startsWith("harness-error: ")))
    return false;
  const loads = stages.filter(({ stage }) => stage === "load");
  const wereOk = loads.every(({ outcome }) => outcome === "ok");
  return CUT_OFF.has(verdict) ? loads.length > 0 && wereOk : wereOk;
}
