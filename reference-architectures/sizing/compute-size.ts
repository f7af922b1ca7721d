import type { Architecture, Size } from "../architecture.ts";
import { LOAD_RUNNER } from "../artefacts/load-runner.ts";
import { countProvisionerMachines } from "../artefacts/provisioner-machine.ts";
import { workspacesPerNode } from "../capacity/cluster.ts";
import { EKS, GKE } from "../capacity/clusters.ts";
import { MACHINE_TYPES, machineOf } from "../machine-types.ts";
import { EXTERNAL_PROVISIONERS } from "../seed.ts";
import { VALIDATED_RAMP_PER_SECOND, validatedTurns } from "../validated.ts";
import { figuresOf, type SizedLoad } from "./load.ts";
import type { Need, NeededPart } from "./need.ts";
import { FEWEST_PUBLISHED, fromTable } from "./published.ts";

/** An architecture on a cluster: Coder's rules say what it needs. They are silent about single machines. */
export interface ClusterArchitecture extends Architecture {
  readonly carriedBy: "gke" | "eks" | "own-cluster";
}

/** Whether Coder's rules describe deployments of this architecture. */
export function hasRules(architecture: Architecture): architecture is ClusterArchitecture {
  return ["gke", "eks", "own-cluster"].includes(architecture.carriedBy);
}

const CAPACITY = { gke: GKE, eks: EKS } as const;

/**
 * Returns the deployment for exactly this load. It begins with the validated sizes of the architecture, whose figures
 * that Coder's rules do not decide it keeps.
 */
export function computeSize(architecture: ClusterArchitecture, load: SizedLoad, need: Need): Size {
  const { users, workspaces, builds, connections } = figuresOf(load);
  const base = validated(architecture, "validated-1k");
  const { placed, count } = need.provisioners;
  const isExternal = placed === "external";
  const size: Size = {
    ...base,
    users,
    workspaces,
    workspacesPerUser: Math.ceil(workspaces / users),
    concurrentBuilds: builds,
    ...validatedTurns(builds),
    connections: {
      ...base.connections,
      total: connections,
      sshShare: workspaces / connections,
      rampPerSecond: Math.min(VALIDATED_RAMP_PER_SECOND, Math.ceil(connections / RAMP_SECONDS)),
      commandsPerSecond: connections / 50,
    },
    coder: {
      ...base.coder,
      replicas: need.coder.count,
      daemonsPerReplica: isExternal ? 0 : builds,
      cpuMillis: (need.coder.cores + (isExternal ? 0 : count * need.provisioners.cores)) * 1_000,
      memoryGib: need.coder.memoryGib + (isExternal ? 0 : count * need.provisioners.memoryGib),
    },
    provisioners: placed,
    externalProvisioners: isExternal ? { ...base.externalProvisioners, count } : EXTERNAL_PROVISIONERS,
    licensed: isExternal || need.coder.count > 1,
    database: {
      ...base.database,
      tier: tierOf(architecture, need.database),
      diskGib: diskGib(architecture, need.position.users),
      maxConnections: mostConnections(need),
    },
  };
  return architecture.carriedBy === "own-cluster"
    ? withOwnNodes(size)
    : withNodes({ ...architecture, carriedBy: architecture.carriedBy }, size, need);
}

/** As in the listed sizes: 100 for each replica, and a fifth more, of which 5 replicas and more get a half. */
function mostConnections({ position, coder }: Need): number {
  if (position.users < FEWEST_PUBLISHED) return 200;
  return coder.count <= 4 ? 500 : coder.count * 150;
}

/** Ours, as in the listed sizes: all connections within 20 seconds, if that is not faster than theirs. */
const RAMP_SECONDS = 20;

/** The largest number of workspace nodes, each of which pulls the image: Docker Hub grants 100 pulls to one address. */
export const MOST_PULLS = 100;

function withOwnNodes(size: Size): Size {
  const { machines, coder, workspaces, connections, generatorPod } = size;
  return {
    ...size,
    machines: {
      ...machines,
      coder: { ...machines.coder, nodes: coder.replicas },
      workspaces: { ...machines.workspaces, nodes: Math.ceil(workspaces / OWN_DISKS_A_NODE) },
    },
    ...(generatorPod === undefined || sshSessions(connections) > SMALL_SESSIONS
      ? {}
      : { generatorPod: { cpuMillis: 2_000, memoryMib: 8_192 } }),
  };
}

/** Ours, as in the listed sizes of an own cluster: the fewest nodes, with GKE's number of disks. */
export const OWN_DISKS_A_NODE = 127;

