import { environmentSchema, type Environment } from "./environment.ts";
import { findUserJson, EnvironmentError } from "./read-json.ts";

/** One environment to synthesize, and where its state lies. */
export interface Deployment {
  readonly environment: Environment;
  /** Absent = beside each stack's own folder, as in a run. */
  readonly stateFolder?: string;
  /** Secrets of an environment made by hand; a run passes its own by `TF_VAR_…`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The environment in a file. Throws `EnvironmentError` where there is none. */
export async function readEnvironment(file: string): Promise<Environment> {
  const next = "name another file in REFBENCH_ENVIRONMENT, or restore this one";
  const environment = await findUserJson(file, environmentSchema, { what: "the environment", next });
  if (environment !== undefined) return environment;
  throw new EnvironmentError(`cannot read the environment in ${file}: the file does not exist; ${next}`);
}
