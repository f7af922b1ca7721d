import type { ContainerClusterMaintenancePolicy } from "@cdktf/provider-google/lib/container-cluster/index.js";
import type { Environment } from "../environment.ts";
import { runStart } from "../expiry/run-start.ts";

const HOUR_MS = 3_600_000;
/** How long before the run's creation, for a cloud whose clock is behind. */
const EARLIER_MS = HOUR_MS;
/** Google excludes all upgrades for at most 30 days. */
const EXCLUDED_MS = 29 * 24 * HOUR_MS;

/**
 * Prevents upgrades of a cluster's control plane and nodes for 29 days, so that none happens during a load. A manual
 * cluster that exists longer is upgraded then.
 */
export function maintenancePolicy(environment: Environment): ContainerClusterMaintenancePolicy {
  const start = runStart(environment);
  return {
    // An exclusion needs a window. It is all day, because Google requires 48 hours of it within 32 days.
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

/** Google returns whole seconds. With milliseconds each plan would see a difference. */
function inSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
