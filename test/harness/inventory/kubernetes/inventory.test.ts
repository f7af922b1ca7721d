import { expect, test } from "vitest";
import { seenIn } from "../../../../harness/model/ports/listing.ts";
import { tokenAccess } from "../../../../harness/kubernetes/access.ts";
import { kubernetesInventory } from "../../../../harness/inventory/kubernetes/inventory.ts";
import { KUBERNETES_KINDS_LISTED } from "../../../../harness/inventory/kubernetes/kinds.ts";
import type { Inventory } from "../../../../harness/model/ports/inventory.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";

const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";
const OTHER_RUN = "01kb3v9x2m7q8r5t6w4y1z0xyz";
const NETWORKING = "/apis/networking.k8s.io/v1";
const signal = new AbortController().signal;

async function cluster(): Promise<
  AsyncDisposable & { api: FakeKubernetes; inventory: Inventory; clock: ReturnType<typeof fakeClock> }
> {
  const api = new FakeKubernetes();
  const clock = fakeClock();
  const inventory = kubernetesInventory({
    access: tokenAccess({ server: await api.start(), token: () => Promise.resolve("a-token") }),
    clock,
    cluster: "bench-gke",
    runId: RUN,
  });
  return { api, inventory, clock, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

function plant(api: FakeKubernetes): void {
  api.put("/api/v1", undefined, "persistentvolumes", { metadata: { name: "pvc-1" } });
  api.put("/api/v1", "coder-workspaces", "persistentvolumeclaims", { metadata: { name: "home" } });
  api.put("/api/v1", "coder", "services", { metadata: { name: "coder" }, spec: { type: "LoadBalancer" } });
  api.put("/api/v1", "default", "services", {
    metadata: { name: "kubernetes" },
    spec: { type: "ClusterIP" },
  });
  api.put("/api/v1", "coder", "services", {
    metadata: { name: "was-a-balancer", finalizers: ["service.kubernetes.io/load-balancer-cleanup"] },
    spec: { type: "ClusterIP" },
  });
  api.put(NETWORKING, "coder", "ingresses", { metadata: { name: "coder" } });
}

test("balancers, ingresses, claims and volumes of a run's cluster are listed, users before what they use", async () => {
  await using world = await cluster();
  plant(world.api);
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({ state: "complete", scope: "Kubernetes cluster bench-gke" });
  expect(seenIn(answer).map(({ kind, name, location }) => [kind, location, name])).toEqual([
    ["kubernetes_ingress_v1", "coder", "coder"],
    ["kubernetes_service_v1", "coder", "coder"],
    ["kubernetes_service_v1", "coder", "was-a-balancer"],
    ["kubernetes_persistent_volume_claim_v1", "coder-workspaces", "home"],
    ["kubernetes_persistent_volume_v1", undefined, "pvc-1"],
  ]);
  expect(seenIn(await world.inventory.list({ runId: OTHER_RUN }, signal))).toEqual([]);
});

test("cluster-wide objects of a run are found by label or name", async () => {
  {
    await using world = await cluster();
    const { api } = world;
    const labels = { "bench-run": RUN };
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    api.put("/apis/storage.k8s.io/v1", undefined, "storageclasses", { metadata: { name: "home", labels } });
    api.put("/apis/storage.k8s.io/v1", undefined, "storageclasses", { metadata: { name: "standard" } });
    api.put(rbac, undefined, "clusterrolebindings", { metadata: { name: "bench-5t6w4y1z0abc-coder" } });
    api.put(rbac, undefined, "clusterrolebindings", { metadata: { name: "cluster-admin" } });
    api.put(rbac, undefined, "clusterroles", { metadata: { name: "reader", labels } });
    api.put(rbac, undefined, "clusterroles", { metadata: { name: "cluster-admin" } });
    api.put("/api/v1", undefined, "namespaces", { metadata: { name: "kube-system" } });
    const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
    expect(items.map(({ kind, name }) => [kind, name])).toEqual([
      ["kubernetes_storage_class_v1", "home"],
      ["kubernetes_cluster_role_binding_v1", "bench-5t6w4y1z0abc-coder"],
      ["kubernetes_cluster_role_v1", "reader"],
    ]);
  }
});

test("every page is read", async () => {
  await using world = await cluster();
  world.api.pageSize = 2;
  for (let index = 0; index < 5; index += 1) {
    world.api.put("/api/v1", undefined, "persistentvolumes", { metadata: { name: `pvc-${index}` } });
  }
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(seenIn(answer)).toHaveLength(5);
});

test("a list whose next page grew too old begins again and counts nothing twice", async () => {
  await using world = await cluster();
  world.api.pageSize = 2;
  for (let index = 0; index < 5; index += 1) {
    world.api.put("/api/v1", undefined, "persistentvolumes", { metadata: { name: `pvc-${index}` } });
  }
  world.api.mishaps.push({ match: "continue=2", status: 410, body: { message: "expired" }, left: 1 });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer.state).toBe("complete");
  expect(seenIn(answer)).toHaveLength(5);
});

test.each([
  ["denied", 403, { message: "forbidden" }, "denied"],
  ["no such kind", 404, { message: "not found" }, "gone"],
  ["always busy", 429, { message: "slow down" }, "throttled"],
  ["always too old", 410, { message: "expired" }, "expired"],
  ["a proxy's page", 200, "<html>", "failed"],
  ["no list", 200, { kind: "Status" }, "not a list"],
  ["another list", 200, { kind: "PodList", metadata: {}, items: [] }, "its kind is PodList"],
])("a list that is refused is never an empty one: %s", async (_name, status, body, reason) => {
  await using world = await cluster();
  plant(world.api);
  world.api.mishaps.push({ match: "persistentvolumes?", status, body, left: 99 });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({ state: "failed", reason: expect.stringContaining(reason) });
  expect(seenIn(answer)).toHaveLength(4);
});

test("every kind is listed with a separate call, and any refused one makes the answer fail", async () => {
  for (const { kind, resource } of KUBERNETES_KINDS_LISTED) {
    await using world = await cluster();
    world.api.mishaps.push({ match: `/${resource}?`, status: 403, body: { message: "forbidden" }, left: 1 });
    const answer = await world.inventory.list({ runId: RUN }, signal);
    expect(answer).toMatchObject({ state: "failed", reason: `${kind}: denied: forbidden (403)` });
  }
});

test("a cluster that does not answer is failed, not empty", async () => {
  await using world = await cluster();
  await world.api[Symbol.asyncDispose]();
  expect(await world.inventory.list({ runId: RUN }, signal)).toMatchObject({ state: "failed", partial: [] });
});

test("a busy cluster is asked again after the wait that it requests", async () => {
  await using world = await cluster();
  world.api.mishaps.push({
    match: "services?",
    status: 429,
    body: {},
    headers: { "retry-after": "3" },
    left: 2,
  });
  const before = world.clock.now();
  expect(await world.inventory.list({ runId: RUN }, signal)).toMatchObject({ state: "complete" });
  expect(world.clock.now() - before).toBe(6_000);
});

test("an object is removed when its controllers have released it", async () => {
  await using world = await cluster();
  plant(world.api);
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  for (const item of items) expect(await world.inventory.remove(item, signal)).toEqual({ state: "removed" });
  expect(seenIn(await world.inventory.list({ runId: RUN }, signal))).toEqual([]);
  expect(await world.inventory.remove(items[0]!, signal)).toEqual({ state: "gone" });
});

test("an object with finalizers is in use, and they are named", async () => {
  await using world = await cluster();
  world.api.finalizing = Number.POSITIVE_INFINITY;
  world.api.put("/api/v1", "coder", "persistentvolumeclaims", {
    metadata: { name: "home", finalizers: ["kubernetes.io/pvc-protection"] },
  });
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  expect(await world.inventory.remove(items[0]!, signal)).toEqual({
    state: "in-use",
    reason: "it is being deleted, but kubernetes.io/pvc-protection must finish first",
  });
});

test("a deleted namespace deletes everything in it, and nothing waits for that again", async () => {
  await using world = await cluster();
  const { api, clock, inventory } = world;
  api.finalizing = 40;
  const labels = { "bench-run": RUN };
  api.put("/api/v1", undefined, "namespaces", { metadata: { name: "coder", labels } });
  api.put("/api/v1", "coder", "services", { metadata: { name: "coder" }, spec: { type: "LoadBalancer" } });
  const [namespace, service] = seenIn(await inventory.list({ runId: RUN }, signal));
  expect(await inventory.remove(namespace!, signal)).toEqual({
    state: "in-use",
    reason: "it is being deleted: Some resources are remaining: services. has 1 resource instances",
  });
  const before = clock.now();
  expect(await inventory.remove(service!, signal)).toMatchObject({ state: "in-use" });
  expect(clock.now()).toBe(before);
  expect(await inventory.remove(namespace!, signal)).toMatchObject({ state: "in-use" });
  while (api.objects.size > 0) await inventory.remove(namespace!, signal);
  expect(await inventory.remove(service!, signal)).toEqual({ state: "gone" });
});

test.each([
  [403, "denied"],
  [409, "in-use"],
  [429, "throttled"],
  [500, "failed"],
])("a delete that is refused with %i is %s", async (status, state) => {
  await using world = await cluster();
  plant(world.api);
  world.api.mishaps.push({ match: "DELETE", status, body: { message: "no" }, left: 99 });
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  expect(await world.inventory.remove(items[0]!, signal)).toMatchObject({ state });
});

test("manual resources are never removed", async () => {
  await using world = await cluster();
  world.api.put("/api/v1", "coder", "persistentvolumeclaims", {
    metadata: { name: "home", labels: { "bench-managed": "manual" } },
  });
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  expect(await world.inventory.remove(items[0]!, signal)).toMatchObject({ state: "denied" });
  expect(world.api.objects.size).toBe(1);
});
