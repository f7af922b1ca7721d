import type { Environment } from "../../../stacks/environment.ts";
import type { Plan } from "../folder/plan.ts";

/**
 * How long a run holds its connections, in milliseconds: long enough for the server to count them twice. The
 * emulator counts more often, by the factor of its build speed, so its rehearsals hold for less, unless a
 * length was set.
 */
export function holdDurationMs(
  { size, rehearsal }: Pick<Plan, "size" | "rehearsal">,
  { overrides }: Pick<Environment, "overrides">,
): number {
  const holdMs = size.connections.holdSeconds * 1000;
  const isEmulated = rehearsal !== undefined && rehearsal.coder === undefined;
  if (!isEmulated || Object.hasOwn(overrides, "connections.holdSeconds")) return Math.round(holdMs);
  return Math.round(holdMs / Math.max(1, rehearsal.buildSpeed));
}
