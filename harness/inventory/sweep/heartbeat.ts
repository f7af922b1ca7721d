import { z } from "zod";

/** How a pass ended. */
export const sweepOutcome = z.enum(["clean", "swept", "could-not"]);
export type SweepOutcome = z.infer<typeof sweepOutcome>;

/** What the last pass says of itself, and when each target last had one that was complete. */
export const heartbeatSchema = z.object({
  schemaVersion: z.literal(1),
  at: z.iso.datetime(),
  scope: z.string(),
  outcome: sweepOutcome,
  /** By target: the last pass over all of it that left nothing undone. */
  completed: z.record(z.string(), z.iso.datetime()),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** The heartbeat after a pass. `complete` targets are those that were swept whole, with nothing left undone. */
export function beat(
  last: Heartbeat | undefined,
  pass: { nowMs: number; scope: string; outcome: SweepOutcome; complete: readonly string[] },
): Heartbeat {
  const at = new Date(pass.nowMs).toISOString();
  return {
    schemaVersion: 1,
    at,
    scope: pass.scope,
    outcome: pass.outcome,
    completed: { ...last?.completed, ...Object.fromEntries(pass.complete.map((target) => [target, at])) },
  };
}

/** Why the sweeper counts as stopped, or undefined while its last complete pass over the target is recent enough. */
export function overdue(
  last: Heartbeat | undefined,
  { target, periodMs, nowMs }: { target: string; periodMs: number; nowMs: number },
): string | undefined {
  const at = last?.completed[target];
  if (at === undefined) return `${target} has had no complete sweep from this folder`;
  const ageMs = nowMs - Date.parse(at);
  if (ageMs <= 2 * periodMs) return undefined;
  return `the last complete sweep of ${target} was ${at}, more than two periods ago`;
}
