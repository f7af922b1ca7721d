import type { Size } from "../architecture.ts";
import { countProvisionerMachines, PROVISIONERS_PER_MACHINE } from "../artefacts/provisioner-machine.ts";
import { BUILD_RULES, coresForBuilds } from "./build-rules.ts";
import type { Contradiction } from "../contradiction.ts";
import type { Allocatable } from "./allocatable.ts";

/** Returns the first figure of external provisioners that their builds or their machines contradict. */
export function findProvisionerProblem(size: Size): Contradiction | undefined {
  const { externalProvisioners, machines } = size;
  const needed = countProvisionerMachines(externalProvisioners.count);
  if (machines.provisioners.nodes < needed) {
    return {
      path: "machines.provisioners.nodes",
      value: machines.provisioners.nodes,
      expected: `at least ${needed} = externalProvisioners.count ${externalProvisioners.count} / ${PROVISIONERS_PER_MACHINE} on a machine, rounded up`,
    };
  }
  return findProvisionerCores(size);
}

/** Returns whether provisioners have fewer cores together than the rule for builds demands. */
export function findProvisionerCores({
  externalProvisioners: { cpuMillis, count },
  concurrentBuilds,
  buildRule,
}: Size): Contradiction | undefined {
  const rule = BUILD_RULES[buildRule];
  const millis = Math.ceil((coresForBuilds(buildRule, concurrentBuilds) * 1_000) / count);
  if (cpuMillis >= millis) return undefined;
  return {
    path: "externalProvisioners.cpuMillis",
    value: cpuMillis,
    expected: `at least ${millis} in each of externalProvisioners.count ${count} for ${concurrentBuilds} builds (${buildRule}: ${rule.cores} cores per ${rule.builds} builds)`,
  };
}

/** Returns whether the provisioners of a size have more than their machines leave them. */
export function findProvisionerRoom(size: Size, free: Allocatable): Contradiction | undefined {
  const { externalProvisioners, machines, provisioners } = size;
  if (provisioners !== "external") return undefined;
  const each = Math.min(
    PROVISIONERS_PER_MACHINE,
    Math.floor(free.cpuMillis / externalProvisioners.cpuMillis),
    Math.floor(free.memoryMib / externalProvisioners.memoryMib),
  );
  if (machines.provisioners.nodes * each >= externalProvisioners.count) return undefined;
  return {
    path: "machines.provisioners.nodes",
    value: machines.provisioners.nodes,
    expected: `at least ${each > 0 ? Math.ceil(externalProvisioners.count / each) : "one larger machine"}: ${each} provisioners of ${externalProvisioners.cpuMillis}m and ${externalProvisioners.memoryMib} MiB fit on a ${machines.provisioners.machineType}`,
  };
}
