import type { Architecture, Size } from "../architecture.ts";
import { type Need, needOf } from "./need.ts";

/** One Google quota, and how much of it an environment needs. */
export interface GoogleQuota {
  readonly metric: string;
  readonly of: "region" | "project";
  readonly need: number;
}

/** One AWS quota of an account in a region, and how much of it an environment needs. */
export interface AwsQuota {
  readonly service: "ec2" | "ebs" | "vpc";
  /** AWS's id of the quota; `what` is its display name. */
  readonly code: "L-1216C47A" | "L-7A658B76" | "L-0263D0A3" | "L-F678F1CE";
  readonly what: string;
  readonly need: number;
}

/** One quota of a cloud to ask for, such as 64 of `N2_CPUS` in a region. */
export interface QuotaNeed {
  /** Google's metric, such as `N2_CPUS`, or AWS's code, such as `L-1216C47A`. */
  readonly id: string;
  /** In words, with its unit. */
  readonly what: string;
  /** Whether the quota is one of a region, or of the whole Google project. */
  readonly scope: "region" | "project";
  /** A whole number in the quota's own unit. */
  readonly need: number;
}

/** Families without their own quota share `CPUS`. */
const IN_CPUS: ReadonlySet<string> = new Set(["e2", "n1", "f1", "g1"]);

/** Resources that the stacks of every environment create besides machines. */
const GLOBAL_NEEDS: readonly GoogleQuota[] = [
  { metric: "NETWORKS", of: "project", need: 1 },
  { metric: "SUBNETWORKS", of: "project", need: 1 },
  { metric: "ROUTERS", of: "project", need: 1 },
  // Includes Google's own rules for a cluster and the load balancer's.
  { metric: "FIREWALLS", of: "project", need: 8 },
];

const GIB_PER_TIB = 1_024;

/** Converts the need into Google's metrics. */
export function googleQuotas(need: Need): readonly GoogleQuota[] {
  const byMetric = new Map<string, number>();
  for (const [family, vcpus] of Object.entries(need.vcpus)) {
    const metric = IN_CPUS.has(family) ? "CPUS" : `${family.toUpperCase()}_CPUS`;
    byMetric.set(metric, (byMetric.get(metric) ?? 0) + vcpus);
  }
  const all = Object.values(need.vcpus).reduce((sum, vcpus) => sum + vcpus, 0);
  const regional = [
    ...byMetric,
    ["INSTANCES", need.instances],
    ["SSD_TOTAL_GB", need.ssdGib],
    ["DISKS_TOTAL_GB", need.standardGib],
    ["IN_USE_ADDRESSES", need.publicAddresses],
  ] as const;
  return [
    ...regional
      .filter(([, count]) => count > 0)
      .map(([metric, count]) => ({ metric, of: "region" as const, need: count })),
    { metric: "CPUS_ALL_REGIONS", of: "project", need: all },
    ...GLOBAL_NEEDS,
  ];
}

/** Converts the need into AWS's regional quotas. A need of TiB may have a fraction. */
export function awsQuotas({ vcpus, ssdGib, standardGib }: Need): readonly AwsQuota[] {
  return [
    {
      service: "ec2",
      code: "L-1216C47A",
      what: "vCPUs of standard on-demand instances",
      // All machine types of the sizes are in standard families.
      need: Object.values(vcpus).reduce((sum, count) => sum + count, 0),
    },
    {
      service: "ebs",
      code: "L-7A658B76",
      what: "TiB of gp3 volumes",
      // Nodes' disks and home volumes. A database's disk has a separate quota.
      need: (ssdGib + standardGib) / GIB_PER_TIB,
    },
    // AWS's NAT gateway keeps the single address that the stack assigns.
    { service: "ec2", code: "L-0263D0A3", what: "Elastic IP addresses", need: 1 },
    { service: "vpc", code: "L-F678F1CE", what: "VPCs", need: 1 },
  ];
}

/** Google's metrics in words. The vCPUs of a family have a metric of their own. */
const METRIC_WORDS: Readonly<Record<string, string>> = {
  CPUS: "vCPUs of E2 and N1 machines",
  CPUS_ALL_REGIONS: "vCPUs of all families and regions",
  INSTANCES: "machines",
  SSD_TOTAL_GB: "GB of SSD and balanced disks",
  DISKS_TOTAL_GB: "GB of standard disks",
  IN_USE_ADDRESSES: "public addresses, of Cloud NAT",
  NETWORKS: "networks",
  SUBNETWORKS: "subnetworks",
  ROUTERS: "routers",
  FIREWALLS: "firewall rules",
};

/**
 * Returns the quota to ask for before an environment of this size can exist beside nothing else, as the preflight
 * computes it. A cluster of the user's own has no quotas: its nodes need room for the requests of
 * `capacity/own-cluster.ts`.
 */
export function quotaOf(
  architecture: Pick<Architecture, "cloud" | "carriedBy">,
  size: Size,
  /** Nodes of the cluster for pods that generate load. @default the load runner instead */
  generators?: number,
): readonly QuotaNeed[] {
  switch (architecture.cloud) {
    case "google":
      return googleQuotas(needOf(architecture, size, generators)).map(({ metric, of, need }) => ({
        id: metric,
        what: METRIC_WORDS[metric] ?? `vCPUs of ${metric.replace(/_CPUS$/, "")} machines`,
        scope: of,
        need,
      }));
    case "aws":
      return awsQuotas(needOf(architecture, size, generators)).map(({ code, what, need }) => ({
        id: code,
        what,
        scope: "region",
        need: Math.ceil(need),
      }));
    case "kubernetes":
      return [];
  }
}
