import type { Clock } from "../../tools/time/clock.ts";
import { hasCome, later, momentNow, msBetween } from "../../tools/time/moment.ts";
import type { Plan } from "../folder/plan.ts";
import { madeAt } from "../folder/timeline.ts";

/**
 * Whether a run is past its `--ttl`, by elapsed time or by the wall clock, whichever comes first. A clock
 * that was set back must not keep the environment up. After a clock was set forward, the cloud's automatic
 * ends and every sweep already follow `bench-expires`.
 */
export function hasExpired(
  plan: Pick<Plan, "createdAt" | "createdSinceBoot" | "expiresAtMs">,
  clock: Clock,
): boolean {
  const { expiresAtMs } = plan;
  if (expiresAtMs === null) return false;
  const made = madeAt(plan);
  const ttlMs = msBetween(made, { atMs: expiresAtMs }).ms;
  return hasCome(later(made, ttlMs), momentNow(clock));
}
