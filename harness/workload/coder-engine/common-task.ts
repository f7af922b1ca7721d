import type { LoadTask } from "../../model/ports/worker-task.ts";
import { countUtilityConnections, isSsh, utilityTraffic } from "./arguments.ts";
import { refuseTask } from "./refuse-task.ts";

/**
 * The part of a load that both engines can do: one user per workspace, the same concurrency and command, and
 * one connection per workspace, all of one kind, with the same bytes per tick.
 */
export function commonTask(task: LoadTask): LoadTask {
  refuseTask(task);
  const ssh = isSsh(task);
  const total = countUtilityConnections(task, task.workspaces);
  return {
    ...task,
    users: task.login === "host" ? task.users : task.workspaces,
    // Without SSH connections, refbench also runs the command only by web terminal.
    deployment: ssh ? task.deployment : { ...task.deployment, ssh: "none" },
    connections: { ...task.connections, total, sshShare: ssh ? 1 : 0, commandsPerSecond: 0 },
    ...(total === 0 ? {} : { traffic: utilityTraffic(task) }),
  };
}
