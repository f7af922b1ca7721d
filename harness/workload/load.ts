import { setMaxListeners } from "node:events";
import { failedWith } from "../coder/answer.ts";
import { CoderClient } from "../coder/client.ts";
import { CoderHttp } from "../coder/http.ts";
import { RefbenchError } from "../model/error.ts";
import type { LoadResult, LoadTask } from "../model/shard.ts";
import { buildConcurrency } from "./builds.ts";
import { buildCapacity } from "./capacity.ts";
import { createUsers } from "./create-users.ts";
import { deleteUsers, deleteWorkspaces, findLostUsers } from "./delete-all.ts";
import { FailureLedger } from "./failures.ts";
import { HealthWatch } from "./generator-health.ts";
import { Latencies } from "./histogram.ts";
import { holdConnections } from "./hold-connections.ts";
import { Limiter } from "./limiter.ts";
import type { LoadContext, LoadUser, LoadWorkspace, TaskContext } from "./load-context.ts";
import { onlyOrganization } from "./organization.ts";
import { PollPace } from "./poll-pace.ts";
import { ProgressBoard } from "./progress-board.ts";
import { plannedWorkspaces, runWorkspaces } from "./run-workspace.ts";

const REQUESTS_IN_FLIGHT = 64;
const TERMINAL_OPENS_IN_FLIGHT = 64;
const SSH_OPENS_IN_FLIGHT = 32;

/**
 * The scaletest: create users and workspaces, reach each by SSH and run its command, hold the connections, close
 * them, delete everything. Stopped, it closes its connections and leaves the deleting to the drain.
 */
export async function runLoad(task: LoadTask, context: TaskContext): Promise<LoadResult> {
  // Thousands of waits listen to the one stop signal.
  setMaxListeners(0, context.signal);
  const http = new CoderHttp({ ...task.deployment, clock: context.clock });
  const board = new ProgressBoard((event) => context.emit(event), task.workspaces);
  try {
    const { load, capacity } = await prepare(task, context, http, board);
    const users = await createUsers(load);
    const workspaces = plannedWorkspaces(load, users);
    await runWorkspaces(load, workspaces);
    const ready = workspaces.filter(({ agentId }) => agentId !== undefined);
    const { connections, close } = await holdConnections(load, ready);
    const health = load.health.stop(
      {
        ramp: Math.max(load.latencies.p99Ms("terminal-first-byte"), load.latencies.p99Ms("ssh-handshake")),
        hold: load.latencies.p99Ms("held-command"),
      },
      task.generatorLimits,
    );
    await close();

    await deleteWorkspaces(load, workspaces);
    const deletedUsers = await deleteUsers(load, [...users, ...(await findLostUsers(load, users))]);
    if (http.throttled > 0)
      context.emit({
        type: "note",
        message: `Coder answered ${http.throttled} requests with 429; each was sent again after its Retry-After`,
      });
    return {
      stopped: context.signal.aborted,
      users: { ...userCounts(task, users, workspaces), deleted: deletedUsers },
      workspaces: workspaceCounts(task, workspaces, context.signal.aborted),
      builds: { capacity, ...buildConcurrency(workspaces.flatMap(({ job }) => job ?? [])) },
      connections,
      failures: load.failures.counted(),
      histograms: load.latencies.encoded(),
      generator: health,
    };
  } finally {
    board.stop();
    await http.close();
  }
}

async function prepare(
  task: LoadTask,
  context: TaskContext,
  http: CoderHttp,
  board: ProgressBoard,
): Promise<{ load: LoadContext; capacity: number }> {
  const owner = new CoderClient(http, { token: task.token, owner: true }, context.signal);
  const organizationId = task.organizationId ?? (await onlyOrganization(owner)).id;
  const template = await owner.template(organizationId, task.template);
  if (!template.ok) {
    const next = failedWith(template, 404) ? ": bootstrap uploads it" : "";
    throw new RefbenchError(
      "coder",
      `template ${task.template} cannot be used: ${template.failure.message}${next}`,
    );
  }
  const capacity = await buildCapacity(owner, organizationId);
  const daemons = capacity.ok ? capacity.value.daemons : 0;
  const load: LoadContext = {
    task,
    signal: context.signal,
    stopped: new Promise((resolve) => context.signal.addEventListener("abort", () => resolve())),
    clock: context.clock,
    owner,
    organizationId,
    templateId: template.value.id,
    asUser: (token) => new CoderClient(http, { token, owner: false }, context.signal),
    pollPace: new PollPace(context.clock, daemons),
    latencies: new Latencies(),
    failures: new FailureLedger((event) => context.emit(event), [task.token]),
    board,
    health: new HealthWatch(),
    limits: {
      requests: new Limiter(REQUESTS_IN_FLIGHT),
      terminals: new Limiter(TERMINAL_OPENS_IN_FLIGHT),
      ssh: new Limiter(SSH_OPENS_IN_FLIGHT),
    },
  };
  return { load, capacity: daemons };
}

function userCounts(task: LoadTask, users: readonly LoadUser[], workspaces: readonly LoadWorkspace[]) {
  const withWorkspace = new Set(workspaces.filter(({ id }) => id !== undefined).map(({ user }) => user.id));
  return { asked: task.users, created: users.length, withWorkspace: withWorkspace.size };
}

function workspaceCounts(
  task: LoadTask,
  workspaces: readonly LoadWorkspace[],
  isStopped: boolean,
): LoadResult["workspaces"] {
  const count = (is: (workspace: LoadWorkspace) => boolean): number => workspaces.filter(is).length;
  const succeeded = count((workspace) => workspace.succeeded);
  return {
    asked: task.workspaces,
    created: count(({ id }) => id !== undefined),
    ready: count(({ agentId }) => agentId !== undefined),
    succeeded,
    // A workspace that a stop cut short did not fail.
    failed: isStopped ? count(({ state }) => state === "failed") : task.workspaces - succeeded,
    deleted: count(({ state }) => state === "deleted"),
  };
}
