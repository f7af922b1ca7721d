import { rm } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import type { InventoryItem } from "../../../../harness/model/ports/inventory.ts";
import { namePrefix } from "../../../../harness/model/run-id.ts";
import { GOOGLE_PLAN } from "../../../support/cloud-plan.ts";
import type { Terraform } from "../../../../harness/model/ports/terraform.ts";
import { openContext, type Ports, type StageContext } from "../../../../harness/pipeline/context/context.ts";
import { destroy } from "../../../../harness/pipeline/stages/destroy.ts";
import { provision } from "../../../../harness/pipeline/stages/provision.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const IN_USE =
  "googleapi: Error 400: The resource 'n' is already being used by 'f', resourceInUseByAnotherResource";
const REFUSED = "googleapi: Error 503: backendError";

interface Attempt {
  /** Seconds since the first attempt. */
  readonly at: number;
  readonly refresh: boolean;
}

/** A provisioned run whose destroy of the cloud stack fails with these messages, one an attempt. */
async function failing(
  messages: readonly string[],
): Promise<{ context: StageContext; attempts: readonly Attempt[] }> {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const attempts: Attempt[] = [];
  const ports = world.ports({ settle: { quietMs: 0, controllersMs: 0, pollMs: 5_000 } });
  const sinceMs = (): number => world.clock.elapsed() / 1_000;
  const { terraform } = ports;
  const failingTerraform: Terraform = {
    ...terraform,
    destroy: (directory, options) => {
      if (directory.endsWith("gke-cloud")) {
        attempts.push({ at: sinceMs(), refresh: options.refresh ?? true });
        const message = messages[attempts.length - 1];
        if (message !== undefined) return Promise.reject(new RefbenchError("infrastructure", message));
      }
      return terraform.destroy(directory, options);
    },
  };
  const context = await contextOf(world, folder, { ...ports, terraform: failingTerraform });
  await provision(context);
  return { context, attempts };
}

const contextOf = (
  world: FakeWorld,
  folder: Awaited<ReturnType<FakeWorld["makeRun"]>>,
  ports: Ports,
): Promise<StageContext> =>
  openContext(folder, ports, { signal: new AbortController().signal, reporter: world.reporter });

const waits = (attempts: readonly Attempt[]): readonly number[] =>
  attempts.slice(1).map(({ at }, index) => at - attempts[index]!.at);

test("nothing is destroyed with what others put into the run's namespaces, and they are named", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const ports = world.ports();
  const held = (name: string): InventoryItem => ({
    ...{ id: `/api/v1/namespaces/${name}`, kind: "kubernetes_namespace_v1", name, labels: {} },
    doubtful: "it holds what its run did not make: deployments/theirs",
  });
  const context = await contextOf(world, folder, ports);
  await provision(context);
  const listing = (name: string): StageContext => ({
    ...context,
    plan: { ...context.plan, cloud: { ...GOOGLE_PLAN, provider: "kubernetes" } },
    ports: {
      ...ports,
      inventory: {
        ...ports.inventory,
        list: () => Promise.resolve({ state: "complete", scope: "lab", kinds: [], items: [held(name)] }),
      },
    },
  });
  const own = `${namePrefix(context.plan.runId)}-coder`;
  expect(await destroy(listing(own))).toMatch(/not completely$/);
  const kept = (): readonly string[] =>
    world.events.flatMap((event) =>
      event.type === "note" && event.message.includes("is not destroyed, because") ? [event.message] : [],
    );
  expect(kept().join()).toContain(`${own}: it holds what its run did not make: deployments/theirs`);
  const before = kept().length;
  // A namespace that the run did not make is in no stack.
  await destroy(listing(`${namePrefix(context.plan.runId)}-byhand`));
  expect(kept()).toHaveLength(before);
});

test("a resource in use is retried for minutes, each wait twice as long, by what really exists", async () => {
  const { context, attempts } = await failing([IN_USE, IN_USE, IN_USE, IN_USE]);
  expect(await destroy(context)).toMatch(/resources? destroyed$/);
  expect(waits(attempts)).toEqual([30, 60, 120, 240]);
  expect(attempts.every(({ refresh }) => refresh)).toBe(true);
});

test("a resource that stays in use is left to the sweep", async () => {
  const { context, attempts } = await failing(Array.from({ length: 9 }, () => IN_USE));
  expect(await destroy(context)).toMatch(/gke-cloud not completely$/);
  expect(attempts).toHaveLength(5);
});

test("after a killed apply, a resource in use is left to the sweep at once, and waited for after it", async () => {
  const { context, attempts } = await failing([IN_USE, IN_USE]);
  await context.journal.append({ type: "stack-intent", stack: "gke-cloud", act: "apply" });
  expect(await destroy(context)).toMatch(/gke-cloud not completely$/);
  expect(attempts).toHaveLength(1);
  await context.journal.append({ type: "stage-outcome", stage: "sweep", outcome: "ok", message: "1 swept" });
  expect(await destroy(context)).toMatch(/resources? destroyed$/);
  expect(waits(attempts).slice(1)).toEqual([30]);
});

