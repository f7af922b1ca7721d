import { AWS_PRICES } from "../prices/aws.ts";
import { perMonth } from "../prices/price.ts";
import { type BillLine, hourly, once, priceIn } from "./bill.ts";
import { connectionGib, fetchedGib } from "./bytes.ts";
import type { Standing } from "./standing.ts";

/** GiB that one node exchanges with the control plane and the load balancer in another zone. Ours, rounded up. */
const BETWEEN_ZONES_GIB = 0.5;

/** Returns what AWS bills for an environment: machines and database in one zone, without logs and standby. */
export function awsBill({ size, pools, homeVolumes }: Standing): readonly BillLine[] {
  const { machines, disks, nat, balancer, database, cluster, betweenZonesGib } = AWS_PRICES;
  const full = pools.reduce((sum, { nodes }) => sum + nodes, 0);
  const gp3 = perMonth(disks.gp3);
  return [
    ...pools.map(({ role, machineType, nodes }) =>
      hourly(`${machineType} for ${role}`, nodes, priceIn(machines, machineType)),
    ),
    ...pools.map(({ role, nodes, disk }) => hourly(`GiB of gp3, disks for ${role}`, nodes * disk.gib, gp3)),
    ...(homeVolumes === 0
      ? []
      : [hourly("GiB of gp3, workspaces' homes", homeVolumes * size.homeVolumeGib, gp3)]),
    hourly("control plane of EKS", 1, cluster),
    hourly(`${size.database.tier} of RDS`, 1, priceIn(database.tiers, size.database.tier)),
    hourly("GiB of RDS' disk", size.database.diskGib, perMonth(database.diskGibMonth)),
    hourly("Coder's internal balancer", 1, balancer.hour),
    hourly("capacity unit of the balancer", 1, balancer.unit),
    once("GiB of connections through the balancer", connectionGib(size), balancer.unit),
    hourly("NAT gateway", 1, nat.gateway),
    hourly("public address of the NAT gateway", 1, nat.address),
    once("GiB through the NAT gateway", fetchedGib({ full, workspaces: 0 }, size), nat.gib),
    once("GiB between zones", full * BETWEEN_ZONES_GIB, betweenZonesGib),
  ];
}
