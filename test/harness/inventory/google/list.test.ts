import { expect, test } from "vitest";
import { seenIn } from "../../../../harness/model/ports/listing.ts";
import { COLLECTIONS, GOOGLE_KINDS } from "../../../../harness/inventory/google/kinds.ts";
import { googleError } from "../../../../rehearsal/google-api/refusal.ts";
import {
  LABELS,
  link,
  NAME,
  names,
  OTHER_NAME,
  OTHER_RUN,
  plantOthers,
  plantRun,
  project,
  REGION,
  RUN,
  signal,
  ZONE,
} from "./project.ts";

test("an empty project is complete and empty, and names its scope", async () => {
  await using world = await project();
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({ state: "complete", items: [] });
  expect(answer.scope).toContain("Google project some-project");
});

test("a run is found by its labels, its names, what it lives in and what its controllers made", async () => {
  await using world = await project();
  plantRun(world.google);
  plantOthers(world.google);
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer.state).toBe("complete");
  expect(names(answer)).toEqual([
    "google_compute_disk pvc-2f1c",
    "google_compute_firewall gke-bench-5t6w4y1z0-all",
    "google_compute_firewall k8s2-ab12cd34-l4-shared-hc-fw",
    "google_compute_forwarding_rule k8s2-tcp-ab12cd34-coder-coder-x1y2",
    "google_compute_health_check k8s2-ab12cd34-l4-shared-hc",
    "google_compute_instance gke-bench-5t6w4y1z0-coder-7f3a",
    "google_compute_instance_group k8s-ig--ab12cd34",
    "google_compute_network bench-5t6w4y1z0abc-net",
    "google_compute_region_backend_service k8s2-ab12cd34-coder-coder-x1y2",
    "google_compute_router bench-5t6w4y1z0abc-router",
    "google_compute_subnetwork bench-5t6w4y1z0abc-subnet",
    "google_compute_target_pool a0123456789abcdef0123456789abcde",
    "google_container_cluster bench-5t6w4y1z0abc-gke",
    "google_project_iam_member roles/container.defaultNodeServiceAccount of serviceAccount:bench-5t6w4y1z0abc-nodes@some-project.iam.gserviceaccount.com",
    "google_service_account bench-5t6w4y1z0abc-nodes",
    "google_sql_database_instance bench-5t6w4y1z0abc-db",
  ]);
  expect(seenIn(answer).every((item) => item.runId === RUN)).toBe(true);
});

test("only what a cluster's controllers named is marked as theirs", async () => {
  await using world = await project();
  plantRun(world.google);
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  const theirs = items.filter((item) => item.madeByController).map(({ name }) => name);
  expect(theirs).toContain("pvc-2f1c");
  expect(theirs).toContain("k8s2-tcp-ab12cd34-coder-coder-x1y2");
  // Nor the cluster's own machines and rules, which end with it: who waits for controllers would wait in vain.
  expect(theirs.filter((name) => /^(bench|gke)-/.test(name))).toEqual([]);
});

test("every page is read: what is on the last one counts", async () => {
  await using world = await project();
  world.google.project.pageSize = 2;
  for (let index = 0; index < 7; index += 1) {
    world.google.put(ZONE, "disks", { name: `${NAME}-disk-${index}` });
    world.google.put("global", "firewalls", { name: `${NAME}-rule-${index}` });
    world.google.put("", "secrets", { name: `${NAME}-secret-${index}` }, "secretManager");
  }
  world.google.project.assets = Array.from({ length: 5 }, (_, index) => ({
    assetType: "redis.googleapis.com/Instance",
    name: `//redis.googleapis.com/projects/some-project/locations/us-central1/instances/${NAME}-${index}`,
  }));
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer.state).toBe("complete");
  expect(seenIn(answer)).toHaveLength(26);
});

test("pages that come again and again are a failed answer, not an endless one", async () => {
  await using world = await project();
  const body = { kind: "compute#firewallList", items: [], nextPageToken: "again" };
  world.google.refuse({ match: "/global/firewalls", status: 200, body });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({
    state: "failed",
    reason: expect.stringContaining("google_compute_firewall: not read to its end"),
  });
});

test("a zone that did not answer makes the answer failed, and the other zones' items are still reported", async () => {
  await using world = await project();
  world.google.put(ZONE, "disks", { name: `${NAME}-disk` });
  world.google.project.unreachable = ["zones/us-central1-f"];
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({
    state: "failed",
    reason: expect.stringContaining(
      "google_compute_disk, google_compute_region_disk: partial: UNREACHABLE in zones/us-central1-f",
    ),
  });
  expect(names(answer)).toEqual([`google_compute_disk ${NAME}-disk`]);
});

