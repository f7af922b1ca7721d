import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import type { Inventory } from "../../../../harness/model/ports/inventory.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { requestTeardown } from "../../../../harness/pipeline/folder/request.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { exitCodeOf, findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { FakeWorld, type Mishaps } from "../../../support/world/fake-world.ts";
import { goodLoadOf } from "../../../support/world/good-load.ts";

/** Drives a whole run in this process: the run's part with a lease held by a stand-in, then the reaper's. */
async function runThrough(
  mishaps: Mishaps,
  options: { signal?: AbortSignal } = {},
): Promise<{ world: FakeWorld; record: RunRecord }> {
  const world = new FakeWorld(mishaps);
  const folder = await world.makeRun();
  await drive(world, folder, options.signal);
  return { world, record: await reaped(world, folder) };
}

async function drive(
  world: FakeWorld,
  folder: RunFolder,
  signal = new AbortController().signal,
): Promise<void> {
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  await executeRun(folder, world.ports(), { reporter: world.reporter, signal });
  await book.release(standIn);
}

async function reaped(world: FakeWorld, folder: RunFolder): Promise<RunRecord> {
  await reap(folder, world.ports(), { reporter: world.reporter, signal: new AbortController().signal });
  const record = await findFinalRecord(folder);
  if (record === undefined) throw new Error("the record is not final");
  return record;
}

describe("a run", () => {
  test("without a failure passes, with nothing remaining and nothing swept", async () => {
    const { world, record } = await runThrough({});
    expect(record).toMatchObject({
      verdict: "pass",
      simulated: true,
      teardown: { state: "clean", left: [], swept: [] },
    });
    expect(exitCodeOf(record)).toBe(0);
    expect(world.items.size).toBe(0);
    expect(record.stages.map(({ stage }) => stage)).toEqual([
      "preflight",
      "provision",
      "bootstrap",
      "load",
      "drain",
      "destroy",
      "sweep",
      "audit",
    ]);
  });

  test("creates nothing before a reaper has acknowledged", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await expect(
      executeRun(folder, world.ports(), { reporter: world.reporter, signal: new AbortController().signal }),
    ).rejects.toThrow("no reaper may be started");
    expect(world.calls).toEqual([]);
  });

  test("drains before it destroys, and destroys in reverse order", async () => {
    const { world } = await runThrough({});
    expect(world.calls).toEqual([
      "apply gke-cloud",
      "apply gke-coder",
      "bootstrap",
      "load",
      "drain",
      "destroy gke-coder",
      "destroy gke-cloud",
    ]);
  });

  test.each<[string, Mishaps, string, number]>([
    ["a refused create", { refuseApply: "gke-coder" }, "infrastructure", 30],
    ["a create whose answer is lost", { loseAnswerOf: "gke-coder" }, "infrastructure", 30],
    ["a generator that dies", { failWorker: "load" }, "harness-error", 20],
    ["a bootstrap that fails", { failWorker: "bootstrap" }, "harness-error", 20],
    ["a drain that fails", { failWorker: "drain" }, "pass", 0],
    ["a destroy that is refused twice", { failDestroys: 2 }, "pass", 0],
    ["a leak that the sweep can remove", { leak: "removable" }, "pass", 0],
    ["a leak that stays", { leak: "stuck" }, "leaked", 40],
  ])("with %s ends as its verdict says", async (_, mishaps, verdict, exitCode) => {
    const { world, record } = await runThrough(mishaps);
    expect(record.verdict).toBe(verdict);
    expect(exitCodeOf(record)).toBe(exitCode);
    expect([...world.items.keys()]).toEqual(
      record.teardown.state === "pending" ? [] : record.teardown.left.map(({ id }) => id),
    );
  });

  test("reports that the teardown had missed the items that the sweep removed", async () => {
    const { record } = await runThrough({ leak: "removable" });
    expect(record.teardown).toMatchObject({
      state: "clean",
      swept: [{ kind: "google_compute_disk", name: "leak" }],
    });
  });

  test("whose destroy is repeated after the sweep is audited once, after everything else", async () => {
    // Three failures of each stack leave both to the sweep; then the destroy comes again.
    const { world, record } = await runThrough({ failDestroys: 6 });
    const started = world.events.flatMap((event) => (event.type === "stage.started" ? [event.stage] : []));
    const teardown = ["drain", "destroy", "sweep", "destroy", "sweep", "audit"];
    expect(started.slice(-teardown.length)).toEqual(teardown);
    expect(record.teardown.state).toBe("clean");
  });

  test("whose objectives were missed fails them, with a clean teardown", async () => {
    const failing = goodLoadOf({ users: 2, workspaces: 2, connections: { total: 4 } });
    const { record } = await runThrough({
      load: { workspaces: { ...failing.workspaces, succeeded: 1, failed: 1 } },
    });
    expect(record).toMatchObject({ verdict: "slo-failed", teardown: { state: "clean" } });
  });

  test("whose load stopped itself cannot pass, and its record says why and how it went over time", async () => {
    const arrivals = { due: 2, late: 1, lateMaxMs: 3 };
    const { record } = await runThrough({
      load: { aborted: "the API's p95 was 812 ms", arrivals, windows: [] },
    });
    expect(record.verdict).toBe("slo-failed");
    expect(record.reasons[0]).toContain("the load stopped itself: the API's p95 was 812 ms");
    expect(record.measurements).toMatchObject({ arrivals, windows: [] });
  });

  test("whose generator was the limit cannot pass", async () => {
    const healthy = goodLoadOf({ users: 2, workspaces: 2, connections: { total: 4 } }).generator;
    const { record } = await runThrough({
      load: { generator: { ...healthy, limited: true, reasons: ["slip p99 80 ms"] } },
    });
    expect(record.verdict).toBe("generator-limited");
    expect(record.reasons[0]).toContain("slip p99 80 ms");
  });

  test("that is interrupted is torn down and reports the interruption", async () => {
    const stop = new AbortController();
    stop.abort(new RefbenchError("interrupted", "stopped by Ctrl-C"));
    const { world, record } = await runThrough({}, { signal: stop.signal });
    expect(record).toMatchObject({ verdict: "interrupted", teardown: { state: "clean" } });
    expect(world.items.size).toBe(0);
  });

  test("keeps what it measured when the teardown leaves something", async () => {
    const { record } = await runThrough({ leak: "stuck" });
    expect(record.measurements?.workspaces.succeeded).toBe(2);
  });
});

