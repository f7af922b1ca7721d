import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { awaitBucketLease } from "../../../../harness/pipeline/mirror/await-bucket-lease.ts";
import { BucketLeaseBook } from "../../../../harness/pipeline/mirror/bucket-lease.ts";
import { LEASE_MS, LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { requestTeardown } from "../../../../harness/pipeline/folder/request.ts";
import { restoreRun } from "../../../../harness/pipeline/mirror/restore.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { takeRunLease } from "../../../../harness/pipeline/driver/run-lease.ts";
import { onMachine } from "../../../support/identities.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { MemoryBucket } from "../../../support/memory-bucket.ts";

const on = onMachine;
const forEver = new AbortController().signal;
const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";

function newBook() {
  const clock = fakeClock();
  const bucket = new MemoryBucket();
  return { clock, bucket, book: new BucketLeaseBook(bucket, RUN, clock) };
}

describe("a lease in a bucket", () => {
  test.each([
    ["000007", "[]"],
    ["000007", "not JSON"],
    // A number inside that is another one than its name's would let the next holder skip to where nobody looks.
    ["000007", JSON.stringify({ fence: 1e15, holder: on("h"), renewedAtMs: 1, released: true })],
    // Numbers may exceed six digits: a planted number must not lock anybody out.
    ["999999", "{}"],
  ])("named %s that holds %s is taken over with the number after its name's", async (name, text) => {
    const { bucket, book } = newBook();
    await book.release(await book.acquire(on("some-host")));
    const [key = ""] = await bucket.list("");
    await bucket.put(key.replace(/\d{6}\.json$/, `${name}.json`), Buffer.from(text));
    const { fence } = await book.acquire(on("other-host"));
    expect(fence).toBe(Number(name) + 1);
    expect((await book.current())?.fence).toBe(fence);
  });

  test("is taken by exactly one of many machines that ask at the same time", async () => {
    const { book } = newBook();
    const asked = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => book.acquire(on(`host-${n}`))),
    );
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(asked.filter(({ status }) => status === "rejected")).toHaveLength(19);
  });

  test("is believed until its renewal is too old, then taken over, and its late holder is fenced", async () => {
    const { book, clock } = newBook();
    const first = await book.acquire(on("a"));
    clock.advance(LEASE_MS - 1);
    await expect(book.acquire(on("b"))).rejects.toMatchObject({ code: "lease_held" });
    clock.advance(1);
    expect(await book.acquire(on("b"))).toMatchObject({ fence: 2 });
    await expect(book.check(first)).rejects.toMatchObject({ code: "lease_held" });
    await expect(book.renew(first)).rejects.toThrow("on b already tears down this run");
  });

  test("is believed of a machine with the name of this one, as those of a hosted CI have, until it is too old", async () => {
    const { book, clock } = newBook();
    await book.acquire({ ...ownIdentity(), boot: "another" });
    await expect(book.acquire(on("b"))).rejects.toMatchObject({ code: "lease_held" });
    clock.advance(LEASE_MS);
    expect(await book.acquire(on("b"))).toMatchObject({ fence: 2 });
  });

  test("that was released is free at once", async () => {
    const { book } = newBook();
    await book.release(await book.acquire(on("a")));
    expect(await book.acquire(on("b"))).toMatchObject({ fence: 2 });
  });
});

describe("waiting for a lease in a bucket", () => {
  test("ends at once if the lease is free, or its holder on this machine is dead", async () => {
    const { bucket, book, clock } = newBook();
    const told: string[] = [];
    const wait = () => awaitBucketLease(bucket, RUN, { clock, reportLine: (message) => told.push(message) });
    await wait();
    await book.acquire({ ...ownIdentity(), pid: 2 ** 22 + 1 });
    await wait();
    expect(told).toEqual([]);
  });

  test("gives up on a holder without a sign of life, however its clock runs", async () => {
    const { bucket, clock } = newBook();
    const ahead = fakeClock(clock.now() + 3_600_000);
    await new BucketLeaseBook(bucket, RUN, ahead).acquire(on("a"));
    await awaitBucketLease(bucket, RUN, { clock, reportLine: () => undefined });
    expect(await new BucketLeaseBook(bucket, RUN, clock).acquire(on("b"))).toMatchObject({ fence: 2 });
  });

  test("ends at once when it is stopped", async () => {
    const { bucket, book, clock } = newBook();
    await book.acquire(on("a"));
    const stop = new AbortController();
    const reportLine = (): void => stop.abort(new Error("Ctrl-C"));
    await expect(awaitBucketLease(bucket, RUN, { clock, reportLine, signal: stop.signal })).rejects.toThrow(
      "Ctrl-C",
    );
  });

  test("reports the place of a holder that renews", async () => {
    const { bucket, book, clock } = newBook();
    const lease = await book.acquire(on("a"));
    const renewing = { ...clock, sleep: (ms: number) => clock.sleep(ms).then(() => book.renew(lease)) };
    await expect(
      awaitBucketLease(bucket, RUN, { clock: renewing, reportLine: () => undefined }),
    ).rejects.toMatchObject({
      code: "lease_held",
      message: expect.stringContaining("on a works on this run"),
    });
  });
});

