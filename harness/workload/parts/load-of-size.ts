import { planSchedule } from "../../../reference-architectures/mixed/plan-schedule.ts";
import type { Size } from "../../../reference-architectures/architecture.ts";
import type { CountedLoad } from "./part-costs.ts";

/** Returns the load of a run in a real cluster or cloud, as far as its parts are counted by it. */
export function loadOfSize({
  users,
  workspaces,
  concurrency,
  cleanupConcurrency,
  connections,
  schedule,
}: Size): CountedLoad {
  return {
    ...{ users, workspaces, concurrency, cleanupConcurrency },
    connections: { ...connections, holdMs: connections.holdSeconds * 1000 },
    // A real Coder's own client carries SSH, a process for each session.
    ...(schedule === undefined ? {} : { mixed: planSchedule(schedule, Math.min(users, workspaces)) }),
    deployment: { ssh: "stdio" },
  };
}
