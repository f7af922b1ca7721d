import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { ulid } from "ulid";
import { getArchitecture, resolveSize } from "../reference-architectures/catalogue.ts";
import { ENVIRONMENT_SCHEMA_VERSION, STATE_BUCKET, type Environment } from "./environment.ts";
import { newKeys } from "./manual-keys.ts";
import { type Deployment, EnvironmentError, readEnvironment } from "./read-environments.ts";
import { ephemeralVariables, newSecret, TLS_KEY } from "./secrets.ts";

/** Where each cloud's own tools look for a project or account, ours first. */
const PROJECT_VARIABLES = {
  google: [
    "REFBENCH_PROJECT",
    "GOOGLE_PROJECT",
    "GOOGLE_CLOUD_PROJECT",
    "GCLOUD_PROJECT",
    "CLOUDSDK_CORE_PROJECT",
  ],
  aws: ["REFBENCH_ACCOUNT", "AWS_ACCOUNT_ID"],
} as const;

/** By what someone says where: all architectures may be made at once, and the clouds' names are not each other's. */
const PLACE_VARIABLES = {
  google: { project: "REFBENCH_PROJECT", region: "REFBENCH_REGION", zone: "REFBENCH_ZONE" },
  aws: { project: "REFBENCH_ACCOUNT", region: "REFBENCH_AWS_REGION", zone: "REFBENCH_AWS_ZONE" },
} as const;

/** The twin's project, as the harness calls it too: by mistake it must reach nobody's. */
export const TWIN_PROJECT = "refbench-twin-a-name-no-project-can-have";

/** Set where a command runs on the twin. */
const TWIN_VARIABLES = ["REFBENCH_TWIN", "REFBENCH_TWIN_ROOT"] as const;

/** Of an environment's folder, mode 600. */
const SECRETS_FILE = "secrets.json";

/**
 * The environment of `cdktf deploy` by hand: made once, then read, so that a second plan is empty. Its folder also
 * holds the state and the secrets.
 */
export async function manualEnvironment(architecture: string, env: NodeJS.ProcessEnv): Promise<Deployment> {
  const folder = join(env["REFBENCH_MANUAL_DIR"] ?? ".refbench/manual", architecture);
  const file = join(folder, "environment.json");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let environment = await readIfPresent(file);
  if (environment === undefined) {
    const made = await newKeys(newEnvironment(architecture, env), env);
    // Before the environment that names their other halves: a key that is lost opens nothing.
    await writeJson(join(folder, SECRETS_FILE), made.secrets);
    environment = made.environment;
    await writeJson(file, environment);
  } else {
    refuseChanges(environment, env, file);
  }
  const project = projectOf(architecture, env);
  if (environment.project === "" && project !== "") {
    environment = { ...environment, project };
    await writeJson(file, environment);
  }
  return { environment, stateFolder: folder, secrets: await manualSecrets(folder, environment) };
}

/** A variable that asks for something else than what was made is refused: the state belongs to what was made. */
function refuseChanges(environment: Environment, env: NodeJS.ProcessEnv, file: string): void {
  const names = PLACE_VARIABLES[getArchitecture(environment.architecture).cloud];
  const asked = {
    REFBENCH_SIZE: environment.size,
    [names.region]: environment.region,
    [names.zone]: environment.zone,
    REFBENCH_STATE: environment.stateBucket ?? "local state",
    REFBENCH_TLS: environment.tls === undefined ? "off" : "self-signed",
    ...(environment.project === "" ? {} : { [names.project]: environment.project }),
  };
  for (const [name, made] of Object.entries(asked)) {
    const value = env[name];
    if (value !== undefined && value !== "" && value !== made) {
      throw new EnvironmentError(
        `${name} is ${value}, but ${file} was made with ${made}: destroy that environment and remove the file, or unset ${name}`,
      );
    }
  }
}