/** A run that has created everything, restored on separate machines from one bucket. */
async function restoredOn(count: number) {
  const world = new FakeWorld();
  const bucket = new MemoryBucket();
  const folder = await world.makeRun();
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  await executeRun(folder, world.ports({ bucket }), { reporter: world.reporter, signal: forEver });
  await book.release(standIn);
  await rm(folder.path, { recursive: true });
  const folders: RunFolder[] = [];
  for (let n = 0; n < count; n += 1) {
    const cwd = await mkdtemp(join(tmpdir(), "refbench-machine-"));
    const restored = await restoreRun(bucket, folder.path.slice(-26), { cwd, clock: world.clock });
    await requestTeardown(restored, { through: "audit", only: false, reason: "teardown" });
    folders.push(restored);
  }
  world.calls.length = 0;
  return { world, bucket, folders };
}

describe("reapers on two machines", () => {
  test("started together never work on one run at once", async () => {
    const { world, bucket, folders } = await restoredOn(2);
    const ended = await Promise.allSettled(
      folders.map((folder, n) =>
        reap(folder, world.ports({ bucket }), {
          reporter: world.reporter,
          signal: forEver,
          holder: on(`machine-${n}`),
        }),
      ),
    );
    expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(ended.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "lease_held" },
    });
    expect(world.calls.filter((call) => call.startsWith("destroy"))).toEqual([
      "destroy gke-coder",
      "destroy gke-cloud",
    ]);
    expect(world.items.size).toBe(0);
  });

  test("stop when they were taken for dead and another has taken over", async () => {
    const { world, bucket, folders } = await restoredOn(2);
    const lease = (folder: RunFolder, host: string) =>
      takeRunLease({
        folder,
        runId: folder.path.slice(-26),
        clock: world.clock,
        bucket,
        holder: on(host),
        note: () => undefined,
      });
    const first = await lease(folders[0]!, "machine-0");
    await first.check();
    world.clock.advance(LEASE_MS);
    const second = await lease(folders[1]!, "machine-1");
    expect(second.fence).toBeGreaterThan(first.fence);
    await expect(first.check()).rejects.toMatchObject({ code: "lease_held" });
    await expect(first.renew()).rejects.toMatchObject({ code: "lease_held" });
    await second.check();
  });

  test("one that is refused in its folder gives the bucket's lease back", async () => {
    const { world, bucket, folders } = await restoredOn(1);
    const [folder] = folders;
    await new LeaseBook(folder!.leases, world.clock).acquire(ownIdentity());
    const options = { reporter: world.reporter, signal: forEver, holder: on("machine-0") };
    await expect(reap(folder!, world.ports({ bucket }), options)).rejects.toMatchObject({
      code: "lease_held",
    });
    const book = new BucketLeaseBook(bucket, folder!.path.slice(-26), world.clock);
    expect(await book.current()).toMatchObject({ released: true });
  });
});

describe("a bucket that does not answer", () => {
  test("keeps a reaper from a run of which nothing exists, so that nothing is created", async () => {
    const world = new FakeWorld();
    const bucket = new MemoryBucket();
    const folder = await world.makeRun();
    bucket.down = true;
    const options = { reporter: world.reporter, signal: forEver };
    await expect(reap(folder, world.ports({ bucket }), options)).rejects.toMatchObject({
      code: "infrastructure",
    });
  });

  test("keeps no reaper from what exists, and the lease is taken once it answers", async () => {
    const { world, bucket, folders } = await restoredOn(1);
    const notes: string[] = [];
    bucket.down = true;
    const lease = await takeRunLease({
      folder: folders[0]!,
      runId: folders[0]!.path.slice(-26),
      clock: world.clock,
      bucket,
      holder: on("machine-0"),
      note: (message) => notes.push(message),
    });
    await lease.check();
    expect(notes[0]).toContain("cannot be read");
    bucket.down = false;
    await lease.renew();
    const book = new BucketLeaseBook(bucket, folders[0]!.path.slice(-26), world.clock);
    expect(await book.current()).toMatchObject({ holder: { host: "machine-0" }, released: false });
  });
});
