import { childEnvironment } from "../../harness/model/environment/child-environment.ts";
import type { RealCoderConfig } from "./config.ts";

/** Address of the server, and the files and data that it uses. */
export interface ServerPlace {
  readonly url: string;
  readonly databaseUrl: string;
  /** Its own home, settings and caches are made below. */
  readonly folder: string;
  /** Terraform's CLI configuration for builds. */
  readonly cliConfig?: string | undefined;
}

/** Variables for pods only: certificates, relays between replicas, the cluster's own address. */
const OF_A_POD = /^CODER_(TLS_|DERP_SERVER_RELAY_URL$|REDIRECT_)/;

/** The values of a traced Coder name the collector of its spans. */
const COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT";

/**
 * The server's environment: what the Helm values say of Coder, and what this machine needs otherwise. One server has
 * the daemons of all replicas, since more than one replica takes a licence.
 */
export function serverEnvironment(
  { env, replicas }: Pick<RealCoderConfig, "env" | "replicas">,
  { url, databaseUrl, folder, cliConfig }: ServerPlace,
  own: NodeJS.ProcessEnv,
): Record<string, string> {
  const { hostname, host } = new URL(url);
  const said = Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => (name.startsWith("CODER_") && !OF_A_POD.test(name)) || name === COLLECTOR,
    ),
  );
  return {
    // Nothing of Terraform's or of the twin's, which hold secrets.
    ...childEnvironment("server", own),
    ...said,
    CODER_HTTP_ADDRESS: host,
    CODER_ACCESS_URL: url,
    CODER_PG_CONNECTION_URL: databaseUrl,
    CODER_PROVISIONER_DAEMONS: String(replicas * daemonsOf(env)),
    // Each deployment has a separate address, on which the pods' port is free.
    CODER_PROMETHEUS_ADDRESS: atHost(env["CODER_PROMETHEUS_ADDRESS"] ?? ":2112", hostname),
    CODER_PPROF_ADDRESS: atHost(env["CODER_PPROF_ADDRESS"] ?? ":6060", hostname),
    // It must work without a network, and must not send data to anybody.
    CODER_DERP_SERVER_STUN_ADDRESSES: "disable",
    CODER_TELEMETRY_ENABLE: "false",
    CODER_UPDATE_CHECK: "false",
    CODER_CACHE_DIRECTORY: `${folder}/cache`,
    CODER_CONFIG_DIR: `${folder}/config`,
    HOME: `${folder}/home`,
    CHECKPOINT_DISABLE: "1",
    ...(cliConfig === undefined ? {} : { TF_CLI_CONFIG_FILE: cliConfig }),
  };
}

/** Provisioner daemons of one replica; Coder's own default is three. */
export function daemonsOf(env: Readonly<Record<string, string>>): number {
  return Number(env["CODER_PROVISIONER_DAEMONS"] ?? 3);
}

function atHost(address: string, hostname: string): string {
  return `${hostname}:${address.slice(address.lastIndexOf(":") + 1)}`;
}
