import type { Size } from "../architecture.ts";
import type { Contradiction } from "../contradiction.ts";
import { type MachineType, machineOf } from "../machine-types.ts";
import { type Allocatable, CLUSTER_PODS } from "./allocatable.ts";
import { findProvisionerRoom } from "./provisioners.ts";

/** The limits of the nodes of one kind of cluster. */
export interface ClusterCapacity {
  allocatable(machine: MachineType): Allocatable;
  /** The number of our pods on one node. */
  podsPerNode(machine: MachineType): number;
  /** The disks that one node can attach beside its own. */
  disksPerNode(machine: MachineType): number;
}

/** Returns the first figure of a cluster's nodes that is too small for the load of its size; undefined if all fit. */
export function findClusterProblem(cluster: ClusterCapacity, size: Size): Contradiction | undefined {
  return (
    findVersionProblem(size) ??
    findReplicaProblem(cluster, size) ??
    findWorkspaceProblem(cluster, size) ??
    findProvisionerRoom(size, cluster.allocatable(machineOf(size.machines.provisioners.machineType))) ??
    findSystemProblem(size)
  );
}

function findVersionProblem({ kubernetesVersion }: Size): Contradiction | undefined {
  if (kubernetesVersion !== undefined) return undefined;
  return { path: "kubernetesVersion", value: undefined, expected: "the cluster's version, such as 1.34" };
}

function findReplicaProblem(cluster: ClusterCapacity, size: Size): Contradiction | undefined {
  const { coder, machines } = size;
  if (machines.coder.nodes < coder.replicas) {
    return {
      path: "machines.coder.nodes",
      value: machines.coder.nodes,
      expected: `at least ${coder.replicas}, one for each of coder.replicas`,
    };
  }
  const free = cluster.allocatable(machineOf(machines.coder.machineType));
  if (coder.cpuMillis > free.cpuMillis) {
    return {
      path: "coder.cpuMillis",
      value: coder.cpuMillis,
      expected: `at most ${free.cpuMillis}, what a ${machines.coder.machineType} leaves for pods`,
    };
  }
  if (coder.memoryGib * 1_024 > free.memoryMib) {
    return {
      path: "coder.memoryGib",
      value: coder.memoryGib,
      expected: `at most ${Math.floor(free.memoryMib / 1_024)}, what a ${machines.coder.machineType} leaves for pods`,
    };
  }
  return undefined;
}

/** The workspaces that one node has room for, by each of its limits. */
export interface WorkspaceLimits {
  readonly cores: number;
  readonly memory: number;
  readonly pods: number;
  /** Absent without home disks. */
  readonly disks?: number;
}

/** Returns how many workspaces fit on one node: the least of its cores, memory, pods and disks. */
export function workspacesPerNode(cluster: ClusterCapacity, size: Size): number {
  return Math.max(0, Math.min(...Object.values<number>({ ...workspaceLimits(cluster, size) })));
}

/** Returns how many workspaces each limit of a node allows. */
export function workspaceLimits(cluster: ClusterCapacity, size: Size): WorkspaceLimits {
  const own = size.machines.workspaces.nodes > 0;
  const machine = machineOf((own ? size.machines.workspaces : size.machines.coder).machineType);
  const free = cluster.allocatable(machine);
  const cpuMillis = free.cpuMillis - (own ? 0 : size.coder.cpuMillis + CLUSTER_PODS.cpuMillis);
  const memoryMib = free.memoryMib - (own ? 0 : size.coder.memoryGib * 1_024 + CLUSTER_PODS.memoryMib);
  return {
    cores: Math.floor(cpuMillis / size.workspacePod.cpuMillis),
    memory: Math.floor(memoryMib / size.workspacePod.memoryMib),
    pods: cluster.podsPerNode(machine),
    ...(size.homeVolumeGib > 0 ? { disks: cluster.disksPerNode(machine) } : {}),
  };
}

function findWorkspaceProblem(cluster: ClusterCapacity, size: Size): Contradiction | undefined {
  const own = size.machines.workspaces.nodes > 0;
  const pool = own ? size.machines.workspaces : size.machines.coder;
  const perNode = workspacesPerNode(cluster, size);
  if (pool.nodes * perNode >= size.workspaces) return undefined;
  if (!own) {
    return {
      path: "machines.workspaces.nodes",
      value: 0,
      expected: `at least 1: the coder nodes have room for ${pool.nodes * perNode} of ${size.workspaces} workspaces`,
    };
  }
  const machine = machineOf(pool.machineType);
  const disks = size.homeVolumeGib > 0 ? `, ${cluster.disksPerNode(machine)} disks` : "";
  return {
    path: "machines.workspaces.nodes",
    value: pool.nodes,
    expected: `at least ${perNode > 0 ? Math.ceil(size.workspaces / perNode) : "one larger machine"}: ${perNode} workspaces fit on a ${pool.machineType} (cores, memory, ${cluster.podsPerNode(machine)} pods${disks})`,
  };
}

function findSystemProblem(size: Size): Contradiction | undefined {
  const { system, workspaces } = size.machines;
  // With separate workspace nodes the coder nodes are tainted, so that nothing disturbs the measured pods.
  // Kubernetes' own pods then need other nodes, or the cluster never becomes healthy.
  if (workspaces.nodes > 0 && system.nodes === 0) {
    return {
      path: "machines.system.nodes",
      value: 0,
      expected: "at least 1 when workspaces have separate nodes: both other pools are tainted",
    };
  }
  return undefined;
}
