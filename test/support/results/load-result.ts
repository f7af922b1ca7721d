import type { LoadResult } from "../../../harness/model/record/worker-result.ts";

type Overrides = {
  readonly [Key in keyof LoadResult]?: LoadResult[Key] extends readonly unknown[] | undefined
    ? LoadResult[Key]
    : Partial<LoadResult[Key]>;
};

/** The result of a load in which nothing happened, to be overridden. */
export function loadResultOf(overrides: Overrides): LoadResult {
  const { users, workspaces, builds, connections, generator, ...rest } = overrides;
  return {
    stopped: false,
    failures: [],
    histograms: [],
    ...(rest as Partial<LoadResult>),
    users: { asked: 0, created: 0, withWorkspace: 0, deleted: 0, ...users },
    workspaces: { asked: 0, created: 0, ready: 0, succeeded: 0, failed: 0, deleted: 0, ...workspaces },
    builds: { capacity: 0, peakRunning: 0, timeWeightedRunning: 0, ...builds },
    connections: { asked: 0, held: 0, heldTerminal: 0, heldSsh: 0, verified: 0, lost: 0, ...connections },
    generator: {
      ...{ slipP99Ms: 0, slipMaxMs: 0, eventLoopUtilization: 0, maxRssMib: 0, cpuSeconds: 0 },
      ...{ limited: false, reasons: [] },
      ...generator,
    },
  };
}
