import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Ports } from "../../../../harness/pipeline/context/context.ts";
import { BucketLeaseBook } from "../../../../harness/pipeline/mirror/bucket-lease.ts";
import { ensureReaper, watchReaperLease } from "../../../../harness/pipeline/driver/ensure-reaper.ts";
import { Journal } from "../../../../harness/pipeline/folder/journal.ts";
import { LeaseKeeper } from "../../../../harness/pipeline/driver/lease-keeper.ts";
import { type Lease, LEASE_MS, LeaseBook, UNRENEWED_MS } from "../../../../harness/pipeline/lease/lease.ts";
import { mirrorKeys } from "../../../../harness/pipeline/mirror/mirror.ts";
import {
  identify,
  ownIdentity,
  type ProcessIdentity,
} from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { requestTeardown } from "../../../../harness/pipeline/folder/request.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { takeRunLease } from "../../../../harness/pipeline/driver/run-lease.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { onMachine } from "../../../support/identities.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { MemoryBucket } from "../../../support/memory-bucket.ts";

const on = onMachine;
const forEver = new AbortController().signal;
const runIdOf = (folder: RunFolder): string => folder.path.slice(-26);

/** A mirrored run that has created everything, and whose process lives and has not handed over. */
async function atWork() {
  const world = new FakeWorld();
  const bucket = new MemoryBucket();
  const folder = await world.makeRun(undefined, { ttlMs: 40 * 3_600_000 });
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  await executeRun(folder, world.ports({ bucket }), { reporter: world.reporter, signal: forEver });
  await book.release(standIn);
  await rm(folder.request);
  const run = spawn(process.execPath, ["-e", "console.log(); setInterval(() => {}, 9e8)"]);
  await once(run.stdout, "data");
  await writeFile(folder.driver, JSON.stringify(identify(run.pid!)));
  world.calls.length = 0;
  return { world, bucket, folder, run };
}

function ended(run: ChildProcess): Promise<unknown> {
  return once(run, "exit").then(([, signal]: unknown[]) => signal);
}

/** As a machine does that believed the holder of the bucket's lease dead. */
function takeOver(bucket: MemoryBucket, runId: string, holder: ProcessIdentity): void {
  const prefix = mirrorKeys.leases(runId);
  const fences = [...bucket.objects.keys()].flatMap((key) =>
    key.startsWith(prefix) ? Number(key.slice(-11, -5)) : [],
  );
  const fence = Math.max(0, ...fences) + 1;
  const lease: Lease = { fence, holder, renewedAtMs: Date.parse("2099-01-01T00:00:00Z"), released: false };
  bucket.objects.set(`${prefix}${String(fence).padStart(6, "0")}.json`, Buffer.from(JSON.stringify(lease)));
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

describe("a reaper", () => {
  test("whose lease another machine took stops the run at work here, and runs no terraform", async () => {
    const { world, bucket, folder, run } = await atWork();
    const stopped = ended(run);
    const options = { reporter: world.reporter, signal: forEver, renewMs: 10 };
    const reaping = reap(folder, world.ports({ bucket }), options).catch((error: unknown) => error);
    await until(() => new LeaseBook(folder.leases, world.clock).isHeld());
    takeOver(bucket, runIdOf(folder), on("machine-1"));
    expect(await reaping).toMatchObject({ code: "lease_held" });
    expect(await stopped).toBe("SIGTERM");
    expect(world.calls).toEqual([]);
    expect(await findFinalRecord(folder)).toBeUndefined();
    expect(JSON.stringify(world.events)).toMatch(
      /another process has taken over this run.*on machine-1 already tears down this run/,
    );
  });

  test("that cannot renew its lease ends the run at work before another may take it, and tears it down", async () => {
    const { world, bucket, folder, run } = await atWork();
    const stopped = ended(run);
    const options = { reporter: world.reporter, signal: forEver, renewMs: 1 };
    const reaping = reap(folder, world.ports({ bucket }), options);
    await until(() => new LeaseBook(folder.leases, world.clock).isHeld());
    bucket.down = true;
    const downAtMs = world.clock.now();
    await reaping;
    expect(await stopped).toBe("SIGTERM");
    const record = await findFinalRecord(folder);
    expect(record).toMatchObject({ verdict: "infrastructure", teardown: { state: "clean" } });
    expect(record?.reasons[0]).toContain("could not be renewed for 5 minutes");
    const drained = record!.stages.find(({ stage }) => stage === "drain")!;
    const wentOnForMs = Date.parse(drained.startedAt) - downAtMs;
    expect(wentOnForMs).toBeGreaterThanOrEqual(UNRENEWED_MS - 1_000);
    expect(wentOnForMs).toBeLessThan(LEASE_MS);
  });
});

describe("a run at work", () => {
  /** Its load lasts until it is stopped; its reaper is gone as soon as it begins. */
  async function withoutReaper(
    spawnReaper: (folder: RunFolder, world: FakeWorld) => number,
    meanwhile: (folder: RunFolder, world: FakeWorld) => Promise<void> = () => Promise.resolve(),
  ) {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    const book = new LeaseBook(folder.leases, world.clock);
    const standIn = await book.acquire(ownIdentity());
    const { worker } = world.ports();
    const ports: Partial<Ports> = {
      spawnReaper: (made) => spawnReaper(made, world),
      worker: {
        ...worker,
        load: async (task, options) => {
          await book.release(standIn);
          await meanwhile(folder, world);
          await until(async () => options.signal.aborted || (await book.isHeld()));
          return worker.load(task, options);
        },
      },
    };
    await executeRun(folder, world.ports(ports), { reporter: world.reporter, signal: forEver });
    return { world, folder };
  }

  test("whose reaper died gets another, and continues", async () => {
    const { world, folder } = await withoutReaper((made, { clock }) => {
      void new LeaseBook(made.leases, clock).acquire(ownIdentity());
      return process.pid;
    });
    const { entries } = await new Journal(folder.journal, world.clock).read();
    expect(entries).toContainEqual(
      expect.objectContaining({ type: "stage-outcome", stage: "load", outcome: "ok" }),
    );
    expect(entries.some(({ type }) => type === "finding")).toBe(false);
  });

  test("that can get no reaper any more stops its load, and reports why", async () => {
    const { world, folder } = await withoutReaper(({ log }) => {
      writeFileSync(log, "process 7 on machine-1 already tears down this run");
      return 2 ** 22 + 1;
    });
    const { entries } = await new Journal(folder.journal, world.clock).read();
    expect(entries).toContainEqual(
      expect.objectContaining({ type: "stage-outcome", stage: "load", outcome: "interrupted" }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({
        type: "finding",
        verdict: "harness-error",
        reason: expect.stringContaining("machine-1 already tears down this run") as string,
      }),
    );
  });

  test("that was torn down meanwhile stops its load, and starts no other reaper", async () => {
    const { world, folder } = await withoutReaper(
      () => expect.unreachable("a reaper of what is torn down"),
      async (made, other) => {
        await requestTeardown(made, { through: "audit", only: false, reason: "teardown" });
        await reap(made, other.ports(), { reporter: other.reporter, signal: forEver });
      },
    );
    const { entries } = await new Journal(folder.journal, world.clock).read();
    expect(entries).toContainEqual(
      expect.objectContaining({
        type: "finding",
        verdict: "interrupted",
        reason: "this run was torn down while it worked",
      }),
    );
  });
});

test("a reaper that ends without a message is not explained by earlier lines of the log", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  await writeFile(folder.log, "Error: of an earlier stage\n");
  const spawnReaper = (): number => 2 ** 22 + 1;
  await expect(ensureReaper(folder, { clock: world.clock, spawnReaper })).rejects.toMatchObject({
    code: "run_folder",
    message: expect.stringMatching(/nothing was created: it wrote no reason; free space/) as string,
  });
});

test("a reaper of another machine is believed to be at work until its lease runs out", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  await new LeaseBook(folder.leases, world.clock).acquire(on("machine-1"));
  const watch = watchReaperLease(folder, world.clock);
  expect(await watch.look()).toMatchObject({ isHeld: true });
  world.clock.advance(LEASE_MS);
  expect(await watch.look()).toMatchObject({ isHeld: false });
});

