import { expect, test } from "vitest";
import { tokenAccess } from "../../../../../harness/kubernetes/access.ts";
import { sharedClusterInventory } from "../../../../../harness/inventory/kubernetes/shared/inventory.ts";
import type { Inventory, InventoryItem } from "../../../../../harness/model/ports/inventory.ts";
import { seenIn } from "../../../../../harness/model/ports/listing.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { FakeKubernetes, type FakeObject } from "../../../../support/fake-kubernetes.ts";

const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";
const OTHER_RUN = "01kb3v9x2m7q8r5t6w4y1z0xyz";
const CODER = "bench-5t6w4y1z0abc-coder";
const LABELS = { "bench-run": RUN, "bench-managed": "cdktf", "bench-expires": "1900000000" };
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const APPS = "/apis/apps/v1";
const signal = new AbortController().signal;

interface World extends AsyncDisposable {
  readonly api: FakeKubernetes;
  readonly inventory: Inventory;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly seen: (runId?: string) => Promise<readonly InventoryItem[]>;
}

/** A cluster with the run's namespace `bench-…-coder`, and a tenant with an object of each kind. */
async function sharedCluster(): Promise<World> {
  const api = new FakeKubernetes();
  const clock = fakeClock();
  const access = tokenAccess({ server: await api.start(), token: () => Promise.resolve("a-token") });
  const inventory = sharedClusterInventory({ access, clock, cluster: "lab" });
  // The readiness that the inventory asks for first.
  api.mishaps.push({ match: "/readyz", status: 200, body: "ok", left: Number.POSITIVE_INFINITY });
  for (const [base, kinds] of Object.entries(api.kinds))
    for (const { name, namespaced } of kinds)
      api.put(base, namespaced ? "tenant" : undefined, name, named(namespaced ? "theirs" : "tenant"));
  api.put("/api/v1", undefined, "namespaces", named(CODER, LABELS));
  return {
    api,
    clock,
    inventory,
    seen: async (runId) => {
      const answer = await inventory.list(runId === undefined ? {} : { runId }, signal);
      expect(answer.state).toBe("complete");
      return seenIn(answer);
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

function named(
  name: string,
  labels?: Readonly<Record<string, string>>,
  more: Readonly<Record<string, unknown>> = {},
): FakeObject {
  return { metadata: { name, ...(labels === undefined ? {} : { labels }), ...more } };
}

const OF_HELM = { annotations: { "meta.helm.sh/release-name": CODER } };

test("every kind in a run's namespace is listed, and nothing of a tenant", async () => {
  await using world = await sharedCluster();
  const { api } = world;
  api.kinds["/apis/example.com/v1"] = [{ name: "widgets", kind: "Widget", namespaced: true }];
  api.put(APPS, CODER, "deployments", named("coder", undefined, OF_HELM));
  api.put(
    APPS,
    CODER,
    "replicasets",
    named("coder-1", LABELS, { ownerReferences: [{ kind: "Deployment" }] }),
  );
  api.put("/api/v1", CODER, "services", named("coder", undefined, OF_HELM));
  api.put("/api/v1", CODER, "endpoints", named("coder", LABELS));
  api.put("/api/v1", CODER, "serviceaccounts", named("default"));
  api.put("/api/v1", CODER, "configmaps", named("kube-root-ca.crt"));
  api.put("/api/v1", CODER, "persistentvolumeclaims", named("data", LABELS));
  api.put("/apis/example.com/v1", CODER, "widgets", named("one", LABELS));
  for (const runId of [RUN, undefined]) {
    const items = await world.seen(runId);
    expect(items.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      "kubernetes_deployment_v1 coder",
      `kubernetes_namespace_v1 ${CODER}`,
      "kubernetes_persistent_volume_claim_v1 data",
      "kubernetes_service_v1 coder",
      "widgets.example.com one",
    ]);
    expect(items.every((item) => item.runId === RUN && item.doubtful === undefined)).toBe(true);
    expect(items.every(({ labels }) => labels["bench-expires"] === "1900000000")).toBe(true);
  }
  expect(await world.seen(OTHER_RUN)).toEqual([]);
});

test("contents of Secrets are never asked for", async () => {
  await using world = await sharedCluster();
  await world.seen(RUN);
  const whole = world.api.accepts.filter(([, accept]) => !accept.includes("PartialObjectMetadataList"));
  expect(whole.map(([line]) => line.split("?")[0]).filter((line) => !line?.endsWith("/v1"))).toEqual([
    "GET /readyz",
    "GET /apis",
    "GET /api/v1/namespaces",
    "GET /api/v1/persistentvolumes",
  ]);
});

test.each<[string, string, Record<string, string>, string]>([
  ["the name of a run without a label", "bench-5t6w4y1z0abc-mine", {}, "not the label bench-run"],
  ["the label of a run without its name", "team", { "bench-run": RUN }, "its name is not of that run"],
  ["another run's label", "bench-5t6w4y1z0abc-x", { "bench-run": OTHER_RUN }, OTHER_RUN],
  ["a label that is not a run's id", "bench-5t6w4y1z0abc-x", { "bench-run": "nightly" }, "nightly"],
])("a namespace with %s is doubtful, and stays with all that is in it", async (_name, name, labels, why) => {
  await using world = await sharedCluster();
  world.api.put("/api/v1", undefined, "namespaces", named(name, labels));
  world.api.put("/api/v1", name, "persistentvolumeclaims", named("data", LABELS));
  world.api.put("/api/v1", undefined, "persistentvolumes", {
    ...named("pv"),
    spec: { claimRef: { namespace: name, name: "data" } },
  });
  const items = (await world.seen(RUN)).filter((item) => item.name !== CODER);
  const namespace = items.find((item) => item.kind === "kubernetes_namespace_v1");
  expect(namespace?.doubtful).toContain(why);
  for (const item of items)
    expect(await world.inventory.remove(item, signal)).toMatchObject({ state: "denied" });
  expect(items.length).toBeGreaterThan(1);
});

test("a namespace with a tenant's workload stays, names it, and loses only what the run made", async () => {
  await using world = await sharedCluster();
  const { api, inventory } = world;
  api.put(APPS, CODER, "deployments", named("coder", LABELS));
  api.put(APPS, CODER, "deployments", named("theirs"));
  api.put(
    "/api/v1",
    CODER,
    "pods",
    named("theirs-1", undefined, { ownerReferences: [{ kind: "ReplicaSet" }] }),
  );
  const items = await world.seen(RUN);
  expect(items.map(({ name, doubtful }) => [name, doubtful])).toEqual([
    [CODER, "it holds what its run did not make: deployments/theirs"],
    ["coder", undefined],
  ]);
  expect(await inventory.remove(items[0]!, signal)).toMatchObject({ state: "denied" });
  expect(await inventory.remove(items[1]!, signal)).toEqual({ state: "removed" });
  expect(api.objects.has(`${APPS}/namespaces/${CODER}/deployments/theirs`)).toBe(true);
});

test("a tenant's workload that appears after the list keeps the namespace", async () => {
  await using world = await sharedCluster();
  const [namespace] = await world.seen(RUN);
  world.api.put(APPS, CODER, "deployments", named("theirs"));
  expect(await world.inventory.remove(namespace!, signal)).toMatchObject({
    state: "denied",
    reason: expect.stringContaining("deployments/theirs"),
  });
  expect(world.api.objects.has(`/api/v1/namespaces/${CODER}`)).toBe(true);
});

test("settings that a cluster's operators put into each namespace do not keep it", async () => {
  await using world = await sharedCluster();
  world.api.put("/api/v1", CODER, "configmaps", named("istio-ca-root-cert"));
  world.api.put("/api/v1", CODER, "secrets", named("pull-secret"));
  const items = await world.seen(RUN);
  expect(items.map(({ name, doubtful }) => [name, doubtful])).toEqual([[CODER, undefined]]);
  expect(await world.inventory.remove(items[0]!, signal)).toEqual({ state: "removed" });
});

test("outside of the run's namespaces only what carries the run's label is removed", async () => {
  await using world = await sharedCluster();
  const { api, inventory } = world;
  api.put(RBAC, undefined, "clusterroles", named("reader", LABELS));
  api.put(RBAC, undefined, "clusterroles", named(`${CODER}-by-name`));
  api.put("/api/v1", "tenant", "configmaps", named("labelled", LABELS));
  const items = (await world.seen(RUN)).filter(({ name }) => name !== CODER);
  const outcomes = await Promise.all(
    items.map(async (item) => [item.name, (await inventory.remove(item, signal)).state]),
  );
  expect(outcomes.sort()).toEqual([
    [`${CODER}-by-name`, "denied"],
    ["labelled", "removed"],
    ["reader", "removed"],
  ]);
});

test("volumes are found by the namespace of their claim, also after it is gone, and never another's", async () => {
  await using world = await sharedCluster();
  const volume = (name: string, namespace: string): void =>
    world.api.put("/api/v1", undefined, "persistentvolumes", {
      ...named(name),
      spec: { claimRef: { namespace, name: "home" }, persistentVolumeReclaimPolicy: "Retain" },
      status: { phase: "Released" },
    });
  volume("pv-here", CODER);
  volume("pv-gone", "bench-5t6w4y1z0abc-workspaces");
  volume("pv-theirs", "tenant");
  volume("pv-alike", `my${CODER}`);
  const volumes = (await world.seen(RUN)).filter(({ kind }) => kind === "kubernetes_persistent_volume_v1");
  expect(volumes.map(({ name, location }) => [name, location])).toEqual([
    ["pv-here", CODER],
    ["pv-gone", "bench-5t6w4y1z0abc-workspaces"],
  ]);
  for (const item of volumes)
    expect(await world.inventory.remove(item, signal)).toEqual({ state: "removed" });
  expect(world.api.objects.has("/api/v1/persistentvolumes/pv-theirs")).toBe(true);
});

test("the storage of a retained volume is deleted by its provisioner, not forgotten", async () => {
  await using world = await sharedCluster();
  const path = "/api/v1/persistentvolumes/pvc-1";
  world.api.put("/api/v1", undefined, "persistentvolumes", {
    ...named("pvc-1", undefined, { annotations: { "pv.kubernetes.io/provisioned-by": "disks.example.com" } }),
    spec: { claimRef: { namespace: CODER, name: "home" }, persistentVolumeReclaimPolicy: "Retain" },
    status: { phase: "Released" },
  });
  const volume = (await world.seen(RUN)).find(({ name }) => name === "pvc-1");
  expect(await world.inventory.remove(volume!, signal)).toEqual({
    state: "in-use",
    reason: "its provisioner disks.example.com has not deleted its storage yet (its phase is Released)",
  });
  expect(world.api.objects.get(path)?.spec).toMatchObject({ persistentVolumeReclaimPolicy: "Delete" });
  expect(world.api.requests).not.toContain(`DELETE ${path}`);
  world.api.objects.delete(path);
  expect(await world.inventory.remove(volume!, signal)).toEqual({ state: "gone" });
});

test("objects of a namespace whose finalizers were removed by force are found", async () => {
  await using world = await sharedCluster();
  world.api.put("/api/v1", "bench-5t6w4y1z0abc-load", "services", named("worker", undefined, OF_HELM));
  const items = await world.seen(RUN);
  expect(items.map(({ name, location }) => [name, location])).toContainEqual([
    "worker",
    "bench-5t6w4y1z0abc-load",
  ]);
});

test("a deleted object that has another uid by now is not deleted", async () => {
  await using world = await sharedCluster();
  const { api, inventory } = world;
  api.put(RBAC, undefined, "clusterroles", named("reader", LABELS));
  const role = (await world.seen(RUN)).find(({ name }) => name === "reader");
  api.mishaps.push({
    match: `GET ${RBAC}/clusterroles/reader`,
    status: 200,
    body: named("reader", LABELS, { uid: "the-one-before" }),
    left: 1,
  });
  expect(await inventory.remove(role!, signal)).toMatchObject({ state: "in-use" });
  api.put(RBAC, undefined, "clusterroles", named("reader"));
  expect(await inventory.remove(role!, signal)).toMatchObject({ state: "denied" });
  expect(api.objects.has(`${RBAC}/clusterroles/reader`)).toBe(true);
});

test("a group that does not answer makes the listing fail, and is named", async () => {
  await using world = await sharedCluster();
  world.api.kinds["/apis/metrics.example.com/v1"] = [];
  world.api.mishaps.push({
    match: "/apis/metrics.example.com/v1",
    status: 503,
    body: { message: "the server is currently unable to handle the request" },
    left: Number.POSITIVE_INFINITY,
  });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({
    state: "failed",
    reason: expect.stringContaining("API group /apis/metrics.example.com/v1 does not answer: throttled"),
  });
  expect(seenIn(answer).map(({ name }) => name)).toEqual([CODER]);
});

test.each([
  [`/api/v1/namespaces/${CODER}/pods?`, `list pods in namespace ${CODER}: denied: forbidden (403)`],
  ["/apis/apps/v1/deployments?", "list deployments.apps: denied: forbidden (403)"],
  ["/api/v1/persistentvolumes?", "list persistentvolumes: denied: forbidden (403)"],
  ["/api/v1/namespaces?", "list namespaces: denied: forbidden (403)"],
  ["GET /apis", "get /apis: denied: forbidden (403)"],
])("a refusal of %s makes the listing fail, with verb and resource", async (match, reason) => {
  await using world = await sharedCluster();
  world.api.mishaps.push({ match, status: 403, body: { message: "forbidden" }, left: 1 });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({ state: "failed", reason: expect.stringContaining(reason) });
});

test("of many refusals the first are told, and the others counted", async () => {
  await using world = await sharedCluster();
  world.api.mishaps.push({ match: "/apis/", status: 403, body: { message: "forbidden" }, left: 99 });
  world.api.mishaps.push({ match: "/api/v1/", status: 403, body: { message: "forbidden" }, left: 99 });
  const { api } = world;
  api.mishaps.unshift(
    ...Object.keys(api.kinds)
      .slice(1)
      .map((match) => ({ match: `GET ${match}`, status: 403, body: { message: "no" }, left: 1 })),
  );
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({
    state: "failed",
    reason: expect.stringMatching(/; and \d+ more such answers$/),
  });
});

test("an API server that is away is asked once, and fails the listing", async () => {
  await using world = await sharedCluster();
  world.api.mishaps.unshift({ match: "/readyz", status: 500, body: "etcd failed", left: 1 });
  expect(await world.inventory.list({ runId: RUN }, signal)).toMatchObject({ state: "failed", partial: [] });
  expect(world.api.requests).toEqual(["GET /readyz"]);
});

test("a namespace that stays in Terminating is named with what holds it", async () => {
  await using world = await sharedCluster();
  world.api.put("/api/v1", undefined, "namespaces", {
    ...named(CODER, LABELS, { deletionTimestamp: "2026-11-22T08:00:00Z" }),
    status: {
      conditions: [
        {
          type: "NamespaceDeletionDiscoveryFailure",
          status: "True",
          message: "metrics.k8s.io/v1beta1 fails",
        },
        {
          type: "NamespaceContentRemaining",
          status: "True",
          message: "configmaps. has 1 resource instances",
        },
        { type: "NamespaceFinalizersRemaining", status: "True", message: "example.com/x in 1 instances" },
      ],
    },
  });
  const [namespace] = await world.seen(RUN);
  expect(namespace?.held).toBe(
    "it is being deleted: configmaps. has 1 resource instances; example.com/x in 1 instances; metrics.k8s.io/v1beta1 fails",
  );
});

test("a Job goes with its pods", async () => {
  await using world = await sharedCluster();
  world.api.put("/apis/batch/v1", CODER, "jobs", named("load", LABELS));
  const job = (await world.seen(RUN)).find(({ name }) => name === "load");
  expect(await world.inventory.remove(job!, signal)).toEqual({ state: "removed" });
  expect(world.api.bodies.get(`DELETE ${job!.id}`)).toMatchObject({ propagationPolicy: "Background" });
});
