import type { EmulatedDeployment } from "../context.ts";
import { ok, problem } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import type { ApiRequest } from "../http/request.ts";
import { isOwner } from "../http/auth.ts";
import { currentAgents } from "../build/workspace-builds.ts";
import { agentStatus, buildStatus, latestBuild } from "../state/types.ts";
import type { EmulatedWorkspace } from "../state/types.ts";
import { workspaceView } from "../views/workspace-view.ts";
import { page, parseSearch } from "./search-query.ts";

const KEYS = [
  "id",
  "owner",
  "template",
  "name",
  "status",
  "has-agent",
  "dormant",
  "last_used_after",
  "last_used_before",
  "outdated",
  "has-ai-task",
  "has_external_agent",
  "organization",
  "shared",
  "shared_with_user",
  "shared_with_group",
  "healthy",
  "param",
];

/** `GET /workspaces`: living workspaces that match, running ones first, then by owner and name. */
export function findWorkspaces({ world, queue }: EmulatedDeployment, request: ApiRequest): Reply {
  const words = (request.query.get("q") ?? "").replace(
    /(^|\s)([^\s:"/]+)\/([^\s:"/]+)/g,
    "$1owner:$2 name:$3",
  );
  const search = parseSearch(words, KEYS, "name");
  if ("validations" in search) {
    return problem(400, "Invalid workspace search query.", { validations: search.validations });
  }
  const { terms } = search;
  const owner = terms.get("owner") === "me" ? request.user?.username.toLowerCase() : terms.get("owner");
  const ownerOf = (workspace: EmulatedWorkspace): string =>
    world.users.get(workspace.ownerId)?.username.toLowerCase() ?? "";
  const ids = terms.get("id")?.split(",");
  const wanted = (workspace: EmulatedWorkspace): boolean => {
    const status = buildStatus(latestBuild(workspace));
    const deletedToo = terms.get("status") === "deleted";
    return (
      workspace.deleted === deletedToo &&
      (isOwner(request.user) || workspace.ownerId === request.user?.id) &&
      (ids === undefined || ids.includes(workspace.id)) &&
      (owner === undefined || ownerOf(workspace) === owner) &&
      workspace.name.toLowerCase().includes(terms.get("name") ?? "") &&
      is(terms.get("template"), world.templates.get(workspace.templateId)?.name) &&
      is(terms.get("status"), status) &&
      hasAgent(workspace, terms.get("has-agent"))
    );
  };
  const found = [...world.workspaces.values()].filter(wanted);
  const rank = new Map(found.map((workspace) => [workspace, rankOf(workspace, ownerOf(workspace))]));
  found.sort((a, b) => ((rank.get(a) ?? "") < (rank.get(b) ?? "") ? -1 : 1));
  return ok({
    workspaces: page(found, request.query).map((workspace) => workspaceView(world, queue, workspace)),
    count: found.length,
  });
}

function is(wanted: string | undefined, value: string | undefined): boolean {
  return wanted === undefined || wanted === value?.toLowerCase();
}

function hasAgent(workspace: EmulatedWorkspace, statuses: string | undefined): boolean {
  if (statuses === undefined) return true;
  const wanted = statuses.split(",");
  return currentAgents(workspace).some((agent) => wanted.includes(agentStatus(agent, Date.now())));
}

function rankOf(workspace: EmulatedWorkspace, owner: string): string {
  const running = buildStatus(latestBuild(workspace)) === "running" ? "0" : "1";
  return `${running} ${owner} ${workspace.name.toLowerCase()}`;
}
