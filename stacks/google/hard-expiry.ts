import { TEARDOWN_SECONDS } from "../expiry/after-expiry.ts";
import type { Environment } from "../environment.ts";
import { runStart } from "../expiry/run-start.ts";

/** Google's limit for the life of a machine. */
const LONGEST_SECONDS = 120 * 86_400;

/**
 * Returns the part of a machine's scheduling by which Google deletes it, also if no process of refbench is alive;
 * empty without an expiry.
 */
export function hardExpiry(environment: Environment): object {
  if (environment.expiresAt === null) return {};
  const madeAt = Math.floor(runStart(environment) / 1_000);
  const seconds = Math.min(LONGEST_SECONDS, Math.max(0, environment.expiresAt - madeAt) + TEARDOWN_SECONDS);
  return { maxRunDuration: { seconds }, instanceTerminationAction: "DELETE" };
}
