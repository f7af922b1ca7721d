import type { LoadTask } from "../../model/ports/worker-task.ts";
import { connectionsOf, isSsh, trafficOf } from "./arguments.ts";

/** What Coder's utility does or tells otherwise than refbench, for this task, in words. */
export function notComparable(task: LoadTask): string[] {
  const { connections, workspaces, users, arrival, scenario, abortOn } = task;
  const made = connectionsOf(task, workspaces);
  const hasConnections = connections.total > 0;
  const { bytesPerTick, tickMs } = trafficOf(task);
  const wanted = [
    "names: what it makes is called scaletest-<random>-<number>, without a run's id and without a time to live; what this run made is told by listings before and after it",
    "phases: it reports one duration a run, of user, login, workspace, agents and command together (coder-run); queue, build and agents are from the server's own clock here as there; creating a user or a workspace, workspace ready as a client sees it, handshake, first byte and command are not told",
    "agents: it waits until they are connected, not until they are ready",
    "users: it makes one for each workspace, with a login each; refbench's tokens are minted by the owner",
    users === workspaces ? undefined : `users: ${users} for ${workspaces} workspaces were asked for`,
    "arrivals: as many at once as its concurrency, and the wait for a turn is in no figure of it",
    arrival === undefined ? undefined : "open schedule: it has none; all came by concurrency",
    scenario === undefined || scenario === "workspaces" ? undefined : `scenario ${scenario}: not run`,
    "command: by web terminal alone; refbench runs it by SSH too, where the deployment has it",
    hasConnections
      ? `connections: one a workspace at most (${made} of ${connections.total}), opened all at once, without a ramp`
      : undefined,
    hasConnections && connections.sshShare > 0 && connections.sshShare < 1
      ? `connections: all are ${isSsh(task) ? "SSH" : "web terminals"}; a share of ${connections.sshShare} SSH was asked for`
      : undefined,
    hasConnections
      ? "held at a time: by the starts and durations that it reports, of connections that read something; nothing was verified by a nonce, and the bytes that come back are the terminal's own echo alone, half of what refbench reads"
      : undefined,
    hasConnections && task.traffic === undefined
      ? `commands on held connections: none; ${bytesPerTick} bytes each ${tickMs} ms instead`
      : undefined,
    abortOn === undefined ? undefined : "abort-on: the probe watches beside it, and stops it as Ctrl-C does",
    "generator: its process tells memory and CPU only, of creating and connecting; refbench's own deletes and probes too. Lateness and event loop are of refbench's probe beside it",
  ];
  return wanted.filter((words) => words !== undefined);
}
