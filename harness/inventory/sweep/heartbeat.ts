import { z } from "zod";

/** The result of a pass. */
export const sweepOutcome = z.enum(["clean", "swept", "could-not"]);
export type SweepOutcome = z.infer<typeof sweepOutcome>;

/** The last pass, and each target's last complete pass. */
export const heartbeatSchema = z.object({
  schemaVersion: z.literal(1),
  at: z.iso.datetime(),
  scope: z.string(),
  outcome: sweepOutcome,
  /** The last complete pass that left nothing undone, by target. */
  completed: z.record(z.string(), z.iso.datetime()),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** Returns the heartbeat after a pass. `complete` lists targets swept completely, with nothing left undone. */
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

/** Explains why the sweeper counts as stopped; undefined if its last complete pass over the target is recent. */
export function overdue(
  last: Heartbeat | undefined,
  { target, periodMs, nowMs }: { target: string; periodMs: number; nowMs: number },
): string | undefined {
  const at = last?.completed[target];
  if (at === undefined) return `${target} was never swept completely from this folder`;
  const ageMs = nowMs - Date.parse(at);
  if (ageMs <= 2 * periodMs) return undefined;
  return `the last complete sweep of ${target} was ${at}, more than two periods ago`;
}
