import { buildLoadRecord } from "../../../harness/loads/record.ts";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import type { LoadResult } from "../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../harness/model/ports/worker-task.ts";

/** The record of a load that ran from `startedMs` to now and left nothing, as `refbench scaletest` writes it. */
export function recordOfResult(
  task: LoadTask,
  result: LoadResult,
  {
    startedMs,
    daemons = 5,
    external,
  }: { readonly startedMs: number; readonly daemons?: number; readonly external?: number },
): Promise<RunRecord> {
  const endedMs = Date.now();
  return buildLoadRecord(
    {
      startedMs,
      endedMs,
      result,
      cleanup: {
        state: "done",
        result: {
          stopped: false,
          deleted: { workspaces: 0, users: 0, templates: 0, tokens: 0 },
          left: [],
          unasked: [],
        },
        endedMs,
      },
    },
    {
      runId: "01kf3zq8v1a2b3c4d5e6f7g8h9",
      task,
      look: {
        ...{ url: task.deployment.url, id: "deployment-id", version: "v2.31.0", isEmulated: true },
        ...{ caller: "admin", isSiteAdmin: true, workspaces: { total: 0, building: 0 }, runs: [], inUse: [] },
        builds: { replicas: 1, daemons, ...(external === undefined ? {} : { external }) },
      },
      maxFailures: undefined,
      cleanup: "refbench scaletest cleanup",
    },
  );
}
