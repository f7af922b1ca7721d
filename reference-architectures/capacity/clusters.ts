import type { MachineType } from "../machine-types.ts";
import { allocatable, eksMemoryReserved, gkeMemoryReserved } from "./allocatable.ts";
import type { ClusterCapacity } from "./cluster.ts";

/** The limits of GKE's nodes. */
export const GKE: ClusterCapacity = {
  allocatable: (machine) => allocatable(machine, gkeMemoryReserved(machine)),
  /** The node pools' limit of 256, minus Kubernetes' own pods. */
  podsPerNode: () => 256 - 16,
  /** Google: 128 disks for a machine, with its own. */
  disksPerNode: () => 127,
};

/** Kubernetes' own pods on a node of EKS: network, proxy, disk driver, and a part of DNS. Ours, rounded up. */
const EKS_OWN_PODS = 8;

/** The limits of EKS's managed nodes. */
export const EKS: ClusterCapacity = {
  allocatable: (machine) => allocatable(machine, eksMemoryReserved(podLimit(machine))),
  podsPerNode: (machine) => podLimit(machine) - EKS_OWN_PODS,
  /** AWS: 28 attachments for a machine of these families, with its network interfaces and its own disk. */
  disksPerNode: ({ interfaces = 1 }) => 28 - interfaces - 1,
};

/**
 * Returns the number of addresses for pods, limited by AWS's maximum for managed nodes: 110 below 30 cores, 250
 * above.
 */
function podLimit({ cores, interfaces = 1, addresses = 1 }: MachineType): number {
  return Math.min(interfaces * (addresses - 1) + 2, cores < 30 ? 110 : 250);
}