describe("the reaper", () => {
  test("takes over when the run's process died", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await drive(world, folder);
    await rm(folder.request);
    await writeFile(folder.driver, JSON.stringify({ ...ownIdentity(), pid: 2 ** 22 + 1 }));
    const record = await reaped(world, folder);
    expect(record).toMatchObject({ verdict: "interrupted", teardown: { state: "clean" } });
    expect(world.items.size).toBe(0);
  });

  test("tears a staged run down at its expiry", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    world.add("orphan", "google_compute_disk");
    const record = await reaped(world, folder);
    expect(record.reasons.join()).toContain("outlived its expiry");
    expect(world.items.size).toBe(0);
  });

  test("an inventory that cannot be asked is unverified, never clean", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await drive(world, folder);
    world.mishaps.failInventory = 1_000;
    const record = await reaped(world, folder);
    expect(record).toMatchObject({ verdict: "unverified", teardown: { state: "unverified" } });
    expect(record.reasons[0]).toContain(`continue with "refbench teardown ${record.runId}"`);
    expect(exitCodeOf(record)).toBe(41);
  });

  test("an inventory that recovers is believed", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await drive(world, folder);
    world.mishaps.failInventory = 2;
    expect(await reaped(world, folder)).toMatchObject({ verdict: "pass", teardown: { state: "clean" } });
  });

  test("sweeps what only the audit saw, and asks once more", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await drive(world, folder);
    const { inventory } = world.ports();
    let asked = 0;
    const late: Inventory = {
      ...inventory,
      list: (query, signal) => {
        asked += 1;
        // It appears only once the sweep has looked.
        if (world.calls.includes("destroy gke-cloud") && asked === 5)
          world.add("late", "google_compute_disk");
        return inventory.list(query, signal);
      },
    };
    await reap(folder, world.ports({ inventory: late }), {
      reporter: world.reporter,
      signal: new AbortController().signal,
    });
    expect(world.calls).toContain("remove late");
    expect(await findFinalRecord(folder)).toMatchObject({ verdict: "pass", teardown: { state: "clean" } });
  });

  test("refuses a run that another reaper works on", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await new LeaseBook(folder.leases, world.clock).acquire(ownIdentity());
    await expect(reaped(world, folder)).rejects.toMatchObject({ code: "lease_held" });
  });

  test("stops waiting if the folder was moved, so that the run can be torn down from its new place", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    const waiting = reap(folder, world.ports(), {
      reporter: world.reporter,
      signal: AbortSignal.timeout(5_000),
    });
    const book = new LeaseBook(folder.leases, world.clock);
    while (!(await book.isHeld())) await new Promise((resolve) => setTimeout(resolve, 1));
    await rename(folder.path, `${folder.path}-moved`);
    await expect(waiting).rejects.toMatchObject({ code: "lease_held" });
  });

  test("does one stage when asked for one, and continues to wait", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await drive(world, folder);
    await rm(folder.driver);
    await requestTeardown(folder, { through: "drain", only: true, reason: "stage" });
    await reaped(world, folder);
    // The drain alone, then the expiry for the rest.
    expect(world.calls.filter((call) => call === "drain")).toHaveLength(2);
  });

  test("continues with a leaked run when asked again, and keeps the first record beside", async () => {
    const world = new FakeWorld({ leak: "stuck" });
    const folder = await world.makeRun();
    await drive(world, folder);
    expect(await reaped(world, folder)).toMatchObject({ verdict: "leaked" });
    world.items.clear();
    await requestTeardown(folder, { through: "audit", only: false, reason: "teardown" });
    expect(await reaped(world, folder)).toMatchObject({ verdict: "pass", teardown: { state: "clean" } });
    expect((await readdir(folder.path)).filter((name) => name.startsWith("record-"))).toHaveLength(1);
  });

  test("leaves a final record as it is", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await drive(world, folder);
    const first = await reaped(world, folder);
    world.clock.advance(1_000_000);
    expect(await reaped(world, folder)).toEqual(first);
  });
});

