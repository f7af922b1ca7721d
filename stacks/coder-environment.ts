import type { Size } from "../reference-architectures/architecture.ts";
import { providerEnvironment } from "./provider-mirror.ts";

/**
 * Coder's settings for a benchmark, from one place for Helm values and instance metadata alike. Without the
 * database's URL, which is a secret, and the access URL, which differs by how Coder is reached.
 */
export function coderEnvironment(size: Size): Record<string, string> {
  return {
    CODER_PROVISIONER_DAEMONS: String(size.coder.daemonsPerReplica),
    // The limits are per user and address: a load from one machine would measure them instead of Coder.
    CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true",
    CODER_PROMETHEUS_ENABLE: "true",
    CODER_PROMETHEUS_ADDRESS: "0.0.0.0:2112",
    CODER_PROMETHEUS_COLLECT_AGENT_STATS: "true",
    CODER_PROMETHEUS_COLLECT_DB_METRICS: "true",
    // All are in one network and find each other by its own addresses: Google's public servers would only be asked, by each
    // agent and through NAT, and the figures would depend on them. The rehearsal says the same.
    CODER_DERP_SERVER_STUN_ADDRESSES: "disable",
    CODER_PG_CONN_MAX_OPEN: String(size.coder.databaseConnections),
    // A benchmark is nobody's usage, and what it reports should not depend on a service elsewhere.
    CODER_TELEMETRY_ENABLE: "false",
    CODER_UPDATE_CHECK: "false",
    ...providerEnvironment(size),
  };
}