test("Cloud SQL that answers nothing at all has no instance", async () => {
  await using world = await project();
  world.google.refuse({ match: "sql/projects", status: 200, body: {} });
  expect(await world.inventory.list({ runId: RUN }, signal)).toMatchObject({ state: "complete" });
});

test.each([
  ["unreachables", "/aggregated/disks", { kind: "compute#diskAggregatedList", unreachables: ["zones/z"] }],
  [
    "a list's own warning",
    "/global/networks",
    { kind: "compute#networkList", warning: { code: "UNREACHABLE" } },
  ],
  [
    "a warning of an unknown code",
    "/global/networks",
    { kind: "compute#networkList", warning: { code: "NEWER_THAN_US" } },
  ],
  ["missing zones of clusters", "/clusters", { clusters: [], missingZones: ["us-central1-f"] }],
  [
    "a database region out of reach",
    "sql/projects",
    { kind: "sql#instancesList", warnings: [{ code: "REGION_UNREACHABLE", region: "us-central1" }] },
  ],
  ["an answer without a kind", "/global/networks", {}],
  ["an answer of another kind", "/global/networks", { kind: "compute#zone" }],
  ["a page of a proxy", "/global/networks", "<html>sign in</html>"],
])("a partial answer is never complete: %s", async (_name, match, body) => {
  await using world = await project();
  world.google.refuse({ match, status: 200, body });
  expect(await world.inventory.list({ runId: RUN }, signal)).toMatchObject({ state: "failed" });
});

test.each([
  [
    "no permission",
    403,
    googleError(403, "forbidden", "Required 'compute.networks.list' permission"),
    "google_compute_network: denied",
  ],
  [
    "an expired token",
    401,
    googleError(401, "authError", "Invalid Credentials"),
    "google_compute_network: denied",
  ],
  [
    "a project that is not found",
    404,
    googleError(404, "notFound", "no such project"),
    "google_compute_network: gone",
  ],
  ["a server that fails", 500, googleError(500, "backendError", "oops"), "google_compute_network: failed"],
  [
    "a server that is always busy",
    429,
    googleError(429, "rateLimitExceeded", "slow down"),
    "google_compute_network: throttled",
  ],
])("a refused list makes the answer failed and names the kind: %s", async (_name, status, body, reason) => {
  await using world = await project();
  world.google.put(ZONE, "disks", { name: `${NAME}-disk` });
  world.google.refuse({ match: "/global/networks", status, body });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({ state: "failed", reason: expect.stringContaining(reason) });
  expect(seenIn(answer)).toHaveLength(1);
});

test("a busy list is asked again after the wait that it names", async () => {
  await using world = await project();
  world.google.put("global", "networks", { name: `${NAME}-net` });
  world.google.refuse({
    match: "/global/networks",
    status: 403,
    body: googleError(403, "rateLimitExceeded", "slow down"),
    headers: { "retry-after": "7" },
    times: 2,
  });
  const before = world.clock.now();
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer.state).toBe("complete");
  expect(seenIn(answer)).toHaveLength(1);
  expect(world.clock.now() - before).toBe(14_000);
});

test("a service that is down is asked a bounded number of times", async () => {
  await using world = await project();
  world.google.refuse({ match: "/global/networks", status: 503 });
  await world.inventory.list({ runId: RUN }, signal);
  expect(world.google.requests.filter((line) => line.includes("/global/networks"))).toHaveLength(5);
});

test("missing credentials are a denied answer that says how to sign in", async () => {
  await using world = await project({
    auth: { headers: () => Promise.reject(new Error("sign in with gcloud")) },
  });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({
    state: "failed",
    reason: expect.stringContaining("denied: sign in with gcloud"),
  });
  expect(world.google.requests).toEqual([]);
});

const OFF = googleError(
  403,
  "accessNotConfigured",
  "Cloud API has not been used in project before or it is disabled",
);

test("a disabled API that no stack uses is named in the scope", async () => {
  await using world = await project();
  world.google.refuse({ match: ":searchAllResources", status: 403, body: OFF });
  world.google.refuse({ match: "/managedZones", status: 403, body: OFF });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({ state: "complete" });
  expect(answer.scope).toContain(
    "not listed, because their API is disabled: google_dns_managed_zone, Cloud Asset search",
  );
  expect(answer.state === "complete" && answer.kinds).not.toContain("google_dns_managed_zone");
});

