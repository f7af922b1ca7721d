import type { TwinItem } from "../../inventory/item.ts";
import { lastSegment } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { valueAt, valuesAt } from "../values/walk.ts";

/** Google's limit for an exclusion of all upgrades. */
const EXCLUSION_DAYS = 30;

const DAY_MS = 86_400_000;

/** Returns GKE's refusal of a cluster: since August 2026 it refuses one without a release channel. */
export function refuseCluster(cluster: Values): string | undefined {
  if (valueAt(cluster, "release_channel.0.channel") === "UNSPECIFIED")
    return 'googleapi: Error 400: Creating new clusters with "No channel" is not supported. Enroll the cluster in a release channel., badRequest';
  const longest = Math.max(
    0,
    ...valuesAt(cluster, "maintenance_policy.*.maintenance_exclusion.*").map(daysOf),
  );
  if (longest > EXCLUSION_DAYS)
    return `googleapi: Error 400: Maintenance exclusion of scope NO_UPGRADES is longer than ${EXCLUSION_DAYS} days., badRequest`;
  return undefined;
}

function daysOf(exclusion: unknown): number {
  // Without a scope it excludes all upgrades too.
  if ((valueAt(exclusion, "exclusion_options.0.scope") ?? "NO_UPGRADES") !== "NO_UPGRADES") return 0;
  const [start, end] = ["start_time", "end_time"].map((name) => Date.parse(String(valueAt(exclusion, name))));
  return ((end ?? 0) - (start ?? 0)) / DAY_MS;
}

/** Returns GKE's refusal of a node pool: a cluster of a release channel repairs and upgrades its nodes. */
export function refuseNodePool(pool: Values, cluster: TwinItem | undefined): string | undefined {
  // Google enrols a cluster that names no channel in REGULAR.
  const channel = (valueAt(cluster?.attributes, "release_channel.0.channel") ?? "REGULAR") as string;
  const off = ["auto_upgrade", "auto_repair"].filter(
    (name) => valueAt(pool, `management.0.${name}`) === false,
  );
  if (off.length === 0)
    return refuseProcessor(
      valueAt(pool, "node_config.0.machine_type"),
      valueAt(pool, "node_config.0.min_cpu_platform"),
    );
  return `googleapi: Error 400: ${off.join(" and ")} cannot be false when release_channel ${channel} is set., badRequest`;
}

/** Returns Compute Engine's refusal of a machine. */
export function refuseMachine(machine: Values): string | undefined {
  return refuseProcessor(machine["machine_type"], machine["min_cpu_platform"]);
}

/** E2 machines take no minimum CPU platform. */
function refuseProcessor(machineType: unknown, platform: unknown): string | undefined {
  if (typeof machineType !== "string" || typeof platform !== "string" || platform === "") return undefined;
  if (!lastSegment(machineType).startsWith("e2-")) return undefined;
  return `googleapi: Error 400: Invalid value for field 'resource.minCpuPlatform': '${platform}'. Minimum CPU platform is not supported for machine type ${lastSegment(machineType)}., invalid`;
}
