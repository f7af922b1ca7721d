import { failsRun } from "../../model/record/objective-words.ts";
import type { RunRecord } from "../../model/record/record.ts";

/**
 * What a night's figures may be used for. `met` and `missed` measured Coder. `generator-limited` measured the
 * generator: its figures are not Coder's. `planted` is a rehearsal with faults. `nothing` ended before its load did.
 */
export type NightOutcome = "met" | "missed" | "generator-limited" | "planted" | "nothing";

/** The outcome of a night, from its figures; how its teardown ended does not matter here. */
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

/** Whether a night measured Coder, whatever it came to. */
export function measuredCoder(record: RunRecord): boolean {
  const outcome = nightOutcomeOf(record);
  return outcome === "met" || outcome === "missed";
}

/** Verdicts of runs that were cut off: their load counts only where the stages say that it ended well. */
const CUT_OFF: ReadonlySet<RunRecord["verdict"]> = new Set(["infrastructure", "interrupted", "cost-ceiling"]);

function isLoadComplete({ stages, verdict, reasons }: RunRecord): boolean {
  // A fault of the harness may be in any figure.
  if (verdict === "harness-error" || reasons.some((reason) => reason.startsWith("harness-error: ")))
    return false;
  const loads = stages.filter(({ stage }) => stage === "load");
  const wereOk = loads.every(({ outcome }) => outcome === "ok");
  return CUT_OFF.has(verdict) ? loads.length > 0 && wereOk : wereOk;
}
