import { findNamedRun, isOfRun, type RunMark } from "../../../model/cloud/run-mark.ts";
import type { Inventory, InventoryAnswer, InventoryItem } from "../../../model/ports/inventory.ts";
import type { RunId } from "../../../model/run-id.ts";
import type { ClusterAccess } from "../../../kubernetes/access.ts";
import { kubernetesApi } from "../../../kubernetes/api.ts";
import { lookAtApiServer } from "../../../kubernetes/readiness.ts";
import type { Clock } from "../../../tools/time/clock.ts";
import { findIsoTime } from "../../../tools/time/instant.ts";
import { managementOf } from "../inventory.ts";
import type { KubernetesObject } from "../kinds.ts";
import { explainDelay } from "../remove.ts";
import type { ApiResource } from "./api-resources.ts";
import { type ClusterCalls, firstOf, listRunObjects, type RunObjects } from "./list-run.ts";
import { describeForeign, type FoundObject, markElsewhere, markVolume, roleOf } from "./ownership.ts";
import { removeFromSharedCluster } from "./remove.ts";

export interface SharedClusterOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  /** Name of the cluster, for the scope. */
  readonly cluster: string;
}

/**
 * Lists and removes what runs have in a cluster that they only use. An item is
 * - each namespace that is, or may be, a run's: everything in it goes with it;
 * - each object in such a namespace that no controller owns, so that what costs money or holds the namespace is named,
 *   and can be removed alone where the namespace must stay;
 * - each object elsewhere with a run's label;
 * - each volume that was made for a claim in a run's namespace.
 * Objects with an owner go with it and are not items. A namespace with workloads or data that its run did not make is
 * doubtful: it is never removed, and they are named.
 */
export function sharedClusterInventory({ access, clock, cluster }: SharedClusterOptions): Inventory {
  const calls: ClusterCalls = {
    call: kubernetesApi(access, clock),
    callMetadata: kubernetesApi(access, clock, { metadataOnly: true }),
  };
  const scope = `Kubernetes cluster ${cluster}`;
  return {
    list: async ({ runId }, signal): Promise<InventoryAnswer> => {
      // One quick look, so that an API server that is away is not asked for every kind.
      const look = await lookAtApiServer(access, signal);
      if (look.state === "away") return { state: "failed", scope, reason: look.reason, partial: [] };
      const found = await listRunObjects(calls, runId, signal);
      const items = itemsOf(found, runId);
      return found.problems.length === 0
        ? { state: "complete", scope, kinds: found.kinds, items }
        : { state: "failed", scope, reason: firstOf(found.problems), partial: items };
    },
    remove: (item, signal) => removeFromSharedCluster(calls, clock, item, signal),
  };
}

const NAMESPACES: ApiResource = {
  kind: "kubernetes_namespace_v1",
  api: "/api/v1",
  group: "",
  resource: "namespaces",
  namespaced: false,
};
const VOLUMES: ApiResource = {
  ...NAMESPACES,
  kind: "kubernetes_persistent_volume_v1",
  resource: "persistentvolumes",
};

function itemsOf(found: RunObjects, asked: RunId | undefined): readonly InventoryItem[] {
  return [
    ...namespaceItems(found, asked),
    ...contentItems(found, asked),
    ...elsewhereItems(found, asked),
    ...volumeItems(found, asked),
  ];
}

function namespaceItems(
  { namespaces, contents }: RunObjects,
  asked: RunId | undefined,
): readonly InventoryItem[] {
  return [...namespaces].map(([name, { object, mark }]) => {
    const inside = contents.filter((one) => one.object.metadata.namespace === name);
    const doubt = mark.doubt?.reason ?? describeForeign(inside, mark.run);
    const item = itemOf({ resource: NAMESPACES, object }, { asked, mark, doubt });
    const isLeaving = object.metadata.deletionTimestamp !== undefined;
    return isLeaving ? { ...item, held: explainDelay(object) } : item;
  });
}

function contentItems(
  { namespaces, contents }: RunObjects,
  asked: RunId | undefined,
): readonly InventoryItem[] {
  return contents.flatMap(({ resource, object }) => {
    const namespace = object.metadata.namespace ?? "";
    const around = namespaces.get(namespace);
    const run = around?.mark.run ?? findNamedRun(namespace);
    if (run === undefined || roleOf(object, resource, run) !== "own") return [];
    const mark = { run, ...(around?.mark.runId === undefined ? {} : { runId: around.mark.runId }) };
    return [itemOf({ resource, object }, { asked, mark, around: around?.object })];
  });
}

function elsewhereItems(
  { namespaces, contents, elsewhere }: RunObjects,
  asked: RunId | undefined,
): readonly InventoryItem[] {
  const inside = new Set(contents.map((one) => pathOf(one)));
  return elsewhere.flatMap((one) => {
    const { resource, object } = one;
    const mark = markElsewhere(object);
    if (inside.has(pathOf(one)) || mark === undefined || !isOfRun(mark, asked)) return [];
    // What is owned goes with its owner; an endpoint has the labels of its Service.
    if (roleOf(object, resource, mark.run) === "controlled") return [];
    const around = namespaces.get(object.metadata.namespace ?? "");
    const doubt = mark.doubt?.reason ?? around?.mark.doubt?.reason;
    return [itemOf(one, { asked, mark, doubt, around: around?.object })];
  });
}

function volumeItems(
  { namespaces, volumes }: RunObjects,
  asked: RunId | undefined,
): readonly InventoryItem[] {
  return volumes.flatMap((object) => {
    const claimant = object.spec?.claimRef?.namespace;
    const around = namespaces.get(claimant ?? "");
    const mark = markVolume(object, around?.mark);
    if (mark === undefined || !isOfRun(mark, asked)) return [];
    const item = itemOf(
      { resource: VOLUMES, object },
      { asked, mark, doubt: mark.doubt?.reason, around: around?.object },
    );
    return [
      {
        ...item,
        ...(claimant === undefined ? {} : { location: claimant }),
        ...(willGo(object) ? { madeByController: true } : {}),
      },
    ];
  });
}

/** Whether its provisioner deletes a volume, with its storage, once its claim is gone. */
function willGo({ metadata, spec, status }: KubernetesObject): boolean {
  const provisioner = metadata.annotations?.["pv.kubernetes.io/provisioned-by"];
  return (
    provisioner !== undefined &&
    spec?.persistentVolumeReclaimPolicy === "Delete" &&
    status?.phase !== "Failed"
  );
}

interface Belonging {
  readonly asked: RunId | undefined;
  readonly mark: RunMark;
  readonly doubt?: string | undefined;
  /** Its namespace. */
  readonly around?: KubernetesObject | undefined;
}

function itemOf(found: FoundObject, { asked, mark, doubt, around }: Belonging): InventoryItem {
  const { name, namespace, labels, creationTimestamp = "" } = found.object.metadata;
  const createdAt = findIsoTime(creationTimestamp);
  const runId = asked ?? mark.runId;
  return {
    id: pathOf(found),
    kind: found.resource.kind,
    name,
    labels: { ...managementOf(around?.metadata.labels ?? {}), ...labels },
    ...(namespace === undefined ? {} : { location: namespace }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(runId === undefined ? {} : { runId }),
    ...(doubt === undefined ? {} : { doubtful: doubt }),
  };
}

function pathOf({ resource: { api, resource }, object }: FoundObject): string {
  const { name, namespace } = object.metadata;
  const between = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `${api}${between}/${resource}/${name}`;
}
