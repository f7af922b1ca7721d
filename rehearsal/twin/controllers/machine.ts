import { isAlive } from "../../../harness/tools/process/local-process.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { findProvisionerKey, findTls } from "../cloud/vault.ts";
import { itemKey } from "../../inventory/key.ts";
import { valueAt } from "../values/walk.ts";
import { lastSegment } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import type { Settled, Accepted } from "./settled.ts";
import { type TwinDeployment, launchEmulator } from "../programs/emulator.ts";
import { runnerOnGoogle, launchRunner } from "../programs/runner.ts";
import { startProvisioners } from "./provisioners.ts";
import { secretOfVersion } from "./secret.ts";

/** Starts the program that a machine's metadata names: a load runner, or Coder with the environment given there. */
export async function settleMachine(cloud: Cloud, { item, state }: Accepted): Promise<Settled> {
  const metadata = (state["metadata"] ?? {}) as Record<string, string>;
  const load = runnerOnGoogle(metadata);
  if (load !== undefined) {
    if (item.process !== undefined && isAlive(item.process)) return { state, item: {} };
    const started = await launchRunner(cloud, item, load);
    return { state: withAddress(state, started.runner.host), item: started };
  }
  if (metadata["coder-provisioners"] !== undefined)
    return settleProvisionerMachine(cloud, { item, state }, metadata);
  const version = metadata["coder-version"];
  if (version === undefined || !(await hasDatabase(cloud, metadata))) return { state, item: {} };
  // A change in place leaves the machine running, and what runs on it.
  if (item.process !== undefined && isAlive(item.process)) return { state, item: {} };
  const env = environmentOf(metadata["coder-env"] ?? "");
  const tls = tlsOf(cloud, metadata);
  // Coder never starts without the key that its environment demands.
  if (env["CODER_TLS_ENABLE"] === "true" && tls === undefined) return { state, item: {} };
  const { address, port, identity } = await launchEmulator(cloud, {
    item,
    version,
    replicas: 1,
    env,
    tls,
    workspaces: {
      are: metadata["coder-docker"] === "true" ? "containers" : "machines",
      cluster: item.key,
      namespace: "",
    },
  });
  const wanted = portOf(env);
  if (port !== wanted) {
    throw new CloudError(`the twin's machine cannot listen on port ${wanted}`, {
      detail: `something on this computer listens on port ${wanted} of every address: end it and try again`,
      created: true,
    });
  }
  return { state: withAddress(state, address), item: { process: identity } };
}

/** Starts the external provisioners of a machine. Without their key they never start, and Terraform does not learn of it. */
async function settleProvisionerMachine(
  cloud: Cloud,
  { item, state }: Pick<Accepted, "item" | "state">,
  metadata: Readonly<Record<string, string>>,
): Promise<Settled> {
  const secret = secretOfVersion(metadata["coder-provisioner-key-secret"] ?? "");
  const key = findProvisionerKey(cloud.settings.root, secret);
  const wanted = environmentOf(metadata["coder-env"] ?? "")["CODER_URL"] ?? "";
  const isRunning = item.process !== undefined && isAlive(item.process);
  if (isRunning || key === undefined || wanted === "") return { state, item: {} };
  const names = Array.from(
    { length: Number(metadata["coder-provisioners"]) },
    (_, index) => `${item.name}-${index + 1}`,
  );
  const url = await withResolvedName(cloud, item, wanted);
  const { identity } = await startProvisioners(cloud, item, { url, key, names });
  return { state, item: { process: identity } };
}

/** In Google's network the name of a machine is that of its address. */
async function withResolvedName(
  { store }: Cloud,
  { kind, scope }: Accepted["item"],
  wanted: string,
): Promise<string> {
  const url = new URL(wanted);
  const machine = await store.get(itemKey(kind, scope, url.hostname));
  const address = valueAt(machine?.attributes ?? {}, "network_interface.0.network_ip");
  if (typeof address === "string") url.hostname = address;
  return url.origin;
}

/** Returns the certificate that its metadata names, with the key that it may read. */
function tlsOf({ settings }: Cloud, metadata: Readonly<Record<string, string>>): TwinDeployment["tls"] {
  const version = metadata["coder-tls-key-secret"];
  const kept = version === undefined ? undefined : findTls(settings.root, secretOfVersion(version));
  return kept && { ...kept, certificate: metadata["coder-tls-certificate"] ?? "" };
}

/** Without a database Coder never answers, as on a real machine; Terraform does not learn of it. */
async function hasDatabase({ store }: Cloud, metadata: Readonly<Record<string, string>>): Promise<boolean> {
  const version = metadata["coder-database-secret"];
  if (version === undefined) return metadata["coder-postgres-version"] !== undefined;
  return (await store.get(secretOfVersion(version))) !== undefined;
}

/** `NAME=value`, one a line. */
function environmentOf(lines: string): Record<string, string> {
  return Object.fromEntries(
    lines
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** Returns the port on which Coder answers the network: only the TLS port, when it serves TLS. */
function portOf(env: Readonly<Record<string, string>>): number {
  const address = env["CODER_TLS_ADDRESS"] ?? env["CODER_HTTP_ADDRESS"] ?? "";
  return Number(lastSegment(address.replaceAll(":", "/")));
}

function withAddress(state: Values, address: string): Values {
  const interfaces = (state["network_interface"] ?? []) as Values[];
  return {
    ...state,
    network_interface: interfaces.map((one, index) => (index === 0 ? { ...one, network_ip: address } : one)),
  };
}
