import type { EmulatedDeployment } from "../context.ts";
import type { JobJson } from "./job-view.ts";
import { isSwitchOn } from "../is-on.ts";

/** Options that clients look for, with the value of one that is not set. */
const OPTIONS: readonly (readonly [env: string, name: string, unset: unknown])[] = [
  ["CODER_ACCESS_URL", "Access URL", ""],
  ["CODER_API_RATE_LIMIT", "API Rate Limit", 512],
  ["CODER_BLOCK_DIRECT", "Block Direct Connections", false],
  ["CODER_BROWSER_ONLY", "Browser Only", false],
  ["CODER_DANGEROUS_DISABLE_RATE_LIMITS", "Disable All Rate Limits", false],
  ["CODER_DERP_SERVER_RELAY_URL", "DERP Server Relay URL", ""],
  ["CODER_DERP_SERVER_STUN_ADDRESSES", "DERP Server STUN Addresses", ["disable"]],
  ["CODER_DISABLE_OWNER_WORKSPACE_ACCESS", "Disable Owner Workspace Access", false],
  ["CODER_EXPERIMENTS", "Experiments", null],
  ["CODER_PG_CONN_MAX_OPEN", "Postgres Connection Max Open", 10],
  ["CODER_PROMETHEUS_ADDRESS", "Prometheus Address", "127.0.0.1:2112"],
  ["CODER_PROMETHEUS_COLLECT_AGENT_STATS", "Prometheus Collect Agent Stats", false],
  ["CODER_PROMETHEUS_COLLECT_DB_METRICS", "Prometheus Collect Database Metrics", false],
  ["CODER_PROMETHEUS_ENABLE", "Prometheus Enable", false],
  ["CODER_PROVISIONER_DAEMONS", "Provisioner Daemons", 3],
  ["CODER_TELEMETRY_ENABLE", "Telemetry Enable", true],
  ["CODER_UPDATE_CHECK", "Update Check", true],
];

/** The options of `deployment/config`, as far as clients look for them, each with its value and where that is from. */
export function optionsView({ world: { config } }: EmulatedDeployment): JobJson[] {
  return OPTIONS.map(([env, name, unset]) => {
    const given = config.env[env];
    return {
      name,
      env,
      flag: env
        .replace(/^CODER_/, "")
        .toLowerCase()
        .replaceAll("_", "-"),
      value: given === undefined ? unset : typed(given, unset),
      value_source: given === undefined ? "default" : "env",
    };
  });
}

/** As the option's own type reads it. */
function typed(given: string, like: unknown): unknown {
  if (typeof like === "boolean") return isSwitchOn(given);
  if (typeof like === "number") return Number(given);
  return typeof like === "string" ? given : given.split(",");
}
