import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { awsInventory } from "../../../harness/inventory/aws/inventory.ts";
import { tokenAccess } from "../../../harness/kubernetes/access.ts";
import { kubernetesInventory } from "../../../harness/inventory/kubernetes/inventory.ts";
import { sharedClusterInventory } from "../../../harness/inventory/kubernetes/shared/inventory.ts";
import { isManual } from "../../../harness/model/cloud/run-mark.ts";
import { assess } from "../../../harness/inventory/sweep/assess.ts";
import { EMPTY_LEDGER } from "../../../harness/inventory/sweep/ledger.ts";
import type { Inventory, InventoryItem } from "../../../harness/model/ports/inventory.ts";
import { seenIn } from "../../../harness/model/ports/listing.ts";
import { run12 } from "../../../harness/model/run-id.ts";
import { itemKey } from "../../../rehearsal/inventory/key.ts";
import { makeStore } from "../../../rehearsal/inventory/store.ts";
import { twinInventory } from "../../../rehearsal/twin/inventory-adapter.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FakeKubernetes } from "../../support/fake-kubernetes.ts";
import { fakeAws } from "./aws/fake-aws.ts";
import { NAME, OTHER_NAME, OTHER_RUN, project, RUN, signal, ZONE } from "./google/project.ts";

const OLD = "2020-01-01T00:00:00.000Z";

interface Planted extends AsyncDisposable {
  readonly inventory: Inventory;
}

/** One thing with a name and labels, in each of the four inventories. */
type Plant = (name: string, labels: Readonly<Record<string, string>>) => Promise<Planted>;

