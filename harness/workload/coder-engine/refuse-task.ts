import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { UTILITY_PREFIX } from "./find-made.ts";

/** Refuses what Coder's utility cannot do at all; what it does otherwise is told in the result instead. */
export function refuseTask(task: LoadTask): void {
  const { existing, scenario = "workspaces", arrival, presetId, agent, connections } = task;
  const cannot = [
    scenario === "workspaces" ? undefined : `scenario ${scenario}`,
    arrival === undefined ? undefined : "arrivals on a schedule (--rate, --steps)",
    presetId === undefined ? undefined : "presets (--preset)",
    agent === undefined ? undefined : `an agent by name (--agent ${agent})`,
    task.reuseUsers === true ? "users of an earlier run (--reuse-users)" : undefined,
    connections.total > 0 && connections.holdMs === 0
      ? "connections that are held for no time (--hold 0)"
      : undefined,
    existing === undefined || existing.namePrefix.startsWith(UTILITY_PREFIX)
      ? undefined
      : `traffic to workspaces that are not its own (it finds "${UTILITY_PREFIX}…" only, not "${existing.namePrefix}…")`,
  ].filter((what) => what !== undefined);
  if (cannot.length > 0)
    throw new RefbenchError(
      "usage",
      `Coder's utility knows nothing of ${cannot.join(", ")}: leave it out, or take --engine refbench`,
    );
}
