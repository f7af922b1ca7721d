import { type Json, listOf, objectOf, textOf } from "../json.ts";
import type { Quota } from "../project.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";
import { lastOf } from "./links.ts";

/** How much of each quota something takes, by compute's metrics. */
export type Taken = ReadonlyMap<string, number>;

/** A quota without room for a request. */
export interface ShortQuota {
  readonly metric: string;
  readonly level: "region" | "project";
  readonly asked: number;
  readonly limit: number;
  readonly free: number;
}

/** Families without their own quota share `CPUS`. */
const IN_CPUS = new Set(["e2", "n1", "f1", "g1"]);
/** Google counts balanced disks as SSD. */
const IN_SSD = new Set(["pd-ssd", "pd-balanced"]);
/** Collections that are counted over the whole project. */
const COUNTED: Readonly<Record<string, string>> = {
  networks: "NETWORKS",
  subnetworks: "SUBNETWORKS",
  routers: "ROUTERS",
  firewalls: "FIREWALLS",
};

/** Returns the quota that machines of a type take, without their disks. */
export function machinesTake(world: MockWorld, type: string, count: number): Taken {
  const cores = (world.project.machineTypes.get(type)?.cores ?? 0) * count;
  const family = type.split("-")[0] ?? "";
  return new Map([
    ["INSTANCES", count],
    [IN_CPUS.has(family) ? "CPUS" : `${family.toUpperCase()}_CPUS`, cores],
    ["CPUS_ALL_REGIONS", cores],
  ]);
}

/** Returns the quota that disks of a type take. */
export function disksTake(type: string, gib: number): Taken {
  return new Map([[IN_SSD.has(type) ? "SSD_TOTAL_GB" : "DISKS_TOTAL_GB", gib]]);
}

/** Returns the quota that a resource takes when it is posted to a collection of compute. */
export function postedTakes(world: MockWorld, collection: string, posted: Json): Taken {
  if (collection === "disks")
    return disksTake(lastOf(textOf(posted, "type") ?? "pd-standard"), sizeOf(posted["sizeGb"]));
  if (collection !== "instances") {
    const metric = COUNTED[collection];
    return new Map(metric === undefined ? [] : [[metric, 1]]);
  }
  const made = listOf(posted["disks"]).map((disk) => objectOf(objectOf(disk)["initializeParams"]));
  return sumTaken([
    machinesTake(world, lastOf(textOf(posted, "machineType") ?? ""), 1),
    ...made.map(({ diskType, diskSizeGb }) =>
      disksTake(lastOf(typeof diskType === "string" ? diskType : "pd-standard"), sizeOf(diskSizeGb)),
    ),
  ]);
}

/** Adds up the quota that several things take. */
export function sumTaken(all: readonly Taken[]): Taken {
  const total = new Map<string, number>();
  for (const taken of all)
    for (const [metric, count] of taken) total.set(metric, (total.get(metric) ?? 0) + count);
  return total;
}

/** The quotas that have no room for something; those that are not listed have room for anything. */
export function shortQuotas(world: MockWorld, taken: Taken): readonly ShortQuota[] {
  return (["region", "project"] as const).flatMap((level) =>
    [...quotasNow(world, level)].flatMap(([metric, { limit, usage }]) => {
      const asked = taken.get(metric) ?? 0;
      const free = Math.max(0, limit - usage);
      return asked > free ? [{ metric, level, asked, limit, free }] : [];
    }),
  );
}

/** The quotas of the region or of the project: their usage is that of the project's facts and of all that exists. */
export function quotasNow(world: MockWorld, level: "region" | "project"): ReadonlyMap<string, Quota> {
  const used = sumTaken(world.store.entries().map(([key, resource]) => existingTakes(world, key, resource)));
  const { regionQuotas, projectQuotas } = world.project;
  return new Map(
    [...(level === "region" ? regionQuotas : projectQuotas)].map(([metric, { limit, usage }]) => [
      metric,
      { limit, usage: usage + (used.get(metric) ?? 0) },
    ]),
  );
}

/**
 * Returns the quota that an existing resource takes. A machine's disks are separate resources and are not counted
 * twice.
 */
function existingTakes(world: MockWorld, key: Key, resource: Json): Taken {
  if (!key.startsWith("compute/")) return new Map();
  const collection = key.split("/").at(-2) ?? "";
  return postedTakes(world, collection, collection === "instances" ? { ...resource, disks: [] } : resource);
}

/** GiB of a disk, which Google writes as a text. */
function sizeOf(value: unknown): number {
  return Number(value ?? 10);
}
