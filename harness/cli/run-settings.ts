import { coderPattern } from "../../reference-architectures/mixed/coder-pattern.ts";
import type { Command } from "commander";
import {
  atCoderVersion,
  getArchitecture,
  type ResolvedSize,
  resolveSize,
} from "../../reference-architectures/catalogue.ts";
import { parseOverrides } from "../../reference-architectures/override.ts";
import { placeOf } from "../../reference-architectures/place.ts";
import { RefbenchError } from "../tools/error.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import { clusterAccessOf, type ClusterAccessFlags } from "./options/cluster-access.ts";
import { resolveCoderVersion } from "../composition/settings/coder-channel.ts";
import type { RunSettings } from "../composition/settings/run-settings.ts";
import { ownClusterOf, type OwnClusterFlags } from "./options/own-cluster-options.ts";
import type { OwnClusterRequest } from "../composition/settings/own-cluster-request.ts";
import type { Provider } from "../../reference-architectures/zones.ts";
import { countGeneratorNodes, madeCluster } from "../workload/pods/generator-nodes.ts";
import { tlsOf, type TlsFlags } from "./options/tls-option.ts";

/** The flags by which the checks before a run depend on it: those of `preflight`, and some of those of `run`. */
export interface SettingsFlags extends ClusterAccessFlags, OwnClusterFlags, TlsFlags {
  readonly size?: string;
  readonly set: readonly string[];
  readonly coderVersion?: string;
  readonly scenario?: "mixed";
  readonly schedule?: string;
  readonly coderServer?: string;
  readonly rehearse?: boolean;
  readonly region?: string;
  readonly zone?: string;
  readonly runner: Plan["runner"];
}

/** How long a period of the default schedule lasts in a rehearsal. */
const REHEARSED_PERIOD_SECONDS = 5;

/**
 * Reads and checks the flags for `run`, `stage` and `preflight` alike, so that a preflight asks about the run that its
 * flags would make. Throws `usage`. A flag that has no meaning here is refused, a variable is ignored.
 */
export async function runSettingsOf(
  architecture: string,
  flags: SettingsFlags,
  command: Pick<Command, "getOptionValueSource">,
  cwd: string,
): Promise<RunSettings> {
  const { rehearse = false, coderVersion } = flags;
  const runner = runnerOf(architecture, flags, command);
  const own = ownClusterOf(architecture, rehearse, flags, command);
  const overrides = {
    ...withDatabase(parseOverrides(flags.set), { architecture, rehearse, ...own }),
    ...(await scheduleOf(flags, cwd)),
  };
  const size = resolveSize(architecture, flags.size, overrides);
  refuseOthersFlags(architecture, rehearse, command);
  const access = clusterAccessOf(architecture, flags, command);
  const tls = tlsOf(flags);
  // A variable with the region of real runs does not move the twin.
  const place = placeOf(getArchitecture(architecture), rehearse ? { zone: flags.zone } : flags);
  const resolved =
    coderVersion === undefined ? undefined : await resolveCoderVersion(coderVersion, { rehearse });
  return {
    rehearse,
    size:
      resolved === undefined ? size : { ...size, figures: atCoderVersion(size.figures, resolved.version) },
    overrides,
    ...(resolved === undefined ? {} : { coderVersion: resolved }),
    place,
    runner,
    ...generatorsOf(size, { runner, ...tls }),
    ...access,
    ...own,
    ...tls,
  };
}

/** The schedule of `--scenario mixed`, as an override of the size: that of the file, or Coder's own pattern. */
async function scheduleOf(
  { scenario, schedule, rehearse = false }: SettingsFlags,
  cwd: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (scenario === undefined && schedule === undefined) return {};
  if (schedule !== undefined) {
    // Only such a run needs its reader of YAML.
    const { readSchedule } = await import("../loads/request/schedule.ts");
    return { schedule: await readSchedule(schedule, cwd) };
  }
  // The templates of the architectures have no app that echoes.
  return { schedule: coderPattern(undefined, rehearse ? REHEARSED_PERIOD_SECONDS : undefined) };
}

/**
 * A cluster of the user's own has no machine that is a load runner: there the load comes from the pods of a Job. A
 * rehearsal has no pods, so the load comes from this machine. A cluster that a run makes has either.
 */
function runnerOf(
  architecture: string,
  { runner, rehearse = false }: Pick<SettingsFlags, "runner" | "rehearse">,
  command: Pick<Command, "getOptionValueSource">,
): Plan["runner"] {
  const data = getArchitecture(architecture);
  const isOwn = data.carriedBy === "own-cluster";
  const makesCluster = madeCluster(data) !== undefined;
  const isGiven = command.getOptionValueSource("runner") === "cli";
  if (runner === "local") return runner;
  if (isOwn && (runner === "job" || !isGiven)) return rehearse ? "local" : "job";
  if (makesCluster && runner === "job" && !rehearse) return "job";
  if (!isOwn && (runner === "network" || !isGiven)) return "network";
  throw new RefbenchError("usage", whyNotFrom(runner, architecture, { isOwn, makesCluster }));
}

