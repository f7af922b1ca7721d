import { workspaceDiskType } from "../capacity/machine.ts";
import { GOOGLE_PRICES } from "../prices/google.ts";
import { perMonth, type Price } from "../prices/price.ts";
import { type BillLine, hourly, once, priceIn } from "./bill.ts";
import { connectionGib, fetchedGib } from "./bytes.ts";
import type { Standing } from "./standing.ts";

/** The disks that the stacks and templates use. */
const DISKS = { node: "pd-balanced", coder: "pd-ssd", runner: "pd-ssd", home: "pd-standard" } as const;

/** The smallest disk for a machine's image, in GiB. */
const WORKSPACE_DISK_GIB = 10;

/** The NAT's ports for each machine, and for each of its addresses. */
const NAT_PORTS = { machine: 256, address: 64_512 } as const;

/** GiB of logs of one node in an hour, of Kubernetes only. Ours, rounded up. */
const LOG_GIB = 0.05;

/** Returns what Google bills for an environment. In one zone, no traffic between zones is billed. */
export function googleBill(standing: Standing): readonly BillLine[] {
  const { machines, nat } = GOOGLE_PRICES;
  const { size, cluster, pools, workspaceMachines } = standing;
  const full = pools.reduce((sum, { nodes }) => sum + nodes, 0);
  const behindNat = full + workspaceMachines;
  return [
    ...pools.map(({ role, machineType, nodes }) =>
      hourly(`${machineType} for ${role}`, nodes, priceIn(machines, machineType)),
    ),
    ...workspaceLines(standing),
    ...pools.map(({ role, nodes, disk }) =>
      hourly(`GiB of ${DISKS[disk.kind]}, disks for ${role}`, nodes * disk.gib, diskHour(DISKS[disk.kind])),
    ),
    ...(cluster ? clusterLines(standing) : []),
    ...databaseLines(standing),
    hourly("machines behind Cloud NAT", behindNat, nat.machine),
    hourly(
      "public addresses of Cloud NAT",
      Math.ceil((behindNat * NAT_PORTS.machine) / NAT_PORTS.address),
      nat.address,
    ),
    once("GiB through Cloud NAT", fetchedGib({ full, workspaces: workspaceMachines }, size), nat.gib),
  ];
}

function workspaceLines({ size, workspaceMachines, homeVolumes }: Standing): readonly BillLine[] {
  const { machineType } = size.machines.workspaces;
  const homes = (type: keyof typeof GOOGLE_PRICES.disks): string => `GiB of ${type}, workspaces' homes`;
  if (workspaceMachines > 0) {
    const type = workspaceDiskType(size);
    const gib = Math.max(WORKSPACE_DISK_GIB, size.homeVolumeGib);
    return [
      hourly(
        `${machineType}, a workspace each`,
        workspaceMachines,
        priceIn(GOOGLE_PRICES.machines, machineType),
      ),
      hourly(homes(type), workspaceMachines * gib, diskHour(type)),
    ];
  }
  if (homeVolumes === 0) return [];
  return [hourly(homes(DISKS.home), homeVolumes * size.homeVolumeGib, diskHour(DISKS.home))];
}

function clusterLines({ size, pools }: Standing): readonly BillLine[] {
  const { cluster, forwardingRule, forwardedGib, logGib } = GOOGLE_PRICES;
  const nodes = pools.filter(({ disk }) => disk.kind === "node").reduce((sum, pool) => sum + pool.nodes, 0);
  return [
    hourly("control plane of GKE", 1, cluster),
    hourly("forwarding rule of Coder's internal balancer", 1, forwardingRule),
    once("GiB of connections through the balancer", connectionGib(size), forwardedGib),
    hourly("GiB of Kubernetes' own logs", nodes * LOG_GIB, logGib),
  ];
}

function databaseLines({ size: { database }, cluster }: Standing): readonly BillLine[] {
  if (database.kind !== "cloud-sql") return [];
  const [, cores, memoryMib] = /^db-custom-(\d+)-(\d+)$/.exec(database.tier) ?? [];
  const { core, memoryGib, diskGibMonth } = GOOGLE_PRICES.database;
  return [
    hourly("cores of Cloud SQL", Number(cores), core),
    hourly("GiB of Cloud SQL's memory", Number(memoryMib) / 1_024, memoryGib),
    hourly("GiB of Cloud SQL's disk", database.diskGib, perMonth(diskGibMonth)),
    hourly("endpoint of Cloud SQL", 1, GOOGLE_PRICES.forwardingRule),
    // The secret with the database's URL. A cluster has its own secrets.
    ...(cluster ? [] : [hourly("secret in Secret Manager", 1, perMonth(GOOGLE_PRICES.secretMonth))]),
  ];
}

function diskHour(type: keyof typeof GOOGLE_PRICES.disks): Price {
  return perMonth(GOOGLE_PRICES.disks[type]);
}
