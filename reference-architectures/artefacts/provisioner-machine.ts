import { N2_PROCESSOR } from "../machine-types.ts";

/**
 * The machines of external provisioners. Validated: up to 30 provisioners of 1 vCPU and 1 GB on one machine. Ours:
 * 32 cores with a known processor, because builds are measured. AWS's has 2 GB for each core, which is enough.
 */
export const PROVISIONER_MACHINE = {
  google: { machineType: "n2-standard-32", minCpuPlatform: N2_PROCESSOR, nodes: 0 },
  aws: { machineType: "c6i.8xlarge", nodes: 0 },
} as const;

/** Validated: the most provisioners on one machine. */
export const PROVISIONERS_PER_MACHINE = 30;

/** Returns the fewest machines for a number of provisioners. */
export function countProvisionerMachines(provisioners: number): number {
  return Math.ceil(provisioners / PROVISIONERS_PER_MACHINE);
}
