import type { Architecture, Size } from "../architecture.ts";
import { BUILD_RULES, coresForBuilds, DAEMON_GIB } from "./build-rules.ts";
import type { Contradiction } from "../contradiction.ts";
import {
  cpuPlatformsOf,
  hasKnownProcessor,
  MACHINE_TYPES,
  machineOf,
  N2_PROCESSOR,
} from "../machine-types.ts";
import type { CloudName } from "../zones.ts";
import { findClusterProblem } from "./cluster.ts";
import { EKS, GKE } from "./clusters.ts";
import { findDatabaseProblem } from "./database.ts";
import { findOwnClusterProblem } from "./own-cluster.ts";
import { findMachineEachProblem, findOneMachineProblem } from "./machine.ts";
import { findProvisionerProblem } from "./provisioners.ts";

const RULES: Readonly<Record<Architecture["carriedBy"], (size: Size) => Contradiction | undefined>> = {
  gke: (size) => findChannelProblem(size) ?? findClusterProblem(GKE, size),
  eks: (size) => findClusterProblem(EKS, size),
  "own-cluster": findOwnClusterProblem,
  "one-machine": findOneMachineProblem,
  "machine-each": findMachineEachProblem,
};

/** Returns the first figure that is too small for the load of its size; undefined if all fit. */
export function findCapacityProblem(architecture: Architecture, size: Size): Contradiction | undefined {
  const { cloud } = architecture;
  return (
    (cloud === "kubernetes" ? undefined : findMachineProblem(cloud, size)) ??
    RULES[architecture.carriedBy](size) ??
    findDatabaseProblem(architecture, size)
  );
}

/** The problems of machines whose kind the size chooses. */
function findMachineProblem(cloud: CloudName, size: Size): Contradiction | undefined {
  return (
    findUnknownMachine(cloud, size) ??
    findProcessorProblem(size) ??
    findRunnerProblem(size) ??
    findBuildProblem(size)
  );
}

function findUnknownMachine(cloud: CloudName, size: Size): Contradiction | undefined {
  for (const [role, pool] of Object.entries(size.machines)) {
    const known = Object.keys(MACHINE_TYPES[cloud]);
    if (!known.includes(pool.machineType)) {
      return {
        path: `machines.${role}.machineType`,
        value: pool.machineType,
        expected: `one of ${known.join(", ")}`,
      };
    }
  }
  return undefined;
}

function findChannelProblem({ kubernetesChannel }: Size): Contradiction | undefined {
  if (kubernetesChannel !== undefined) return undefined;
  return {
    path: "kubernetesChannel",
    value: undefined,
    expected: "a release channel such as REGULAR, which every new cluster needs",
  };
}

/** The machines of Coder, of external provisioners, and of the load runner. */
const MEASURED = ["coder", "provisioners", "runner"] as const;

function findProcessorProblem({ machines }: Size): Contradiction | undefined {
  const unknown = MEASURED.find((role) => machines[role].machineType.startsWith("e2-"));
  if (unknown !== undefined) {
    return {
      path: `machines.${unknown}.machineType`,
      value: machines[unknown].machineType,
      expected: "a family with a known processor such as n2: an e2 machine gets any free one",
    };
  }
  const either = MEASURED.find((role) => !hasKnownProcessor(machines[role]));
  if (either !== undefined) {
    return {
      path: `machines.${either}.minCpuPlatform`,
      value: machines[either].minCpuPlatform,
      expected: `${N2_PROCESSOR}: otherwise a ${machines[either].machineType} has one of two processors`,
    };
  }
  for (const [role, { machineType, minCpuPlatform }] of Object.entries(machines)) {
    const taken = cpuPlatformsOf(machineType);
    if (minCpuPlatform === undefined || taken.includes(minCpuPlatform)) continue;
    return {
      path: `machines.${role}.minCpuPlatform`,
      value: minCpuPlatform,
      expected: taken.length === 0 ? `no value: a ${machineType} accepts none` : `one of ${taken.join(", ")}`,
    };
  }
  return undefined;
}

/**
 * Measured: our generator needs 19.7 CPU seconds to open 10,000 connections. Half of its machine must stay idle, or
 * it measures itself.
 */
const CPU_SECONDS_A_CONNECTION = 0.002;
const BUSY_SHARE = 0.5;

function findRunnerProblem({ connections, machines }: Size): Contradiction | undefined {
  const cores = Math.ceil((connections.rampPerSecond * CPU_SECONDS_A_CONNECTION) / BUSY_SHARE);
  if (machineOf(machines.runner.machineType).cores >= cores) return undefined;
  return {
    path: "machines.runner.machineType",
    value: machines.runner.machineType,
    expected: `a machine with at least ${cores} cores: ${connections.rampPerSecond} new connections per second use half of them`,
  };
}

function findBuildProblem(size: Size): Contradiction | undefined {
  if (size.provisioners === "external") return findProvisionerProblem(size);
  const { coder, machines, concurrentBuilds, buildRule } = size;
  const machine = machineOf(machines.coder.machineType);
  const rule = BUILD_RULES[buildRule];
  const coresNeeded = coresForBuilds(buildRule, concurrentBuilds);
  if (machines.coder.nodes * machine.cores < coresNeeded) {
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
  return undefined;
}
