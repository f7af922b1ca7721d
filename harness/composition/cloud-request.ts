import type { Architecture } from "../../reference-architectures/architecture.ts";
import { getArchitecture, type ResolvedSize } from "../../reference-architectures/catalogue.ts";
import { placeOf } from "../../reference-architectures/place.ts";
import { canaryRefusal } from "../inventory/preflight/canary-rule.ts";
import { parseSkips } from "../inventory/preflight/choose-checks.ts";
import { licensedFeatures } from "../model/cloud/licence.ts";
import { RefbenchError } from "../tools/error.ts";
import type { RunRequest } from "../pipeline/making/make-run.ts";
import type { CloudPlan } from "../pipeline/folder/plan.ts";
import { findDevOverrides } from "../terraform/dev-overrides.ts";
import { twinProviderPickedUp } from "../../rehearsal/twin/picked-up.ts";
import { earlierRuns } from "./earlier-runs.ts";
import { endpointsOf } from "./settings/endpoints.ts";
import type { Io } from "./settings/io.ts";
import { projectOfFlags } from "./settings/pinned-project.ts";
import { type PlacedInOwnCluster, placeInOwnCluster } from "./own-cluster/place.ts";
import type { RunSettings } from "./settings/run-settings.ts";
import { readLicence } from "./settings/read-licence.ts";
import { stacksDigest } from "./settings/stacks-digest.ts";

/** The flags of real runs only. */
export interface CloudFlags {
  readonly project?: string;
  readonly account?: string;
  readonly region?: string;
  readonly zone?: string;
  readonly licenceFile?: string;
  readonly skipCanary?: boolean;
  readonly skipPreflight?: string;
  readonly mirror?: string;
}

/** Returns the part of the request that only a real run has. Throws `usage` if the run may not start; creates nothing. */
export async function cloudRequestOf(
  { size, ownCluster }: Pick<RunSettings, "size" | "ownCluster">,
  flags: CloudFlags,
  io: Io,
): Promise<Pick<RunRequest, "cloud" | "project" | "licence" | "ownCluster" | "databaseUrl">> {
  refuseTwin(io.env);
  refuseDevOverrides(io.env);
  const own = ownCluster === undefined ? undefined : await placeInOwnCluster(ownCluster, io);
  const { architecture, cloud } = await placeInCloud(size, flags, { ...io, own });
  const licence = await requiredLicence(size, flags, io);
  const refusal = await refusalWithoutCanary(architecture, size, cloud, flags, io);
  if (refusal !== undefined) throw new RefbenchError("usage", refusal);
  return { cloud, project: cloud.project, ...own?.request, ...(licence === undefined ? {} : { licence }) };
}

async function placeInCloud(
  { architecture: name }: ResolvedSize,
  flags: CloudFlags,
  { env, own }: Pick<Io, "env"> & { readonly own?: PlacedInOwnCluster | undefined },
): Promise<{ readonly architecture: Architecture; readonly cloud: CloudPlan }> {
  const architecture = getArchitecture(name);
  const project = own === undefined ? projectOfFlags(architecture, flags) : own.uid;
  const { endpoints, emulated } = endpointsOf(architecture.cloud, env);
  const cloud: CloudPlan = {
    provider: architecture.cloud,
    project,
    ...(own === undefined ? {} : { cluster: own.place }),
    ...placeOf(architecture, flags),
    endpoints: { ...endpoints },
    emulated,
    stacks: await stacksDigest(architecture.name),
    skippedChecks: [...parseSkips(flags.skipPreflight, emulated ? Object.keys(endpoints) : [])],
    skippedCanary: flags.skipCanary === true,
  };
  return { architecture, cloud };
}

/** Throws `usage` if Terraform would use the twin's provider: the result would look like one of a real cloud. */
function refuseTwin(env: NodeJS.ProcessEnv): void {
  const why = twinProviderPickedUp(env);
  if (why === undefined) return;
  throw new RefbenchError(
    "usage",
    `a real run does not start where the twin would answer: ${why}; start it in a separate shell, or add --rehearse`,
  );
}

function refuseDevOverrides(env: NodeJS.ProcessEnv): void {
  const file = findDevOverrides(env);
  if (file === undefined) return;
  throw new RefbenchError(
    "usage",
    `${file} has dev_overrides, with which terraform runs providers of an unknown version: expected released providers; remove them, or name another file in TF_CLI_CONFIG_FILE`,
  );
}

/** Throws `usage` for a licensed size without a licence, so that it never becomes a smaller one. */
async function requiredLicence(
  { name, architecture, figures }: ResolvedSize,
  { licenceFile }: CloudFlags,
  io: Io,
): Promise<string | undefined> {
  const licence = (await readLicence(licenceFile, io))?.trim();
  if (!figures.licensed) return undefined;
  if (licence !== undefined && licence !== "") return licence;
  throw new RefbenchError(
    "usage",
    `${architecture} ${name} needs ${licensedFeatures(figures).join(" and ")}, which need a Coder licence: add --licence-file <path> (or REFBENCH_LICENCE), or choose a size without them: refbench architectures show ${architecture}`,
  );
}

/** Whether a real run of the size would be refused because its architecture has no clean canary there yet. */
export async function wantsCanary(size: ResolvedSize, flags: CloudFlags, io: Io): Promise<boolean> {
  const { architecture, cloud } = await placeInCloud(size, flags, io);
  return (await refusalWithoutCanary(architecture, size, cloud, flags, io)) !== undefined;
}

async function refusalWithoutCanary(
  { name }: Architecture,
  size: ResolvedSize,
  cloud: CloudPlan,
  flags: CloudFlags,
  io: Io,
): Promise<string | undefined> {
  const { project, stacks, emulated, skippedCanary } = cloud;
  const wanted = {
    architecture: name,
    size: size.name,
    simulated: false,
    emulatedCloud: emulated,
    project,
    stacks,
    skipCanary: skippedCanary,
  };
  // Without earlier runs first, because most runs do not need to read them.
  if (canaryRefusal(wanted, []) === undefined) return undefined;
  return canaryRefusal(wanted, await earlierRuns(io, flags.mirror));
}
