import { isOfRun, readRunMark, type RunMark } from "../../model/cloud/run-mark.ts";
import type { Inventory, InventoryAnswer, InventoryItem } from "../../model/ports/inventory.ts";
import { seenIn } from "../../model/ports/listing.ts";
import { namePrefix, type RunId } from "../../model/run-id.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { findIsoTime } from "../../tools/time/instant.ts";
import type { ClusterAccess } from "../../kubernetes/access.ts";
import { type CallKubernetes, kubernetesApi } from "../../kubernetes/api.ts";
import {
  KUBERNETES_KINDS,
  KUBERNETES_KINDS_LISTED,
  type KubernetesKind,
  type KubernetesObject,
  NAMESPACE_KIND,
} from "./kinds.ts";
import { listKind } from "./list-kind.ts";
import { removeObject } from "./remove.ts";

export interface KubernetesInventoryOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  /** Name of the cluster, for the scope. */
  readonly cluster: string;
  /** The run that created the cluster: every object with cloud resources in it belongs to that run. */
  readonly runId: RunId;
}

/** An object with its kind. */
interface Found {
  readonly kind: KubernetesKind;
  readonly object: KubernetesObject;
}

/** Lists and removes what a run can leave in the cluster that it created, while that exists. */
export function kubernetesInventory(options: KubernetesInventoryOptions): Inventory {
  const call = kubernetesApi(options.access, options.clock);
  return {
    list: (query, signal) => listAll(call, options, query.runId, signal),
    remove: (item, signal) => removeObject(call, options.clock, item, signal),
  };
}

async function listAll(
  call: CallKubernetes,
  { cluster, runId: clusterRun }: KubernetesInventoryOptions,
  asked: RunId | undefined,
  signal: AbortSignal,
): Promise<InventoryAnswer> {
  const scope = `Kubernetes cluster ${cluster}`;
  const found: Found[] = [];
  const problems: string[] = [];
  for (const kind of KUBERNETES_KINDS_LISTED) {
    const listing = await listKind(call, kind, signal);
    if (listing.state === "failed") problems.push(listing.reason);
    found.push(...seenIn(listing).map((object) => ({ kind, object })));
  }
  const namespaces = new Map(
    found.flatMap(({ kind, object: { metadata } }) =>
      kind.kind === NAMESPACE_KIND ? [[metadata.name, metadata.labels ?? {}] as const] : [],
    ),
  );
  const items = found.flatMap((one): readonly InventoryItem[] => {
    const mark = markOf(one, clusterRun);
    if (mark === undefined || !isOfRun(mark, asked)) return [];
    return [
      {
        ...itemOf(one, namespaces),
        runId: asked ?? clusterRun,
        ...(mark.doubt === undefined ? {} : { doubtful: mark.doubt.reason }),
      },
    ];
  });
  return problems.length === 0
    ? { state: "complete", scope, kinds: KUBERNETES_KINDS, items }
    : { state: "failed", scope, reason: problems.join("; "), partial: items };
}

/** The run of an object: the cluster's, or for what costs nothing outside of it the one that its label or name names. */
function markOf({ kind, object }: Found, clusterRun: RunId): RunMark | undefined {
  const { name, labels = {} } = object.metadata;
  return readRunMark({ names: [kind.hasCloudResources ? namePrefix(clusterRun) : name], labels });
}

function itemOf(
  { kind, object }: Found,
  namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>,
): InventoryItem {
  const { name, namespace, labels, creationTimestamp = "" } = object.metadata;
  const createdAt = findIsoTime(creationTimestamp);
  const between = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const around = namespaces.get(namespaceOf(object) ?? "") ?? {};
  return {
    id: `${kind.api}${between}/${kind.resource}/${name}`,
    kind: kind.kind,
    name,
    labels: { ...managementOf(around), ...labels },
    ...(namespace === undefined ? {} : { location: namespace }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

/** The namespace that an object lives in, or for a volume that of its claim. */
function namespaceOf({ metadata, spec }: KubernetesObject): string | undefined {
  return metadata.namespace ?? spec?.claimRef?.namespace;
}

/** The labels of a namespace that also hold for what controllers make in it without labels. */
export function managementOf(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = ["bench-managed", "bench-expires"];
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}
