import { describe, expect, test } from "vitest";
import { environmentSchema, type Environment } from "../../../../stacks/environment.ts";
import type { Ports } from "../../../../harness/pipeline/context/context.ts";
import { readJson } from "../../../../harness/tools/files/json-file.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { drawOrder } from "../../../../harness/model/cloud/load-order.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { FakeWorld, type Mishaps } from "../../../support/world/fake-world.ts";

const COMPARISON = {
  baseline: { asked: "stable", version: "2.30.0" },
  candidate: { asked: "mainline", version: "2.31.0" },
  pairs: 2,
  /** Draws b c c b, so that the candidate has two loads in a row. */
  seed: 1,
};

interface Compared {
  readonly world: FakeWorld;
  readonly record: RunRecord;
  /** The environment's reports at each load. */
  readonly environments: readonly Environment[];
  readonly compared: readonly Parameters<Ports["compare"]>[0][];
}

async function compared(mishaps: Mishaps = {}): Promise<Compared> {
  const world = new FakeWorld(mishaps);
  const folder = await world.makeRun(undefined, { comparison: COMPARISON });
  const environments: Environment[] = [];
  const calls: Parameters<Ports["compare"]>[0][] = [];
  const { worker } = world.ports();
  const ports = world.ports({
    compare: (loads) => {
      calls.push(loads);
      return { figures: [] };
    },
    worker: {
      ...worker,
      load: async (task, options) => {
        environments.push(await readJson(folder.environment, environmentSchema));
        return worker.load(task, options);
      },
    },
  });
  const options = { reporter: world.reporter, signal: new AbortController().signal };
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  await executeRun(folder, ports, options);
  await book.release(standIn);
  await reap(folder, ports, options);
  return { world, record: (await findFinalRecord(folder))!, environments, compared: calls };
}

describe("a comparison", () => {
  test("installs Coder anew before every load, in the order that was drawn, and tears all of it down", async () => {
    const { world, record, environments } = await compared();
    const order = drawOrder(COMPARISON.pairs, COMPARISON.seed);
    expect(world.calls.slice(0, 13)).toEqual([
      ...["apply gke-cloud", "apply gke-coder", "bootstrap", "load"],
      ...Array.from({ length: 3 }, () => ["apply gke-coder", "bootstrap", "load"]).flat(),
    ]);
    expect(environments.map(({ coderVersion, comparison }) => [coderVersion, comparison])).toEqual(
      order.map((version, installation) =>
        version === "b"
          ? ["2.30.0", { release: "baseline", installation }]
          : ["2.31.0", { release: "candidate", installation }],
      ),
    );
    expect(record).toMatchObject({
      origin: { kind: "comparison" },
      rehearsedVersion: "2.30.0",
      toCompare: { seed: COMPARISON.seed },
      comparison: {
        baseline: { version: "2.30.0" },
        candidate: { version: "2.31.0" },
        seed: COMPARISON.seed,
        order,
      },
      teardown: { state: "clean" },
    });
    expect(world.items.size).toBe(0);
  });

  test("returns its loads in the order of their start; the run's own figures come from the first baseline", async () => {
    const { world, compared: calls, record } = await compared();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.map(({ version }) => version)).toEqual(drawOrder(COMPARISON.pairs, COMPARISON.seed));
    expect(calls[0]?.[0]?.measured.workspaces.asked).toBe(2);
    expect(record.measurements).toBeDefined();
    expect(world.calls.filter((call) => call === "load")).toHaveLength(4);
  });

  test("does not replace a version whose workspaces still exist: the drain continues with them", async () => {
    const left = { asked: 2, created: 2, ready: 2, succeeded: 2, failed: 0, deleted: 1 };
    const { world, record } = await compared({ load: { workspaces: left } });
    expect(world.calls.filter((call) => call === "load")).toHaveLength(1);
    expect(record.verdict).toBe("harness-error");
    expect(record.reasons[0]).toMatch(/1 workspace of the (baseline|candidate) load could not be deleted/);
    expect(record.comparison).toBeUndefined();
    expect(record.teardown.state).toBe("clean");
  });

  test("that cannot install the other version ends, and is torn down", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, { comparison: COMPARISON });
    const { terraform } = world.ports();
    let applies = 0;
    const ports = world.ports({
      terraform: {
        ...terraform,
        apply: (directory, options) => {
          applies += 1;
          return applies === 3
            ? Promise.reject(new Error("no such chart version"))
            : terraform.apply(directory, options);
        },
      },
    });
    const options = { reporter: world.reporter, signal: new AbortController().signal };
    const book = new LeaseBook(folder.leases, world.clock);
    const standIn = await book.acquire(ownIdentity());
    await executeRun(folder, ports, options);
    await book.release(standIn);
    await reap(folder, ports, options);
    const record = (await findFinalRecord(folder))!;
    expect(record.reasons[0]).toContain("no such chart version");
    expect(record.teardown.state).toBe("clean");
    expect(world.items.size).toBe(0);
  });
});