function whyNotFrom(
  runner: Plan["runner"],
  architecture: string,
  { isOwn, makesCluster }: { readonly isOwn: boolean; readonly makesCluster: boolean },
): string {
  if (isOwn)
    return `--runner ${runner} needs a load runner, which ${architecture} does not have: expected job or local`;
  if (makesCluster)
    return `--runner ${runner} needs pods, which the twin's cluster of ${architecture} does not run: omit --runner (the twin has a load runner), or remove --rehearse`;
  return `--runner ${runner} needs a cluster, which ${architecture} does not have: expected network or local`;
}

/** Counts the nodes that a run's own cluster needs for the pods of its load. */
function generatorsOf(
  { architecture, figures }: ResolvedSize,
  { runner, tls }: Pick<RunSettings, "runner" | "tls">,
): Pick<RunSettings, "generators"> {
  const made = madeCluster(getArchitecture(architecture));
  if (runner !== "job" || made === undefined) return {};
  return { generators: countGeneratorNodes(made, figures, { tls: tls !== "off" }) };
}

const DATABASE_KIND = "database.kind";

/** A Postgres of the user's own is another kind of database, and so a figure of the row. */
function withDatabase(
  overrides: Readonly<Record<string, unknown>>,
  {
    architecture,
    rehearse,
    ownCluster,
  }: { readonly architecture: string; readonly rehearse: boolean; readonly ownCluster?: OwnClusterRequest },
): Readonly<Record<string, unknown>> {
  const kind = overrides[DATABASE_KIND];
  if (ownCluster?.databaseUrlSecret !== undefined) {
    if (kind === undefined || kind === "external") return { ...overrides, [DATABASE_KIND]: "external" };
    throw new RefbenchError(
      "usage",
      `--set ${DATABASE_KIND}=${JSON.stringify(kind)} cannot be combined with --database-url-secret: remove one of the two`,
    );
  }
  if (kind === "external" && !rehearse && getArchitecture(architecture).databases.includes("external")) {
    throw new RefbenchError(
      "usage",
      `--set ${DATABASE_KIND}=external needs --database-url-secret: name the Secret with the URL of your Postgres`,
    );
  }
  return overrides;
}

const ONLY_REHEARSALS = {
  coderServer: "--coder-server",
  coderProviderMirror: "--coder-provider-mirror",
  speed: "--speed",
  buildSpeed: "--build-speed",
  failBuilds: "--fail-builds",
  shellDelay: "--shell-delay",
  faults: "--faults",
} as const;
const ONLY_REAL_RUNS = {
  project: "--project",
  account: "--account",
  region: "--region",
  skipCanary: "--skip-canary",
  skipPreflight: "--skip-preflight",
} as const;

/** A flag without a meaning in this kind of run suggests that another kind was meant. */
function refuseOthersFlags(
  architecture: string,
  rehearse: boolean,
  command: Pick<Command, "getOptionValueSource">,
): void {
  const given = (flags: Readonly<Record<string, string>>): string | undefined =>
    Object.entries(flags).find(([name]) => command.getOptionValueSource(name) === "cli")?.[1];
  const wrong = given(rehearse ? ONLY_REAL_RUNS : ONLY_REHEARSALS);
  if (wrong !== undefined) {
    throw new RefbenchError(
      "usage",
      rehearse
        ? `${wrong} cannot be combined with --rehearse, which asks no cloud: remove one of the two`
        : `${wrong} needs --rehearse: a real run does not use the twin`,
    );
  }
  if (rehearse) return;
  const { cloud } = getArchitecture(architecture);
  const [where, own] = OWN_FLAGS[cloud];
  const others = given(Object.fromEntries(Object.entries(PLACE_FLAGS).filter(([, flag]) => flag !== own)));
  if (others !== undefined) {
    throw new RefbenchError(
      "usage",
      `${others} is not ${where}, where ${architecture} runs: expected ${own}`,
    );
  }
}

const PLACE_FLAGS = { project: "--project", account: "--account" } as const;

/** Whose the place of each cloud is, and the flag that names it. */
const OWN_FLAGS: Readonly<Record<Provider, readonly [where: string, flag: string]>> = {
  google: ["Google's", "--project"],
  aws: ["AWS's", "--account"],
  kubernetes: ["of your own cluster", "--context"],
};
