import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFaults } from "../../../rehearsal/twin/faults.ts";
import { faultsMet, findUnplayedFaults } from "../../../rehearsal/twin/planned-faults.ts";
import { network } from "./configuration.ts";
import { Twin } from "./workdir.ts";

const firewall = (prefix: string): object => ({
  fw: { name: `${prefix}-fw`, network: "${google_compute_network.net.id}", allow: [{ protocol: "tcp" }] },
});

test("a refused create makes nothing, and succeeds after the planned refusals", async () => {
  await using twin = await Twin.prepare({
    faults: [
      { op: "create", type: "google_compute_sub*", do: "refuse", message: "Error 403: quota exceeded" },
    ],
  });
  const stack = twin.stack("one", network("a"));
  const refused = await twin.apply(stack);
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.output).toContain("Error 403: quota exceeded");
  expect(await twin.existing()).toEqual(["google_compute_network a-net"]);
  expect(await twin.apply(stack)).toMatchObject({ exitCode: 0 });
});

test("a create whose answer is lost is an orphan that destroy does not know, and that holds its network back", async () => {
  await using twin = await Twin.prepare({
    faults: [{ op: "create", type: "google_compute_firewall", name: "b-fw", do: "accept-and-lose-answer" }],
  });
  const stack = twin.stack("one", network("b", { google_compute_firewall: firewall("b") }));
  expect((await twin.apply(stack)).output).toContain("connection reset by peer");
  const destroyed = await twin.destroy(stack);
  expect(destroyed.output).toMatch(/is already being used by '.*firewalls\/b-fw'/);
  expect(await twin.existing()).toEqual(["google_compute_firewall b-fw", "google_compute_network b-net"]);
});

test("a leak is a disk of the run that no state knows; a delete that is in use ends in a later destroy", async () => {
  await using twin = await Twin.prepare({
    faults: [
      { op: "create", type: "google_compute_address", do: "leak" },
      {
        op: "delete",
        type: "google_compute_network",
        do: "in-use",
        message: "projects/x/global/firewalls/late",
      },
      { op: "read", type: "google_compute_address", do: "refuse", message: "Error 503: backend error" },
    ],
  });
  const stack = twin.stack("one", network("c", { google_compute_address: { ip: { name: "c-ip" } } }));
  expect(await twin.apply(stack)).toMatchObject({ exitCode: 0 });
  expect((await twin.destroy(stack)).output).toContain("Error 503: backend error");
  expect((await twin.destroy(stack)).output).toContain(
    "is already being used by 'projects/x/global/firewalls/late'",
  );
  expect(await twin.destroy(stack)).toMatchObject({ exitCode: 0 });
  const left = await twin.items();
  expect(left).toMatchObject([{ kind: "google_compute_disk", origin: "leak" }]);
  expect(left[0]!.labels["bench-run"]).toBeDefined();
});

test("a slow create that is interrupted is kept by the state, tainted, and destroy removes it", async () => {
  await using twin = await Twin.prepare({
    faults: [{ op: "create", type: "google_compute_network", do: "slow", ms: 3_600_000 }],
    startsPlugins: true,
  });
  const stack = twin.stack("one", network("d"));
  await twin.terraform(stack, ["init"]);
  const isAccepted = async (): Promise<boolean> => (await twin.items()).length > 0;
  const interrupted = await twin.interrupt(stack, ["apply", "-auto-approve"], isAccepted);
  expect(interrupted).toMatchObject({ exitCode: 1 });
  expect(await twin.items()).toMatchObject([{ status: "creating" }]);
  expect((await twin.terraform(stack, ["show"])).output).toContain("tainted");
  expect(await twin.destroy(stack)).toMatchObject({ exitCode: 0 });
  expect(await twin.existing()).toEqual([]);
});

test("if two runs want one name at once, the second learns that it is taken", async () => {
  await using twin = await Twin.prepare();
  const stacks = ["one", "two"].map((name) => twin.stack(name, network("same")));
  const outcomes = await Promise.all(stacks.map((stack) => twin.apply(stack)));
  const refused = outcomes.filter(({ exitCode }) => exitCode !== 0);
  expect(refused).toHaveLength(1);
  expect(refused[0]!.output).toMatch(/Error 409: The resource '.*networks\/same-net' already exists/);
  expect(await twin.existing()).toEqual([
    "google_compute_network same-net",
    "google_compute_subnetwork same-subnet",
  ]);
});

