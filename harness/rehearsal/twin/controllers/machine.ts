import { itemKey } from "../../inventory/key.ts";
import { isAlive } from "../../inventory/process-identity.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { lastSegment } from "../plugin/template.ts";
import type { Values } from "../plugin/value.ts";
import type { Accepted, Settled } from "./controllers.ts";
import { startEmulator } from "./emulator.ts";
import { runnerOnGoogle, startRunner } from "./runner.ts";

/** A machine whose metadata says what it is runs that: a load runner, or Coder with the environment that it says. */
export async function settleMachine(cloud: Cloud, { item, state }: Accepted): Promise<Settled> {
  const metadata = (state["metadata"] ?? {}) as Record<string, string>;
  const load = runnerOnGoogle(metadata);
  if (load !== undefined) {
    if (item.process !== undefined && isAlive(item.process)) return { state, item: {} };
    const started = await startRunner(cloud, item, load);
    return { state: withAddress(state, started.runner.host), item: started };
  }
  const version = metadata["coder-version"];
  if (version === undefined || !(await hasDatabase(cloud, metadata, item.scope))) return { state, item: {} };
  // A change in place leaves the machine running, and what runs on it.
  if (item.process !== undefined && isAlive(item.process)) return { state, item: {} };
  const { address, port, identity } = await startEmulator(cloud, {
    item,
    version,
    replicas: 1,
    env: environmentOf(metadata["coder-env"] ?? ""),
    workspaces: {
      are: metadata["coder-docker"] === "true" ? "containers" : "machines",
      cluster: item.key,
      namespace: "",
    },
  });
  const wanted = portOf(metadata["coder-env"] ?? "");
  if (port !== wanted) {
    throw new CloudError(`the twin's machine cannot listen on port ${wanted}`, {
      detail: `something on this computer listens on port ${wanted} of every address: end it and try again`,
      created: true,
    });
  }
  return { state: withAddress(state, address), item: { process: identity } };
}

/** Without a database Coder never answers, as on a real machine: nobody tells Terraform. */
async function hasDatabase(
  { store }: Cloud,
  metadata: Readonly<Record<string, string>>,
  scope: string,
): Promise<boolean> {
  const version = metadata["coder-database-secret"];
  if (version === undefined) return metadata["coder-postgres-version"] !== undefined;
  const [secret = ""] = version.split("/versions/");
  const project = scope.split("/")[0] ?? "";
  return (
    (await store.get(itemKey("google_secret_manager_secret", project, lastSegment(secret)))) !== undefined
  );
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

function portOf(lines: string): number {
  return Number(lastSegment((environmentOf(lines)["CODER_HTTP_ADDRESS"] ?? "").replaceAll(":", "/")));
}

function withAddress(state: Values, address: string): Values {
  const interfaces = (state["network_interface"] ?? []) as Values[];
  return {
    ...state,
    network_interface: interfaces.map((one, index) => (index === 0 ? { ...one, network_ip: address } : one)),
  };
}
