import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { Architecture } from "../reference-architectures/architecture.ts";
import { findCdktfCommand } from "./cdktf-command.ts";
import { type Environment, environmentSchema } from "./environment.ts";
import { manualDeployments } from "./manual-environment.ts";

/** An environment that cannot be read or made as asked. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

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

/** The environment in a file. */
export async function readEnvironment(file: string): Promise<Environment> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new EnvironmentError(`cannot read the environment in ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const parsed = environmentSchema.safeParse(content);
  if (!parsed.success) {
    throw new EnvironmentError(`${file} is no environment:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}
