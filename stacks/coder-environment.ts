import type { Size } from "../reference-architectures/architecture.ts";
import { providerEnvironment } from "./provider-mirror.ts";
import { hasExternalProvisioners } from "./provisioners/variables.ts";

/**
 * Returns Coder's settings for a benchmark, for both Helm values and instance metadata. Without the database's URL,
 * which is a secret, and the access URL, which depends on how Coder is reached.
 */
export function coderEnvironment(size: Size): Record<string, string> {
  return {
    CODER_PROVISIONER_DAEMONS: String(size.coder.daemonsPerReplica),
    // The limits are for each user and address. A load from one machine would measure them instead of Coder.
    CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true",
    CODER_PROMETHEUS_ENABLE: "true",
    CODER_PROMETHEUS_ADDRESS: "0.0.0.0:2112",
    CODER_PROMETHEUS_COLLECT_AGENT_STATS: "true",
    CODER_PROMETHEUS_COLLECT_DB_METRICS: "true",
    // A profile is taken at the load's peak. The server of profiles does nothing until it is asked.
    CODER_PPROF_ENABLE: "true",
    CODER_PPROF_ADDRESS: "0.0.0.0:6060",
    // All agents are in one network and find each other by its addresses. Otherwise each agent would call Google's
    // public servers through NAT, and the figures would depend on them. The rehearsal uses the same setting.
    CODER_DERP_SERVER_STUN_ADDRESSES: "disable",
    CODER_PG_CONN_MAX_OPEN: String(size.coder.databaseConnections),
    // A benchmark is not usage, and its figures should not depend on a service elsewhere.
    CODER_TELEMETRY_ENABLE: "false",
    CODER_UPDATE_CHECK: "false",
    ...(hasExternalProvisioners(size) ? {} : providerEnvironment(size)),
    ...traceEnvironment(size),
  };
}

/** Coder's tracer takes the collector from OpenTelemetry's own variable. */
function traceEnvironment({ coderTraces }: Size): Record<string, string> {
  if (coderTraces === "off") return {};
  return { CODER_TRACE_ENABLE: "true", OTEL_EXPORTER_OTLP_ENDPOINT: coderTraces };
}