test("a reference to what does not exist is refused as the cloud would", async () => {
  await using twin = await Twin.prepare();
  const stack = twin.stack("one", {
    ...network("e", {
      google_compute_firewall: { fw: { name: "e-fw", network: "nowhere", allow: [{ protocol: "tcp" }] } },
    }),
  });
  expect((await twin.apply(stack)).output).toMatch(/Error 404: The resource 'nowhere' was not found/);
});

test("a throttled create and a stuck delete are refused, and succeed when their time is over", async () => {
  await using twin = await Twin.prepare({
    faults: [
      { op: "create", type: "google_compute_network", do: "throttle" },
      { op: "delete", type: "google_compute_network", do: "stuck-delete" },
    ],
  });
  const stack = twin.stack("one", network("f"));
  expect((await twin.apply(stack)).output).toContain("Error 429");
  expect(await twin.apply(stack)).toMatchObject({ exitCode: 0 });
  for (let call = 0; call < 2; call += 1) expect((await twin.destroy(stack)).output).toContain("Error 503");
  expect(await twin.existing()).toContain("google_compute_network f-net");
});

test("a fault of one zone does not touch another", async () => {
  const message = "Error 400: ZONE_RESOURCE_POOL_EXHAUSTED";
  await using twin = await Twin.prepare({
    faults: [
      { op: "create", type: "google_compute_disk", zone: "us-central1-a", do: "refuse", message, times: 9 },
    ],
  });
  const disk = (name: string, zone: string): object => ({
    google_compute_disk: { disk: { name, zone, size: 10 } },
  });
  const elsewhere = twin.stack("b", { resource: disk("in-b", "us-central1-b") });
  expect(await twin.apply(elsewhere)).toMatchObject({ exitCode: 0 });
  const there = twin.stack("a", { resource: disk("in-a", "us-central1-a") });
  expect((await twin.apply(there)).output).toContain(message);
});

test("a resource in use for minutes is refused at every destroy until they are over", async () => {
  await using twin = await Twin.prepare({
    faults: [{ op: "delete", type: "google_compute_network", do: "in-use", ms: 3_600_000 }],
  });
  const stack = twin.stack("one", network("u"));
  expect(await twin.apply(stack)).toMatchObject({ exitCode: 0 });
  for (let attempt = 0; attempt < 2; attempt += 1)
    expect((await twin.destroy(stack)).output).toContain("resourceInUseByAnotherResource");
  expect(await twin.existing()).toEqual(["google_compute_network u-net"]);
});

async function faultsFile(...faults: readonly object[]): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "refbench-faults-")), "faults.json");
  await writeFile(file, JSON.stringify({ faults }));
  return file;
}

test.each([
  ["google_container_clustr", 'did you mean "google_container_cluster"?'],
  ["google_sqll_*", 'at faults[0].type "google_sqll_*", which matches no type of the twin'],
  ["container_cluster", "expected a Terraform type"],
])("a fault of the unknown type %s is refused before anything is made", async (type, message) => {
  const file = await faultsFile({ op: "create", type, do: "refuse" });
  expect(() => readFaults(file)).toThrow(message);
});

test.each(["*", "google_sql_*", "aws_lb", "helm_release", "kubernetes_service"])(
  "%s is a type that a fault can meet",
  async (type) => {
    expect(readFaults(await faultsFile({ op: "delete", type, do: "stuck-delete" }))).toHaveLength(1);
  },
);

test("a planned fault that no call has met is reported, with how near it came", async () => {
  const file = await faultsFile(
    { op: "create", type: "google_sql_*", do: "refuse" },
    { op: "delete", type: "aws_vpc", name: "mine", do: "stuck-delete", nth: 2 },
    { op: "list", do: "fail" },
  );
  const none = [
    "faults[0], refuse on create of google_sql_*: no call matched",
    "faults[1], stuck-delete on delete of aws_vpc named mine: no call matched",
    "faults[2], fail on list: no call matched",
  ];
  expect(findUnplayedFaults(file)).toEqual(none);
  await faultsMet(file, { op: "create", type: "google_sql_user", name: "coder" });
  await faultsMet(file, { op: "delete", type: "aws_vpc", name: "mine" });
  expect(findUnplayedFaults(file)).toEqual([
    "faults[1], stuck-delete on delete of aws_vpc named mine: 1 of 2 calls matched",
    none[2],
  ]);
  await faultsMet(file, { op: "delete", type: "aws_vpc", name: "mine" });
  await faultsMet(file, { op: "list", type: "*", name: "*" });
  expect(findUnplayedFaults(file)).toEqual([]);
});
