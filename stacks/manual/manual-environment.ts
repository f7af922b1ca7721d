import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture } from "../../reference-architectures/architecture.ts";
import { getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { ArchitectureError } from "../../reference-architectures/error.ts";
import { type CdktfCommand, namedArchitectures } from "./cdktf-command.ts";
import type { Environment } from "../environment.ts";
import { newKeys } from "./manual-keys.ts";
import {
  PLACE_VARIABLES,
  onlyTwin,
  type Purpose,
  requestedEnvironment,
  requestedOverrides,
  requestedProject,
} from "./manual-request.ts";
import { manualSecrets, newManualSecrets, SECRETS_FILE, writeSecretJson } from "./manual-secrets.ts";
import { stateContent } from "./manual-state.ts";
import { readEnvironment, type Deployment } from "../read-environment.ts";
import { EnvironmentError } from "../read-json.ts";

/** The effect of cdktf's commands on an environment. Commands that are not listed use the existing one. */
const USES: Readonly<Record<string, "make" | "plan" | "look">> = {
  deploy: "make",
  apply: "make",
  watch: "make",
  diff: "plan",
  plan: "plan",
  synth: "look",
  synthesize: "look",
};

/**
 * Returns the environments of a manual command. A deploy creates one for each architecture that it names. Its file
 * keeps it until its states are empty again, so that a second plan is empty. Other commands create none.
 */
export async function manualDeployments(
  architectures: readonly Architecture[],
  command: CdktfCommand,
  env: NodeJS.ProcessEnv,
): Promise<readonly Deployment[]> {
  const named = namedArchitectures(command, architectures);
  const use = USES[command.name];
  const deploy = (architecture: Architecture): Promise<Deployment> =>
    manualDeployment(architecture, use, env);
  if (named.length > 0) return Promise.all(named.map(deploy));
  if (use === undefined) return Promise.all(architectures.map(deploy));
  // cdktf itself refuses to deploy when no stack is named.
  return whichFit(architectures, (architecture) => manualDeployment(architecture, "look", env));
}

/** For a command without an architecture: one that does not fit the variables is left out, and named on stderr. */
async function whichFit(
  architectures: readonly Architecture[],
  deploy: (architecture: Architecture) => Promise<Deployment>,
): Promise<readonly Deployment[]> {
  const deployments: Deployment[] = [];
  const refusals: Error[] = [];
  for (const architecture of architectures) {
    try {
      deployments.push(await deploy(architecture));
    } catch (error) {
      if (!(error instanceof ArchitectureError || error instanceof EnvironmentError)) throw error;
      process.stderr.write(`${architecture.name} is left out: ${error.message}\n`);
      refusals.push(error);
    }
  }
  if (deployments.length === 0 && refusals[0] !== undefined) throw refusals[0];
  return deployments;
}

async function manualDeployment(
  { name, stacks }: Architecture,
  use: "make" | "plan" | "look" | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Deployment> {
  const folder = join(env["REFBENCH_MANUAL_DIR"] ?? ".refbench/manual", name);
  const file = join(folder, "environment.json");
  const pinned = await findEnvironment(file);
  // The content of a bucket is not known here, so the environment is used until its file is removed.
  const content = pinned?.stateBucket == null ? await stateContent(folder, stacks) : "resources";
  if (pinned !== undefined && (content !== "empty" || use === undefined)) {
    if (use !== undefined) refuseChanges(pinned, env, file);
    const environment = await withProject(pinned, file, use, env);
    return { environment, stateFolder: folder, secrets: await manualSecrets(folder, environment) };
  }
  if (content === "resources" && use !== undefined) {
    throw new EnvironmentError(
      `the state in ${folder} holds resources, but ${file} is missing: put that file back, or destroy them first (npx cdktf destroy '${name}*')`,
    );
  }
  if (use === "make") return pin(requestedEnvironment(name, env, "make"), folder, file, env);
  // A destroy without the environment's file gets the place from the variables.
  if (use === "plan" || content === "resources") return onlyRead(name, folder, "make", env);
  // Names of stacks depend on no variable, so no variable makes a list fail.
  return onlyRead(name, folder, "look", use === "look" ? env : onlyTwin(env));
}

/** Writes the environment, its keys and its secrets before anything is created. */
async function pin(
  requested: Environment,
  folder: string,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<Deployment> {
  const { environment, secrets } = await newKeys(requested, env);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Before the environment with the public keys: a lost private key would open nothing.
  await writeSecretJson(join(folder, SECRETS_FILE), secrets);
  await writeSecretJson(file, environment);
  return { environment, stateFolder: folder, secrets: await manualSecrets(folder, environment) };
}

/** Returns an environment for this command only. Nothing of it is kept. */
async function onlyRead(
  architecture: string,
  folder: string,
  purpose: Purpose,
  env: NodeJS.ProcessEnv,
): Promise<Deployment> {
  const { environment, secrets } = await newKeys(requestedEnvironment(architecture, env, purpose), env);
  return { environment, stateFolder: folder, secrets: { ...newManualSecrets(environment), ...secrets } };
}

/** Environments of earlier versions may have no project. */
async function withProject(
  environment: Environment,
  file: string,
  use: "make" | "plan" | "look" | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Environment> {
  if (environment.project !== "") return environment;
  const purpose = use === "look" || use === undefined ? "look" : "make";
  const found = { ...environment, project: requestedProject(environment.architecture, env, purpose) };
  if (use === "make") await writeSecretJson(file, found);
  return found;
}

/** Refuses a variable that differs from the existing environment, because the state belongs to that environment. */
function refuseChanges(environment: Environment, env: NodeJS.ProcessEnv, file: string): void {
  const { architecture, stateBucket, tls, project } = environment;
  const names = PLACE_VARIABLES[getArchitecture(architecture).cloud];
  const made = {
    REFBENCH_SIZE: environment.size,
    [names.region]: environment.region,
    [names.zone]: environment.zone,
    REFBENCH_STATE: stateBucket ?? "local state",
    REFBENCH_TLS: tls === undefined ? "off" : "self-signed",
    ...(project === "" ? {} : { [names.project]: project }),
  };
  for (const [name, value] of Object.entries(made)) {
    const asked = env[name];
    if (asked !== undefined && asked !== "" && asked !== value) refuse(name, asked, value);
  }
  const asked = env["REFBENCH_SET"] ?? "";
  if (asked === "") return;
  const { overrides } = resolveSize(architecture, environment.size, requestedOverrides(env));
  if (wordsOf(overrides) !== wordsOf(environment.overrides)) {
    refuse("REFBENCH_SET", asked, wordsOf(environment.overrides) || "no override");
  }

  function refuse(name: string, value: string, other: string): never {
    throw new EnvironmentError(
      `${name} is ${value}, but ${file} was made with ${other}: destroy that environment first${
        stateBucket == null ? "" : " and remove the file"
      }, or unset ${name}`,
    );
  }
}

function wordsOf(overrides: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(overrides).map(([path, value]) => `${path}=${String(value)}`);
  return words.sort().join(",");
}

async function findEnvironment(file: string): Promise<Environment | undefined> {
  try {
    await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return readEnvironment(file);
}
