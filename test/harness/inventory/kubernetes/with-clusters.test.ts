import { expect, test } from "vitest";
import type { ClusterContents } from "../../../../harness/inventory/kubernetes/cluster.ts";
import { tokenAccess } from "../../../../harness/kubernetes/access.ts";
import { kubernetesInventory } from "../../../../harness/inventory/kubernetes/inventory.ts";
import { withClusters } from "../../../../harness/inventory/kubernetes/with-clusters.ts";
import type { Inventory, InventoryItem } from "../../../../harness/model/ports/inventory.ts";
import { seenIn } from "../../../../harness/model/ports/listing.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";

const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";
const CLUSTER = "bench-5t6w4y1z0abc";
const signal = new AbortController().signal;
const query = { runId: RUN };

const clusterItem: InventoryItem = {
  id: "cluster-1",
  kind: "google_container_cluster",
  name: CLUSTER,
  labels: {},
  runId: RUN,
};

/** A cloud with the given items, which removes whatever it is asked to. */
function cloudOf(items: readonly InventoryItem[], failure?: string): Inventory & { removed: string[] } {
  const removed: string[] = [];
  return {
    removed,
    list: () =>
      Promise.resolve(
        failure === undefined
          ? { state: "complete", scope: "project p", kinds: ["google_container_cluster"], items }
          : { state: "failed", scope: "project p", reason: failure, partial: items },
      ),
    remove: ({ id }) => {
      removed.push(id);
      return Promise.resolve({ state: "removed" });
    },
  };
}

async function openApi(api: FakeKubernetes): Promise<ClusterContents> {
  const access = tokenAccess({ server: await api.start(), token: () => Promise.resolve("a-token") });
  const inventory = kubernetesInventory({ access, clock: fakeClock(), cluster: CLUSTER, runId: RUN });
  return { state: "open", inventory };
}

function joined(cloud: Inventory, contents: ClusterContents): { inventory: Inventory; opened: string[] } {
  const opened: string[] = [];
  const inventory = withClusters({
    cloud,
    openCluster: (name) => {
      opened.push(name);
      return { openContents: () => Promise.resolve(contents) };
    },
  });
  return { inventory, opened };
}

test("a listed cluster's resources are listed before the cluster, and are removed in it", async () => {
  await using api = new FakeKubernetes();
  const cloud = cloudOf([clusterItem]);
  const { inventory } = joined(cloud, await openApi(api));
  api.put("/api/v1", undefined, "persistentvolumes", { metadata: { name: "pv-1" } });
  const answer = await inventory.list(query, signal);
  expect(answer).toMatchObject({
    state: "complete",
    scope: `project p and Kubernetes cluster ${CLUSTER}`,
    kinds: expect.arrayContaining([
      "google_container_cluster",
      "kubernetes_persistent_volume_v1",
    ]) as string[],
  });
  const items = seenIn(answer);
  expect(items.map(({ id }) => id)).toEqual([
    `kubernetes:${CLUSTER}:/api/v1/persistentvolumes/pv-1`,
    "cluster-1",
  ]);
  for (const item of items) expect(await inventory.remove(item, signal)).toEqual({ state: "removed" });
  expect(api.objects.size).toBe(0);
  expect(cloud.removed).toEqual(["cluster-1"]);
});

test("a cluster that the cloud does not list is gone with everything in it, and is not asked", async () => {
  const { inventory, opened } = joined(cloudOf([]), { state: "unknown", reason: "nobody should ask" });
  expect(await inventory.list(query, signal)).toMatchObject({
    state: "complete",
    items: [],
    scope: "project p",
  });
  expect(opened).toEqual([]);
});

test("everything in a cluster that is being deleted disappears with it: no error, and nothing to delete", async () => {
  const { inventory } = joined(cloudOf([clusterItem]), { state: "none" });
  expect(await inventory.list(query, signal)).toMatchObject({ state: "complete", items: [clusterItem] });
  const inside = { ...clusterItem, id: `kubernetes:${CLUSTER}:/api/v1/namespaces/coder` };
  expect(await inventory.remove(inside, signal)).toEqual({ state: "gone" });
});

test("a listed cluster that cannot be asked makes the answer fail: its resources are unknown", async () => {
  const { inventory } = joined(cloudOf([clusterItem]), { state: "unknown", reason: "no route to host" });
  expect(await inventory.list(query, signal)).toEqual({
    state: "failed",
    scope: `project p and Kubernetes cluster ${CLUSTER}`,
    reason: `Kubernetes cluster ${CLUSTER} cannot be listed: no route to host`,
    partial: [clusterItem],
  });
  const inside = { ...clusterItem, id: `kubernetes:${CLUSTER}:/api/v1/namespaces/coder` };
  expect(await inventory.remove(inside, signal)).toEqual({ state: "failed", reason: "no route to host" });
});

test("a kind that is denied in the cluster makes the answer fail, with what the others listed", async () => {
  await using api = new FakeKubernetes();
  const { inventory } = joined(cloudOf([clusterItem]), await openApi(api));
  api.put("/api/v1", undefined, "persistentvolumes", { metadata: { name: "pv-1" } });
  const message = 'namespaces is forbidden: User "narrow" cannot list resource "namespaces"';
  api.mishaps.push({ match: "/namespaces?", status: 403, body: { message }, left: 1 });
  const answer = await inventory.list(query, signal);
  expect(answer).toMatchObject({
    state: "failed",
    reason: `Kubernetes cluster ${CLUSTER}: kubernetes_namespace_v1: denied: ${message} (403)`,
  });
  expect(seenIn(answer).map(({ name }) => name)).toEqual(["pv-1", CLUSTER]);
});

test("a failed answer of the cloud stays failed, and its clusters are still asked", async () => {
  await using api = new FakeKubernetes();
  const { inventory } = joined(cloudOf([clusterItem], "quota"), await openApi(api));
  api.put("/api/v1", undefined, "persistentvolumes", { metadata: { name: "pv-1" } });
  const answer = await inventory.list(query, signal);
  expect(answer).toMatchObject({ state: "failed", reason: "quota" });
  expect(seenIn(answer)).toHaveLength(2);
});
