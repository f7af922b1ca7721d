import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { InventoryItem } from "../../../harness/model/ports/inventory.ts";
import { askInventory, noteSeen, noteWhatExists } from "../../../harness/pipeline/context/ask-inventory.ts";
import { openContext, type StageContext } from "../../../harness/pipeline/context/context.ts";
import { findDisagreements } from "../../../harness/pipeline/stages/reconcile.ts";
import { audit } from "../../../harness/pipeline/stages/audit.ts";
import { destroy } from "../../../harness/pipeline/stages/destroy.ts";
import { provision } from "../../../harness/pipeline/stages/provision.ts";
import { sweep } from "../../../harness/pipeline/stages/sweep.ts";
import { findStrays } from "../../../harness/pipeline/strays.ts";
import { FakeWorld, type Mishaps } from "../../support/world/fake-world.ts";

const NETWORK: InventoryItem = {
  id: "compute:projects/p/global/networks/bench-net",
  kind: "google_compute_network",
  name: "bench-net",
  labels: {},
};
const CLUSTER: InventoryItem = {
  id: "container:projects/p/locations/z/clusters/bench-cluster",
  kind: "google_container_cluster",
  name: "bench-cluster",
  labels: {},
};

async function opened(mishaps: Mishaps = {}): Promise<{ world: FakeWorld; context: StageContext }> {
  const world = new FakeWorld(mishaps);
  const folder = await world.makeRun();
  const signal = new AbortController().signal;
  return { world, context: await openContext(folder, world.ports(), { reporter: world.reporter, signal }) };
}

/** Writes what Terraform would leave after it had created these, and no more. */
async function writeState(
  { folder }: StageContext,
  stack: string,
  resources: readonly { readonly kind: string; readonly attributes: Readonly<Record<string, string>> }[],
): Promise<void> {
  await mkdir(folder.stack(stack), { recursive: true });
  const written = resources.map(({ kind, attributes }) => ({
    ...{ mode: "managed", type: kind, name: "own" },
    instances: [{ attributes }],
  }));
  await writeFile(join(folder.stack(stack), "terraform.tfstate"), JSON.stringify({ resources: written }));
}

describe("a stray", () => {
  test.each<[string, readonly InventoryItem[], string, Readonly<Record<string, string>>]>([
    ["the name", [NETWORK], "google_compute_network", { name: "bench-net" }],
    ["the id", [NETWORK], "google_compute_network", { id: "projects/p/global/networks/bench-net" }],
    [
      "an id of AWS",
      [{ id: "aws_vpc/vpc-1", kind: "aws_vpc", name: "bench-vpc", labels: {} }],
      "aws_vpc",
      { id: "vpc-1" },
    ],
    [
      "another name that no list shows",
      [
        {
          id: "resourceManager:projects/p#r#m",
          kind: "google_project_iam_member",
          name: "r of m",
          labels: {},
        },
      ],
      "google_project_iam_member",
      { id: "p/r/m" },
    ],
  ])("is not what a state knows by %s", async (_words, items, kind, attributes) => {
    const { context } = await opened();
    await writeState(context, "gke-cloud", [{ kind, attributes }]);
    expect(await findStrays(context, items)).toEqual([]);
  });

  test("is what an apply created and its state never heard of", async () => {
    const { context } = await opened();
    await writeState(context, "gke-cloud", [
      { kind: "google_compute_network", attributes: { name: "bench-net" } },
    ]);
    expect(await findStrays(context, [NETWORK, CLUSTER])).toEqual([
      { id: CLUSTER.id, kind: CLUSTER.kind, name: CLUSTER.name },
    ]);
  });

  test.each<[string, Partial<InventoryItem>]>([
    ["a machine of a node pool", { kind: "google_compute_instance" }],
    ["what a controller made", { madeByController: true }],
    ["what one of Coder's builds made", { labels: { "bench-managed": "coder" } }],
    ["an object in a cluster", { kind: "kubernetes_pod" }],
    ["what may belong to another run", { doubtful: "its name is of another run" }],
  ])("is never %s", async (_words, differs) => {
    const { context } = await opened();
    await writeState(context, "gke-cloud", []);
    await mkdir(context.folder.stack("gke-coder"), { recursive: true });
    expect(await findStrays(context, [{ ...NETWORK, ...differs }])).toEqual([]);
  });

  test("is a machine of an architecture without a cluster", async () => {
    const { context } = await opened();
    await writeState(context, "gce-docker-cloud", []);
    const machine = { ...NETWORK, kind: "google_compute_instance" };
    expect(await findStrays(context, [machine])).toHaveLength(1);
  });

  test("does not count if a state cannot be read", async () => {
    const { context } = await opened();
    await mkdir(context.folder.stack("gke-cloud"), { recursive: true });
    await writeFile(join(context.folder.stack("gke-cloud"), "terraform.tfstate"), "{ half");
    expect(await findStrays(context, [NETWORK])).toEqual([]);
  });
});

/** A run of which an inventory that did not lie yet listed a cluster that no state names. */
async function withStray(): Promise<{ world: FakeWorld; context: StageContext }> {
  const { world, context } = await opened();
  await writeState(context, "gke-cloud", []);
  await context.journal.append({ type: "stack-intent", stack: "gke-cloud", act: "apply" });
  await context.journal.append({ type: "stack-outcome", stack: "gke-cloud", act: "apply", ok: false });
  world.items.set(CLUSTER.id, CLUSTER);
  await noteSeen(context, await askInventory(context));
  await context.journal.append({ type: "stack-intent", stack: "gke-cloud", act: "destroy" });
  await context.journal.append({ type: "stack-outcome", stack: "gke-cloud", act: "destroy", ok: true });
  return { world, context };
}

