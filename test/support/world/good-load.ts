import type { LoadResult } from "../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../harness/model/ports/worker-task.ts";

/** The result of a load in which everything went well. */
export function goodLoadOf(
  task: Pick<LoadTask, "users" | "workspaces"> & { connections: { total: number } },
): LoadResult {
  const { users, workspaces } = task;
  const { total } = task.connections;
  return {
    stopped: false,
    users: { asked: users, created: users, withWorkspace: users, deleted: users },
    workspaces: {
      asked: workspaces,
      created: workspaces,
      ready: workspaces,
      succeeded: workspaces,
      failed: 0,
      deleted: workspaces,
    },
    builds: { capacity: 2, peakRunning: 2, timeWeightedRunning: 1.5 },
    connections: { asked: total, held: total, heldTerminal: total, heldSsh: 0, verified: total, lost: 0 },
    failures: [],
    histograms: [],
    generator: {
      slipP99Ms: 1,
      slipMaxMs: 2,
      eventLoopUtilization: 0.1,
      maxRssMib: 100,
      cpuSeconds: 1,
      limited: false,
      reasons: [],
    },
  };
}
