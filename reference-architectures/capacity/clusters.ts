import type { MachineType } from "../machine-types.ts";
import { allocatable, eksMemoryReserved, gkeMemoryReserved } from "./allocatable.ts";
import type { ClusterCapacity } from "./cluster.ts";

/** What GKE's nodes carry. */
export const GKE: ClusterCapacity = {
  allocatable: (machine) => allocatable(machine, gkeMemoryReserved(machine)),
  /** The limit of 256 that the node pools are made with, less those that Kubernetes itself runs there. */
  podsPerNode: () => 256 - 16,
  /** Google: 128 disks a machine, its own included. */
  disksPerNode: () => 127,
};

/** Pods that Kubernetes itself runs on a node of EKS: network, proxy, disk driver, and a part of DNS. Ours, rounded up. */
const EKS_OWN_PODS = 8;

/** What EKS's managed nodes carry. */
export const EKS: ClusterCapacity = {
  allocatable: (machine) => allocatable(machine, eksMemoryReserved(podLimit(machine))),
  podsPerNode: (machine) => podLimit(machine) - EKS_OWN_PODS,
  /** AWS: 28 attachments a machine of these families, its network interfaces and its own disk included. */
  disksPerNode: ({ interfaces = 1 }) => 28 - interfaces - 1,
};

/** One address of the network for each pod, and AWS's cap for managed nodes: 110 below 30 cores, 250 above. */
function podLimit({ cores, interfaces = 1, addresses = 1 }: MachineType): number {
  return Math.min(interfaces * (addresses - 1) + 2, cores < 30 ? 110 : 250);
}
