import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { RefbenchError } from "../../tools/error.ts";

/**
 * Only the stacks of clusters deploy external provisioners: a run elsewhere would wait for them in vain.
 * @throws RefbenchError `usage`
 */
export function refuseProvisionersOnMachines(
  { name, carriedBy }: Architecture,
  { provisioners }: Size,
): void {
  if (provisioners === "builtin" || (carriedBy !== "one-machine" && carriedBy !== "machine-each")) return;
  throw new RefbenchError(
    "usage",
    `provisioners is "external", but refbench deploys external provisioners in clusters only, and ${name} has none: expected provisioners=builtin, or an architecture with a cluster (gke, eks, kubernetes)`,
  );
}
