import type { BuildQueue } from "../build/queue.ts";
import type { EmulatedTemplate, EmulatedTemplateVersion, EmulatedUser } from "../state/types.ts";
import { NIL_UUID } from "../state/world.ts";
import type { World } from "../state/world.ts";
import { jobView, matchedProvisioners } from "./job-view.ts";
import type { JobJson } from "./job-view.ts";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const NO_TIMES = { P50: null, P95: null };

/** A template as the API shows it. */
export function templateView(world: World, template: EmulatedTemplate): JobJson {
  return {
    id: template.id,
    created_at: template.createdAt,
    updated_at: template.updatedAt,
    organization_id: world.organization.id,
    organization_name: world.organization.name,
    organization_display_name: world.organization.displayName,
    organization_icon: "",
    name: template.name,
    display_name: template.displayName,
    provisioner: "terraform",
    active_version_id: template.activeVersionId,
    active_user_count: 0,
    build_time_stats: { delete: NO_TIMES, start: NO_TIMES, stop: NO_TIMES },
    description: template.description,
    deprecated: false,
    deprecation_message: "",
    deleted: false,
    icon: "",
    default_ttl_ms: template.defaultTtlMs,
    activity_bump_ms: 3_600_000,
    autostop_requirement: { days_of_week: [], weeks: 1 },
    autostart_requirement: { days_of_week: DAYS },
    created_by_id: template.createdById,
    created_by_name: world.users.get(template.createdById)?.username ?? "",
    allow_user_autostart: true,
    allow_user_autostop: true,
    allow_user_cancel_workspace_jobs: false,
    failure_ttl_ms: 0,
    time_til_dormant_ms: 0,
    time_til_dormant_autodelete_ms: 0,
    require_active_version: false,
    max_port_share_level: "public",
    cors_behavior: "simple",
    use_classic_parameter_flow: false,
    disable_module_cache: false,
  };
}

/** A version of a template with its import job. */
export function versionView(
  world: World,
  queue: BuildQueue,
  version: EmulatedTemplateVersion,
  created = false,
): JobJson {
  return {
    id: version.id,
    template_id: version.templateId ?? NIL_UUID,
    organization_id: world.organization.id,
    created_at: version.createdAt,
    updated_at: version.updatedAt,
    name: version.name,
    message: version.message,
    job: jobView(world, queue, version.job),
    readme: "",
    created_by: {
      id: version.createdById,
      username: world.users.get(version.createdById)?.username ?? "",
    },
    archived: false,
    ...(created ? { matched_provisioners: matchedProvisioners(queue, version.job) } : {}),
    has_external_agent: false,
  };
}

/** A user as the API shows it; one nobody named has no `name`. */
export function userView(world: World, user: EmulatedUser): JobJson {
  return {
    id: user.id,
    username: user.username,
    ...(user.name === "" ? {} : { name: user.name }),
    email: user.email,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    last_seen_at: user.lastSeenAt,
    status: user.status,
    login_type: user.loginType,
    organization_ids: [world.organization.id],
    roles: rolesView(user),
  };
}

export function rolesView(user: EmulatedUser): JobJson[] {
  return user.roles.map((name) => ({
    name,
    display_name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  }));
}
