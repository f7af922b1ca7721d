import { RefbenchError } from "../../tools/error.ts";
import type { DeploymentLook } from "../../workload/checks/guard-look.ts";

/** Refuses another deployment than the one that was meant, and one that others use unless it was named. */
export function guardDeployment(
  { url, id, inUse }: DeploymentLook,
  /** `--deployment-id`. */
  meant: string | undefined,
  /** The command to type when it is meant indeed. */
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
    `${url} counts as in use by others (${inUse.join("; ")}), and a load is felt by all of them: nothing was created; if it is meant, type\n  ${again}`,
  );
}
