import { decodeTime } from "ulid";
import type { Environment } from "../environment.ts";

/**
 * Returns the creation time of the run from its id, in milliseconds since 1970. Times in a stack are relative to it:
 * with the time of synthesis, a second plan would differ from the first.
 */
export function runStart({ runId }: Pick<Environment, "runId">): number {
  return decodeTime(runId.toUpperCase());
}
