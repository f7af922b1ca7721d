import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { UTILITY_PREFIX } from "./find-made.ts";

/**
 * Throws `usage` if Coder's utility cannot perform the task at all. Mere differences are listed in the
 * result.
 */
export function refuseTask(task: LoadTask): void {
  const { existing, scenario = "workspaces", arrival, presetId, agent, connections } = task;
  const cannot = [
    scenario === "workspaces" ? undefined : `scenario ${scenario}`,
    arrival === undefined ? undefined : "arrivals on a schedule (--rate, --steps)",
    presetId === undefined ? undefined : "presets (--preset)",
    task.workspaceProxy === undefined ? undefined : "terminals at a workspace proxy (--workspace-proxy)",
    agent === undefined ? undefined : `an agent by name (--agent ${agent})`,
    task.reuseUsers === true ? "users of an earlier run (--reuse-users)" : undefined,
    connections.total > 0 && connections.holdMs === 0 ? "connections without a hold (--hold 0)" : undefined,
    existing === undefined || existing.namePrefix.startsWith(UTILITY_PREFIX)
      ? undefined
      : `traffic to workspaces that it did not create (it only finds "${UTILITY_PREFIX}…", not "${existing.namePrefix}…")`,
  ].filter((what) => what !== undefined);
  if (cannot.length > 0)
    throw new RefbenchError(
      "usage",
      `Coder's utility does not support ${cannot.join(", ")}: omit it, or use --engine refbench`,
    );
}
