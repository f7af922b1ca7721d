import { type Price, pricesOf } from "./price.ts";
import {
  DEFANG_RDS,
  INFRACOST_2024_07,
  INFRACOST_2025_07,
  INFRACOST_2026_04,
  KARPENTER_AWS,
  MEMORY,
} from "./sources.ts";

/** A price that was not read from a list. */
const uncertain = (usd: number): Price => ({ usd, source: MEMORY, uncertain: "from memory, taken high" });

/** AWS's prices on demand, USD. */
export const AWS_PRICES = {
  /** The source of the machines' prices, which are most of a bill. */
  date: "2026-07-20",
  /** The regions with these prices, each with a remark. */
  regions: {
    "us-east-1": undefined,
    "us-east-2": "us-east-2 is priced as us-east-1, whose list it shares (from memory)",
  },
  /** An hour of a machine without its disk. Within a family AWS's prices double with the size. */
  machines: pricesOf(KARPENTER_AWS, {
    "m6i.large": 0.096,
    "m6i.xlarge": 0.192,
    "m6i.2xlarge": 0.384,
    "m6i.4xlarge": 0.768,
    "m6i.8xlarge": 1.536,
    "m6i.12xlarge": 2.304,
    "m7i.large": 0.1008,
    "m7i.xlarge": 0.2016,
    "m7i.2xlarge": 0.4032,
    "m7i.4xlarge": 0.8064,
    "m7i.8xlarge": 1.6128,
    "m7i.12xlarge": 2.4192,
    "c6i.large": 0.085,
    "c6i.xlarge": 0.17,
    "c6i.2xlarge": 0.34,
    "c6i.4xlarge": 0.68,
    "c6i.8xlarge": 1.36,
    "c6i.12xlarge": 2.04,
  }),
  /** RDS for Postgres in one zone: an hour of a tier, and a GB-month of its gp3. */
  database: {
    tiers: pricesOf<string>(DEFANG_RDS, {
      "db.t4g.small": 0.032,
      "db.t4g.medium": 0.065,
      "db.t3.large": 0.145,
      "db.m6g.2xlarge": 0.636,
      "db.m6g.4xlarge": 1.272,
      "db.m6i.large": 0.178,
      "db.m6i.xlarge": 0.356,
      "db.m6i.2xlarge": 0.712,
      "db.m6i.4xlarge": 1.424,
      "db.m6i.8xlarge": 2.848,
      "db.m6i.12xlarge": 4.272,
      "db.m6i.16xlarge": 5.696,
      "db.r6g.2xlarge": 0.899,
    }),
    diskGibMonth: uncertain(0.115),
  },
  /** An hour of a cluster's control plane in standard support, the only one that the stacks allow. */
  cluster: { usd: 0.1, source: INFRACOST_2025_07 },
  /** A GB-month. */
  disks: { gp3: { usd: 0.08, source: INFRACOST_2024_07 } },
  nat: {
    /** An hour of the gateway, and a GB through it. */
    gateway: { usd: 0.045, source: INFRACOST_2024_07 },
    gib: { usd: 0.045, source: INFRACOST_2024_07 },
    /** An hour of its public address. */
    address: { usd: 0.005, source: INFRACOST_2026_04 },
  },
  balancer: {
    hour: { usd: 0.0225, source: INFRACOST_2024_07 },
    /** A capacity unit an hour, which is a GB an hour or less. */
    unit: { usd: 0.006, source: INFRACOST_2024_07 },
  },
  /** A GB between zones, paid on both sides. */
  betweenZonesGib: uncertain(0.02),
} as const satisfies Record<string, unknown>;
