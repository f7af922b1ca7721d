import { messageOf, RefbenchError, verdictOfError } from "../../tools/error.ts";
import type { Plan } from "../folder/plan.ts";

/** Verdicts that never claim a clean teardown. */
const CLAIM_NOTHING: ReadonlySet<string> = new Set(["leaked", "unverified", "handed-over"]);

/** What of a run names the place where it created something. `simulated` is absent where its plan cannot be read. */
export type RunPlace = Pick<Plan, "runId" | "cloud"> & { readonly simulated?: boolean };

/** The command that removes what is left of a run, which needs neither its folder nor its reaper. */
export function sweepCommandOf({ runId, cloud, simulated }: RunPlace): string {
  const command = `refbench sweep --run ${runId}`;
  if (cloud === undefined)
    return simulated === true
      ? `${command} --rehearse`
      : `${command}, with --project or --account and --region`;
  return cloud.provider === "google"
    ? `${command} --project ${cloud.project}`
    : `${command} --account ${cloud.project} --region ${cloud.region}`;
}

/**
 * Does what comes after a run may have created something. Whatever escapes is thrown as an error whose verdict is
 * `unverified`, with the command that goes on: no other code may end a run of which nobody knows what is left.
 */
export async function afterCreate<T>(place: RunPlace, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RefbenchError && CLAIM_NOTHING.has(verdictOfError[error.code])) throw error;
    throw new RefbenchError(
      "after_create",
      `${messageOf(error)}; whether anything is left of this run is not known: run "${sweepCommandOf(place)}"`,
      { cause: error },
    );
  }
}
