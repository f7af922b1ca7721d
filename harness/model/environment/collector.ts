/** OpenTelemetry's variables that name a collector, the most specific one first. */
export const COLLECTOR_VARIABLES = [
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
] as const;

/** The variable that names a collector; undefined where none does. */
export function findCollectorVariable(
  env: NodeJS.ProcessEnv,
): (typeof COLLECTOR_VARIABLES)[number] | undefined {
  return COLLECTOR_VARIABLES.find((name) => (env[name] ?? "").trim() !== "");
}
