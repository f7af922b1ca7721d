import { expect, test } from "vitest";
import { seenIn } from "../../../../../harness/model/ports/listing.ts";
import type { InventoryItem } from "../../../../../harness/model/ports/inventory.ts";
import { googleError } from "../../../../../rehearsal/google-api/refusal.ts";
import {
  LABELS,
  link,
  NAME,
  names,
  plantOthers,
  plantRun,
  project,
  REGION,
  RUN,
  signal,
  ZONE,
} from "../project.ts";

const disk: InventoryItem = {
  id: `compute:projects/some-project/${ZONE}/disks/d`,
  kind: "google_compute_disk",
  name: "d",
  labels: LABELS,
};

test("removing what is listed, in its order, empties the project of the run and of nothing else", async () => {
  await using world = await project();
  plantRun(world.google);
  plantOthers(world.google);
  world.google.put("global", "networks", { name: `${NAME}-peered`, peerings: [{ name: "theirs" }] });
  const before = await world.inventory.list({ runId: RUN }, signal);
  const refused: unknown[] = [];
  for (const item of seenIn(before)) {
    const outcome = await world.inventory.remove(item, signal);
    if (outcome.state !== "removed") refused.push({ ...outcome, name: item.name });
  }
  expect(refused).toEqual([]);
  expect(await world.inventory.list({ runId: RUN }, signal)).toMatchObject({ state: "complete", items: [] });
  expect([...world.google.store.keys()].map((key) => key.split("/").at(-1)).sort()).toEqual([
    "data",
    "default",
    "default-allow-ssh",
    "k8s-fw-of-somebody",
    "mybench-5t6w4y1z0abc",
    "production",
  ]);
  expect(world.google.policy["bindings"]).toEqual([
    { role: "roles/container.defaultNodeServiceAccount", members: ["user:ada@example.com"] },
  ]);
});

test("a delete is done when its operation is, not when it is accepted", async () => {
  await using world = await project();
  world.google.put(ZONE, "disks", { name: "d" });
  world.google.world.durationMs = () => 5_000;
  expect(await world.inventory.remove(disk, signal)).toEqual({ state: "removed" });
  expect(world.google.store.size).toBe(0);
  expect(
    world.google.requests.filter((line) => line.includes(`${ZONE}/operations/operation-1`)),
  ).toHaveLength(4);
});

test("a delete that does not end is in use, and names its operation", async () => {
  await using world = await project();
  world.google.put(ZONE, "disks", { name: "d" });
  world.google.world.durationMs = () => Number.POSITIVE_INFINITY;
  expect(await world.inventory.remove(disk, signal)).toEqual({
    state: "in-use",
    reason: `its deletion has not finished after 10 min (projects/some-project/${ZONE}/operations/operation-1)`,
  });
});

test("an accepted delete whose operation cannot be followed is not taken for done", async () => {
  await using world = await project();
  world.google.put(ZONE, "disks", { name: "d" });
  world.google.world.durationMs = () => 5_000;
  world.google.refuse({
    match: "/operations/",
    status: 404,
    body: googleError(404, "notFound", "no such operation"),
  });
  expect(await world.inventory.remove(disk, signal)).toMatchObject({ state: "failed" });
});

test.each([
  ["resource in use", { code: "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", message: "used by x" }, "in-use"],
  ["not ready", { code: "RESOURCE_NOT_READY", message: "wait" }, "in-use"],
  ["not found", { code: "RESOURCE_NOT_FOUND", message: "gone" }, "gone"],
  ["quota of operations", { code: "RATE_LIMIT_EXCEEDED", message: "slow down" }, "throttled"],
  ["anything else", { code: "INTERNAL_ERROR", message: "oops" }, "failed"],
])("an operation that ends with an error is not a removal: %s", async (_name, error, state) => {
  await using world = await project();
  world.google.put(ZONE, "disks", { name: "d" });
  world.google.world.operations.errors.set("disks/d", error);
  expect(await world.inventory.remove(disk, signal)).toMatchObject({ state });
});

