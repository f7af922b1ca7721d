import { readFileSync } from "node:fs";
import { ComputeInstance } from "@cdktf/provider-google/lib/compute-instance/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Size } from "../../reference-architectures/architecture.ts";
import { pinnedImage } from "../../reference-architectures/artefacts/workspace-image.ts";
import { certificateChain } from "../coder-certificate.ts";
import { coderEnvironment } from "../coder-environment.ts";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import { literal } from "../literal.ts";
import { PROVIDER_FOLDER, providerMirror } from "../provider-mirror.ts";
import { hasExternalProvisioners } from "../provisioners/variables.ts";
import { CODER_PORT, CODER_TAG } from "./firewall.ts";
import type { GoogleNetwork } from "./network.ts";
import { serverMachine } from "./server-machine.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

/** The startup script of the machine. Everything that differs between machines is in its metadata. */
const STARTUP_SCRIPT = literal(readFileSync(packageFile("stacks/google/startup/coder.sh"), "utf8"));

/** The metadata by which that script runs, and SSH is for identified callers. */
export const startup = { "enable-oslogin": "TRUE", "startup-script": STARTUP_SCRIPT } as const;

/** Writes figures of Coder's processes for the machine's exporter. */
const FIGURES_SCRIPT = literal(readFileSync(packageFile("stacks/google/startup/figures.sh"), "utf8"));

/** The size of the machine's disk if its size has none, in GiB. */
const DISK_GIB = 100;

export interface CoderMachineProps {
  readonly environment: Environment;
  readonly size: Size;
  readonly network: GoogleNetwork;
  /** The email of the account of the machine and of Coder's builds. */
  readonly account: string;
  /** Whether workspaces are containers on it. */
  readonly docker: boolean;
  /**
   * The version of the secret with the database's URL; or, for Postgres on this machine, of that with the password of
   * the role that reads its statistics.
   */
  readonly databaseSecret: string;
  /** The version of the secret with the certificate's key; absent = plain HTTP. */
  readonly tlsKeySecret?: string;
  /** Everything that must exist before Coder starts, and until it is deleted. */
  readonly dependsOn: ITerraformDependable[];
}

/** Coder, from its own package, on a separate machine. */
export class CoderMachine extends Construct {
  /** `http://<address>:<port>`, inside the network; `https` with TLS. */
  readonly url: string;
  /** Its address inside the network. */
  readonly address: string;
  readonly instanceName: string;
  /** Exists when the machine does. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: CoderMachineProps) {
    super(scope, id);
    const { environment, size, network } = props;
    const { diskGib = DISK_GIB } = size.machines.coder;
    const instance = new ComputeInstance(
      this,
      "machine",
      serverMachine({
        environment,
        name: benchName(environment, "coder"),
        machine: size.machines.coder,
        diskGib,
        network,
        account: props.account,
        tags: [CODER_TAG],
        metadata: { ...startup, ...coderMetadata(props) },
        dependsOn: props.dependsOn,
      }),
    );
    const scheme = environment.tls === undefined ? "http" : "https";
    this.address = instance.networkInterface.get(0).networkIp;
    this.url = `${scheme}://${this.address}:${CODER_PORT}`;
    this.instanceName = instance.name;
    this.ready = instance;
  }
}

/**
 * The metadata that the startup script reads. It has no secrets, because everyone on the machine, and everyone who
 * may see the instance, can read it.
 */
function coderMetadata(props: CoderMachineProps): Record<string, string> {
  const { environment, size, network, docker, databaseSecret, tlsKeySecret } = props;
  const env = { ...coderEnvironment(size), ...listenEnvironment(environment) };
  return {
    "coder-version": size.coder.version,
    "coder-env": Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
    "coder-docker": String(docker),
    ...(docker
      ? { "coder-workspace-image": pinnedImage(size.workspacePod.image, environment.workspaceImageDigest) }
      : {}),
    ...(hasExternalProvisioners(size) ? {} : mirrorMetadata(environment, size)),
    ...tlsMetadata(environment, tlsKeySecret),
    "coder-figures": FIGURES_SCRIPT,
    ...(isOnMachine(size)
      ? {
          ...postgresMetadata(size),
          "coder-database-role-secret": databaseSecret,
          "coder-database-role-range": network.machineRange,
        }
      : { "coder-database-secret": databaseSecret }),
  };
}

/** Whether Postgres is on Coder's machine. */
export function isOnMachine({ database }: Pick<Size, "database">): boolean {
  return database.kind !== "cloud-sql";
}

export function mirrorMetadata({ architecture }: Environment, size: Size): Record<string, string> {
  const mirror = providerMirror(architecture, size);
  if (mirror === undefined) return {};
  return {
    "coder-provider-mirror": mirror.script,
    "coder-provider-folder": PROVIDER_FOLDER,
    "coder-providers": mirror.providers.join(" "),
  };
}

/** With TLS, plain HTTP stays at Coder's default address: the machine's loopback. */
function listenEnvironment({ tls }: Environment): Record<string, string> {
  const address = `0.0.0.0:${CODER_PORT}`;
  if (tls === undefined) return { CODER_HTTP_ADDRESS: address };
  return {
    CODER_TLS_ENABLE: "true",
    CODER_TLS_ADDRESS: address,
    CODER_TLS_CERT_FILE: "/etc/coder.d/tls.crt",
    CODER_TLS_KEY_FILE: "/etc/coder.d/tls.key",
  };
}

function tlsMetadata({ tls }: Environment, keySecret: string | undefined): Record<string, string> {
  if (tls === undefined || keySecret === undefined) return {};
  return {
    "coder-access-url": `https://${tls.serverName}:${CODER_PORT}`,
    "coder-tls-key-secret": keySecret,
    "coder-tls-certificate": certificateChain(tls),
    "coder-tls-ca": tls.caPem,
  };
}

function postgresMetadata({ database }: Size): Record<string, string> {
  const memoryMib = Number(/^db-custom-\d+-(\d+)$/.exec(database.tier)?.[1] ?? 0);
  return {
    "coder-postgres-version": database.version.replace("POSTGRES_", ""),
    "coder-postgres-max-connections": String(database.maxConnections),
    // Postgres' own advice for a machine with that memory.
    "coder-postgres-shared-buffers-mib": String(Math.floor(memoryMib / 4)),
  };
}
