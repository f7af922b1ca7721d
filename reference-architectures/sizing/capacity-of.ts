import type { Architecture, Size } from "../architecture.ts";
import { requestsOf } from "../capacity/own-cluster.ts";
import { machineOf } from "../machine-types.ts";
import { tierResources } from "./compute-size.ts";

/** The vCPU of a deployment that Coder's rules speak about. */
export interface Capacity {
  /** Of coderd and of the builds together, wherever provisioners run. */
  readonly coderAndBuilds: number;
  /** Absent for a tier that is in no table. */
  readonly database?: number;
}

/** Returns the vCPU that a size gives to coderd with its builds, and to Postgres. */
export function capacityOf({ coder, provisioners, externalProvisioners, database }: Size): Capacity {
  const external =
    provisioners === "external" ? externalProvisioners.count * externalProvisioners.cpuMillis : 0;
  const tier = tierResources(database.tier);
  return {
    coderAndBuilds: (coder.replicas * coder.cpuMillis + external) / 1_000,
    ...(tier === undefined ? {} : { database: tier.cores }),
  };
}

/** Returns the vCPU of all machines, or of all requests in a cluster of the user's own, without the load's. */
export function totalCores({ carriedBy }: Pick<Architecture, "carriedBy">, size: Size): number {
  if (carriedBy === "own-cluster")
    return requestsOf(size)
      .filter(({ role }) => role !== "generator")
      .reduce((sum, { pods, cpuMillis }) => sum + (pods * cpuMillis) / 1_000, 0);
  const { coder, workspaces, system, provisioners } = size.machines;
  const machines = [coder, workspaces, system, provisioners].reduce(
    (sum, { machineType, nodes }) => sum + (nodes === 0 ? 0 : nodes * machineOf(machineType).cores),
    0,
  );
  return machines + (size.database.kind === "on-box" ? 0 : (tierResources(size.database.tier)?.cores ?? 0));
}