async function readIfPresent(file: string): Promise<Environment | undefined> {
  try {
    await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return readEnvironment(file);
}

function newEnvironment(architecture: string, env: NodeJS.ProcessEnv): Environment {
  const { region, zone, cloud } = getArchitecture(architecture);
  const names = PLACE_VARIABLES[cloud];
  const size = resolveSize(architecture, env["REFBENCH_SIZE"]);
  return {
    schemaVersion: ENVIRONMENT_SCHEMA_VERSION,
    architecture,
    size: size.name,
    overrides: {},
    runId: ulid().toLowerCase(),
    owner: labelValue(env["REFBENCH_OWNER"] ?? userInfo().username),
    managed: "manual",
    expiresAt: expiry(env["REFBENCH_TTL"]),
    project: projectOf(architecture, env),
    region: env[names.region] ?? region,
    zone: env[names.zone] ?? zone,
    coderVersion: size.figures.coder.version,
    ...clusterAccess(env),
    ...stateBucketOf(env),
  };
}

/** State in the user's bucket, when asked for: on the twin there is none. */
function stateBucketOf(env: NodeJS.ProcessEnv): Pick<Environment, "stateBucket"> {
  const url = env["REFBENCH_STATE"];
  if (url === undefined || url === "") return {};
  if (TWIN_VARIABLES.some((name) => env[name] !== undefined)) {
    throw new EnvironmentError(
      `REFBENCH_STATE is ${url}, but the twin has no buckets: unset it, the state stays in this folder`,
    );
  }
  if (!STATE_BUCKET.test(url)) {
    throw new EnvironmentError(
      `REFBENCH_STATE is ${url}, expected gs://bucket/prefix or s3://bucket/prefix?region=us-east-1`,
    );
  }
  return { stateBucket: url };
}

function projectOf(architecture: string, env: NodeJS.ProcessEnv): string {
  if (TWIN_VARIABLES.some((name) => env[name] !== undefined)) return TWIN_PROJECT;
  for (const name of PROJECT_VARIABLES[getArchitecture(architecture).cloud]) {
    const value = env[name];
    if (value !== undefined && value !== "") return value;
  }
  // Left open: Terraform says in its own words what is missing, and the next synthesis fills it in.
  return "";
}

/** Lists with commas; none of them leaves the cluster to who makes it. */
function clusterAccess(env: NodeJS.ProcessEnv): Pick<Environment, "clusterAccess"> {
  const list = (name: string): string[] => (env[name] ?? "").split(",").filter((part) => part !== "");
  const [admins, cidrs] = [list("REFBENCH_CLUSTER_ADMINS"), list("REFBENCH_CLUSTER_CIDRS")];
  return admins.length + cidrs.length === 0 ? {} : { clusterAccess: { admins, cidrs } };
}

function labelValue(name: string): string {
  const value = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-")
    .replace(/^[^a-z0-9]+/, "");
  return value === "" ? "unknown" : value.slice(0, 63);
}

const UNIT_SECONDS = { m: 60, h: 3_600, d: 86_400 } as const;

/** `90m`, `8h` or `3d` from now, in unix seconds. */
function expiry(ttl: string | undefined): number | null {
  if (ttl === undefined || ttl === "") return null;
  const match = /^(\d+)([mhd])$/.exec(ttl);
  if (match === null)
    throw new EnvironmentError(
      `REFBENCH_TTL is ${ttl}, expected minutes, hours or days such as 90m, 8h or 3d`,
    );
  const [, number, unit] = match as unknown as [string, string, keyof typeof UNIT_SECONDS];
  return Math.floor(Date.now() / 1_000) + Number(number) * UNIT_SECONDS[unit];
}

/** The secrets of this environment, made once. */
async function manualSecrets(
  folder: string,
  environment: Environment,
): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, SECRETS_FILE);
  let secrets: Record<string, string> = {};
  try {
    secrets = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const names = getArchitecture(environment.architecture).stacks.flatMap((stack) =>
    ephemeralVariables(stack, environment),
  );
  // A certificate's key has its other half: a lost one cannot be made again, and a destroy needs none.
  const missing = names.filter((name) => secrets[name] === undefined && name !== TLS_KEY);
  if (missing.length > 0) {
    for (const name of missing) secrets[name] ??= newSecret();
    await writeJson(file, secrets);
  }
  return secrets;
}

/** Whole or not at all, and for the owner's eyes only. */
export async function writeJson(file: string, content: unknown): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}