test("an API that is off although a stack uses it makes the answer failed", async () => {
  await using world = await project();
  world.google.refuse({ match: "sql/projects", status: 403, body: OFF });
  expect(await world.inventory.list({ runId: RUN }, signal)).toMatchObject({ state: "failed" });
});

test("an asset search that is denied makes the answer failed", async () => {
  await using world = await project();
  world.google.refuse({
    match: ":searchAllResources",
    status: 403,
    body: googleError(403, "forbidden", "no"),
  });
  expect(await world.inventory.list({ runId: RUN }, signal)).toMatchObject({ state: "failed" });
});

test("an asset of a kind without a list is an item; one of a kind with a separate list is left to that list", async () => {
  await using world = await project();
  const asset = (assetType: string, path: string, labels = {}): Record<string, unknown> => ({
    assetType,
    name: `//x.googleapis.com/projects/some-project/${path}`,
    labels,
  });
  world.google.project.assets = [
    asset("redis.googleapis.com/Instance", "locations/us-central1/instances/cache", LABELS),
    asset("redis.googleapis.com/Instance", `locations/us-central1/instances/${OTHER_NAME}`),
    asset("compute.googleapis.com/Disk", `${ZONE}/disks/${NAME}-gone-already`),
    asset("k8s.io/Pod", `${ZONE}/clusters/${NAME}-gke/k8s/namespaces/coder/pods/p`),
  ];
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(names(answer)).toEqual(["asset:redis.googleapis.com/Instance cache"]);
  expect(await world.inventory.remove(seenIn(answer)[0]!, signal)).toMatchObject({ state: "denied" });
});

test("without a run everything of refbench is listed, each with its run when it is known", async () => {
  await using world = await project();
  plantOthers(world.google);
  world.google.put(ZONE, "disks", { name: "d1", labels: LABELS });
  world.google.put("global", "networks", { name: `${NAME}-net` });
  world.google.put("global", "networks", { name: `${OTHER_NAME}-net` });
  const items = seenIn(await world.inventory.list({}, signal));
  expect(items.map(({ name, runId }) => [name, runId])).toEqual([
    ["d1", RUN],
    [`${NAME}-net`, RUN],
    [`${OTHER_NAME}-net`, undefined],
  ]);
});

test("an item without labels takes its run's expiry and its manual mark", async () => {
  await using world = await project();
  world.google.put(ZONE, "disks", {
    name: "d1",
    labels: { ...LABELS, "bench-managed": "manual", "bench-expires": "never" },
  });
  world.google.put(ZONE, "disks", { name: "d2", labels: { ...LABELS, "bench-managed": "coder" } });
  world.google.put("global", "networks", { name: `${NAME}-net` });
  const items = seenIn(await world.inventory.list({}, signal));
  const network = items.find(({ kind }) => kind === "google_compute_network")!;
  expect(network.labels).toEqual({ "bench-run": RUN, "bench-managed": "manual", "bench-expires": "never" });
  expect(items.find(({ name }) => name === "d2")?.labels["bench-managed"]).toBe("coder");
});

test("a run is never given what only another run's things are linked to", async () => {
  await using world = await project();
  const network = link(world.google.put("global", "networks", { name: `${OTHER_NAME}-net` }));
  world.google.put("global", "firewalls", { name: "k8s2-ab12cd34-l4-shared-hc-fw", network });
  world.google.put(
    "locations/us-central1-a",
    "clusters",
    {
      name: `${OTHER_NAME}-gke`,
      location: "us-central1-a",
      resourceLabels: { ...LABELS, "bench-run": OTHER_RUN },
    },
    "container",
  );
  world.google.put("global", "healthChecks", { name: "k8s2-ffffffff-l4-shared-hc" });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(seenIn(answer)).toEqual([]);
  expect(answer.scope).toContain("1 resources of controllers left out, because another cluster may own them");
});

test("an unlinked item of a controller is the run's if no other cluster lives and it is not older", async () => {
  await using world = await project();
  world.google.put("global", "healthChecks", {
    name: "k8s2-ffffffff-l4-shared-hc",
    creationTimestamp: "2030-01-01T00:00:00Z",
  });
  world.google.put("global", "healthChecks", {
    name: "k8s2-eeeeeeee-l4-shared-hc",
    creationTimestamp: "2020-01-01T00:00:00Z",
  });
  world.google.put(ZONE, "disks", {
    name: "pvc-in-use",
    users: ["somebody"],
    creationTimestamp: "2030-01-01T00:00:00Z",
  });
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(names(answer)).toEqual(["google_compute_health_check k8s2-ffffffff-l4-shared-hc"]);
});