/** The inventory's list omits everything from now on, and calls itself complete. */
function lying(context: StageContext): StageContext {
  const list = () => Promise.resolve({ state: "complete" as const, scope: "liar", kinds: [], items: [] });
  return { ...context, ports: { ...context.ports, inventory: { ...context.ports.inventory, list } } };
}

describe("a list that omits a stray", () => {
  test("is not believed if nothing deleted it", async () => {
    const { context } = await withStray();
    expect(await audit(lying(context))).toMatch(/^unverified/);
    expect((await findDisagreements(context)).join()).toMatch(
      /once listed google_container_cluster bench-cluster, which no Terraform state names and nothing deleted/,
    );
  });

  test("is not believed if its delete was refused", async () => {
    const { context } = await withStray();
    const inventory: StageContext["ports"]["inventory"] = {
      ...context.ports.inventory,
      remove: () => Promise.resolve({ state: "denied", reason: "403" }),
    };
    await sweep({ ...context, ports: { ...context.ports, inventory } });
    expect(await audit(lying(context))).toMatch(/^unverified/);
  });

  test("is believed if a sweep deleted it, if the cloud knows none, and if a killed sweep had asked", async () => {
    for (const answer of ["removed", "gone", undefined] as const) {
      const { world, context } = await withStray();
      const inventory: StageContext["ports"]["inventory"] = {
        ...context.ports.inventory,
        remove: () => {
          world.items.clear();
          if (answer === undefined) throw new Error("killed");
          return Promise.resolve({ state: answer });
        },
      };
      await sweep({ ...context, ports: { ...context.ports, inventory } }).catch(() => undefined);
      expect(await audit(context), answer).toMatch(/^nothing remaining/);
    }
  });

  test("is believed if a state took the stray up before its stack was destroyed", async () => {
    const { world, context } = await withStray();
    const other = { kind: CLUSTER.kind, attributes: { name: CLUSTER.name } };
    await writeState(context, "gke-cloud", [other]);
    world.items.delete(CLUSTER.id);
    await writeFile(context.folder.result("stacks"), JSON.stringify(["gke-cloud"]));
    await destroy(context);
    await writeState(context, "gke-cloud", []);
    expect(await audit(context)).toMatch(/^nothing remaining/);
  });
});

test("a sweep asks for each item until its delete is answered, whatever later lists omit", async () => {
  const { world, context } = await withStray();
  let asked = 0;
  const inventory: StageContext["ports"]["inventory"] = {
    list: () => {
      asked += 1;
      const items = asked === 1 ? world.cloud.items() : [];
      return Promise.resolve({ state: "complete", scope: "fake cloud", kinds: [], items });
    },
    remove: (item) => {
      if (asked < 3) return Promise.resolve({ state: "in-use", reason: "being made" });
      world.items.delete(item.id);
      return Promise.resolve({ state: "removed" });
    },
  };
  expect(await sweep({ ...context, ports: { ...context.ports, inventory } })).toMatch(/^1 resource swept/);
  expect(world.items.size).toBe(0);
});

describe("stacks that somebody destroyed manually before the teardown", () => {
  test.each<[string, Mishaps, string]>([
    ["gke-cloud", { stopApplyOf: "gke-cloud" }, "quota exceeded"],
    ["gke-coder", { loseAnswerOf: "gke-coder" }, "connection reset"],
  ])("leave a clean run if the apply of %s failed, which was seen then", async (_stack, mishaps, failure) => {
    const { world, context } = await opened(mishaps);
    await expect(provision(context)).rejects.toThrow(failure);
    world.items.clear();
    for (const stack of ["gke-coder", "gke-cloud"]) await writeState(context, stack, []);
    expect(await audit(context)).toMatch(/^nothing remaining/);
  });

  test("leave a clean run if it was killed in the second apply: the first was seen", async () => {
    const { world, context } = await opened();
    const killed = new Promise<never>(() => undefined);
    const { terraform } = context.ports;
    const apply: typeof terraform.apply = (directory, options) =>
      directory.endsWith("gke-coder") ? killed : terraform.apply(directory, options);
    const ports = { ...context.ports, terraform: { ...terraform, apply } };
    void provision({ ...context, ports });
    const isSecond = async (): Promise<boolean> =>
      (await context.journal.read()).entries.some(
        (entry) => entry.type === "stack-intent" && entry.stack === "gke-coder",
      );
    await expect.poll(isSecond).toBe(true);
    world.items.clear();
    for (const stack of ["gke-coder", "gke-cloud"]) await writeState(context, stack, []);
    expect(await audit(context)).toMatch(/^nothing remaining/);
  });
});

test("an inventory that cannot be asked after an apply does not change how the apply ended", async () => {
  const { context } = await opened();
  const inventory = { ...context.ports.inventory, list: () => Promise.reject(new Error("no route")) };
  await expect(
    noteWhatExists({ ...context, ports: { ...context.ports, inventory } }),
  ).resolves.toBeUndefined();
});
