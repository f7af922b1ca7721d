import type { CostEstimate, RunCost } from "../../model/record/cost.ts";
import type { Teardown } from "../../model/record/record.ts";
import type { Stage } from "../../model/record/stage.ts";
import type { Plan } from "../folder/plan.ts";
import type { TimedEntry, Timeline } from "../folder/timeline.ts";

const HOUR_MS = 3_600_000;

/**
 * The cost of a run until `untilMs`, USD, by the rates of its estimate. The whole environment counts from the
 * first create on.
 */
export function spentUntil(
  { cost, rehearsal }: Pick<Plan, "rehearsal"> & { readonly cost: Pick<RunCost, "estimate"> },
  entries: readonly TimedEntry[],
  untilMs: number,
): number {
  const hours = standingHours(rehearsal, entries, untilMs);
  return hours === undefined ? 0 : hours * cost.estimate.perHour + paidOnce(cost.estimate);
}

/** A run's cost for its record: until its last delete, or until now when something may still exist. */
export function recordedCost(
  { cost, rehearsal }: Pick<Plan, "cost" | "rehearsal">,
  { entries, nowMs }: Pick<Timeline, "entries" | "nowMs">,
  teardown: Teardown["state"],
): { readonly cost?: RunCost } {
  if (cost === undefined) return {};
  const untilMs = (teardown === "clean" ? lastDeleteMs(entries) : undefined) ?? nowMs;
  return { cost: { ...cost, spent: toCent(spentUntil({ cost, rehearsal }, entries, untilMs)) } };
}

/** Hours since the first create, in the twin's time in a rehearsal; undefined when nothing was created. */
function standingHours(
  rehearsal: Plan["rehearsal"],
  entries: readonly TimedEntry[],
  untilMs: number,
): number | undefined {
  const first = entries.findIndex((entry) => entry.type === "stack-intent" && entry.act === "apply");
  const created = entries[first];
  if (created === undefined) return undefined;
  let at = created.runMs;
  let stage: Stage | undefined = "provision";
  let elapsedMs = 0;
  const pass = (toMs: number): void => {
    elapsedMs += Math.max(0, toMs - at) * speedOf(rehearsal, stage);
    at = Math.max(at, toMs);
  };
  for (const entry of entries.slice(first)) {
    if (entry.type !== "stage-intent" && entry.type !== "stage-outcome") continue;
    pass(Math.min(entry.runMs, untilMs));
    stage = entry.type === "stage-intent" ? entry.stage : undefined;
  }
  pass(untilMs);
  return elapsedMs / HOUR_MS;
}

/** How many simulated hours one hour of this stage represents. The emulator has its own speed. */
function speedOf(rehearsal: Plan["rehearsal"], stage: Stage | undefined): number {
  if (rehearsal === undefined) return 1;
  return stage === "bootstrap" || stage === "load" ? rehearsal.buildSpeed : rehearsal.speed;
}

function paidOnce({ items }: CostEstimate): number {
  return items.reduce((sum, { per, amount }) => sum + (per === "once" ? amount : 0), 0);
}

function lastDeleteMs(entries: readonly TimedEntry[]): number | undefined {
  const last = entries.findLast(
    (entry) => entry.type === "swept" || (entry.type === "stack-outcome" && entry.act === "destroy"),
  );
  return last?.runMs;
}

function toCent(usd: number): number {
  return Math.round(usd * 100) / 100;
}