function withNodes(
  architecture: ClusterArchitecture & { readonly carriedBy: keyof typeof CAPACITY },
  given: Size,
  need: Need,
): Size {
  const capacity = CAPACITY[architecture.carriedBy];
  const withHomes = Math.ceil(given.workspaces / workspacesPerNode(capacity, given));
  const largest = validated(architecture, "validated-10k");
  // As in the largest validated size: without home disks fewer and larger nodes carry the workspaces.
  const size: Size =
    withHomes <= MOST_PULLS
      ? given
      : {
          ...given,
          homeVolumeGib: largest.homeVolumeGib,
          machines: { ...given.machines, workspaces: largest.machines.workspaces },
        };
  const { machines, coder, externalProvisioners, provisioners, connections } = size;
  const nodes = Math.ceil(size.workspaces / workspacesPerNode(capacity, size));
  return {
    ...size,
    machines: {
      coder: { ...machines.coder, machineType: coderMachine(architecture, size), nodes: coder.replicas },
      workspaces: { ...machines.workspaces, nodes },
      system: { ...machines.system, nodes: systemNodes(need.position.users) },
      provisioners: {
        ...machines.provisioners,
        nodes: provisioners === "external" ? countProvisionerMachines(externalProvisioners.count) : 0,
      },
      runner: LOAD_RUNNER[architecture.carriedBy === "gke" ? "google" : "aws"][runnerFor(connections)],
    },
  };
}

/** Ours, as in the listed sizes: one below 1,000 users, two so that DNS survives the loss of one, three above 3,000. */
export function systemNodes(users: number): number {
  if (users < FEWEST_PUBLISHED) return 1;
  return users <= 3_000 ? 2 : 3;
}

/** The smallest machine of the family of the validated sizes that leaves one replica its request. */
function coderMachine({ carriedBy, cloud }: ClusterArchitecture, { coder, machines }: Size): string {
  const family = machines.coder.machineType.replace(/[^.-]+$/, "");
  const types = cloud === "kubernetes" ? {} : MACHINE_TYPES[cloud];
  const fitting = Object.keys(types)
    .filter((name) => name.startsWith(family))
    .toSorted((one, other) => machineOf(one).cores - machineOf(other).cores)
    .find((name) => {
      const free = CAPACITY[carriedBy === "eks" ? "eks" : "gke"].allocatable(machineOf(name));
      return free.cpuMillis >= coder.cpuMillis && free.memoryMib >= coder.memoryGib * 1_024;
    });
  if (fitting === undefined) throw new Error(`no machine ${family}… leaves a replica ${coder.cpuMillis}m`);
  return fitting;
}

/** As in the listed sizes: 200 SSH sessions need 5 of 8 GB. */
const SMALL_SESSIONS = 200;
/** 24 MB for each SSH session, of four fifths of 64 GB. */
const LARGE_SESSIONS = 2_100;

function runnerFor(connections: Size["connections"]): "small" | "large" | "largest" {
  const sessions = sshSessions(connections);
  if (sessions <= SMALL_SESSIONS && connections.total <= 1_000) return "small";
  return sessions <= LARGE_SESSIONS ? "large" : "largest";
}

function sshSessions({ total, sshShare }: Size["connections"]): number {
  return Math.round(total * sshShare);
}

/** The vCPU and GiB of the tiers of RDS in the family of the validated sizes. */
const RDS_TIERS = [
  ["db.m6i.large", 2, 8],
  ["db.m6i.xlarge", 4, 16],
  ["db.m6i.2xlarge", 8, 32],
  ["db.m6i.4xlarge", 16, 64],
  ["db.m6i.8xlarge", 32, 128],
  ["db.m6i.12xlarge", 48, 192],
  ["db.m6i.16xlarge", 64, 256],
] as const;

function tierOf({ carriedBy }: ClusterArchitecture, { cores, memoryGib }: NeededPart): string {
  const mebibytes = Math.ceil(memoryGib * 1_024);
  if (carriedBy === "gke") return `db-custom-${cores}-${Math.ceil(mebibytes / 256) * 256}`;
  if (carriedBy === "own-cluster") return `db-${cores * 1_000}m-${mebibytes}Mi`;
  const tier = RDS_TIERS.find(([, vcpu, gib]) => vcpu >= cores && gib >= memoryGib);
  if (tier === undefined) throw new Error(`no tier of RDS has ${cores} vCPU and ${memoryGib} GiB`);
  return tier[0];
}

/** Returns the vCPU and GiB that a tier names or has; undefined for a tier that is in no table. */
export function tierResources(
  tier: string,
): { readonly cores: number; readonly memoryGib: number } | undefined {
  const [, cores, custom] = /^db-custom-(\d+)-(\d+)$/.exec(tier) ?? [];
  if (custom !== undefined) return { cores: Number(cores), memoryGib: Number(custom) / 1_024 };
  const [, millis, mebibytes] = /^db-(\d+)m-(\d+)Mi$/.exec(tier) ?? [];
  if (mebibytes !== undefined) return { cores: Number(millis) / 1_000, memoryGib: Number(mebibytes) / 1_024 };
  const rds = RDS_TIERS.find(([name]) => name === tier);
  return rds === undefined ? undefined : { cores: rds[1], memoryGib: rds[2] };
}

/** Ours: on a line between the disks of the validated sizes, in steps of 10 GB; 50 below them, as in size 100. */
function diskGib(architecture: ClusterArchitecture, users: number): number {
  if (users < FEWEST_PUBLISHED) return 50;
  const { value } = fromTable(users, ({ name }) => validated(architecture, name).database.diskGib);
  return Math.ceil(value / 10) * 10;
}

function validated({ name, sizes }: Architecture, size: string): Size {
  const found = sizes[size];
  if (found === undefined) throw new Error(`${name} has no size ${size}`);
  return found;
}
