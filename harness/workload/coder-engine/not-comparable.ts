import type { LoadTask } from "../../model/ports/worker-task.ts";
import { countUtilityConnections, isSsh, utilityTraffic } from "./arguments.ts";

/** How the utility differs from refbench for this task, as sentences. */
export function listDifferences(task: LoadTask): string[] {
  const { connections, workspaces, users, arrival, scenario, abortOn } = task;
  const made = countUtilityConnections(task, workspaces);
  const hasConnections = connections.total > 0;
  const { bytesPerTick, tickMs } = utilityTraffic(task);
  const wanted = [
    "names: it uses scaletest-<random>-<number>, without a run id and a time to live; listings before and after find what this run made",
    "phases: it reports one duration per run (coder-run) for user, login, workspace, agents and command together; queue, build and agents come from the server's clock with both engines; not reported: creating a user or a workspace, workspace ready as a client sees it, handshake, first byte, command",
    "agents: it waits until they are connected, not until they are ready",
    "users: it creates one per workspace, each with a login; refbench's site admin creates the tokens",
    users === workspaces ? undefined : `users: ${users} for ${workspaces} workspaces were requested`,
    "arrivals: as many at once as its concurrency; no figure includes the wait for a turn",
    arrival === undefined ? undefined : "open schedule: not supported; all arrivals followed the concurrency",
    scenario === undefined || scenario === "workspaces" ? undefined : `scenario ${scenario}: not run`,
    "command: only by web terminal; refbench also uses SSH if the deployment has it",
    hasConnections
      ? `connections: at most one per workspace (${made} of ${connections.total}), opened all at once, without a ramp`
      : undefined,
    hasConnections && connections.sshShare > 0 && connections.sshShare < 1
      ? `connections: all are ${isSsh(task) ? "SSH" : "web terminals"}; a share of ${connections.sshShare} SSH was requested`
      : undefined,
    hasConnections
      ? "held at a time: from the reported starts and durations of connections that read something; no nonce verified them, and the bytes that come back are only the terminal's echo, half of what refbench reads"
      : undefined,
    hasConnections && task.traffic === undefined
      ? `commands on held connections: none; ${bytesPerTick} bytes every ${tickMs} ms instead`
      : undefined,
    abortOn === undefined ? undefined : "abort-on: the API probe runs beside it, and stops it like Ctrl-C",
    "generator: its process only reports memory and CPU, for creating and connecting; refbench's also for deletes and API probes. Lateness and event-loop delay are those of refbench's API probe beside it",
  ];
  return wanted.filter((sentence) => sentence !== undefined);
}