test("a balancer's last piece is known by what was seen of its cluster before", async () => {
  await using world = await project();
  plantRun(world.google);
  await world.inventory.list({ runId: RUN }, signal);
  world.google.store.clear();
  world.google.put(
    "locations/us-central1-a",
    "clusters",
    { name: "somebodys", location: "us-central1-a" },
    "container",
  );
  world.google.put("global", "healthChecks", { name: "k8s2-ab12cd34-l4-shared-hc" });
  world.google.policy["bindings"] = [];
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(names(answer)).toEqual(["google_compute_health_check k8s2-ab12cd34-l4-shared-hc"]);
});

test("an item that a controller made with a run's thing is the run's, even beside other clusters", async () => {
  await using world = await project();
  const { google } = world;
  google.put(
    "locations/us-central1-a",
    "clusters",
    { name: "somebodys", location: "us-central1-a" },
    "container",
  );
  const network = link(google.put("global", "networks", { name: `${NAME}-net` }));
  const check = google.put("global", "httpHealthChecks", { name: "a0123456789abcdef0123456789abcde" });
  const shared = google.put("global", "httpHealthChecks", { name: "somebodys-check" });
  const theirs = google.put(ZONE, "disks", { name: "somebodys-data" });
  const boot = google.put(ZONE, "disks", { name: "gke-bench-5t6w4y1z0-coder-7f3a" });
  const node = google.put(ZONE, "instances", {
    name: "gke-bench-5t6w4y1z0-coder-7f3a",
    networkInterfaces: [{ network }],
    disks: [{ source: link(boot) }, { source: link(theirs) }],
  });
  google.put(REGION, "targetPools", {
    name: "a0123456789abcdef0123456789abcde",
    instances: [link(node)],
    healthChecks: [link(check), link(shared)],
  });
  expect(names(await world.inventory.list({ runId: RUN }, signal))).toEqual([
    "google_compute_disk gke-bench-5t6w4y1z0-coder-7f3a",
    "google_compute_http_health_check a0123456789abcdef0123456789abcde",
    "google_compute_instance gke-bench-5t6w4y1z0-coder-7f3a",
    `google_compute_network ${NAME}-net`,
    "google_compute_target_pool a0123456789abcdef0123456789abcde",
  ]);
});

test("a network's peering is listed before the network", async () => {
  await using world = await project();
  world.google.put("global", "networks", {
    name: `${NAME}-net`,
    peerings: [{ name: "servicenetworking-googleapis-com" }],
  });
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  expect(items.map(({ kind }) => kind)).toEqual(["google_compute_network_peering", "google_compute_network"]);
});

test("routes that Google makes and deletes belong to no run", async () => {
  await using world = await project();
  const network = link(world.google.put("global", "networks", { name: `${NAME}-net` }));
  world.google.put("global", "routes", { name: "default-route-1f2e3d", network });
  world.google.put("global", "routes", { name: "gke-bench-custom", network });
  world.google.put(REGION, "instanceGroups", { name: "gke-group", network, region: "us-central1" });
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  expect(items.map(({ name }) => name)).toEqual(["gke-bench-custom", `${NAME}-net`]);
});

test("an account that is gone still has its grant", async () => {
  await using world = await project();
  const member = `deleted:serviceAccount:${NAME}-nodes@some-project.iam.gserviceaccount.com?uid=123`;
  world.google.policy["bindings"] = [{ role: "roles/viewer", members: [member] }];
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  expect(items.map(({ kind }) => kind)).toEqual(["google_project_iam_member"]);
});

test("every kind is really asked for, by a separate call", async () => {
  await using world = await project();
  const answer = await world.inventory.list({ runId: RUN }, signal);
  expect(answer).toMatchObject({ kinds: expect.arrayContaining([...GOOGLE_KINDS]) });
  const asked = new Set(world.google.requests.map((line) => line.split("?")[0]));
  expect(asked.size).toBe(COLLECTIONS.length + 2);
});

test("an aborted list throws the signal's reason instead of answering", async () => {
  await using world = await project();
  await expect(world.inventory.list({ runId: RUN }, AbortSignal.abort(new Error("stop")))).rejects.toThrow(
    "stop",
  );
});
