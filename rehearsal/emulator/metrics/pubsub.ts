/**
 * The pub/sub that a Coder with these settings uses. The newest ones use NATS once they know their replica's address, and
 * fall back to Postgres without a word to clients. Older ones know neither the setting nor the experiment.
 */
export function pubsubOf(env: Readonly<Record<string, string>>): "postgres" | "nats" {
  const experiments = (env["CODER_EXPERIMENTS"] ?? "").split(",");
  const hasHost = (env["CODER_CLUSTER_HOST"] ?? "") !== "";
  const hasRelay = experiments.includes("nats_pubsub") && (env["CODER_DERP_SERVER_RELAY_URL"] ?? "") !== "";
  return (hasHost || hasRelay) && !experiments.includes("no_nats_pubsub") ? "nats" : "postgres";
}

/** The prefixes of the metrics that such a Coder serves: with NATS, it keeps Postgres' for the list of its replicas. */
export function pubsubPrefixes(env: Readonly<Record<string, string>>): readonly string[] {
  return pubsubOf(env) === "nats" ? ["coder_pubsub", "coder_nats_pubsub"] : ["coder_pubsub"];
}
