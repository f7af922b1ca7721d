import type { LoadTask } from "../../model/ports/worker-task.ts";
import { connectionsOf, isSsh, trafficOf } from "./arguments.ts";
import { refuseTask } from "./refuse-task.ts";

/**
 * The part of a load that both engines can do: a user for each workspace, the same concurrency and command, and one
 * connection a workspace, all of one kind, with the same bytes each tick.
 */
export function commonTask(task: LoadTask): LoadTask {
  refuseTask(task);
  const ssh = isSsh(task);
  const total = connectionsOf(task, task.workspaces);
  return {
    ...task,
    users: task.login === "host" ? task.users : task.workspaces,
    // Without SSH among the connections refbench runs the command by web terminal too.
    deployment: ssh ? task.deployment : { ...task.deployment, ssh: "none" },
    connections: { ...task.connections, total, sshShare: ssh ? 1 : 0, commandsPerSecond: 0 },
    ...(total === 0 ? {} : { traffic: trafficOf(task) }),
  };
}
