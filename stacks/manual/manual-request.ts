import { TWIN_PROJECT } from "../../reference-architectures/twin-project.ts";
import { userInfo } from "node:os";
import { ulid } from "ulid";
import { getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { parseOverrides } from "../../reference-architectures/override.ts";
import { pinnedProject } from "../../reference-architectures/pinned-project.ts";
import type { Size } from "../../reference-architectures/architecture.ts";
import { manualCluster } from "./manual-cluster.ts";
import { placeOf } from "../../reference-architectures/place.ts";
import {
  ENVIRONMENT_SCHEMA_VERSION,
  STATE_BUCKET,
  type Environment,
  twinOwnCluster,
} from "../environment.ts";
import { EnvironmentError } from "../read-json.ts";

/** The variables of a place. Each cloud has its own, because one command may create stacks in both. */
export const PLACE_VARIABLES = {
  google: { project: "REFBENCH_PROJECT", region: "REFBENCH_REGION", zone: "REFBENCH_ZONE" },
  aws: { project: "REFBENCH_ACCOUNT", region: "REFBENCH_AWS_REGION", zone: "REFBENCH_AWS_ZONE" },
  kubernetes: {
    project: "REFBENCH_CONTEXT",
    region: "REFBENCH_KUBERNETES_REGION",
    zone: "REFBENCH_KUBERNETES_ZONE",
  },
} as const;

/** The project in stacks that are only read. No project can have these names, so nothing can be created with them. */
const NO_PROJECT = {
  google: "set-REFBENCH_PROJECT",
  aws: "000000000000",
  kubernetes: "set-REFBENCH_CONTEXT",
} as const;

/** Set when a command runs on the twin. */
const TWIN_VARIABLES = ["REFBENCH_TWIN", "REFBENCH_TWIN_ROOT"] as const;

/** Whether the environment's stacks may be applied. Stacks that are only read need no project. */
export type Purpose = "make" | "look";

/**
 * Returns the environment of the variables, checked like the flags of `refbench run`. Creates nothing. Throws
 * `ArchitectureError` or `EnvironmentError`.
 */
export function requestedEnvironment(
  architecture: string,
  env: NodeJS.ProcessEnv,
  purpose: Purpose,
): Environment {
  const { cloud, ...usual } = getArchitecture(architecture);
  const names = PLACE_VARIABLES[cloud];
  const size = resolveSize(architecture, env["REFBENCH_SIZE"] || undefined, requestedOverrides(env));
  return {
    schemaVersion: ENVIRONMENT_SCHEMA_VERSION,
    architecture,
    size: size.name,
    overrides: size.overrides,
    runId: ulid().toLowerCase(),
    owner: labelValue(env["REFBENCH_OWNER"] ?? userInfo().username),
    managed: "manual",
    expiresAt: expiry(env["REFBENCH_TTL"]),
    project: requestedProject(architecture, env, purpose),
    ...placeOf({ cloud, ...usual }, { region: env[names.region], zone: env[names.zone] }, names),
    coderVersion: size.figures.coder.version,
    ...ownClusterOf(architecture, size.figures, { env, purpose }),
    ...clusterAccess(env),
    ...stateBucketOf(env),
  };
}

/** Reads the size's overrides, in the format of `--set`. */
export function requestedOverrides(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const text = env["REFBENCH_SET"] ?? "";
  return parseOverrides(text === "" ? [] : [text]);
}

/** Reads the project or account of refbench's own variable, and of no other tool's. */
export function requestedProject(architecture: string, env: NodeJS.ProcessEnv, purpose: Purpose): string {
  if (isOnTwin(env)) return TWIN_PROJECT;
  const { cloud, name } = getArchitecture(architecture);
  const variable = PLACE_VARIABLES[cloud].project;
  const given = env[variable];
  if (purpose === "look" && (given === undefined || given === "")) return NO_PROJECT[cloud];
  return pinnedProject({ cloud }, given, {
    name: variable,
    otherwise: `without an account: npx refbench twin exec -- npx cdktf deploy '${name}*'`,
  });
}

/** Whether a command runs on the twin. */
export function onlyTwin(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(TWIN_VARIABLES.map((name) => [name, env[name]]));
}

function isOnTwin(env: NodeJS.ProcessEnv): boolean {
  return TWIN_VARIABLES.some((name) => env[name] !== undefined);
}

/** Reads the user's bucket for the state. The twin has no buckets. */
function stateBucketOf(env: NodeJS.ProcessEnv): Pick<Environment, "stateBucket"> {
  const url = env["REFBENCH_STATE"];
  if (url === undefined || url === "") return {};
  if (isOnTwin(env)) {
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

/** The cluster of the user's own, for an architecture that uses one. */
function ownClusterOf(
  architecture: string,
  size: Size,
  { env, purpose }: { readonly env: NodeJS.ProcessEnv; readonly purpose: Purpose },
): Pick<Environment, "ownCluster"> {
  if (getArchitecture(architecture).carriedBy !== "own-cluster") return {};
  if (isOnTwin(env)) return { ownCluster: twinOwnCluster(size) };
  return { ownCluster: manualCluster(size, env, { isRead: purpose === "look" }) };
}

/** Reads lists with commas. Without them only the cluster's creator may use it. */
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

/** Returns the end of `90m`, `8h` or `3d` from now, in unix seconds. */
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
