import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { EKS, GKE } from "../../../reference-architectures/capacity/clusters.ts";
import { machineOf } from "../../../reference-architectures/machine-types.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";
import { RefbenchError } from "../../tools/error.ts";
import { loadOfSize } from "../parts/load-of-size.ts";
import { loadPodNeeds, planPods, type PodLoad, POD_PLACE, SMALL_NEEDS, workerMemoryOf } from "./pod-needs.ts";

/** The limits of the nodes of clusters that runs make. */
const CLUSTERS = { gke: GKE, eks: EKS } as const;

/** A cluster that a run makes for itself. */
export type MadeCluster = keyof typeof CLUSTERS;

/** Returns the kind of cluster that an architecture makes; undefined if it makes none. */
export function madeCluster({ carriedBy }: Pick<Architecture, "carriedBy">): MadeCluster | undefined {
  return carriedBy === "gke" || carriedBy === "eks" ? carriedBy : undefined;
}

/** What pods may request of one node of generators, beside a small pod: a drain must not wait for an old load's end. */
function roomOf(cluster: MadeCluster, { machines }: Size) {
  const machine = machineOf(machines.runner.machineType);
  const { cpuMillis, memoryMib } = CLUSTERS[cluster].allocatable(machine);
  return {
    pods: CLUSTERS[cluster].podsPerNode(machine) - 1,
    cpuMillis: cpuMillis - SMALL_NEEDS.cpuMillis,
    memoryMib: memoryMib - SMALL_NEEDS.memoryMib,
  };
}

/** Returns the memory by which the parts of a load are planned, so that each pod fits on a node of generators. */
export function generatorMemory(cluster: MadeCluster, size: Size): number {
  return Math.min(POD_PLACE.memoryMib, workerMemoryOf(roomOf(cluster, size).memoryMib));
}

/** Counts the nodes on which all pods of a size's load fit at once. Throws `usage` if one of them fits on no node. */
export function countGeneratorNodes(
  cluster: MadeCluster,
  size: Size,
  { tls }: { readonly tls: boolean },
): number {
  const sized = loadOfSize(size);
  const load: PodLoad = { ...sized, deployment: { ...sized.deployment, url: tls ? "https:" : "http:" } };
  const { parts } = planPods(load, generatorMemory(cluster, size));
  const needs = loadPodNeeds(load, parts);
  const room = roomOf(cluster, size);
  const each = Math.min(
    room.pods,
    Math.floor(room.cpuMillis / needs.cpuMillis),
    Math.floor(room.memoryMib / needs.memoryMib),
  );
  if (each >= 1) return Math.ceil(parts / each);
  throw new RefbenchError(
    "usage",
    `machines.runner.machineType is ${size.machines.runner.machineType}, on which ${formatCount(room.memoryMib)} MiB and ${room.cpuMillis / 1_000} CPU are free, but each of ${countOf(parts, "pod")} of the load needs ${formatCount(needs.memoryMib)} MiB and ${needs.cpuMillis / 1_000} CPU: choose a larger one with --set, or omit --runner job`,
  );
}
