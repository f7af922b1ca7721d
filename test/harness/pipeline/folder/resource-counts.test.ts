import { appendFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import type { JournalEntry } from "../../../../harness/pipeline/folder/journal.ts";
import { Journal } from "../../../../harness/pipeline/folder/journal.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { countResources } from "../../../../harness/pipeline/folder/resource-counts.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { FakeWorld, type Mishaps } from "../../../support/world/fake-world.ts";

async function begun(mishaps: Mishaps): Promise<{ world: FakeWorld; folder: RunFolder }> {
  const world = new FakeWorld(mishaps);
  const folder = await world.makeRun();
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  const { signal } = new AbortController();
  await executeRun(folder, world.ports(), { reporter: world.reporter, signal });
  await book.release(standIn);
  return { world, folder };
}

async function recordOf(mishaps: Mishaps): Promise<RunRecord> {
  const { world, folder } = await begun(mishaps);
  await reap(folder, world.ports(), { reporter: world.reporter, signal: new AbortController().signal });
  return (await findFinalRecord(folder))!;
}

const messageOf = (record: RunRecord, name: string): string =>
  record.stages.find(({ stage }) => stage === name)?.message ?? "";

describe("a record counts what all attempts did", () => {
  test.each<[string, Mishaps, string]>([
    ["at the first attempt", {}, "3 resources destroyed"],
    ["by two attempts, of which the first failed", { failDestroysPartly: 1 }, "3 resources destroyed"],
    [
      "by attempts that all failed",
      { failDestroysPartly: 99 },
      /^3 resources destroyed, .* not completely$/.source,
    ],
  ])("for resources destroyed %s", async (_, mishaps, words) => {
    expect(messageOf(await recordOf(mishaps), "destroy")).toMatch(new RegExp(words));
  });

  test("for a provision that failed: created resources", async () => {
    const { resources, verdict } = await recordOf({ refuseApply: "gke-coder" });
    expect(verdict).toBe("infrastructure");
    expect(resources).toEqual({ "gke-cloud": 2, "gke-coder": 0 });
  });

  test("for a destroy whose process was killed, with the drain and the sweep before it", async () => {
    const { world, folder } = await begun({ leak: "removable" });
    const journal = new Journal(folder.journal, world.clock);
    const event = (value: object): string =>
      `${JSON.stringify({ ...value, at: new Date(world.clock.now()).toISOString() })}\n`;
    // A reaper's work before it was killed: it deleted four workspaces and one resource.
    const lost: readonly JournalEntry[] = [
      { type: "stage-intent", stage: "drain" },
      { type: "stage-intent", stage: "destroy" },
      { type: "stack-intent", stack: "gke-coder", act: "destroy" },
      { type: "swept", id: "earlier", kind: "google_compute_disk", name: "earlier" },
    ];
    for (const entry of lost) await journal.append(entry);
    await appendFile(
      folder.events,
      event({ type: "drain.progress", deleted: 4, remaining: 2 }) +
        event({
          type: "terraform.progress",
          stack: "gke-coder",
          progress: { address: "kubernetes_namespace.own", action: "delete", state: "complete" },
        }),
    );
    await reap(folder, world.ports(), { reporter: world.reporter, signal: new AbortController().signal });
    const record = (await findFinalRecord(folder))!;
    expect(messageOf(record, "drain")).toBe("6 workspaces deleted, 0 remaining");
    expect(messageOf(record, "destroy")).toBe("4 resources destroyed");
    expect(messageOf(record, "sweep")).toBe("2 resources swept that the teardown had missed");
  });
});

test("an attempt without stored events counts by the journal, one without an outcome by its events", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const journal = new Journal(folder.journal, world.clock);
  await journal.append({ type: "stack-intent", stack: "gke-cloud", act: "destroy" });
  await journal.append({
    type: "stack-outcome",
    stack: "gke-cloud",
    act: "destroy",
    ok: false,
    resources: 5,
  });
  await journal.append({ type: "stack-outcome", stack: "gke-cloud", act: "destroy", ok: true, resources: 2 });
  await journal.append({ type: "stack-intent", stack: "gke-coder", act: "destroy" });
  const address = "helm_release.coder";
  const at = new Date(world.clock.now()).toISOString();
  const progress = { address, action: "delete", state: "complete" };
  const line = JSON.stringify({ type: "terraform.progress", stack: "gke-coder", progress, at });
  // The one that was killed wrote it, and whoever read its output after it did again.
  await writeFile(folder.events, `${line}\n${line}\n{"type":"terra`);
  const { entries } = await journal.read();
  expect(await countResources(folder, entries, "destroy")).toEqual(
    new Map([
      ["gke-cloud", 7],
      ["gke-coder", 1],
    ]),
  );
});
