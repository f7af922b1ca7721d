import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { postgresImage } from "../../../reference-architectures/artefacts/postgres-image.ts";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import type { Environment } from "../../../stacks/environment.ts";
import { DISK_IN_BUILDS } from "../../model/build-conditions.ts";
import { LICENCE_GIVEN } from "../../model/cloud/licence.ts";
import { clockDoubt } from "../../model/record/parts.ts";
import { type LoadResult, WINDOW_MS } from "../../model/record/worker-result.ts";
import { SHARED_MACHINE_LIMITS } from "../../model/ports/worker-task.ts";
import { countOf } from "../../tools/count-text.ts";
import type { CloudPlan, Plan } from "../folder/plan.ts";

/** The conditions that change the meaning of a run's figures, as sentences. */
export function listConditions(run: {
  readonly architecture: Architecture;
  readonly size: Size;
  readonly runner: Plan["runner"];
  /** Nodes of the run's own cluster that only run the pods of a load. */
  readonly generators?: number | undefined;
  /** Absent in a rehearsal. */
  readonly cloud: CloudPlan | undefined;
  /** Whether a rehearsal has a real Coder server. */
  readonly realCoder: boolean;
  /** Whether Coder serves TLS. */
  readonly tls: boolean;
}): readonly string[] {
  const { architecture, size, runner, generators, cloud, realCoder, tls } = run;
  return [
    ...(size.licensed && !realCoder
      ? [cloud === undefined ? "Coder licence: simulated" : LICENCE_GIVEN]
      : []),
    ...(realCoder ? realCoderConditions(size) : []),
    ...(size.provisioners === "external" ? [provisionerCondition(architecture, size)] : []),
    "rate limits: off",
    ...(size.coderTraces === "off" ? [] : ["Coder's tracing: on, which costs Coder CPU and memory"]),
    tls ? "TLS: self-signed by the run's own CA" : "TLS: off inside the network",
    "user tokens: created by the site admin",
    cloud === undefined
      ? `generator: shares its machine with ${realCoder ? "Coder, its database and the workspaces" : "the emulated Coder"}, so its limits are wide (slip p99 at most ${SHARED_MACHINE_LIMITS.slipP99Ms} ms)`
      : GENERATOR_CONDITIONS[runner] + ownMachines(size, generators),
    size.homeVolumeGib === 0 ? "home volumes: none" : `home volumes: ${size.homeVolumeGib} GiB each`,
    ...(cloud === undefined ? [] : [...buildConditions(architecture, size), ...waivedChecks(cloud)]),
  ];
}

/** How many external provisioners a run has, how large they are, and where they run. */
function provisionerCondition({ carriedBy }: Architecture, { externalProvisioners, machines }: Size): string {
  const { count, cpuMillis, memoryMib, tags } = externalProvisioners;
  const { nodes, machineType } = machines.provisioners;
  const where = carriedBy === "own-cluster" ? "" : `, on ${nodes} × ${machineType} of their own`;
  const tagged = tags === "" ? "" : `, tags ${tags}`;
  return `external provisioners: ${count} of ${cpuMillis}m CPU and ${memoryMib} MiB each${where}${tagged}`;
}

/** The machines of generators, if they have their own. */
function ownMachines({ machines: { runner } }: Size, nodes: number | undefined): string {
  return nodes === undefined ? "" : `, on ${countOf(nodes, "separate node")} (${runner.machineType})`;
}

/** The parts of build times in a cloud besides Coder's own work. */
function buildConditions({ carriedBy }: Architecture, size: Size): readonly string[] {
  return [
    size.templateProviders === "mirror"
      ? "Terraform providers of builds: from a folder beside each Coder server, filled before Coder started"
      : // Coder gives each daemon its own plugin cache; importing the template fills only one of them.
        "first builds: each provisioner daemon downloads its Terraform providers during the measured builds",
    ...(carriedBy === "machine-each"
      ? []
      : ["workspace image: pulled to the workspaces' machines before the first build"]),
    ...(isCluster(carriedBy) && size.homeVolumeGib > 0 ? [DISK_IN_BUILDS] : []),
  ];
}

/** The ways to carry a load in a cluster of Kubernetes. */
const CLUSTERS: ReadonlySet<Architecture["carriedBy"]> = new Set(["gke", "eks", "own-cluster"]);

function isCluster(carriedBy: Architecture["carriedBy"] | undefined): boolean {
  return carriedBy !== undefined && CLUSTERS.has(carriedBy);
}

