import type { Size } from "../architecture.ts";
import { BUILD_RULES, coresForBuilds } from "../build-rules.ts";
import type { Contradiction } from "../contradictions.ts";
import { hasKnownProcessor, MACHINE_TYPES, type MachineType } from "../machine-types.ts";
import { allocatable, CLUSTER_PODS } from "./allocatable.ts";

/** Persistent disks that one node can attach beside its own. */
export const DISKS_PER_NODE = 127;
/** Pods of one node at most, less those that Kubernetes itself runs there. */
export const PODS_PER_NODE = 256 - 16;
/** Memory that one provisioner daemon may take: Coder's validated architectures give each 1 GB. */
const DAEMON_GIB = 1;
/** What the database keeps free for its own work: Coder's advice is a fifth more than its replicas open. */
const CONNECTION_RESERVE = 1.2;

/** The first figure that is too small for the load of its size, if any. */
export function findCapacityProblem(size: Size): Contradiction | undefined {
  return (
    findUnknownMachine(size) ??
    findCoderProblem(size) ??
    findWorkspaceProblem(size) ??
    findSystemProblem(size) ??
    findDatabaseProblem(size)
  );
}

function findUnknownMachine(size: Size): Contradiction | undefined {
  for (const [role, pool] of Object.entries(size.machines)) {
    if (!Object.hasOwn(MACHINE_TYPES, pool.machineType)) {
      return {
        path: `machines.${role}.machineType`,
        value: pool.machineType,
        expected: `one of ${Object.keys(MACHINE_TYPES).join(", ")}`,
      };
    }
  }
  return undefined;
}

function findCoderProblem(size: Size): Contradiction | undefined {
  const { coder, machines, concurrentBuilds, buildRule } = size;
  const machine = machineOf(machines.coder.machineType);
  if (!hasKnownProcessor(machines.coder.machineType)) {
    return {
      path: "machines.coder.machineType",
      value: machines.coder.machineType,
      expected: "a family with a known processor, such as n2: an e2 machine gets whatever is free",
    };
  }
  if (machines.coder.nodes < coder.replicas) {
    return {
      path: "machines.coder.nodes",
      value: machines.coder.nodes,
      expected: `at least ${coder.replicas}, one for each of coder.replicas`,
    };
  }
  const rule = BUILD_RULES[buildRule];
  const coresNeeded = coresForBuilds(buildRule, concurrentBuilds);
  const cores = machines.coder.nodes * machine.cores;
  if (cores < coresNeeded) {
    return {
      path: "machines.coder.nodes",
      value: machines.coder.nodes,
      expected: `at least ${Math.ceil(coresNeeded / machine.cores)} of ${machines.coder.machineType} for ${concurrentBuilds} builds (${buildRule}: ${rule.cores} cores per ${rule.builds} builds)`,
    };
  }
  if (coder.daemonsPerReplica * DAEMON_GIB > machine.memoryGib) {
    return {
      path: "coder.daemonsPerReplica",
      value: coder.daemonsPerReplica,
      expected: `at most ${Math.floor(machine.memoryGib / DAEMON_GIB)} on a ${machines.coder.machineType} with ${machine.memoryGib} GB, 1 GB each`,
    };
  }
  const free = allocatable(machine);
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

/** Workspaces that one node carries: the least of its cores, memory, pods and disks. */
export function workspacesPerNode(size: Size): number {
  const own = size.machines.workspaces.nodes > 0;
  const pool = own ? size.machines.workspaces : size.machines.coder;
  const free = allocatable(machineOf(pool.machineType));
  const cpuMillis = free.cpuMillis - (own ? 0 : size.coder.cpuMillis + CLUSTER_PODS.cpuMillis);
  const memoryMib = free.memoryMib - (own ? 0 : size.coder.memoryGib * 1_024 + CLUSTER_PODS.memoryMib);
  const limits = [
    cpuMillis / size.workspacePod.cpuMillis,
    memoryMib / size.workspacePod.memoryMib,
    PODS_PER_NODE,
    size.homeVolumeGib > 0 ? DISKS_PER_NODE : Infinity,
  ];
  return Math.max(0, Math.floor(Math.min(...limits)));
}

function findWorkspaceProblem(size: Size): Contradiction | undefined {
  const own = size.machines.workspaces.nodes > 0;
  const pool = own ? size.machines.workspaces : size.machines.coder;
  const perNode = workspacesPerNode(size);
  if (pool.nodes * perNode >= size.workspaces) return undefined;
  if (!own) {
    return {
      path: "machines.workspaces.nodes",
      value: 0,
      expected: `at least 1: the coder nodes have room for ${pool.nodes * perNode} of ${size.workspaces} workspaces`,
    };
  }
  const disks = size.homeVolumeGib > 0 ? `, ${DISKS_PER_NODE} disks` : "";
  return {
    path: "machines.workspaces.nodes",
    value: pool.nodes,
    expected: `at least ${perNode > 0 ? Math.ceil(size.workspaces / perNode) : "one larger machine"}: a ${pool.machineType} carries ${perNode} workspaces (cores, memory, ${PODS_PER_NODE} pods${disks})`,
  };
}

function findSystemProblem(size: Size): Contradiction | undefined {
  const { system, workspaces } = size.machines;
  // With workspace nodes the coder nodes are tainted, so that nothing is measured beside a noisy neighbour:
  // Kubernetes' own pods then need somewhere to run, or the cluster never becomes healthy.
  if (workspaces.nodes > 0 && system.nodes === 0) {
    return {
      path: "machines.system.nodes",
      value: 0,
      expected: "at least 1 when workspaces have nodes of their own: both other pools are tainted",
    };
  }
  return undefined;
}

function findDatabaseProblem(size: Size): Contradiction | undefined {
  const needed = Math.ceil(size.coder.replicas * size.coder.databaseConnections * CONNECTION_RESERVE);
  if (size.database.maxConnections >= needed) return undefined;
  return {
    path: "database.maxConnections",
    value: size.database.maxConnections,
    expected: `at least ${needed} = coder.replicas ${size.coder.replicas} × coder.databaseConnections ${size.coder.databaseConnections}, and a fifth more`,
  };
}

function machineOf(machineType: string): MachineType {
  const machine = MACHINE_TYPES[machineType];
  if (machine === undefined) throw new Error(`no machine type ${machineType} in the table`);
  return machine;
}
