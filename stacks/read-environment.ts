import { environmentSchema, type Environment } from "./environment.ts";
import { findUserJson, EnvironmentError } from "./read-json.ts";

/** One environment to synthesize, and the folder of its state. */
export interface Deployment {
  readonly environment: Environment;
  /** Absent = beside each stack's own folder, as in a run. */
  readonly stateFolder?: string;
  /** The secrets of a manual environment. A run passes its own in `TF_VAR_…`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Reads an environment from a file. Throws `EnvironmentError` if it does not exist. */
export async function readEnvironment(file: string): Promise<Environment> {
  const next = "name another file in REFBENCH_ENVIRONMENT, or restore this one";
  const environment = await findUserJson(file, environmentSchema, { what: "the environment", next });
  if (environment !== undefined) return environment;
  throw new EnvironmentError(`cannot read the environment in ${file}: the file does not exist; ${next}`);
}
