import type { Architecture } from "../../reference-architectures/architecture.ts";
import { getArchitecture, type ResolvedSize } from "../../reference-architectures/catalogue.ts";
import { canaryRefusal } from "../inventory/preflight/canary-rule.ts";
import { parseSkips } from "../inventory/preflight/choose-checks.ts";
import { licensedFeatures } from "../model/licence.ts";
import { RefbenchError } from "../model/error.ts";
import type { RunRequest } from "../pipeline/make-run.ts";
import type { CloudPlan } from "../pipeline/plan.ts";
import { twinProviderPickedUp } from "../rehearsal/twin/picked-up.ts";
import { earlierRuns } from "./earlier-runs.ts";
import { endpointsOf } from "./endpoints.ts";
import type { Io } from "./io.ts";
import { pinnedProject } from "./pinned-project.ts";
import { placeOf } from "./place.ts";
import { readLicence } from "./preflight/read-licence.ts";
import { stacksDigest } from "./stacks-digest.ts";

/** The flags that only a real run has. */
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

/** What a real run is asked for beside what every run is. Throws `usage` where it may not start; makes nothing. */
export async function cloudRequestOf(
  size: ResolvedSize,
  flags: CloudFlags,
  io: Io,
): Promise<Pick<RunRequest, "cloud" | "project" | "licence">> {
  const architecture = getArchitecture(size.architecture);
  const project = pinnedProject(architecture, flags);
  refuseTwin(io.env);
  const { endpoints, emulated } = endpointsOf(architecture.cloud, io.env);
  const skippedChecks = [...parseSkips(flags.skipPreflight, emulated ? Object.keys(endpoints) : [])];
  const licence = await requiredLicence(size, flags, io);
  const cloud: CloudPlan = {
    provider: architecture.cloud,
    project,
    ...placeOf(architecture, flags),
    endpoints: { ...endpoints },
    emulated,
    stacks: await stacksDigest(architecture.name),
    skippedChecks,
    skippedCanary: flags.skipCanary === true,
  };
  await refuseWithoutCanary(architecture, size, cloud, flags, io);
  return { cloud, project, ...(licence === undefined ? {} : { licence }) };
}

/** A run that met the twin's provider would measure nothing and call it a cloud. */
function refuseTwin(env: NodeJS.ProcessEnv): void {
  const why = twinProviderPickedUp(env);
  if (why === undefined) return;
  throw new RefbenchError(
    "usage",
    `a real run does not start where the twin would answer: ${why}; start it in a shell of its own, or add --rehearse`,
  );
}

/** A licensed size is never silently run as a smaller one. */
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
    `${architecture} ${name} needs ${licensedFeatures(figures).join(" and ")}, which only a Coder licence allows, and none was given: add --licence-file <path> (or REFBENCH_LICENCE), or choose a size without: refbench architectures show ${architecture}`,
  );
}

async function refuseWithoutCanary(
  { name }: Architecture,
  size: ResolvedSize,
  cloud: CloudPlan,
  flags: CloudFlags,
  io: Io,
): Promise<void> {
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
  // Asked first with nothing known: most runs need no look at earlier ones.
  if (canaryRefusal(wanted, []) === undefined) return;
  const refusal = canaryRefusal(wanted, await earlierRuns(io, flags.mirror));
  if (refusal !== undefined) throw new RefbenchError("usage", refusal);
}
