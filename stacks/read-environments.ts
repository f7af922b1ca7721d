import { dirname } from "node:path";
import type { Architecture } from "../reference-architectures/architecture.ts";
import { findCdktfCommand } from "./manual/cdktf-command.ts";
import { manualDeployments } from "./manual/manual-environment.ts";
import { readEnvironment, type Deployment } from "./read-environment.ts";

/** Returns the environments to synthesize: the one that `REFBENCH_ENVIRONMENT` names, or those of a manual command. */
export async function readEnvironments(
  architectures: readonly Architecture[],
  env: NodeJS.ProcessEnv,
): Promise<readonly Deployment[]> {
  const file = env["REFBENCH_ENVIRONMENT"];
  if (file === undefined || file === "") {
    return manualDeployments(architectures, await findCdktfCommand(env), env);
  }
  const environment = await readEnvironment(file);
  return [environment.managed === "manual" ? { environment, stateFolder: dirname(file) } : { environment }];
}
