import { z } from "zod";
import { itemKey } from "../../inventory/key.ts";
import { processMark } from "../../inventory/marked-processes.ts";
import type { TwinItem } from "../../inventory/item.ts";
import { provisionerConfig, provisionerReady, type ProvisionerReady } from "../../provisioner/config.ts";
import { endProcess, type LocalProcess } from "../../../harness/tools/process/local-process.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { findItemRun } from "../cloud/item-run.ts";
import { faultsMet } from "../planned-faults.ts";
import { findProvisionerKey } from "../cloud/vault.ts";
import { reserveAddress } from "../programs/address.ts";
import { launch } from "../programs/launch.ts";
import { templateHash } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { valueAt } from "../values/walk.ts";
import { controllerItem } from "./controller-item.ts";
import { failed, timedOut } from "./helm-failure.ts";
import { nodesWith } from "./nodes.ts";
import { PROVISIONER_KEY } from "./secret.ts";
import type { Accepted, Settled } from "./settled.ts";

const NAME = "coder-provisioner";
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** The values of the chart for external provisioners that decide what runs, with the chart's own defaults. */
const chart = z.object({
  coder: z
    .object({
      replicaCount: z.number().int().nonnegative().default(1),
      env: z.array(z.object({ name: z.string(), value: text.optional() })).default([]),
      nodeSelector: z.record(z.string(), text).default({}),
      serviceAccount: z.object({ name: z.string().default(NAME) }).prefault({}),
    })
    .prefault({}),
  provisionerDaemon: z
    .object({ keySecretName: z.string().default(""), keySecretKey: z.string().default(PROVISIONER_KEY) })
    .prefault({}),
});
type ProvisionerValues = z.infer<typeof chart>;

/** Installs or upgrades the release of external provisioners: its pods connect to the twin's Coder. */
export async function settleProvisioners(
  cloud: Cloud,
  { asked, item, state }: Accepted,
  values: Values,
): Promise<Settled> {
  const { cluster } = asked;
  if (cluster === undefined) return { state, item: {} };
  if (item.process !== undefined) await endProcess(item.process, { graceMs: 2_000 });
  const given = readValues(values);
  const names = podNames(item, given);
  const runId = findItemRun(item) ?? findItemRun(cluster);
  const inCluster = {
    owner: item.key,
    parent: item.parent ?? cluster.key,
    ...(runId === undefined ? {} : { runId }),
  };
  const named = (kind: string, name: string) => ({ kind, name, scope: item.scope });
  await cloud.store.putMany([
    controllerItem(named("kubernetes_deployment", NAME), inCluster),
    controllerItem(named("kubernetes_service_account", given.coder.serviceAccount.name), inCluster),
    ...names.map((name) => controllerItem(named("kubernetes_pod", name), inCluster)),
  ]);
  const place = await findPlace(cloud, given, cluster, item);
  if (typeof place === "string") return { state: failed(state), item: {}, never: timedOut(state, place) };
  // The chart has no probe: also a container that is refused, and ends again and again, is ready in between.
  const { identity } = await startProvisioners(cloud, item, { ...place, names });
  return { state, item: { process: identity } };
}

function readValues(values: Values): ProvisionerValues {
  const checked = chart.safeParse(values);
  if (checked.success) return checked.data;
  throw new CloudError("installation failed", {
    detail: `execution error at (coder-provisioner/templates/coder.yaml): ${z.prettifyError(checked.error)}`,
  });
}

function podNames({ key }: TwinItem, { coder }: ProvisionerValues): string[] {
  const set = templateHash(key).toString("hex").slice(0, 10);
  return Array.from(
    { length: coder.replicaCount },
    (_, index) => `${NAME}-${set}-${String(index).padStart(5, "0")}`,
  );
}

/** Where the pods reach Coder and with which key; or why they never start, in words. */
async function findPlace(
  { store, settings }: Cloud,
  { coder, provisionerDaemon }: ProvisionerValues,
  cluster: TwinItem,
  { scope }: TwinItem,
): Promise<{ readonly url: string; readonly key: string } | string> {
  const { keySecretName, keySecretKey } = provisionerDaemon;
  const secret = itemKey("kubernetes_secret", scope, keySecretName);
  if ((await store.get(secret)) === undefined)
    return `CreateContainerConfigError: secret "${keySecretName}" not found`;
  const key = findProvisionerKey(settings.root, secret);
  if (key === undefined || keySecretKey !== PROVISIONER_KEY)
    return `CreateContainerConfigError: couldn't find key ${keySecretKey} in Secret ${keySecretName}`;
  if ((await nodesWith(store, cluster, coder.nodeSelector)).length === 0)
    return `Unschedulable: no node of ${cluster.name} matches ${JSON.stringify(coder.nodeSelector)}`;
  const url = coder.env.find(({ name }) => name === "CODER_URL")?.value ?? "";
  const [, scheme = "", service = "", namespace = ""] = /^(https?):\/\/([\w-]+)\.([\w-]+)/.exec(url) ?? [];
  const found = await store.get(itemKey("kubernetes_service", `${cluster.name}/${namespace}`, service));
  const spec = valueAt(found?.attributes ?? {}, "spec.0") as Values | undefined;
  const ports = (spec?.["port"] ?? []) as readonly Values[];
  const port = ports.find(({ name }) => name === scheme)?.["port"];
  if (spec === undefined || typeof port !== "number")
    return `CrashLoopBackOff: CODER_URL ${url} is not the URL of a Service in the cluster`;
  return { url: `${scheme}://${String(spec["cluster_ip"])}:${String(port)}`, key };
}

/** Starts the process of the provisioners of a release or a machine, and records it in the item. */
export async function startProvisioners(
  { store, settings, signal }: Cloud,
  item: TwinItem,
  to: { readonly url: string; readonly key: string; readonly names: readonly string[] },
): Promise<{ readonly ready: ProvisionerReady; readonly identity: LocalProcess }> {
  const [lost] = await faultsMet(settings.faults, { op: "provisioners", type: item.kind, name: item.name });
  const { folder } = await reserveAddress(settings.root, `${item.key} provisioners`, 0);
  return launch({
    what: "the external provisioners",
    entry: settings.provisioners,
    mark: processMark(settings.root, item, findItemRun(item)),
    folder,
    config: provisionerConfig.parse({
      schemaVersion: 1,
      speed: settings.speed,
      ...to,
      ...(lost?.do === "lose-provisioners" ? { lost: { count: lost.count, afterMs: lost.afterMs } } : {}),
    }),
    ready: provisionerReady,
    signal,
    onStarted: async (process) => {
      await store.put({ ...((await store.get(item.key)) ?? item), process });
    },
  });
}
