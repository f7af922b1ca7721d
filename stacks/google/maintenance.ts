import type { ContainerClusterMaintenancePolicy } from "@cdktf/provider-google/lib/container-cluster/index.js";
import type { Environment } from "../environment.ts";
import { runStart } from "../expiry/run-start.ts";

const HOUR_MS = 3_600_000;
/** Before the run was made, for a cloud whose clock is behind. */
const EARLIER_MS = HOUR_MS;
/** Google excludes all upgrades for 30 days at most. */
const EXCLUDED_MS = 29 * 24 * HOUR_MS;

/**
 * Keeps a cluster of a release channel as it is for 29 days: neither its control plane nor its nodes are upgraded
 * amid a load. A cluster by hand that lives longer is upgraded then.
 */
export function maintenancePolicy(environment: Environment): ContainerClusterMaintenancePolicy {
  const start = runStart(environment);
  return {
    // An exclusion needs a window. All day, since Google wants 48 hours of it left within 32 days.
    recurringWindow: {
      startTime: "2026-01-01T00:00:00Z",
      endTime: "2026-01-02T00:00:00Z",
      recurrence: "FREQ=DAILY",
    },
    maintenanceExclusion: [
      {
        exclusionName: "refbench-run",
        startTime: inSeconds(start - EARLIER_MS),
        endTime: inSeconds(start + EXCLUDED_MS),
        exclusionOptions: { scope: "NO_UPGRADES" },
      },
    ],
  };
}

/** Google answers whole seconds: with milliseconds each plan would see a difference. */
function inSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