const INVENTORIES: Readonly<Record<string, Plant>> = {
  google: async (name, labels) => {
    const world = await project();
    world.google.put(ZONE, "disks", { name, labels, creationTimestamp: OLD });
    return world;
  },
  aws: (name, labels) => {
    const tags = { Name: name, ...labels };
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const volume = { VolumeId: "vol-1", State: "available", CreateTime: new Date(OLD), Tags };
    const { clients } = fakeAws({ "ec2 DescribeVolumes": () => ({ Volumes: [volume] }) });
    const inventory = awsInventory({ account: "111111111111", region: "eu-west-1", clients });
    return Promise.resolve({ inventory, [Symbol.asyncDispose]: () => Promise.resolve() });
  },
  kubernetes: async (name, labels) => {
    const api = new FakeKubernetes();
    const access = tokenAccess({ server: await api.start(), token: () => Promise.resolve("a-token") });
    // A provisioner names a volume after nothing of ours: the namespace of its claim says whose it is.
    api.put("/api/v1", undefined, "persistentvolumes", {
      metadata: { name: "pvc-1", labels, creationTimestamp: OLD },
      spec: { claimRef: { namespace: name, name: "home" } },
    });
    const inventory = sharedClusterInventory({ access, clock: fakeClock(), cluster: "shared" });
    return { inventory, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
  },
  twin: async (name, labels) => {
    const root = await mkdtemp(join(tmpdir(), "refbench-twin-"));
    const about = { kind: "google_compute_disk", name, scope: "p/z" };
    await makeStore(join(root, "inventory")).put({
      ...about,
      key: itemKey(about.kind, about.scope, name),
      labels: { ...labels },
      status: "ready",
      createdAt: OLD,
      origin: "leak",
      uses: [],
    });
    return {
      inventory: twinInventory(root),
      [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
    };
  },
};

async function seen(inventory: Inventory, runId?: string): Promise<readonly InventoryItem[]> {
  const answer = await inventory.list(runId === undefined ? {} : { runId }, signal);
  expect(answer.state).toBe("complete");
  return seenIn(answer);
}

/** Returns the decisions of a sweep of everything with `--include-unlabelled`; an unlisted item is "not seen". */
function decisionsOn(items: readonly InventoryItem[]): string {
  const question = { olderThanMs: 3_600_000, includeUnlabelled: true, dryRun: false };
  const knowledge = {
    question,
    target: "t",
    nowMs: Date.parse(OLD) + 1e10,
    ledger: EMPTY_LEDGER,
    runs: new Map(),
    manualRuns: new Set<string>(),
  };
  const [decided] = assess(items, knowledge);
  return decided === undefined ? "not seen" : `${decided.decision.act}: ${decided.decision.reason}`;
}

describe.each(Object.entries(INVENTORIES))("in the inventory of %s", (kind, plant) => {
  test.each<[string, string, Record<string, string>]>([
    ["a label that is the run's id", "data", { "bench-run": RUN }],
    ["the run's prefix in the name", `${NAME}-disk`, {}],
    ["the run's prefix as the whole name", NAME, {}],
    ["both", `${NAME}-disk`, { "bench-run": RUN }],
  ])("%s makes a thing the run's", async (_name, name, labels) => {
    await using world = await plant(name, labels);
    const [item, ...more] = await seen(world.inventory, RUN);
    expect(more).toEqual([]);
    expect(item).toMatchObject({ runId: RUN });
    expect(item?.doubtful).toBeUndefined();
    expect(await seen(world.inventory, OTHER_RUN)).toEqual([]);
    expect(decisionsOn(await seen(world.inventory))).toBe("remove: old");
  });

  test.each<[string, string, Record<string, string>]>([
    ["a label in upper case", `${NAME}-disk`, { "bench-run": RUN.toUpperCase() }],
    ["a label cut by a character", `${NAME}-disk`, { "bench-run": RUN.slice(0, -1) }],
    ["a label with a space", `${NAME}-disk`, { "bench-run": `${RUN} ` }],
    ["a label with a zero-width space", `${NAME}-disk`, { "bench-run": `${RUN}\u200b` }],
    ["an empty label", `${NAME}-disk`, { "bench-run": "" }],
    ["another tool's label", `${NAME}-disk`, { "bench-run": "nightly-42" }],
    ["another run's label", `${NAME}-disk`, { "bench-run": OTHER_RUN }],
    ["another run's name", `${OTHER_NAME}-disk`, { "bench-run": RUN }],
  ])("%s makes a thing doubtful: left for the audit, never removed", async (_name, name, labels) => {
    await using world = await plant(name, labels);
    const [item, ...more] = await seen(world.inventory, RUN);
    expect(more).toEqual([]);
    expect(item?.doubtful).toContain(JSON.stringify(labels["bench-run"]).slice(1, -1));
    expect(await world.inventory.remove(item as InventoryItem, signal)).toMatchObject({ state: "denied" });
    expect(await seen(world.inventory, RUN)).toHaveLength(1);
    expect(decisionsOn(await seen(world.inventory))).toBe("keep: doubtful");
  });

  test.each<[string, string, Record<string, string>]>([
    ["another tool's label", "data", { "bench-run": "nightly-42" }],
    ["the run's id in upper case without a name", "data", { "bench-run": RUN.toUpperCase() }],
    ["the prefix inside a word", `my${NAME}-disk`, {}],
    ["the prefix after somebody's own", `alice-${NAME}-disk`, {}],
    ["a longer word than the prefix", `${NAME}extra-disk`, {}],
  ])("with %s an item belongs to no run", async (_name, name, labels) => {
    await using world = await plant(name, labels);
    expect(await seen(world.inventory, RUN)).toEqual([]);
    const decided = decisionsOn(await seen(world.inventory));
    // The twin lists what is nobody's as well; without a label it goes when it is asked for by --include-unlabelled.
    const inTwin = "bench-run" in labels ? "keep: doubtful" : "remove: unlabelled-old";
    expect(decided).toBe(kind === "twin" ? inTwin : "not seen");
  });
});

test("a thing in a run's network with an altered label is doubtful, with another run's it is that run's", async () => {
  await using world = await project();
  const network = `https://www.googleapis.com/compute/v1/${world.google.put("global", "networks", { name: `${NAME}-net` })}`;
  const rule = (name: string, labels: Record<string, string>): void => {
    world.google.put("global", "firewalls", { name, labels, network });
  };
  rule("plain", {});
  rule("altered", { "bench-run": "nightly-42" });
  rule("theirs", { "bench-run": OTHER_RUN });
  const rules = (await seen(world.inventory, RUN)).filter((item) => item.kind === "google_compute_firewall");
  expect(rules.map(({ name, doubtful }) => [name, doubtful !== undefined]).sort()).toEqual([
    ["altered", true],
    ["plain", false],
  ]);
});

test("in a run's own cluster a thing that is labelled for another run is of both, and doubtful", async () => {
  await using api = new FakeKubernetes();
  const access = tokenAccess({ server: await api.start(), token: () => Promise.resolve("a-token") });
  const labels = { "bench-run": OTHER_RUN };
  api.put("/api/v1", undefined, "persistentvolumes", { metadata: { name: "pv", labels } });
  const inventory = kubernetesInventory({ access, clock: fakeClock(), cluster: "own", runId: RUN });
  expect(await seen(inventory, RUN)).toMatchObject([
    { name: "pv", doubtful: expect.stringContaining(run12(RUN)) },
  ]);
});

test.each(["manual", "Manual", "MANUAL", " manual"])("bench-managed=%j is manual", (managed) => {
  expect(isManual({ "bench-managed": managed })).toBe(true);
});

test.each(["", "cdktf", "coder", "manually"])("bench-managed=%j is not manual", (managed) => {
  expect(isManual({ "bench-managed": managed })).toBe(false);
});
