import type { TwinItem } from "../../inventory/item.ts";
import { itemKey } from "../../inventory/key.ts";
import type { TwinStore } from "../../inventory/store.ts";
import type { CoderValues } from "../programs/coder-values.ts";
import { nodesWith } from "./nodes.ts";

const DATABASE = "CODER_PG_CONNECTION_URL";

interface Deployed {
  readonly coder: CoderValues;
  readonly cluster: TwinItem;
  /** `cluster/namespace` of the release. */
  readonly scope: string;
}

/** Why these values never lead to ready pods, as a look at the pods would show; undefined when they do. */
export async function whyNeverReady(store: TwinStore, deployed: Deployed): Promise<string | undefined> {
  return (
    (await missingSecret(store, deployed)) ??
    databaseUnset(deployed) ??
    unfilledVolume(deployed) ??
    (await unschedulable(store, deployed))
  );
}

/**
 * Returns why the pods cannot mount a secret with certificates to serve by or to trust; undefined when they can mount
 * all of them.
 */
async function unmountedSecret(
  store: TwinStore,
  { coder, scope }: Pick<Deployed, "coder" | "scope">,
): Promise<string | undefined> {
  const mounted = [
    ...coder.tls.secretNames.flatMap((name) => ["tls.crt", "tls.key"].map((key) => ({ name, key }))),
    ...coder.certs.secrets,
  ];
  for (const { name, key } of mounted) {
    const secret = await store.get(itemKey("kubernetes_secret", scope, name));
    if (secret === undefined) return `FailedMount: secret "${name}" not found`;
    const keys = secret.attributes?.[SECRET_KEYS] as readonly string[] | undefined;
    if (keys?.includes(key) === false) return `FailedMount: secret "${name}" has no key ${key}`;
  }
  return undefined;
}

async function missingSecret(store: TwinStore, { coder, scope }: Deployed): Promise<string | undefined> {
  const unmounted = await unmountedSecret(store, { coder, scope });
  if (unmounted !== undefined) return unmounted;
  for (const { valueFrom } of coder.env) {
    const reference = valueFrom?.secretKeyRef;
    if (reference === undefined || reference.optional) continue;
    const secret = await store.get(itemKey("kubernetes_secret", scope, reference.name));
    if (secret === undefined) return `CreateContainerConfigError: secret "${reference.name}" not found`;
    const keys = secret.attributes?.[SECRET_KEYS] as readonly string[] | undefined;
    if (keys?.includes(reference.key) === false)
      return `CreateContainerConfigError: couldn't find key ${reference.key} in Secret ${scope.split("/")[1] ?? ""}/${reference.name}`;
  }
  return undefined;
}

/** Attribute of a secret's item that names its keys; the values are never stored. */
export const SECRET_KEYS = "secret_keys";

function databaseUnset({ coder }: Deployed): string | undefined {
  const database = coder.env.find(({ name }) => name === DATABASE);
  if (database !== undefined && (database.value !== "" || database.valueFrom !== undefined)) return undefined;
  return `CrashLoopBackOff: ${DATABASE} is not set, and the container cannot run a database of its own`;
}

/** A container that mounts what its pod does not have: the API server refuses the Deployment's pods. */
function unfilledVolume({ coder }: Deployed): string | undefined {
  const has = new Set(coder.volumes.map(({ name }) => name));
  const mounts = [coder, ...coder.initContainers].flatMap(({ volumeMounts }) => volumeMounts);
  const missing = mounts.find(({ name }) => !has.has(name));
  return missing && `FailedCreate: volumeMounts name "${missing.name}": Not found`;
}

/** Coder's pods want a node each when they are pinned to nodes by label. */
async function unschedulable(store: TwinStore, { coder, cluster }: Deployed): Promise<string | undefined> {
  const wanted = Object.entries(coder.nodeSelector);
  if ((await nodesWith(store, cluster, coder.nodeSelector)).length > 0) return undefined;
  return wanted.length === 0
    ? `Unschedulable: the cluster ${cluster.name} has no nodes`
    : `Unschedulable: no node of ${cluster.name} matches ${wanted.map((pair) => pair.join("=")).join(",")}`;
}
