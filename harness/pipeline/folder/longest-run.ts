import { msBetween } from "../../tools/time/moment.ts";
import { TEARDOWN_STAGES } from "../../model/record/stage.ts";
import { DEADLINES_MS, type Plan } from "./plan.ts";

const RUN_STAGES = ["preflight", "provision", "bootstrap", "load"] as const;

/**
 * How long a run takes at most, teardown included, in milliseconds. Credentials given at its start must last
 * that long.
 */
export function longestRunMs({
  createdAt,
  expiresAtMs,
  keepOnFailure,
}: Pick<Plan, "createdAt" | "expiresAtMs" | "keepOnFailure">): number {
  // Only its expiry ends a staged run. No run outlives its expiry, except one that is kept.
  const upMs =
    expiresAtMs === null
      ? sum(RUN_STAGES)
      : msBetween({ atMs: Date.parse(createdAt) }, { atMs: expiresAtMs }).ms;
  return upMs + (keepOnFailure?.ms ?? 0) + sum(TEARDOWN_STAGES);
}

function sum(stages: readonly (keyof typeof DEADLINES_MS)[]): number {
  return stages.reduce((total, stage) => total + DEADLINES_MS[stage], 0);
}