test.each([
  ["not there", 404, googleError(404, "notFound", "not found"), "gone"],
  ["used, as 400", 400, googleError(400, "resourceInUseByAnotherResource", "used by x"), "in-use"],
  ["used, as 409", 409, googleError(409, "alreadyExists", "conflict"), "in-use"],
  ["busy with another operation", 400, googleError(400, "resourceNotReady", "not ready"), "in-use"],
  [
    "precondition, as AIP writes it",
    400,
    { error: { code: 400, message: "m", status: "FAILED_PRECONDITION" } },
    "in-use",
  ],
  ["protected", 400, googleError(400, "failedPrecondition", "deletion protection is on"), "denied"],
  ["forbidden", 403, googleError(403, "forbidden", "Required permission"), "denied"],
  ["signed out", 401, googleError(401, "authError", "Invalid Credentials"), "denied"],
  ["too fast, as 429", 429, {}, "throttled"],
  ["too fast, as 403", 403, googleError(403, "rateLimitExceeded", "slow down"), "throttled"],
  [
    "too fast, in details",
    403,
    { error: { code: 403, message: "m", details: [{ reason: "RATE_LIMIT_EXCEEDED" }] } },
    "throttled",
  ],
  ["unavailable", 503, "upstream connect error", "throttled"],
  ["a server's fault", 500, googleError(500, "backendError", "oops"), "failed"],
  ["a bad request", 400, googleError(400, "invalid", "bad"), "failed"],
])("every refusal of a delete has its outcome: %s", async (_name, status, body, state) => {
  await using world = await project();
  world.google.refuse({ match: "DELETE", status, body });
  expect(await world.inventory.remove(disk, signal)).toMatchObject({ state });
});

test("an item that another one uses is in use until the other one is gone", async () => {
  await using world = await project();
  const network = link(world.google.put("global", "networks", { name: `${NAME}-net` }));
  world.google.put(REGION, "subnetworks", { name: `${NAME}-subnet`, network });
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  const [subnetwork, net] = items;
  expect(await world.inventory.remove(net!, signal)).toMatchObject({
    state: "in-use",
    reason: expect.stringContaining("already being used by"),
  });
  expect(await world.inventory.remove(subnetwork!, signal)).toEqual({ state: "removed" });
  expect(await world.inventory.remove(net!, signal)).toEqual({ state: "removed" });
});

test("manual resources are never removed", async () => {
  await using world = await project();
  world.google.put(ZONE, "disks", { name: "d" });
  const item = { ...disk, labels: { ...LABELS, "bench-managed": "manual" } };
  expect(await world.inventory.remove(item, signal)).toMatchObject({ state: "denied" });
  expect(world.google.requests).toEqual([]);
});

test("an item of another project is never removed", async () => {
  await using world = await project();
  const item = { ...disk, id: `compute:projects/production/${ZONE}/disks/d` };
  expect(await world.inventory.remove(item, signal)).toMatchObject({ state: "denied" });
  expect(world.google.requests).toEqual([]);
});

test("a grant is taken out of the policy as it is now, with its conditions and its other members", async () => {
  await using world = await project();
  const condition = { title: "until then", expression: "request.time < timestamp('2027-01-01T00:00:00Z')" };
  const member = `serviceAccount:${NAME}-vm@some-project.iam.gserviceaccount.com`;
  world.google.policy = {
    version: 3,
    etag: "e7",
    bindings: [
      { role: "roles/viewer", members: [member] },
      { role: "roles/editor", members: ["user:ada@example.com"], condition },
    ],
  };
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  world.google.refuse({
    match: ":setIamPolicy",
    status: 409,
    body: googleError(409, "aborted", "concurrent"),
    times: 1,
  });
  expect(await world.inventory.remove(items[0]!, signal)).toEqual({ state: "removed" });
  expect(world.google.policy).toMatchObject({
    version: 3,
    bindings: [{ role: "roles/editor", members: ["user:ada@example.com"], condition }],
  });
  expect(await world.inventory.remove(items[0]!, signal)).toEqual({ state: "gone" });
});

test("a zone of names is emptied before it is deleted, its own two records excepted", async () => {
  await using world = await project();
  world.google.put("", "managedZones", { name: `${NAME}-zone` }, "dns");
  const records = [
    { name: "x.test.", type: "NS" },
    { name: "x.test.", type: "SOA" },
    { name: "a.x.test.", type: "A" },
  ];
  world.google.refuse({
    match: "GET /dns/projects/some-project/managedZones/",
    status: 200,
    body: { rrsets: records },
  });
  world.google.refuse({ match: "/rrsets/a.x.test./A", status: 200, body: {}, times: 1 });
  const items = seenIn(await world.inventory.list({ runId: RUN }, signal));
  expect(names({ state: "complete", scope: "", kinds: [], items })).toEqual([
    `google_dns_managed_zone ${NAME}-zone`,
  ]);
  expect(await world.inventory.remove(items[0]!, signal)).toEqual({ state: "removed" });
  expect(world.google.requests.filter((line) => line.startsWith("DELETE"))).toEqual([
    `DELETE /dns/projects/some-project/managedZones/${NAME}-zone/rrsets/a.x.test./A`,
    `DELETE /dns/projects/some-project/managedZones/${NAME}-zone`,
  ]);
});