describe("a lease", () => {
  async function taken() {
    const world = new FakeWorld();
    const bucket = new MemoryBucket();
    const folder = await world.makeRun();
    const notes: string[] = [];
    const note = (message: string): void => void notes.push(message);
    const { clock } = world;
    const lease = await takeRunLease({
      folder,
      runId: runIdOf(folder),
      clock,
      bucket,
      holder: on("machine-0"),
      note,
    });
    return { clock, bucket, folder, notes, note, lease, runId: runIdOf(folder) };
  }

  test("whose renewal fails in the network is retried, reported once, and in doubt when it runs out", async () => {
    const { clock, bucket, notes, lease } = await taken();
    bucket.down = true;
    const STEP_MS = 10_000;
    for (let ms = STEP_MS; ms < UNRENEWED_MS; ms += STEP_MS) {
      clock.advance(STEP_MS);
      await lease.renew();
      expect(lease.doubt(), `${ms} ms`).toBeUndefined();
    }
    clock.advance(STEP_MS);
    await lease.renew();
    expect(lease.doubt()).toContain("another machine may soon take over: the bucket does not answer");
    expect(notes).toHaveLength(1);
    bucket.down = false;
    await lease.renew();
    expect(lease.doubt()).toBeUndefined();
    bucket.down = true;
    await lease.renew();
    expect(notes).toHaveLength(2);
  });

  test("is not in doubt for having slept, before anybody has asked", async () => {
    const { clock, lease } = await taken();
    clock.advance(10 * LEASE_MS);
    expect(lease.doubt()).toBeUndefined();
  });

  test("whose renewal hangs is in doubt as one that fails", async () => {
    const { clock, bucket, lease } = await taken();
    const put = bucket.put.bind(bucket);
    let go: (() => void) | undefined;
    bucket.put = (key, bytes) => new Promise<void>((resolve) => (go = resolve)).then(() => put(key, bytes));
    const renewing = lease.renew();
    await until(() => go !== undefined);
    clock.advance(UNRENEWED_MS);
    expect(lease.doubt()).toContain("no answer");
    go?.();
    await renewing;
    expect(lease.doubt()).toBeUndefined();
  });

  test("that cannot be written here is renewed in the bucket, reported once, and not lost", async () => {
    const { clock, bucket, folder, notes, note, lease, runId } = await taken();
    // The folder in its place can be listed, and a file cannot replace it.
    const file = join(folder.leases, "000001.json");
    await rm(file);
    await mkdir(join(file, "in-the-way"), { recursive: true });
    using keeper = new LeaseKeeper(lease, note);
    clock.advance(10_000);
    await keeper.renew();
    await keeper.renew();
    expect(keeper.lost.aborted).toBe(false);
    expect(notes).toEqual([expect.stringContaining("cannot be renewed, retrying every few seconds")]);
    const there = await new BucketLeaseBook(bucket, runId, clock).current();
    expect(there?.renewedAtMs).toBe(clock.now());
  });

  test("that another machine took is lost at the next renewal", async () => {
    const { bucket, note, lease, runId } = await taken();
    using keeper = new LeaseKeeper(lease, note);
    takeOver(bucket, runId, on("machine-1"));
    await keeper.renew();
    expect(keeper.lost.reason).toMatchObject({ code: "lease_held" });
  });
});
