import type { BuildQueue } from "../build/queue.ts";
import { agentStatus, buildStatus, latestBuild } from "../state/types.ts";
import type { EmulatedBuild, EmulatedWorkspace } from "../state/types.ts";
import type { World } from "../state/world.ts";
import { resourceView } from "./agent-view.ts";
import { jobView, matchedProvisioners } from "./job-view.ts";
import type { JobJson } from "./job-view.ts";

/** A workspace build; `created` is the answer that made it, which says which daemons match. */
export function buildView(world: World, queue: BuildQueue, build: EmulatedBuild, created = false): JobJson {
  const { workspace } = build;
  const ownerName = nameOf(world, workspace.ownerId);
  return {
    id: build.id,
    created_at: build.createdAt,
    updated_at: build.updatedAt,
    workspace_id: workspace.id,
    workspace_name: workspace.name,
    workspace_owner_id: workspace.ownerId,
    workspace_owner_name: ownerName,
    template_version_id: build.version.id,
    template_version_name: created ? "" : build.version.name,
    build_number: build.number,
    transition: build.transition,
    initiator_id: build.initiatorId,
    initiator_name: nameOf(world, build.initiatorId),
    job: jobView(world, queue, build.job),
    reason: build.reason ?? "initiator",
    resources: build.resources.map((resource) => resourceView(world, resource)),
    deadline: build.deadline ?? null,
    max_deadline: null,
    status: buildStatus(build),
    daily_cost: 0,
    matched_provisioners: created
      ? matchedProvisioners(queue, build.job)
      : { count: 0, available: 0, most_recently_seen: null },
    template_version_preset_id: null,
    ...(created ? {} : { has_ai_task: false, has_external_agent: false }),
  };
}

/** A workspace with its newest build. */
export function workspaceView(
  world: World,
  queue: BuildQueue,
  workspace: EmulatedWorkspace,
  created = false,
): JobJson {
  const template = world.templates.get(workspace.templateId);
  const build = latestBuild(workspace);
  const failing = build.resources
    .flatMap(({ agents }) => agents)
    .filter((agent) => ["timeout", "disconnected"].includes(agentStatus(agent, Date.now())))
    .map(({ id }) => id);
  return {
    id: workspace.id,
    created_at: workspace.createdAt,
    updated_at: workspace.updatedAt,
    owner_id: workspace.ownerId,
    owner_name: nameOf(world, workspace.ownerId),
    owner_avatar_url: "",
    organization_id: world.organization.id,
    organization_name: world.organization.name,
    template_id: workspace.templateId,
    template_name: template?.name ?? "",
    template_display_name: template?.displayName ?? "",
    template_icon: "",
    template_allow_user_cancel_workspace_jobs: false,
    template_active_version_id: template?.activeVersionId ?? build.version.id,
    template_require_active_version: false,
    template_use_classic_parameter_flow: false,
    latest_build: buildView(world, queue, build, created),
    latest_app_status: null,
    outdated: template !== undefined && template.activeVersionId !== build.version.id,
    name: workspace.name,
    ...(workspace.ttlMs === undefined ? {} : { ttl_ms: workspace.ttlMs }),
    ...(workspace.schedule === undefined ? {} : { autostart_schedule: workspace.schedule }),
    last_used_at: workspace.lastUsedAt,
    deleting_at: null,
    dormant_at: null,
    health: { healthy: failing.length === 0, failing_agents: failing },
    automatic_updates: "never",
    allow_renames: false,
    favorite: false,
    next_start_at: null,
    is_prebuild: workspace.isPrebuild === true,
    task_id: null,
  };
}

function nameOf(world: World, userId: string): string {
  return world.users.get(userId)?.username ?? "";
}
