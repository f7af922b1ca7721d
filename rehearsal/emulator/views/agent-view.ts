import { createHash } from "node:crypto";
import { agentStatus } from "../state/types.ts";
import type { EmulatedAgent, Resource } from "../state/types.ts";
import type { World } from "../state/world.ts";
import type { JobJson } from "./job-view.ts";

export const AGENT_API_VERSION = "2.8";

/** A workspace agent as the API shows it. */
export function agentView(world: World, agent: EmulatedAgent): JobJson {
  const status = agentStatus(agent, Date.now());
  const at = new Date().toISOString();
  const connected = agent.firstConnectedAt !== undefined;
  return {
    id: agent.id,
    parent_id: agent.parentId ?? null,
    created_at: agent.createdAt,
    updated_at: status === "connected" ? at : agent.updatedAt,
    ...(connected
      ? { first_connected_at: agent.firstConnectedAt, last_connected_at: agent.disconnectedAt ?? at }
      : {}),
    ...(agent.disconnectedAt && connected ? { disconnected_at: agent.disconnectedAt } : {}),
    ...(agent.startedAt ? { started_at: agent.startedAt } : {}),
    ...(agent.readyAt ? { ready_at: agent.readyAt } : {}),
    status,
    lifecycle_state: agent.lifecycle,
    name: agent.name,
    resource_id: agent.resourceId,
    architecture: "amd64",
    environment_variables: null,
    operating_system: agent.declared.system,
    logs_length: agent.logs.reduce((sum, { text }) => sum + text.length, 0),
    logs_overflowed: false,
    version: connected ? `v${world.config.version}` : "",
    api_version: connected ? AGENT_API_VERSION : "",
    apps: agent.apps.map((app) => appView(world, agent, app)),
    ...(status === "connected"
      ? { latency: { "Coder Embedded Relay": { preferred: true, latency_ms: 1.5 } } }
      : {}),
    connection_timeout_seconds: agent.connectionTimeoutSeconds,
    troubleshooting_url: "https://coder.com/docs/admin/templates/troubleshooting",
    subsystems: [],
    health: healthOf(status),
    display_apps: ["vscode", "ssh_helper", "port_forwarding_helper", "web_terminal"],
    log_sources: [],
    scripts: [],
    startup_script_behavior: agent.declared.startup.behaviour,
  };
}

function appView(
  world: World,
  agent: EmulatedAgent,
  { slug, subdomain }: EmulatedAgent["apps"][number],
): JobJson {
  const { workspace } = agent;
  const owner = workspace && world.users.get(workspace.ownerId)?.username;
  return {
    // Coder's are random; these are the same at each look.
    id: `${agent.id.slice(0, 24)}${createHash("sha256").update(slug).digest("hex").slice(0, 12)}`,
    url: "",
    external: false,
    slug,
    display_name: slug,
    subdomain,
    ...(subdomain && workspace ? { subdomain_name: `${slug}--${workspace.name}--${owner ?? ""}` } : {}),
    sharing_level: "owner",
    healthcheck: { url: "", interval: 0, threshold: 0 },
    health: "disabled",
    hidden: false,
    open_in: "slim-window",
    statuses: [],
  };
}

/** A resource of a build, with its agents. */
export function resourceView(world: World, resource: Resource): JobJson {
  return {
    id: resource.id,
    created_at: resource.createdAt,
    job_id: resource.jobId,
    workspace_transition: resource.transition,
    type: resource.type,
    name: resource.name,
    hide: false,
    icon: "",
    ...(resource.agents.length > 0
      ? { agents: resource.agents.map((agent) => agentView(world, agent)) }
      : {}),
    daily_cost: 0,
  };
}

function healthOf(status: string): JobJson {
  if (status === "timeout") return { healthy: false, reason: "agent is taking too long to connect" };
  if (status === "disconnected") return { healthy: false, reason: "agent has lost connection" };
  return { healthy: true };
}