/** The attempts at a cloud stack whose provider asks on for a resource, and whether each was interrupted for that. */
async function askingOn(
  address: string,
  { killed }: { readonly killed: boolean },
): Promise<readonly boolean[]> {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const ports = world.ports();
  const interrupted: boolean[] = [];
  const { terraform } = ports;
  const askingTerraform: Terraform = {
    ...terraform,
    destroy: (directory, options) => {
      if (!directory.endsWith("gke-cloud")) return terraform.destroy(directory, options);
      options.onProgress?.({ address, action: "delete", state: "progress", elapsedSeconds: 120 });
      interrupted.push(options.signal.aborted);
      if (options.signal.aborted)
        return Promise.reject(new RefbenchError("interrupted", "terraform destroy was interrupted"));
      return terraform.destroy(directory, options);
    },
  };
  const context = await contextOf(world, folder, { ...ports, terraform: askingTerraform });
  await provision(context);
  if (killed) await context.journal.append({ type: "stack-intent", stack: "gke-cloud", act: "apply" });
  expect(await destroy(context)).toMatch(
    interrupted[0] === true ? /not completely$/ : /resources? destroyed$/,
  );
  const notes = world.events.flatMap((event) => (event.type === "note" ? [event.message] : []));
  expect(notes.some((note) => note.includes(`${address} did not go within 120 s`))).toBe(interrupted[0]);
  return interrupted;
}

test("after a killed apply, a provider that keeps asking for a network without success is interrupted, for the sweep", async () => {
  expect(await askingOn("aws_vpc.vpc_network", { killed: true })).toEqual([true]);
  expect(await askingOn("aws_vpc.vpc_network", { killed: false })).toEqual([false]);
  // A database's deletion takes minutes anyway.
  expect(await askingOn("aws_db_instance.database_instance", { killed: true })).toEqual([false]);
});

test("any other failure is asked again after seconds, the last time by the state alone", async () => {
  const { context, attempts } = await failing([REFUSED, REFUSED, REFUSED]);
  expect(await destroy(context)).toMatch(/gke-cloud not completely$/);
  expect(waits(attempts)).toEqual([10, 20]);
  expect(attempts.map(({ refresh }) => refresh)).toEqual([true, true, false]);
});

test("a kind of failure spends no attempt of another kind", async () => {
  const { context, attempts } = await failing([REFUSED, IN_USE, REFUSED, IN_USE]);
  expect(await destroy(context)).toMatch(/resources? destroyed$/);
  expect(waits(attempts)).toEqual([10, 30, 20, 60]);
});

test("nothing is applied when the run's secrets are lost", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  await rm(folder.secrets);
  const context = await contextOf(world, folder, world.ports());
  await expect(provision(context)).rejects.toMatchObject({
    code: "run_folder",
    message: expect.stringContaining("secrets.json") as string,
  });
  expect(world.calls).toEqual([]);
});

describe("the inventory sees something of the run before the first destroy", () => {
  /** What the journal says, in order, after a teardown of a run that no inventory saw while it was made. */
  async function destroyed(listOf: (world: FakeWorld, ports: Ports) => Partial<Ports>): Promise<string[]> {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    const ports = world.ports({ settle: { quietMs: 0, controllersMs: 0, pollMs: 5_000 } });
    world.mishaps.failInventory = 1_000;
    await provision(await contextOf(world, folder, ports));
    world.mishaps.failInventory = 0;
    const context = await contextOf(world, folder, { ...ports, ...listOf(world, ports) });
    await destroy(context);
    const { entries } = await context.journal.read();
    return entries.flatMap((entry) =>
      entry.type === "inventory-seen"
        ? ["seen"]
        : entry.type === "stack-outcome" && entry.act === "destroy"
          ? ["destroyed"]
          : [],
    );
  }

  test("although its first answers fail", async () => {
    const happened = await destroyed((world) => {
      world.mishaps.failInventory = 3;
      return {};
    });
    expect(happened[0]).toBe("seen");
  });

  test("although a Terraform of a killed process makes it while the destroy waits", async () => {
    let isMade = false;
    const happened = await destroyed((_world, { inventory, terraform }) => ({
      inventory: {
        ...inventory,
        list: (...asked) =>
          isMade
            ? inventory.list(...asked)
            : Promise.resolve({ state: "complete", scope: "fake cloud", kinds: [], items: [] }),
      },
      terraform: {
        ...terraform,
        init: async (...given) => {
          await terraform.init(...given);
          isMade = true;
        },
      },
    }));
    expect(happened[0]).toBe("seen");
  });
});
