import { describe, expect, test } from "vitest";
import { environmentSchema, type Environment } from "../../../stacks/environment.ts";
import type { Ports } from "../../../harness/pipeline/context.ts";
import { readJson } from "../../../harness/pipeline/json-file.ts";
import { LeaseBook } from "../../../harness/pipeline/lease.ts";
import { ownIdentity } from "../../../harness/pipeline/process-identity.ts";
import { reap } from "../../../harness/pipeline/reaper.ts";
import { executeRun } from "../../../harness/pipeline/run.ts";
import { findFinalRecord } from "../../../harness/pipeline/run-record.ts";
import { turns } from "../../../harness/pipeline/stages/compare.ts";
import type { RunRecord } from "../../../harness/model/record.ts";
import { FakeWorld, type Mishaps } from "../../support/fake-world.ts";

const COMPARISON = {
  baseline: { asked: "stable", version: "2.30.0" },
  candidate: { asked: "mainline", version: "2.31.0" },
  pairs: 2,
};

interface Compared {
  readonly world: FakeWorld;
  readonly record: RunRecord;
  /** What the environment said at each load. */
  readonly environments: readonly Environment[];
  readonly compared: readonly Parameters<Ports["compare"]>[0][];
}

async function compared(mishaps: Mishaps = {}): Promise<Compared> {
  const world = new FakeWorld(mishaps);
  const folder = await world.makeRun(undefined, { comparison: COMPARISON });
  const environments: Environment[] = [];
  const calls: Parameters<Ports["compare"]>[0][] = [];
  const { shard } = world.ports();
  const ports = world.ports({
    compare: (pairs) => {
      calls.push(pairs);
      return [];
    },
    shard: {
      run: async (task, options) => {
        if (task.task === "load") environments.push(await readJson(folder.environment, environmentSchema));
        return shard.run(task, options);
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

test("pairs are begun by each version in turn, so that what drifts meets both alike", () => {
  expect(turns(1)).toEqual(["baseline", "candidate"]);
  expect(turns(3)).toEqual(["baseline", "candidate", "candidate", "baseline", "baseline", "candidate"]);
});

describe("a comparison", () => {
  test("switches only Coder's release, sets each version up, and tears all of it down", async () => {
    const { world, record, environments } = await compared();
    expect(world.calls.slice(0, 11)).toEqual([
      ...["apply gke-cloud", "apply gke-coder", "bootstrap", "load"],
      ...["apply gke-coder", "bootstrap", "load"],
      "load",
      ...["apply gke-coder", "bootstrap", "load"],
    ]);
    expect(environments.map(({ coderVersion, comparison }) => [coderVersion, comparison?.release])).toEqual([
      ["2.30.0", "baseline"],
      ["2.31.0", "candidate"],
      ["2.31.0", "candidate"],
      ["2.30.0", "baseline"],
    ]);
    expect(record).toMatchObject({
      origin: { kind: "comparison" },
      rehearsedVersion: "2.30.0",
      comparison: {
        baseline: { version: "2.30.0" },
        candidate: { version: "2.31.0" },
        order: ["b", "c", "c", "b"],
      },
      teardown: { state: "clean" },
    });
    expect(world.items.size).toBe(0);
  });

  test("hands on pairs of loads, the baseline's first whichever was made first", async () => {
    const { compared: calls } = await compared();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toHaveLength(2);
    expect(calls[0]?.[0]?.baseline.workspaces.asked).toBe(2);
  });

  test("does not replace a version whose workspaces are still there: the drain goes on with them", async () => {
    const left = { asked: 2, created: 2, ready: 2, succeeded: 2, failed: 0, deleted: 1 };
    const { world, record } = await compared({ load: { workspaces: left } });
    expect(world.calls.filter((call) => call === "load")).toHaveLength(1);
    expect(record.verdict).toBe("harness-error");
    expect(record.reasons[0]).toContain("1 workspaces of the baseline load could not be deleted");
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
