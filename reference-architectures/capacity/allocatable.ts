import type { MachineType } from "../machine-types.ts";

/** The resources of one node that pods may request. */
export interface Allocatable {
  readonly cpuMillis: number;
  readonly memoryMib: number;
}

/** Returns the memory of a node that Kubernetes reserves, in MiB. */
type MemoryReserved = (machine: MachineType) => number;

/**
 * The requests of Kubernetes' own pods on every node (proxy, logging, metrics, network, disk driver). Ours: rounded
 * up from the requests of the clouds' daemon sets.
 */
const DAEMON_SETS: Allocatable = { cpuMillis: 400, memoryMib: 600 };

/**
 * The requests of Kubernetes' own pods that run once in a cluster (DNS, metrics server, konnectivity). Ours, rounded
 * up.
 */
export const CLUSTER_PODS: Allocatable = { cpuMillis: 1_000, memoryMib: 1_500 };

/** The reservation of cores that both Google and AWS publish: a share of each slice. */
const CPU_RESERVED = [
  { upTo: 1, share: 0.06 },
  { upTo: 2, share: 0.01 },
  { upTo: 4, share: 0.005 },
  { upTo: Infinity, share: 0.0025 },
] as const;

/** GKE's published reservation of memory: a share of each slice. */
const GKE_MEMORY_RESERVED = [
  { upTo: 4, share: 0.25 },
  { upTo: 8, share: 0.2 },
  { upTo: 16, share: 0.1 },
  { upTo: 128, share: 0.06 },
  { upTo: Infinity, share: 0.02 },
] as const;

/** Both evict pods before the last 100 MiB are used. */
const EVICTION_MIB = 100;

/** Returns GKE's reservation of a node's memory. */
export const gkeMemoryReserved: MemoryReserved = ({ memoryGib }) =>
  reserved(memoryGib, GKE_MEMORY_RESERVED) * 1_024;

/** Returns EKS's reservation of a node's memory: 255 MiB, and 11 MiB for each pod that it may run. */
export function eksMemoryReserved(pods: number): number {
  return 255 + 11 * pods;
}

/** Returns the resources of one node that remain for our pods. */
export function allocatable(machine: MachineType, memoryReservedMib: number): Allocatable {
  const cores = machine.cores - reserved(machine.cores, CPU_RESERVED);
  return {
    cpuMillis: Math.floor(cores * 1_000) - DAEMON_SETS.cpuMillis,
    memoryMib:
      Math.floor(machine.memoryGib * 1_024 - memoryReservedMib) - EVICTION_MIB - DAEMON_SETS.memoryMib,
  };
}

function reserved(
  total: number,
  slices: readonly { readonly upTo: number; readonly share: number }[],
): number {
  let sum = 0;
  let from = 0;
  for (const { upTo, share } of slices) {
    sum += Math.max(0, Math.min(total, upTo) - from) * share;
    from = upTo;
  }
  return sum;
}
