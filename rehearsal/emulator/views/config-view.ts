import { reconciliationMs } from "../build/prebuilds-reconciler.ts";
import type { EmulatedDeployment } from "../context.ts";
import type { JobJson } from "./job-view.ts";
import { isSwitchOn } from "../is-on.ts";
import { tokenLimits } from "../token-limits.ts";

const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Coder's settings as `deployment/config` shows them: what this deployment was given, and Coder's defaults. */
export function configView({ world, limits, queue, liveReplicas, url }: EmulatedDeployment): JobJson {
  const { env, version } = world.config;
  const on = (name: string): boolean => isSwitchOn(env[name]);
  const tokens = tokenLimits(env);
  const access = env["CODER_ACCESS_URL"] ?? url();
  return {
    access_url: access,
    docs_url: `https://coder.com/docs/@v${version}`,
    http_address: new URL(url()).host,
    address: "",
    autobuild_poll_interval: MINUTE,
    job_hang_detector_interval: MINUTE,
    derp: {
      server: {
        enable: true,
        region_id: 999,
        region_code: "coder",
        region_name: "Coder Embedded Relay",
        stun_addresses: (env["CODER_DERP_SERVER_STUN_ADDRESSES"] ?? "disable").split(","),
        relay_url: env["CODER_DERP_SERVER_RELAY_URL"] ?? "",
      },
      config: { block_direct: on("CODER_BLOCK_DIRECT"), force_websockets: false, url: "", path: "" },
    },
    prometheus: {
      enable: on("CODER_PROMETHEUS_ENABLE"),
      address: env["CODER_PROMETHEUS_ADDRESS"] ?? "127.0.0.1:2112",
      collect_agent_stats: on("CODER_PROMETHEUS_COLLECT_AGENT_STATS"),
      collect_db_metrics: on("CODER_PROMETHEUS_COLLECT_DB_METRICS"),
      aggregate_agent_stats_by: ["agent_name", "template_name", "username", "workspace_name"],
    },
    pprof: { enable: on("CODER_PPROF_ENABLE"), address: env["CODER_PPROF_ADDRESS"] ?? "127.0.0.1:6060" },
    cache_directory: "/home/coder/.cache/coder",
    pg_auth: "password",
    pg_conn_max_open: Number(env["CODER_PG_CONN_MAX_OPEN"] ?? 10),
    pg_conn_max_idle: "auto",
    // Parts that are not emulated only report that they are off.
    oauth2: { github: { allow_signups: false, allow_everyone: false, default_provider_enable: true } },
    oidc: { allow_signups: true, issuer_url: "" },
    telemetry: { enable: false, trace: false, url: "https://telemetry.coder.com" },
    tls: { enable: on("CODER_TLS_ENABLE") },
    trace: { enable: false },
    http_cookies: { same_site: "lax" },
    ssh_keygen_algorithm: "ed25519",
    metrics_cache_refresh_interval: 4 * HOUR,
    agent_stat_refresh_interval: 30 * SECOND,
    agent_fallback_troubleshooting_url: "https://coder.com/docs/admin/templates/troubleshooting",
    provisioner: {
      daemons: queue.builtIn.length / liveReplicas,
      daemon_types: ["terraform"],
      daemon_poll_interval: SECOND,
      daemon_poll_jitter: SECOND / 10,
      force_cancel_interval: 10 * MINUTE,
      daemon_psk: "",
    },
    rate_limit: limits.settings,
    swagger: { enable: on("CODER_SWAGGER_ENABLE") },
    logging: { log_filter: null, human: "/dev/stderr", json: "", stackdriver: "" },
    dangerous: {
      allow_path_app_sharing: false,
      allow_path_app_site_owner_access: false,
      allow_all_cors: false,
    },
    session_lifetime: {
      default_duration: DAY,
      refresh_default_duration: 30 * DAY,
      default_token_lifetime: 7 * DAY,
      max_token_lifetime: tokens.user,
      max_admin_token_lifetime: tokens.owner,
    },
    support: { links: null },
    external_auth: null,
    config_ssh: { DeploymentName: "coder.", SSHConfigOptions: null },
    proxy_health_status_interval: MINUTE,
    user_quiet_hours_schedule: { default_schedule: "CRON_TZ=UTC 0 0 * * *", allow_user_custom: true },
    web_terminal_renderer: "canvas",
    healthcheck: { refresh: 10 * MINUTE, threshold_database: SECOND * 0.015 },
    retention: { audit_logs: 0, connection_logs: 0, api_keys: 7 * DAY, workspace_agent_logs: 7 * DAY },
    notifications: { method: "smtp", inbox: { enabled: true } },
    workspace_hostname_suffix: "coder",
    workspace_prebuilds: { reconciliation_interval: Math.round(reconciliationMs(world) * 1e6) },
    ai: { bridge: { enabled: false }, aibridge_proxy: { enabled: false } },
    stats_collection: { usage_stats: { enable: true } },
    // Coder leaves these out unless they are set.
    ...(env["CODER_WILDCARD_ACCESS_URL"] ? { wildcard_access_url: env["CODER_WILDCARD_ACCESS_URL"] } : {}),
    ...(on("CODER_DISABLE_PASSWORD_AUTH") ? { disable_password_auth: true } : {}),
    ...(on("CODER_DISABLE_PATH_APPS") ? { disable_path_apps: true } : {}),
    ...(on("CODER_BROWSER_ONLY") ? { browser_only: true } : {}),
    ...(on("CODER_DISABLE_OWNER_WORKSPACE_ACCESS") ? { disable_owner_workspace_exec: true } : {}),
    ...(env["CODER_EXPERIMENTS"] === undefined ? {} : { experiments: env["CODER_EXPERIMENTS"].split(",") }),
  };
}
