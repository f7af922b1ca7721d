import type { Size } from "../architecture.ts";
import { BUILD_RULES, coresForBuilds, DAEMON_GIB } from "./build-rules.ts";
import type { Contradiction } from "../contradiction.ts";
import { OWN_NODE } from "../machine-types.ts";
import type { Allocatable } from "./allocatable.ts";
import { findProvisionerCores } from "./provisioners.ts";

/** Whose pods request resources of a cluster. */
export type PodRole = "coder" | "provisioners" | "database" | "workspaces" | "generator";

/** The pods of one role, and the request of each. */
export interface RoleRequest extends Allocatable {
  readonly role: PodRole;
  readonly pods: number;
  /** Whether no node may have two of these pods. */
  readonly apart: boolean;
}

/** Returns what a size requests of the nodes of the user's own cluster, besides the sleeping pods that pull images. */
export function requestsOf(
  size: Size,
  { parts = 1 }: { readonly parts?: number } = {},
): readonly RoleRequest[] {
  const { coder, database, provisioners, externalProvisioners, workspaces, workspacePod, generatorPod } =
    size;
  return [
    {
      role: "coder",
      pods: coder.replicas,
      cpuMillis: coder.cpuMillis,
      memoryMib: coder.memoryGib * 1_024,
      apart: true,
    },
    ...(provisioners === "external"
      ? [
          {
            role: "provisioners" as const,
            pods: externalProvisioners.count,
            cpuMillis: externalProvisioners.cpuMillis,
            memoryMib: externalProvisioners.memoryMib,
            apart: false,
          },
        ]
      : []),
    ...(database.kind === "in-cluster"
      ? [{ role: "database" as const, pods: 1, ...databaseShare(size), apart: false }]
      : []),
    {
      role: "workspaces",
      pods: workspaces,
      cpuMillis: workspacePod.cpuMillis,
      memoryMib: workspacePod.memoryMib,
      apart: false,
    },
    ...(generatorPod === undefined
      ? []
      : [{ role: "generator" as const, pods: parts, ...generatorPod, apart: false }]),
  ];
}

/** Returns the resources of Postgres' pod, as in its tier. Throws for another kind of tier. */
export function databaseShare({ database }: Size): Allocatable {
  const [, cpu, memory] = /^db-(\d+)m-(\d+)Mi$/.exec(database.tier) ?? [];
  if (cpu === undefined || memory === undefined)
    throw new Error(`${database.tier} is not the tier of a pod, such as db-2000m-7680Mi`);
  return { cpuMillis: Number(cpu), memoryMib: Number(memory) };
}

/** Returns the first figure that does not suit a cluster of the user's own; undefined if all do. */
export function findOwnClusterProblem(size: Size): Contradiction | undefined {
  return findForeignFigure(size) ?? findReplicaProblem(size) ?? findBuildProblem(size);
}

/** A figure that the cluster decides, or that only clouds have. */
function findForeignFigure(size: Size): Contradiction | undefined {
  for (const [role, pool] of Object.entries(size.machines)) {
    if (pool.machineType !== OWN_NODE)
      return {
        path: `machines.${role}.machineType`,
        value: pool.machineType,
        expected: `${OWN_NODE}: the nodes are those of your cluster; choose among them by --node-selector`,
      };
  }
  if (size.generatorPod === undefined)
    return { path: "generatorPod", value: undefined, expected: "the request of a pod that generates load" };
  return undefined;
}

function findReplicaProblem({ coder, machines }: Size): Contradiction | undefined {
  if (machines.coder.nodes >= coder.replicas) return undefined;
  return {
    path: "machines.coder.nodes",
    value: machines.coder.nodes,
    expected: `at least ${coder.replicas}, one for each of coder.replicas`,
  };
}

/** On nodes of an unknown size only the pods' own requests can be compared with the rule for builds. */
function findBuildProblem(size: Size): Contradiction | undefined {
  if (size.provisioners === "external") return findProvisionerCores(size);
  const { coder, concurrentBuilds, buildRule } = size;
  const rule = BUILD_RULES[buildRule];
  const millis = Math.ceil((coresForBuilds(buildRule, concurrentBuilds) * 1_000) / coder.replicas);
  if (coder.cpuMillis < millis) {
    return {
      path: "coder.cpuMillis",
      value: coder.cpuMillis,
      expected: `at least ${millis} in each of coder.replicas ${coder.replicas} for ${concurrentBuilds} builds (${buildRule}: ${rule.cores} cores per ${rule.builds} builds)`,
    };
  }
  if (coder.daemonsPerReplica * DAEMON_GIB <= coder.memoryGib) return undefined;
  return {
    path: "coder.daemonsPerReplica",
    value: coder.daemonsPerReplica,
    expected: `at most ${Math.floor(coder.memoryGib / DAEMON_GIB)} in ${coder.memoryGib} GiB, 1 GB each`,
  };
}