/** The conditions that are known only after the load: of SSH, and of the parts of a load in several. */
export function measuredConditions(
  measured: Pick<LoadResult, "connections" | "generator" | "lostParts"> | undefined,
): readonly string[] {
  return [
    ...sshConditions(measured),
    ...(measured?.generator.parts ?? []).flatMap((part) => clockDoubt(part, WINDOW_MS) ?? []),
    ...(measured?.lostParts ?? []).map(
      ({ part, knownUntilMs }) =>
        `figures of part ${part}: until ${Math.round(knownUntilMs / 1000)} s into the load only; what it measured later went with it`,
    ),
  ];
}

/** Which client carried SSH, and which connections were not SSH. */
function sshConditions(measured: Pick<LoadResult, "connections"> | undefined): readonly string[] {
  const ssh = measured?.connections.ssh;
  if (ssh === undefined) return [];
  const { asked, dealt, client, why } = ssh;
  if (dealt === 0 && why !== undefined) return [`SSH: none, all connections are web terminals: ${why}`];
  const program =
    client === undefined ? "coder ssh --stdio" : `the deployment's own client ${client} (coder ssh --stdio)`;
  const all = `SSH: by ${program}, one process per session`;
  return [
    why === undefined
      ? all
      : `${all}, for ${dealt} of the ${asked} requested connections, the others are web terminals: ${why}`,
  ];
}

/** Whether the nodes of a real cluster pull Coder's public image, not one of the user's own. */
export function pullsCoder(plan: Pick<Plan, "cloud">, { architecture, ownCluster }: Environment): boolean {
  if (ownCluster?.images?.coder !== undefined) return false;
  return plan.cloud !== undefined && isCluster(architectures.get(architecture)?.carriedBy);
}

/** Whether machines of a real cloud pull the size's image for the workspaces, not one of the user's own. */
export function pullsWorkspaceImage(
  plan: Pick<Plan, "cloud">,
  { architecture, ownCluster }: Environment,
): boolean {
  if (ownCluster?.images?.workspace !== undefined) return false;
  const carriedBy = architectures.get(architecture)?.carriedBy;
  return plan.cloud !== undefined && (isCluster(carriedBy) || carriedBy === "one-machine");
}

/** Which images have no digest, and which are the user's own. A tag may point to another image later. */
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
    ...databaseConditions(plan, environment),
    ...(digests.coderImageDigest === undefined && pullsCoder(plan, environment)
      ? [`Coder's image: by its tag v${environment.coderVersion}, without a digest`]
      : []),
    ...(digests.workspaceImageDigest === undefined &&
    pullsWorkspaceImage(plan, environment) &&
    !image.includes("@")
      ? [`workspace image: by its tag (${image}), the registry returned no digest`]
      : []),
    ...Object.entries(environment.ownCluster?.images ?? {}).map(
      ([role, reference]) => `image of ${role}: ${reference}, given by --image`,
    ),
    // Its path or address is the user's own.
    ...(environment.ownCluster?.chart === undefined ? [] : ["Coder's chart: given by --chart"]),
  ];
}

/** Conditions of a Postgres that no cloud manages. */
function databaseConditions(
  { cloud, size: { database } }: Pick<Plan, "cloud" | "size">,
  { ownCluster }: Pick<Environment, "ownCluster">,
): readonly string[] {
  if (cloud === undefined) return [];
  if (database.kind === "external") return ["Postgres: the user's own, of which nothing is known"];
  if (database.kind !== "in-cluster" || ownCluster?.images?.postgres !== undefined) return [];
  return [`Postgres' image: by its tag (${postgresImage(database.version)}), without a digest`];
}

/** Conditions of a rehearsal on a real Coder server. It has one replica, because more need a licence. */
function realCoderConditions({ coder: { replicas, daemonsPerReplica } }: Size): readonly string[] {
  return [
    `Coder: a real server on this machine, one replica with all ${replicas * daemonsPerReplica} provisioner daemons (${replicas} × ${daemonsPerReplica})`,
    "agents: processes on this machine; home volumes are folders",
    "Postgres: on this machine, without fsync unless given by URL",
  ];
}

const GENERATOR_CONDITIONS: Readonly<Record<Plan["runner"], string>> = {
  network: "generator: a separate machine inside Coder's network",
  local: "generator: the machine that started the run, over its own route to Coder",
  job: "generator: pods of a Job in Coder's cluster",
};

function waivedChecks({ endpoints, emulated, skippedChecks, skippedCanary }: CloudPlan): readonly string[] {
  const names = Object.keys(endpoints);
  return [
    ...(names.length === 0
      ? []
      : [`cloud: ${emulated ? "emulated" : "some custom endpoints"} (${names.join(", ")})`]),
    ...(skippedChecks.length === 0 ? [] : [`preflight: skipped ${skippedChecks.join(", ")}`]),
    ...(skippedCanary ? ["canary: skipped (--skip-canary)"] : []),
  ];
}
