import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { Journal, parseJournal, type StoredEntry } from "../../../harness/pipeline/folder/journal.ts";
import { hasExpired } from "../../../harness/pipeline/context/expiry.ts";
import { readJson } from "../../../harness/tools/files/json-file.ts";
import { LeaseBook } from "../../../harness/pipeline/lease/lease.ts";
import { planSchema } from "../../../harness/pipeline/folder/plan.ts";
import { ownIdentity } from "../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../harness/pipeline/driver/reaper.ts";
import { executeRun } from "../../../harness/pipeline/driver/run.ts";
import { findFinalRecord } from "../../../harness/pipeline/record/run-record.ts";
import { buildTimeline } from "../../../harness/pipeline/folder/timeline.ts";
import { timesGoForward } from "../../../harness/results/self-audit/record.ts";
import { FakeWorld } from "../../support/world/fake-world.ts";
import type { WorkerRunner } from "../../../harness/model/ports/worker.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A run with a load of ten minutes, in whose middle something happens to the clock. */
async function runWith(
  inLoad: (world: FakeWorld) => void,
  before: (world: FakeWorld) => void = () => undefined,
) {
  const world = new FakeWorld();
  const folder = await world.makeRun(undefined, { maxCost: 10 });
  before(world);
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  const { worker } = world.ports();
  const slow: WorkerRunner = {
    ...worker,
    load: async (task, options) => {
      world.clock.advance(5 * MINUTE_MS);
      inLoad(world);
      world.clock.advance(5 * MINUTE_MS);
      return worker.load(task, options);
    },
  };
  const signal = new AbortController().signal;
  await executeRun(folder, world.ports({ worker: slow }), { reporter: world.reporter, signal });
  await book.release(standIn);
  await reap(folder, world.ports(), { reporter: world.reporter, signal });
  return { world, folder, record: (await findFinalRecord(folder))! };
}

const spans = ({ stages }: RunRecord) =>
  stages.map(({ stage, startedAt, finishedAt }) => [stage, Date.parse(finishedAt) - Date.parse(startedAt)]);

describe("a wall clock that is set in the load", () => {
  test.each([-HOUR_MS, HOUR_MS, -2_500, 90_000])(
    "by %i ms changes no duration, no cost and no verdict",
    async (byMs) => {
      const even = await runWith(() => undefined);
      const { record, world } = await runWith(({ clock }) => clock.step(byMs));
      expect(spans(record)).toEqual(spans(even.record));
      expect(record.cost?.spent).toBe(even.record.cost?.spent);
      expect(record).toMatchObject({ verdict: "pass", reasons: [], teardown: { state: "clean" } });
      expect(record.clock).toEqual({
        spans: "elapsed",
        steps: [{ at: expect.any(String), byMs }],
      });
      const [at] = record.clock!.steps.map((step) => Date.parse(step.at));
      const load = record.stages.find(({ stage }) => stage === "load")!;
      expect(at).toBeGreaterThanOrEqual(Date.parse(load.startedAt));
      expect(at).toBeLessThanOrEqual(Date.parse(load.finishedAt));
      expect(timesGoForward.check(record).filter((broken) => broken !== undefined)).toEqual([]);
      const told = world.events.filter(({ type }) => type === "stage.finished");
      expect(
        told.every((event) => event.type !== "stage.finished" || event.durationMs <= 11 * MINUTE_MS),
      ).toBe(true);
    },
  );

  test("by less than a second counts as unchanged", async () => {
    const { record } = await runWith(({ clock }) => clock.step(-900));
    expect(record.clock).toEqual({ spans: "elapsed", steps: [] });
  });

  test("and back is two steps", async () => {
    const { record } = await runWith(
      ({ clock }) => clock.step(HOUR_MS),
      ({ clock }) => clock.step(-HOUR_MS),
    );
    expect(record.clock?.steps.map(({ byMs }) => byMs)).toEqual([-HOUR_MS, HOUR_MS]);
  });
});

test("a restart of the machine during the load leaves stamps only between its boots, and the record reports it", async () => {
  const { record } = await runWith(({ clock }) => clock.reboot());
  expect(record.clock).toEqual({ spans: "mixed", steps: [] });
  const load = spans(record).find(([stage]) => stage === "load")!;
  expect(load[1]).toBeGreaterThanOrEqual(10 * MINUTE_MS);
});

test("a journal of an earlier version is read, and its record says that durations come from stamps", async () => {
  const { folder } = await runWith(() => undefined);
  const { entries } = parseJournal(await readFile(folder.journal, "utf8"));
  const { createdAt } = await readJson(folder.plan, planSchema);
  const old = entries.map((entry): StoredEntry => ({ ...entry, sinceBoot: undefined }));
  const timeline = buildTimeline({ createdAt }, old, { atMs: Date.parse(createdAt) + HOUR_MS });
  expect(timeline.spans).toBe("stamps");
  expect(timeline.entries.map(({ runMs }) => runMs)).toEqual(
    old.map(({ at }) => Date.parse(at) - Date.parse(createdAt)),
  );
});

test("a line whose time since the boot was altered is damaged", async () => {
  const { folder, world } = await runWith(() => undefined);
  const text = await readFile(folder.journal, "utf8");
  await writeFile(folder.journal, text.replace(/"ms":(\d+)/, '"ms":1$1'));
  expect((await new Journal(folder.journal, world.clock).read()).damaged).toHaveLength(1);
});

describe("a run's expiry", () => {
  const expired = async (move: (world: FakeWorld) => void, elapsedMs: number): Promise<boolean> => {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, { ttlMs: 2 * HOUR_MS });
    move(world);
    world.clock.advance(elapsedMs);
    return hasExpired(await readJson(folder.plan, planSchema), world.clock);
  };

  test.each([
    ["is not late by a clock that is set back", ({ clock }: FakeWorld) => clock.step(-HOUR_MS), 2 * HOUR_MS],
    [
      "comes with its stamp, which the cloud and every sweep go by, where the clock is set forward",
      ({ clock }: FakeWorld) => clock.step(HOUR_MS),
      HOUR_MS,
    ],
    ["goes by the stamp alone after a restart", ({ clock }: FakeWorld) => clock.reboot(), 2 * HOUR_MS],
  ] as const)("%s", async (_, move, afterMs) => {
    expect(await expired(move, afterMs - 1)).toBe(false);
    expect(await expired(move, afterMs)).toBe(true);
  });
});