describe("a failed run that is to be kept", () => {
  const KEEP = { keepOnFailure: { ms: 10 * 60_000, max: 1 } };

  async function driveKept(world: FakeWorld, folder: RunFolder): Promise<number | "kept" | "left"> {
    const book = new LeaseBook(folder.leases, world.clock);
    const standIn = await book.acquire(ownIdentity());
    const end = await executeRun(folder, world.ports(), {
      reporter: world.reporter,
      signal: new AbortController().signal,
    });
    await book.release(standIn);
    return end;
  }

  test("stays until its window is over, then is swept anyway, and its record reports it", async () => {
    const world = new FakeWorld({ failWorker: "load" });
    const folder = await world.makeRun(undefined, KEEP);
    const failedAt = world.clock.now();
    expect(await driveKept(world, folder)).toBe("kept");
    expect(world.calls).not.toContain("destroy gke-cloud");
    const record = await reaped(world, folder);
    expect(world.clock.now() - failedAt).toBeGreaterThanOrEqual(KEEP.keepOnFailure.ms);
    expect(record).toMatchObject({ verdict: "harness-error", teardown: { state: "clean" } });
    expect(record.kept?.reason).toContain("load");
    expect(world.items.size).toBe(0);
  });

  test("ends earlier on a manual teardown", async () => {
    const world = new FakeWorld({ failWorker: "load" });
    const folder = await world.makeRun(undefined, KEEP);
    await driveKept(world, folder);
    const before = world.clock.now();
    await requestTeardown(folder, { through: "audit", only: false, reason: "handed over" });
    await reaped(world, folder);
    expect(world.clock.now() - before).toBeLessThan(60_000);
  });

  test("is not kept beside as many as --keep-max allows", async () => {
    const world = new FakeWorld({ failWorker: "load" });
    expect(await driveKept(world, await world.makeRun(undefined, KEEP))).toBe("kept");
    expect(await driveKept(world, await world.makeRun(undefined, KEEP))).not.toBe("kept");
  });

  test("that passed is not kept", async () => {
    const world = new FakeWorld();
    expect(await driveKept(world, await world.makeRun(undefined, KEEP))).not.toBe("kept");
  });

  test("carries an expiry in the cloud that covers the window", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, KEEP);
    const { expiresAt } = JSON.parse(await readFile(folder.environment, "utf8")) as { expiresAt: number };
    expect(expiresAt * 1000 - world.clock.now()).toBeGreaterThanOrEqual(3_600_000 + KEEP.keepOnFailure.ms);
  });
});
