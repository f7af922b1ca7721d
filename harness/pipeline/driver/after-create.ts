import { shellWord } from "../../tools/shell-word.ts";
import { messageOf, RefbenchError, verdictOfError } from "../../tools/error.ts";
import { clusterOfPlan, type Plan } from "../folder/plan.ts";

/** Verdicts that never claim a clean teardown. */
const CLAIM_NOTHING: ReadonlySet<string> = new Set(["leaked", "unverified", "handed-over"]);

/** The place in which a run created something. `simulated` is absent if the plan cannot be read. */
export type RunPlace = Pick<Plan, "runId" | "cloud"> & { readonly simulated?: boolean };

/** The command that removes what remains of a run. It needs neither the run's folder nor its reaper. */
export function sweepCommandLine({ runId, cloud, simulated }: RunPlace): string {
  const command = `refbench sweep --run ${runId}`;
  if (cloud === undefined)
    return simulated === true
      ? `${command} --rehearse`
      : `${command}, with --project or --account and --region`;
  switch (cloud.provider) {
    case "google":
      return `${command} --project ${cloud.project}`;
    case "aws":
      return `${command} --account ${cloud.project} --region ${cloud.region}`;
    case "kubernetes": {
      const { kubeconfig, context } = clusterOfPlan(cloud);
      return `${command} --kubeconfig ${shellWord(kubeconfig)} --context ${shellWord(context)}`;
    }
  }
}

/**
 * Does work after a run may have created something. Every error becomes one with the verdict `unverified` and
 * the sweep command: no other exit code may end a run whose remaining resources are unknown.
 */
export async function afterCreate<T>(place: RunPlace, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RefbenchError && CLAIM_NOTHING.has(verdictOfError[error.code])) throw error;
    throw new RefbenchError(
      "after_create",
      `${messageOf(error)}; it is not known whether anything remains of this run: run "${sweepCommandLine(place)}"`,
      { cause: error },
    );
  }
}
