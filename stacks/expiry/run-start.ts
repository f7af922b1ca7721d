import { decodeTime } from "ulid";
import type { Environment } from "../environment.ts";

/**
 * When the run was made, in milliseconds since 1970, as its id says. A time that enters a stack is counted from here:
 * with a clock that is read at synthesis, a second plan would differ from the first.
 */
export function runStart({ runId }: Pick<Environment, "runId">): number {
  return decodeTime(runId.toUpperCase());
}
