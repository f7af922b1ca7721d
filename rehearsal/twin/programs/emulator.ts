import type { TwinItem } from "../../inventory/item.ts";
import { itemKey } from "../../inventory/key.ts";
import { processMark } from "../../inventory/marked-processes.ts";
import type { LocalProcess } from "../../../harness/tools/process/local-process.ts";
import type { TwinStore } from "../../inventory/store.ts";
import { emulatorReady, type EmulatorConfig } from "../../emulator/config.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { findItemRun } from "../cloud/item-run.ts";
import { findTls } from "../cloud/vault.ts";
import { valuesAt } from "../values/walk.ts";
import type { CoderValues } from "./coder-values.ts";
import { reserveAddress } from "./address.ts";
import { coderProgram } from "./coder-program.ts";
import { launch } from "./launch.ts";

/** Coder's default port. */
const CODER_PORT = 7080;

/** One emulated Coder, whatever it runs on. */
export interface TwinDeployment {
  /** The item that it represents and is deleted with: a release or a machine. */
  readonly item: TwinItem;
  readonly version: string;
  readonly replicas: number;
  readonly env: Readonly<Record<string, string>>;
  /** By which it serves TLS in place of plain HTTP. */
  readonly tls: EmulatorConfig["tls"];
  /** The place in which its workspaces are created. */
  readonly workspaces: Omit<NonNullable<EmulatorConfig["inventory"]>, "directory">;
}

/** The address of an emulated Coder, and its process. */
export interface Started {
  readonly address: string;
  readonly port: number;
  readonly identity: LocalProcess;
}

export interface CoderToStart {
  readonly coder: CoderValues;
  readonly item: TwinItem;
  readonly cluster: TwinItem;
  /** The chart's version, which Coder's version follows. */
  readonly version: string;
}

/** Starts an emulated Coder by its values, and records its process in the release before anything can fail. */
export async function startCoder(
  cloud: Cloud,
  { coder, item, cluster, version }: CoderToStart,
): Promise<Started> {
  return launchEmulator(cloud, {
    item,
    version: coder.image.tag === "" ? version : coder.image.tag,
    replicas: Math.max(1, coder.replicaCount),
    env: environmentOf(coder),
    tls: tlsOf(cloud, coder, item.scope),
    workspaces: {
      are: "pods",
      cluster: cluster.key,
      namespace: await workspaceNamespace(cloud.store, { coder, item, cluster }),
    },
  });
}

/** Starts an emulated Coder on a separate address. */
export async function launchEmulator(
  { store, settings, signal }: Cloud,
  { item, version, replicas, env, tls, workspaces }: TwinDeployment,
): Promise<Started> {
  const { host, port, folder } = await reserveAddress(settings.root, item.key, CODER_PORT);
  const program = coderProgram(settings, {
    host,
    port,
    folder,
    version,
    replicas,
    env,
    tls,
    inventory: { directory: store.directory, ...workspaces },
  });
  const { ready, identity } = await launch({
    ...program,
    mark: processMark(settings.root, item, findItemRun(item)),
    folder,
    ready: emulatorReady,
    signal,
    onStarted: async (process) => {
      await store.put({ ...((await store.get(item.key)) ?? item), process });
    },
  });
  const url = new URL(ready.url);
  return { address: url.hostname, port: Number(url.port), identity };
}

/** By the first certificate, as for a client that names none. */
function tlsOf({ settings }: Cloud, { tls }: CoderValues, scope: string): TwinDeployment["tls"] {
  const [name] = tls.secretNames;
  return name === undefined ? undefined : findTls(settings.root, itemKey("kubernetes_secret", scope, name));
}

/** Returns `CODER_…` as the pods have it: the chart's own first. Values from secrets are not known here. */
function environmentOf(coder: CoderValues): Record<string, string> {
  const env: Record<string, string> = {
    CODER_HTTP_ADDRESS: "0.0.0.0:8080",
    CODER_PROMETHEUS_ADDRESS: "0.0.0.0:2112",
    ...(coder.tls.secretNames.length === 0
      ? {}
      : { CODER_TLS_ENABLE: "true", CODER_TLS_ADDRESS: "0.0.0.0:8443" }),
  };
  for (const { name, value } of coder.env) if (value !== undefined) env[name] = value;
  return env;
}

/** Where Coder's service account may build: another namespace by a role binding, or the release's own. */
async function workspaceNamespace(
  store: TwinStore,
  { coder, item, cluster }: Omit<CoderToStart, "version">,
): Promise<string> {
  const own = item.scope.slice(cluster.name.length + 1);
  const bindings = await store.list(["kubernetes_role_binding"]);
  const granted = bindings
    .filter(({ scope }) => scope.startsWith(`${cluster.name}/`))
    .find(({ attributes }) =>
      valuesAt(attributes, "subject.*").some((subject) => {
        const { name, namespace } = subject as { name?: unknown; namespace?: unknown };
        return name === coder.serviceAccount.name && namespace === own;
      }),
    );
  return granted?.scope.slice(cluster.name.length + 1) ?? own;
}
