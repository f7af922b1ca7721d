import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import type { Environment } from "../../../stacks/environment.ts";
import { DISK_IN_BUILDS } from "../../model/build-conditions.ts";
import { LICENCE_GIVEN } from "../../model/cloud/licence.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import { SHARED_MACHINE_LIMITS } from "../../model/ports/worker-task.ts";
import type { CloudPlan, Plan } from "../folder/plan.ts";

/** What changes the meaning of a run's figures, in words. */
export function conditionsOf(run: {
  readonly architecture: Architecture;
  readonly size: Size;
  readonly runner: Plan["runner"];
  /** Absent on a rehearsal. */
  readonly cloud: CloudPlan | undefined;
  /** Whether a rehearsal has a real Coder server. */
  readonly realCoder: boolean;
  /** Whether Coder serves TLS. */
  readonly tls: boolean;
}): readonly string[] {
  const { architecture, size, runner, cloud, realCoder, tls } = run;
  return [
    ...(size.licensed && !realCoder
      ? [cloud === undefined ? "Coder licence: simulated" : LICENCE_GIVEN]
      : []),
    ...(realCoder ? realCoderOf(size) : []),
    "rate limits: off",
    tls ? "TLS: self-signed by the run's own CA" : "TLS: off inside the network",
    "user tokens: minted by the owner",
    cloud === undefined
      ? `generator: shares its machine with ${realCoder ? "Coder, its database and the workspaces" : "the emulated Coder"}, so held to wide limits (slip p99 ${SHARED_MACHINE_LIMITS.slipP99Ms} ms)`
      : generatorOf(runner),
    size.homeVolumeGib === 0 ? "home volumes: none" : `home volumes: ${size.homeVolumeGib} GiB each`,
    ...(cloud === undefined ? [] : [...buildConditions(architecture, size), ...waivedFor(cloud)]),
  ];
}

/** What the build times of a cloud contain besides Coder's own work. */
function buildConditions({ carriedBy }: Architecture, size: Size): readonly string[] {
  return [
    size.templateProviders === "mirror"
      ? "Terraform providers of builds: from a folder beside each Coder server, filled before Coder started"
      : // Coder gives each daemon a plugin cache of its own; importing the template warms one of them.
        "first builds: each provisioner daemon downloads its Terraform providers within the measured builds",
    ...(carriedBy === "machine-each"
      ? []
      : ["workspace image: pulled before the first build, where workspaces run"]),
    ...(isCluster(carriedBy) && size.homeVolumeGib > 0 ? [DISK_IN_BUILDS] : []),
  ];
}

function isCluster(carriedBy: Architecture["carriedBy"] | undefined): boolean {
  return carriedBy === "gke" || carriedBy === "eks";
}

/** What carried SSH by Coder's own client, and what of it was not carried: known after the load only. */
export function sshConditions(measured: Pick<LoadResult, "connections"> | undefined): readonly string[] {
  const ssh = measured?.connections.ssh;
  if (ssh === undefined) return [];
  const { asked, dealt, client, why } = ssh;
  if (dealt === 0 && why !== undefined) return [`SSH: none, every connection is a web terminal: ${why}`];
  const program =
    client === undefined ? "coder ssh --stdio" : `the deployment's own client ${client} (coder ssh --stdio)`;
  const all = `SSH: by ${program}, a process for each session`;
  return [
    why === undefined
      ? all
      : `${all}, for ${dealt} of the ${asked} connections that were asked for, the others being web terminals: ${why}`,
  ];
}

/** Whether Coder is pulled as an image, by the nodes of a real cluster. */
export function pullsCoder(plan: Pick<Plan, "cloud">, { architecture }: Environment): boolean {
  return plan.cloud !== undefined && isCluster(architectures.get(architecture)?.carriedBy);
}

/** Whether workspaces run an image that a real cloud's machines pull. */
export function pullsWorkspaceImage(plan: Pick<Plan, "cloud">, { architecture }: Environment): boolean {
  const carriedBy = architectures.get(architecture)?.carriedBy;
  return plan.cloud !== undefined && (isCluster(carriedBy) || carriedBy === "one-machine");
}

/** Which images have no digest, and what that makes of the figures: a tag may mean another image by now. */
export function imageConditions(
  plan: Pick<Plan, "cloud" | "size">,
  environment: Environment,
  digests: {
    readonly coderImageDigest?: string | undefined;
    readonly workspaceImageDigest?: string | undefined;
  } = {},
): readonly string[] {
  const { image } = plan.size.workspacePod;
  return [
    ...(digests.coderImageDigest === undefined && pullsCoder(plan, environment)
      ? [`Coder's image: by its tag v${environment.coderVersion}, no digest was had for it`]
      : []),
    ...(digests.workspaceImageDigest === undefined &&
    pullsWorkspaceImage(plan, environment) &&
    !image.includes("@")
      ? [`workspace image: by its tag (${image}), its registry reported no digest`]
      : []),
  ];
}

/** More replicas than one take a licence. */
function realCoderOf({ coder: { replicas, daemonsPerReplica } }: Size): readonly string[] {
  return [
    `Coder: a real server on this machine, one replica with all ${replicas * daemonsPerReplica} provisioner daemons (${replicas} × ${daemonsPerReplica})`,
    "agents: processes of this machine; home volumes are folders",
    "Postgres: on this machine, unsynced unless it was given by URL",
  ];
}

function generatorOf(runner: Plan["runner"]): string {
  return runner === "network"
    ? "generator: a machine of its own inside Coder's network"
    : "generator: the machine that started the run, over its own route to Coder";
}

function waivedFor({ endpoints, emulated, skippedChecks, skippedCanary }: CloudPlan): readonly string[] {
  const names = Object.keys(endpoints);
  return [
    ...(names.length === 0
      ? []
      : [`cloud: ${emulated ? "emulated" : "in part by other endpoints"} (${names.join(", ")})`]),
    ...(skippedChecks.length === 0 ? [] : [`preflight: without ${skippedChecks.join(", ")}`]),
    ...(skippedCanary ? ["canary: not asked for (--skip-canary)"] : []),
  ];
}
