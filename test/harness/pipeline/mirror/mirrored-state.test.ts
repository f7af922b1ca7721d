import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { BucketLeaseBook } from "../../../../harness/pipeline/mirror/bucket-lease.ts";
import { LEASE_MS, LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import {
  keepFinalRecord,
  mirroredRecordTexts,
} from "../../../../harness/pipeline/mirror/mirrored-records.ts";
import { type MirroredState, mirroredState } from "../../../../harness/pipeline/mirror/mirrored-state.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { requestTeardown } from "../../../../harness/pipeline/folder/request.ts";
import { restoreRun } from "../../../../harness/pipeline/mirror/restore.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { onMachine } from "../../../support/identities.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { MemoryBucket } from "../../../support/memory-bucket.ts";

const forEver = new AbortController().signal;
const elsewhere = onMachine("a-lost-machine");

let world: FakeWorld;
let bucket: MemoryBucket;
let folder: RunFolder;
let runId: string;

beforeEach(async () => {
  world = new FakeWorld();
  bucket = new MemoryBucket();
  folder = await world.makeRun();
  runId = folder.path.slice(-26);
});

/** The run's own part, and then nobody: its machine goes at once. */
async function driven(): Promise<void> {
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  await executeRun(folder, world.ports({ bucket }), { reporter: world.reporter, signal: forEver });
  await book.release(standIn);
}

async function reaped(of = folder): Promise<RunRecord> {
  await requestTeardown(of, { through: "audit", only: false, reason: "teardown" });
  await reap(of, world.ports({ bucket }), { reporter: world.reporter, signal: forEver });
  return (await findFinalRecord(of))!;
}

async function restored(): Promise<RunFolder> {
  await rm(folder.path, { recursive: true, force: true });
  return restoreRun(bucket, runId, { cwd: join(folder.path, "..", "..", ".."), clock: world.clock });
}

/** Deletes the run's own end from the bucket's journal, as if its machine was lost during the load. */
function forgetHandOver(): void {
  for (const [key, bytes] of bucket.objects)
    if (key.includes("/journal/") && bytes.includes("hand-over")) bucket.objects.delete(key);
}

async function state(): Promise<MirroredState> {
  const [only] = await mirroredRecordTexts(bucket);
  return mirroredState(only!, { bucket, clock: world.clock });
}

describe("the runs of a bucket:", () => {
  test("one whose machine was lost is due, and finished once its record says that nothing remains", async () => {
    await driven();
    world.clock.advance(LEASE_MS);
    expect(await state()).toMatchObject({ state: "due", plan: { runId } });
    await reaped(await restored());
    expect(await state()).toEqual({ state: "finished" });
  });

  test("one that leaked or could not be verified is due again", async () => {
    await driven();
    world.mishaps.failInventory = 1000;
    expect(await reaped()).toMatchObject({ teardown: { state: "unverified" } });
    expect(await state()).toMatchObject({ state: "due" });
    world.mishaps.failInventory = 0;
    expect(await reaped(await restored())).toMatchObject({ teardown: { state: "clean" } });
    expect(await state()).toEqual({ state: "finished" });
  });

  test("one that a process is believed to work on names it, as long as its renewal is young", async () => {
    await driven();
    await new BucketLeaseBook(bucket, runId, world.clock).acquire(elsewhere);
    expect(await state()).toMatchObject({ state: "due", heldBy: `process ${process.pid} on a-lost-machine` });
    world.clock.advance(LEASE_MS);
    expect(await state()).not.toHaveProperty("heldBy");
  });

  test("one that is only just starting, or that never began, is skipped with the reason", async () => {
    bucket.objects.set(`runs/${runId}/files/plan.json`, await readFile(folder.plan));
    expect(await state()).toEqual({ state: "skipped", reason: "it is just starting" });
    world.clock.advance(LEASE_MS);
    expect(await state()).toMatchObject({ state: "due" });
    bucket.objects.clear();
    bucket.objects.set(`runs/${runId}/files/environment.json`, Buffer.from("{}"));
    expect(await state()).toMatchObject({ state: "skipped", reason: expect.stringContaining("never began") });
  });

  test.each(["journal/1", "files/terraform/gke-cloud/terraform.tfstate"])(
    "one whose plan is lost and that has %s is never passed over",
    async (name) => {
      bucket.objects.set(`runs/${runId}/${name}`, Buffer.from("{}"));
      await expect(state()).rejects.toMatchObject({
        message: expect.stringContaining(`refbench sweep --run ${runId}`),
      });
    },
  );

  test("one whose record cannot be read is torn down for it", async () => {
    await driven();
    bucket.objects.set(`runs/${runId}/files/record.json`, Buffer.from('{"verdict":"pa'));
    world.clock.advance(LEASE_MS);
    expect(await state()).toMatchObject({ state: "due" });
  });

  test("none is returned if the bucket cannot be listed", async () => {
    bucket.down = true;
    await expect(mirroredRecordTexts(bucket)).rejects.toMatchObject({ code: "infrastructure" });
  });
});

describe("the record of a run that is torn down from its mirror", () => {
  test("is interrupted when its machine was lost before it handed over, whatever was measured", async () => {
    await driven();
    forgetHandOver();
    const record = await reaped(await restored());
    expect(record).toMatchObject({ verdict: "interrupted", teardown: { state: "clean" } });
    expect(record.measurements).toBeDefined();
    expect(record.reasons).toEqual(["interrupted: the run's machine was lost before it handed over"]);
  });

  test("reports it once, however often the run is restored", async () => {
    await driven();
    forgetHandOver();
    world.mishaps.failInventory = 1000;
    await reaped(await restored());
    world.mishaps.failInventory = 0;
    const { reasons } = await reaped(await restored());
    expect(reasons.filter((reason) => reason.includes("machine was lost"))).toHaveLength(1);
  });

  test("is what was measured when the run had handed over", async () => {
    await driven();
    expect(await reaped(await restored())).toMatchObject({ verdict: "pass" });
  });

  test("names no loss if the run was staged, without a driver", async () => {
    await driven();
    for (const key of bucket.objects.keys()) if (key.endsWith("owner.json")) bucket.objects.delete(key);
    forgetHandOver();
    expect(await reaped(await restored())).toMatchObject({ verdict: "pass" });
  });

  test("does not restore the lost machine's driver, whose death nobody here could see", async () => {
    await driven();
    expect(bucket.text()).toContain(`/files/owner.json`);
    await expect(readFile((await restored()).driver)).rejects.toThrow("ENOENT");
  });

  test("is in the bucket even when the bucket did not answer its reaper", async () => {
    await driven();
    const again = await restored();
    bucket.beforePut = (key) => {
      if (key.endsWith("record.json")) throw new Error("unreachable");
    };
    await reaped(again);
    expect(await state()).toMatchObject({ state: "due" });
    bucket.beforePut = () => undefined;
    await keepFinalRecord(bucket, again, runId);
    expect(await state()).toEqual({ state: "finished" });
  });
});
