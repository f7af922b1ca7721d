import type { Workspace } from "../../coder/http/schemas.ts";
import { setAgent, recordBuild } from "../workspaces/await-ready.ts";
import type { LoadContext, LoadUser, LoadWorkspace } from "../context/load-context.ts";
import { lookAtAgents } from "../workspaces/look-at-agents.ts";
import type { UtilityThings } from "./find-made.ts";

/**
 * Records queue, build and agent times of what the utility made, by the server's clock, as refbench's own
 * load does.
 */
export function measureMade(load: LoadContext, made: UtilityThings): LoadWorkspace[] {
  const ours = new Set(made.users.map(({ id }) => id));
  const workspaces = made.workspaces.map((found) => measured(load, found, ours));
  const { board } = load;
  const failed = workspaces.filter(({ state }) => state === "failed").length;
  Object.assign(board.workspaces, {
    waiting: load.task.workspaces - workspaces.length,
    queued: 0,
    building: 0,
    failed,
    ready: workspaces.length - failed,
  });
  return workspaces;
}

/** The users that the utility made, in the form for deletion. */
export function madeUsers({ users }: UtilityThings): LoadUser[] {
  return users.map(({ id, username }) => ({ id, username, token: "", isOurs: true }));
}

function measured(load: LoadContext, found: Workspace, ours: ReadonlySet<string>): LoadWorkspace {
  const { id: buildId, job } = found.latest_build;
  recordBuild(load, job);
  // The utility's report contains the failure itself.
  const look = job.status === "succeeded" ? lookAtAgents(load, found) : undefined;
  const workspace: LoadWorkspace = {
    name: found.name,
    user: { id: found.owner_id, username: found.owner_name, token: "", isOurs: ours.has(found.owner_id) },
    state: look?.state === "ready" ? "ready" : "failed",
    id: found.id,
    buildId,
    job,
    succeeded: false,
  };
  if (look?.state === "ready") setAgent(workspace, look);
  return workspace;
}
