import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type RunOutcome, teardownExitCode, teardownText } from "../../../harness/teardown/report.ts";
import { tearDownAll } from "../../../harness/teardown/tear-down-all.ts";
import type { Clock } from "../../../harness/tools/time/clock.ts";
import { BucketLeaseBook } from "../../../harness/pipeline/mirror/bucket-lease.ts";
import { LEASE_MS } from "../../../harness/pipeline/lease/lease.ts";
import { reap } from "../../../harness/pipeline/driver/reaper.ts";
import { requestTeardown } from "../../../harness/pipeline/folder/request.ts";
import type { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import { onMachine } from "../../support/identities.ts";
import { FakeWorld } from "../../support/world/fake-world.ts";
import { MemoryBucket } from "../../support/memory-bucket.ts";

const world = new FakeWorld();

/** A run in the bucket: torn down by its reaper, or mirrored and nothing more. */
async function mirroredRun(bucket: MemoryBucket, { finished = false } = {}): Promise<string> {
  world.clock.advance(1);
  const folder = await world.makeRun();
  if (finished) await requestTeardown(folder, { through: "audit", only: false, reason: "teardown" });
  const stop = new AbortController();
  if (!finished) stop.abort(new Error("its machine is lost"));
  const ports = world.ports({ bucket });
  await reap(folder, ports, { reporter: world.reporter, signal: stop.signal }).catch(() => undefined);
  return idOf(folder);
}

const idOf = (folder: RunFolder): string => folder.path.slice(-26);

async function tornDown(
  bucket: MemoryBucket,
  {
    dryRun = false,
    twin = true,
    clock = world.clock,
  }: { readonly dryRun?: boolean; readonly twin?: boolean; readonly clock?: Clock } = {},
) {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-elsewhere-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  if (twin) await mkdir(join(cwd, ".refbench", "twin", "inventory"), { recursive: true });
  const told: string[] = [];
  const reportLine = (line: string): void => void told.push(line);
  const { signal } = new AbortController();
  const report = await tearDownAll(bucket, { clock, cwd, env: {}, dryRun, waitMs: 1, reportLine, signal });
  return { report, text: teardownText(report), code: teardownExitCode(report.runs), told };
}

test("an empty bucket is reported as empty, and is a success", async () => {
  const { text, code } = await tornDown(new MemoryBucket());
  expect(text).toBe("gs://in-memory: nothing to tear down, it holds no run\n");
  expect(code).toBe(0);
});

test("runs that are finished are counted and left alone", async () => {
  const bucket = new MemoryBucket();
  await mirroredRun(bucket, { finished: true });
  const { report, text, code } = await tornDown(bucket);
  expect(report).toMatchObject({ finished: 1, runs: [] });
  expect(text).toContain("nothing to tear down, 1 run finished before");
  expect(code).toBe(0);
});

test("a dry run reports what would happen to each run, and changes nothing", async () => {
  const bucket = new MemoryBucket();
  const [free, held] = [await mirroredRun(bucket), await mirroredRun(bucket)];
  world.clock.advance(LEASE_MS);
  await new BucketLeaseBook(bucket, held, world.clock).acquire(onMachine("runner-7"));
  const before = bucket.text();
  const { text, code } = await tornDown(bucket, { dryRun: true });
  expect(text).toContain(`${free}: would be torn down: no process works on it\n`);
  expect(text).toContain(`${held}: skipped: process ${process.pid} on runner-7 probably works on it\n`);
  expect(code).toBe(0);
  expect(bucket.text()).toBe(before);
});

test("a run whose reaper lives elsewhere is skipped with the reason, without a failure", async () => {
  const bucket = new MemoryBucket();
  const runId = await mirroredRun(bucket);
  world.clock.advance(LEASE_MS);
  const book = new BucketLeaseBook(bucket, runId, world.clock);
  const lease = await book.acquire(onMachine("runner-7"));
  const sleep: Clock["sleep"] = async (ms) => {
    await world.clock.sleep(ms);
    await book.renew(lease);
  };
  const { report, told, code } = await tornDown(bucket, { clock: { ...world.clock, sleep } });
  expect(report.runs).toEqual([
    { runId, outcome: "skipped", reason: expect.stringContaining("on runner-7 works on this run") },
  ]);
  expect(told.join()).toContain("for a renewal");
  expect(code).toBe(0);
});

test("a rehearsal whose twin is on another machine is that machine's", async () => {
  const bucket = new MemoryBucket();
  await mirroredRun(bucket);
  world.clock.advance(LEASE_MS);
  const { report, code } = await tornDown(bucket, { twin: false });
  expect(report.runs).toMatchObject([
    { outcome: "skipped", reason: expect.stringMatching(/^a rehearsal of another machine: the twin/) },
  ]);
  expect(code).toBe(0);
});

test("an unreadable run is reported as not torn down, and does not affect the others", async () => {
  const bucket = new MemoryBucket();
  const [broken, free] = [await mirroredRun(bucket), await mirroredRun(bucket)];
  world.clock.advance(LEASE_MS);
  bucket.objects.set(`runs/${broken}/files/plan.json`, Buffer.from("{"));
  const { report, text, code } = await tornDown(bucket, { dryRun: true });
  expect(report.runs).toMatchObject([
    { runId: broken, outcome: "unfinished", reason: expect.stringContaining("cannot be read") },
    { runId: free, outcome: "would-tear-down" },
  ]);
  expect(text).toContain(`${broken}: not torn down: the plan`);
  expect(code).toBe(41);
});

test("a bucket that cannot be listed is an error, never an empty one", async () => {
  const bucket = new MemoryBucket();
  bucket.down = true;
  await expect(tornDown(bucket)).rejects.toMatchObject({ code: "infrastructure" });
});

test("the heaviest outcome is the exit code", () => {
  const runId = "01kb3v9x2m7q8r5t6w4y1z0abc";
  const audited = (outcome: "clean" | "leaked"): RunOutcome => ({
    runId,
    outcome,
    verdict: "interrupted",
    scope: "project",
    left: [],
  });
  const told = (outcome: "skipped" | "unfinished" | "left"): RunOutcome => ({
    runId,
    outcome,
    reason: "so",
  });
  expect(teardownExitCode([audited("clean"), told("skipped")])).toBe(0);
  expect(teardownExitCode([audited("clean"), told("left")])).toBe(60);
  expect(teardownExitCode([told("left"), told("unfinished")])).toBe(41);
  expect(teardownExitCode([told("unfinished"), audited("leaked")])).toBe(40);
});
