import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import type { Provider } from "../../reference-architectures/zones.ts";
import { type Environment, environmentSchema } from "../../stacks/environment.ts";
import { RefbenchError } from "../tools/error.ts";
import { findJson } from "../tools/files/json-file.ts";
import { TWIN_PROJECT } from "../../reference-architectures/twin-project.ts";
import type { Io } from "../composition/settings/io.ts";
import { twinRoot } from "../composition/settings/defaults.ts";

/** An environment that somebody made by `npx cdktf deploy`. */
export interface ManualDeployment {
  /** Folder of its environment, secrets and state. */
  readonly folder: string;
  readonly environment: Environment;
  readonly cloud: Provider;
  /** Its stacks, in the order of their deployment. */
  readonly stacks: readonly string[];
  /** It was made on the twin. */
  readonly isSimulated: boolean;
}

/**
 * Finds the manual environment of this working folder; within `refbench twin exec`, and with `rehearse`, the
 * twin's. Throws `usage` if there is none.
 */
export async function getManualDeployment(
  architecture: string,
  { rehearse }: { readonly rehearse: boolean },
  io: Io,
): Promise<ManualDeployment> {
  const { cloud, stacks } = getArchitecture(architecture);
  const onTwin = join(twinRoot(io.cwd), "manual");
  const root = rehearse ? onTwin : resolve(io.cwd, io.env["REFBENCH_MANUAL_DIR"] ?? ".refbench/manual");
  const folder = join(root, architecture);
  const file = join(folder, "environment.json");
  const environment = await findJson(file, environmentSchema);
  if (environment !== undefined) {
    return { folder, environment, cloud, stacks, isSimulated: environment.project === TWIN_PROJECT };
  }
  const hint =
    !rehearse && existsSync(join(onTwin, architecture))
      ? "; the twin of this folder has one: use --rehearse"
      : "";
  throw new RefbenchError(
    "usage",
    `${architecture} has no manual environment here: ${file} does not exist; run this in the folder where ${rehearse ? "refbench twin exec -- " : ""}npx cdktf deploy '${architecture}*' was run${hint}`,
  );
}
