import { randomUUID } from "node:crypto";
import { DURATION_MODEL } from "../duration-model.ts";
import type { EmulatedDeployment } from "../context.ts";
import { wildcardOf } from "../http/app-host.ts";
import { methodOf } from "../notifications/notify.ts";
import { created, ok, ROUTE_NOT_FOUND } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import { jsonBody } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import { unknownQuery } from "../http/unknown-query.ts";
import { buildStatus, latestBuild } from "../state/types.ts";
import { now } from "../state/world.ts";
import { configView } from "../views/config-view.ts";
import { optionsView } from "../views/options-view.ts";

const INBOX_QUERY = ["targets", "templates", "read_status", "starting_before"];

/** Returns the routes about the deployment itself. */
export function deploymentRoutes(deployment: EmulatedDeployment): Route[] {
  const { world, prebuilds } = deployment;
  const stats = cached(DURATION_MODEL.statsCache / world.config.buildSpeed, (untilMs) =>
    statsView(deployment, untilMs),
  );
  const licensed =
    (handle: () => Reply): (() => Reply) =>
    () =>
      world.config.licence === "none" ? ROUTE_NOT_FOUND : handle();
  return [
    { method: "GET", pattern: "/healthz", access: "anyone", handle: () => ({ status: 200, text: "OK" }) },
    {
      method: "GET",
      pattern: "/api/v2/buildinfo",
      access: "anyone",
      handle: () => ok(buildInfo(deployment)),
    },
    {
      method: "GET",
      pattern: "/api/v2",
      access: "anyone",
      handle: () => ok({ message: "👋" }),
    },
    {
      // Not a field of Coder: it lets a scale test know that its figures do not describe Coder.
      method: "GET",
      pattern: "/api/v2/refbench-emulator",
      access: "anyone",
      handle: () => ok({ emulated: true }),
    },
    {
      method: "GET",
      pattern: "/api/v2/deployment/config",
      access: "owner",
      handle: () => ok({ config: configView(deployment), options: optionsView(deployment) }),
    },
    { method: "GET", pattern: "/api/v2/deployment/stats", handle: () => ok(stats()) },
    {
      method: "GET",
      pattern: "/api/v2/deployment/ssh",
      handle: () => ok({ hostname_prefix: "coder.", hostname_suffix: "coder", ssh_config_options: {} }),
    },
    {
      method: "GET",
      pattern: "/api/v2/experiments",
      handle: () =>
        ok((world.config.env["CODER_EXPERIMENTS"] ?? "").split(",").filter((name) => name !== "")),
    },
    {
      method: "GET",
      pattern: "/api/v2/regions",
      handle: () => ok({ regions: [primaryRegion(deployment), ...deployment.proxies.regions] }),
    },
    {
      method: "GET",
      pattern: "/api/v2/notifications/inbox",
      handle: (request) =>
        unknownQuery(request, INBOX_QUERY, "Query parameters have invalid values.") ??
        ok({ notifications: [], unread_count: 0 }),
    },
    {
      method: "GET",
      pattern: "/api/v2/notifications/settings",
      handle: () => ok({ notifier_paused: false }),
    },
    {
      method: "GET",
      pattern: "/api/v2/notifications/dispatch-methods",
      handle: () => ok({ available: ["smtp", "webhook"], default: methodOf(world) }),
    },
    {
      method: "GET",
      pattern: "/api/v2/applications/host",
      handle: () => ok({ host: wildcardOf(deployment) }),
    },
    {
      method: "GET",
      pattern: "/derp",
      access: "anyone",
      handle: () => ({ status: 426, text: "DERP requires connection upgrade\n" }),
    },
    { method: "GET", pattern: "/derp/latency-check", access: "anyone", handle: () => ({ status: 200 }) },
    {
      method: "GET",
      pattern: "/api/v2/entitlements",
      handle: licensed(() => ok(entitlements(deployment))),
    },
    {
      method: "GET",
      pattern: "/api/v2/licenses",
      access: "owner",
      handle: licensed(() =>
        ok(
          world.licences.map(({ id, uuid, uploadedAt }) => ({
            id,
            uuid,
            uploaded_at: uploadedAt,
            claims: { simulated: true },
          })),
        ),
      ),
    },
    {
      method: "POST",
      pattern: "/api/v2/licenses",
      access: "owner",
      handle: licensed(() => {
        const licence = { id: world.licences.length + 1, uuid: randomUUID(), uploadedAt: now() };
        world.licences.push(licence);
        const { id, uuid, uploadedAt } = licence;
        return created({ id, uuid, uploaded_at: uploadedAt, claims: { simulated: true } });
      }),
    },
    {
      method: "GET",
      pattern: "/api/v2/prebuilds/settings",
      handle: () => ok({ reconciliation_paused: prebuilds.isPaused }),
    },
    {
      method: "PUT",
      pattern: "/api/v2/prebuilds/settings",
      access: "owner",
      handle: (request) => {
        const body = jsonBody(request);
        if ("refused" in body) return body.refused;
        const isPaused = body.value["reconciliation_paused"] === true;
        if (isPaused === prebuilds.isPaused) return { status: 304 };
        prebuilds.isPaused = isPaused;
        return ok({ reconciliation_paused: isPaused });
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/replicas",
      access: "owner",
      handle: licensed(() => ok(replicas(deployment))),
    },
  ];
}

/** Coder itself, as one of the places that terminals and apps can be reached by. */
function primaryRegion(deployment: EmulatedDeployment): unknown {
  return {
    id: deployment.world.deploymentId,
    name: "primary",
    display_name: "Default",
    icon_url: "/emojis/1f3e1.png",
    healthy: true,
    path_app_url: deployment.url(),
    wildcard_hostname: wildcardOf(deployment),
  };
}

function buildInfo(deployment: EmulatedDeployment): unknown {
  return {
    external_url: "https://github.com/coder/coder",
    version: `v${deployment.world.config.version}`,
    dashboard_url: deployment.url(),
    telemetry: false,
    workspace_proxy: false,
    agent_api_version: "1.0",
    provisioner_api_version: "1.15",
    upgrade_message: "",
    deployment_id: deployment.world.deploymentId,
  };
}

function statsView({ world, gauges }: EmulatedDeployment, untilMs: number): unknown {
  const counts = { pending: 0, building: 0, running: 0, failed: 0, stopped: 0 };
  for (const workspace of world.workspaces.values()) {
    if (workspace.deleted) continue;
    const status = buildStatus(latestBuild(workspace));
    if (status === "starting" || status === "stopping" || status === "deleting") counts.building += 1;
    else if (status in counts) counts[status as keyof typeof counts] += 1;
  }
  const collectedAt = Date.now();
  const known = counts.running > 0;
  return {
    aggregated_from: new Date(collectedAt - 900_000).toISOString(),
    collected_at: new Date(collectedAt).toISOString(),
    next_update_at: new Date(untilMs).toISOString(),
    workspaces: {
      ...counts,
      connection_latency_ms: known ? { P50: 1.5, P95: 1.5 } : { P50: -1, P95: -1 },
      rx_bytes: gauges.bytesIn,
      tx_bytes: gauges.bytesOut,
    },
    session_count: {
      vscode: 0,
      ssh: gauges.sshSessions,
      jetbrains: 0,
      reconnecting_pty: gauges.terminals,
    },
  };
}

function entitlements(deployment: EmulatedDeployment): unknown {
  const isLicensed = deployment.world.config.licence === "simulated";
  const feature = { entitlement: isLicensed ? "entitled" : "not_entitled", enabled: isLicensed };
  return {
    features: { high_availability: feature, external_provisioner_daemons: feature },
    warnings: isLicensed ? ["Simulated licence: this is refbench's emulator, not a Coder deployment."] : [],
    errors: [],
    has_license: isLicensed,
    trial: false,
    require_telemetry: false,
    refreshed_at: deployment.world.startedAt,
  };
}

function replicas({ world, liveReplicas }: EmulatedDeployment): unknown[] {
  return Array.from({ length: liveReplicas }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index + 1).padStart(12, "0")}`,
    hostname: `coder-${index}`,
    created_at: world.startedAt,
    relay_address: "",
    region_id: 999,
    error: "",
    database_latency: 1,
  }));
}

/** One answer for a while: Coder aggregates its statistics at intervals. */
function cached<T>(forMs: number, make: (untilMs: number) => T): () => T {
  let value: T | undefined;
  let until = 0;
  return () => {
    if (value === undefined || Date.now() >= until) {
      until = Date.now() + forMs;
      value = make(until);
    }
    return value;
  };
}
