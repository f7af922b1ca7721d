import { dirname } from "node:path";
import type { Architecture } from "../reference-architectures/architecture.ts";
import { findCdktfCommand } from "./manual/cdktf-command.ts";
import { type Environment, environmentSchema } from "./environment.ts";
import { manualDeployments } from "./manual/manual-environment.ts";
import { EnvironmentError, findJson } from "./read-json.ts";

/** One environment to synthesize, and where its state lies. */
export interface Deployment {
  readonly environment: Environment;
  /** Absent = beside each stack's own folder, as in a run. */
  readonly stateFolder?: string;
  /** Secrets of an environment made by hand; a run passes its own by `TF_VAR_…`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** What to synthesize: the environment that `REFBENCH_ENVIRONMENT` names, or those that a command by hand is about. */
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

/** The environment in a file. Throws `EnvironmentError` where there is none. */
export async function readEnvironment(file: string): Promise<Environment> {
  const next = "name another file in REFBENCH_ENVIRONMENT, or restore this one";
  const environment = await findJson(file, environmentSchema, { what: "the environment", next });
  if (environment !== undefined) return environment;
  throw new EnvironmentError(`cannot read the environment in ${file}: the file does not exist; ${next}`);
}
