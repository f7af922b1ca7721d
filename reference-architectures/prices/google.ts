import { pricesOf } from "./price.ts";
import {
  CYCLENERD,
  INFRACOST_2024_07,
  INFRACOST_2026_04,
  INFRACOST_2026_07,
  KARPENTER_GOOGLE,
  MEMORY,
} from "./sources.ts";

const FROM_MEMORY = "from memory, taken high";

/** Google's prices on demand, USD. */
export const GOOGLE_PRICES = {
  /** The source of the machines' prices, which are most of a bill. */
  date: "2026-08-03",
  /** The regions with these prices, each with a remark. */
  regions: { "us-central1": undefined },
  /** An hour of a machine without its disk. */
  machines: pricesOf(KARPENTER_GOOGLE, {
    /** Half of e2-medium, as Google prices it. */
    "e2-small": 0.01676,
    "e2-medium": 0.03351,
    "e2-standard-2": 0.06701,
    "e2-standard-4": 0.13402,
    "e2-standard-8": 0.26805,
    "e2-standard-16": 0.53609,
    "e2-standard-32": 1.07218,
    /** N2 is priced by cores and memory, so sizes without a line in the source are shares of n2-standard-8. */
    "n2-standard-2": 0.09712,
    "n2-standard-4": 0.19424,
    "n2-standard-8": 0.38847,
    "n2-standard-16": 0.77694,
    "n2-standard-32": 1.55389,
    "n2-standard-48": 2.33083,
    "n2-standard-80": 3.88471,
  }),
  /** Cloud SQL for Postgres, edition Enterprise, in one zone: an hour of a core, of a GiB, and a GB-month of its SSD. */
  database: {
    core: { usd: 0.0413, source: INFRACOST_2024_07 },
    memoryGib: { usd: 0.007, source: INFRACOST_2024_07 },
    diskGibMonth: { usd: 0.17, source: INFRACOST_2024_07 },
  },
  /** An hour of a cluster's control plane. The free zonal cluster of each billing account is not considered. */
  cluster: { usd: 0.1, source: INFRACOST_2026_07 },
  /** A GB-month. */
  disks: {
    "pd-standard": { usd: 0.04, source: INFRACOST_2024_07 },
    "pd-balanced": { usd: 0.1, source: CYCLENERD },
    "pd-ssd": { usd: 0.17, source: INFRACOST_2024_07 },
  },
  nat: {
    /** An hour of each machine behind it. Google charges for at most 32 (from memory), but all are counted here. */
    machine: { usd: 0.0014, source: INFRACOST_2024_07 },
    gib: { usd: 0.045, source: INFRACOST_2024_07 },
    /** An hour of one of its public addresses. */
    address: { usd: 0.005, source: INFRACOST_2026_04 },
  },
  /** An hour of a forwarding rule, and a GB through it. 0.010 by infracost's outputs of 2024, 0.025 by the list. */
  forwardingRule: { usd: 0.025, source: MEMORY, uncertain: FROM_MEMORY },
  forwardedGib: { usd: 0.008, source: INFRACOST_2024_07 },
  /** A GB of logs. The 50 free GB of each month are not considered. */
  logGib: { usd: 0.5, source: MEMORY, uncertain: FROM_MEMORY },
  /** A month of a secret's version in one region. */
  secretMonth: { usd: 0.06, source: MEMORY, uncertain: FROM_MEMORY },
} as const satisfies Record<string, unknown>;
