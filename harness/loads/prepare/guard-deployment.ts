import { RefbenchError } from "../../tools/error.ts";
import type { DeploymentLook } from "../../workload/checks/guard-look.ts";

/** Refuses a deployment that `--deployment-id` does not name, and, without that flag, one that others use. */
export function guardDeployment(
  { url, id, inUse }: DeploymentLook,
  /** `--deployment-id`. */
  meant: string | undefined,
  /** The command that continues anyway. */
  again: string,
): void {
  if (meant !== undefined && meant !== id)
    throw new RefbenchError(
      "usage",
      `--deployment-id is "${meant}", but ${url} is deployment ${id}: nothing was created; check --url`,
    );
  if (meant === id || inUse.length === 0) return;
  throw new RefbenchError(
    "usage",
    `${url} counts as in use by others (${inUse.join("; ")}), and a load affects all of them: nothing was created; to load it anyway, run\n  ${again}`,
  );
}
