import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import type { Clock } from "../../../../harness/tools/time/clock.ts";
import { Journal } from "../../../../harness/pipeline/folder/journal.ts";
import { LeaseBook, UNRENEWED_MS } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { requestTeardown } from "../../../../harness/pipeline/folder/request.ts";
import { findMirroredRun, restoreRun } from "../../../../harness/pipeline/mirror/restore.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { secretsSchema } from "../../../../harness/pipeline/folder/secrets.ts";
import { FakeWorld, type Mishaps } from "../../../support/world/fake-world.ts";
import { MemoryBucket } from "../../../support/memory-bucket.ts";

const forEver = new AbortController().signal;
const STAGED = { through: "audit", only: false, reason: "teardown" } as const;

interface Mirrored {
  readonly world: FakeWorld;
  readonly bucket: MemoryBucket;
  readonly folder: RunFolder;
}

async function newRun(mishaps: Mishaps = {}): Promise<Mirrored> {
  const world = new FakeWorld(mishaps);
  return { world, bucket: new MemoryBucket(), folder: await world.makeRun() };
}

/** The run's part, with the folder's lease held by a stand-in for its reaper. */
async function drive(
  { world, bucket, folder }: Mirrored,
  { onSleep, signal = forEver }: { onSleep?: (ms: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  const clock: Clock = {
    ...world.clock,
    sleep: (ms, aborted) => {
      onSleep?.(ms);
      return world.clock.sleep(ms, aborted);
    },
  };
  await executeRun(folder, world.ports({ bucket, clock }), { reporter: world.reporter, signal });
  await book.release(standIn);
}

async function reaped({ world, bucket, folder }: Mirrored): Promise<RunRecord> {
  await reap(folder, world.ports({ bucket }), { reporter: world.reporter, signal: forEver });
  return (await findFinalRecord(folder))!;
}

const journalKeys = (bucket: MemoryBucket): string[] =>
  [...bucket.objects.keys()].filter((key) => key.includes("/journal/")).sort();

describe("a mirrored run", () => {
  test("has its files, its states and every line of its journal in the bucket, and no secret", async () => {
    const run = await newRun();
    await drive(run);
    await reaped(run);
    const { bucket, folder } = run;
    const names = [...bucket.objects.keys()].map((key) => key.replace(/^runs\/[^/]+\//, ""));
    expect(names).toEqual(
      expect.arrayContaining(
        ["environment.json", "plan.json", "stacks.json", "provision.json", "load.json", "record.json"].map(
          (name) => `files/${name}`,
        ),
      ),
    );
    expect(names).toContain("files/terraform/gke-cloud/terraform.tfstate");
    expect(
      journalKeys(bucket)
        .map((key) => bucket.objects.get(key)!.toString())
        .join(""),
    ).toBe(await readFile(folder.journal, "utf8"));
    const secrets = secretsSchema.parse(JSON.parse(await readFile(folder.secrets, "utf8")));
    for (const secret of [secrets.adminPassword, secrets.databasePassword, secrets.token!])
      expect(bucket.text()).not.toContain(secret);
    expect(names.filter((name) => /secret|log|events/.test(name))).toEqual([]);
  });

  test("withholds a state that holds a secret, in clear or in base64, and reports it", async () => {
    const run = await newRun();
    const { world, bucket, folder } = run;
    const { databasePassword } = secretsSchema.parse(JSON.parse(await readFile(folder.secrets, "utf8")));
    await drive(run);
    for (const [stack, leak] of [
      ["gke-cloud", databasePassword],
      ["gke-coder", Buffer.from(databasePassword).toString("base64")],
    ] as const)
      await writeFile(join(folder.stack(stack), "terraform.tfstate"), JSON.stringify({ serial: 9, leak }));
    await reaped(run);
    expect(bucket.text()).not.toContain(databasePassword);
    expect(bucket.text()).not.toContain(Buffer.from(databasePassword).toString("base64"));
    expect(JSON.stringify(world.events)).toContain("terraform.tfstate contains a secret");
  });

  test("writes an intent off the machine before it acts on it", async () => {
    const run = await newRun();
    const { world, bucket } = run;
    const seen: string[] = [];
    bucket.beforePut = (key, bytes) => {
      const intent = /"stack":"([^"]+)","act":"apply"/.exec(Buffer.from(bytes).toString())?.[1];
      if (key.includes("/journal/") && intent !== undefined) seen.push(`${intent} ${world.calls.join()}`);
    };
    await drive(run);
    expect(seen[0]).toBe("gke-cloud ");
    expect(seen).toContain("gke-coder apply gke-cloud");
  });

  test("that cannot be mirrored creates nothing, and is infrastructure", async () => {
    const run = await newRun();
    run.bucket.beforePut = (key, bytes) => {
      if (key.includes("/journal/") && Buffer.from(bytes).includes('"stack":"gke-coder"'))
        run.bucket.down = true;
      if (run.bucket.down) throw new Error("unreachable");
    };
    await drive(run);
    run.bucket.beforePut = () => undefined;
    run.bucket.down = false;
    const record = await reaped(run);
    expect(run.world.calls).toContain("apply gke-cloud");
    expect(run.world.calls).not.toContain("apply gke-coder");
    expect(record).toMatchObject({ teardown: { state: "clean" } });
  });

  /** From the intent to apply gke-coder on, the bucket refuses everything until the test lets it answer. */
  function failAtIntent({ bucket }: Mirrored): void {
    bucket.beforePut = (key, bytes) => {
      if (!key.includes("/journal/") || !Buffer.from(bytes).includes('"stack":"gke-coder"')) return;
      bucket.beforePut = () => undefined;
      bucket.down = true;
      throw new Error("unreachable");
    };
  }

  test("whose bucket does not answer for some minutes waits before it creates, reports it once, and continues", async () => {
    const run = await newRun();
    const { world, bucket } = run;
    failAtIntent(run);
    let downForMs = 0;
    const onSleep = (ms: number): void => {
      if (bucket.down) downForMs += ms;
      if (downForMs >= UNRENEWED_MS - 60_000) bucket.down = false;
    };
    await drive(run, { onSleep });
    expect(downForMs).toBeGreaterThan(60_000);
    expect(world.calls).toContain("load");
    expect(JSON.stringify(world.events).match(/waiting for the mirror/g)).toHaveLength(1);
  });

  test("that waits for its bucket is stopped at once by Ctrl-C", async () => {
    const run = await newRun();
    const { world, bucket, folder } = run;
    failAtIntent(run);
    const stop = new AbortController();
    const onSleep = (): void => {
      if (bucket.down) stop.abort(new Error("Ctrl-C"));
    };
    await drive(run, { onSleep, signal: stop.signal });
    const { entries } = await new Journal(folder.journal, world.clock).read();
    expect(entries).toContainEqual(
      expect.objectContaining({ type: "stage-outcome", stage: "provision", outcome: "interrupted" }),
    );
  });

  test("whose bucket is down at its start ends before it has a reaper", async () => {
    const run = await newRun();
    run.bucket.down = true;
    await expect(drive(run)).rejects.toMatchObject({ code: "infrastructure" });
    expect(run.world.calls).toEqual([]);
  });

  test("is torn down to its end when the bucket fails, and the record of it is mirrored once it answers", async () => {
    const run = await newRun();
    await drive(run);
    run.bucket.down = true;
    const record = await reaped(run);
    expect(record).toMatchObject({ verdict: "pass", teardown: { state: "clean" } });
    expect(JSON.stringify(run.world.events)).toContain("the mirror is not up to date");
  });

  test("whose outcome could not be mirrored mirrors it before it creates the next thing", async () => {
    const run = await newRun();
    const { bucket } = run;
    let refused = 0;
    let before = "";
    bucket.beforePut = (_, bytes) => {
      const line = Buffer.from(bytes).toString();
      if (line.includes('"stack-outcome","stack":"gke-cloud"') && refused === 0) {
        refused += 1;
        throw new Error("unreachable");
      }
      if (line.includes('"stack":"gke-coder","act":"apply"')) before ||= bucket.text();
    };
    await drive(run);
    expect(refused).toBe(1);
    expect(before).toContain('"stack-outcome","stack":"gke-cloud"');
  });

  test("is not held up by asking a bucket that is down again and again", async () => {
    const run = await newRun();
    await drive(run);
    run.bucket.down = true;
    run.bucket.asked = 0;
    await reaped(run);
    // A teardown appends some ten lines and asks for its lease as often, within seconds of this clock.
    expect(run.bucket.asked).toBeLessThan(6);
  });

  test("catches up with what it missed", async () => {
    const run = await newRun();
    await drive(run);
    const [first, second] = journalKeys(run.bucket);
    run.bucket.objects.delete(first!);
    run.bucket.objects.delete(second!);
    await reaped(run);
    expect(journalKeys(run.bucket).slice(0, 2)).toEqual([first, second]);
  });
});

/** Loses the run's folder, and makes it again elsewhere. */
async function lose({ world, bucket, folder }: Mirrored): Promise<RunFolder> {
  await rm(folder.path, { recursive: true });
  const cwd = join(folder.path, "..", "..", "..", "elsewhere");
  const id = await findMirroredRun(bucket, folder.path.slice(-6));
  const restored = await restoreRun(bucket, id, { cwd, clock: world.clock });
  await requestTeardown(restored, STAGED);
  return restored;
}

describe("a run whose machine is lost", () => {
  test("is torn down from its mirror on another, in reverse order and without its secrets", async () => {
    const run = await newRun();
    await drive(run);
    const restored = await lose(run);
    expect((await stat(restored.path)).mode & 0o777).toBe(0o700);
    const record = await reaped({ ...run, folder: restored });
    expect(record).toMatchObject({ teardown: { state: "clean" } });
    expect(run.world.calls.slice(-2)).toEqual(["destroy gke-coder", "destroy gke-cloud"]);
    expect(run.world.calls).not.toContain("drain");
    expect(record.stages.find(({ stage }) => stage === "drain")?.message).toContain("secrets are lost");
  });

  test.each<[string, (bytes: Buffer, index: number) => Buffer | undefined]>([
    ["lost", () => undefined],
    ["lost in half", (bytes, index) => (index % 2 === 0 ? undefined : bytes)],
    ["cut off in each of its lines", (bytes, index) => bytes.subarray(0, (index * 37) % bytes.length)],
    ["garbage", (_, index) => Buffer.from([0xff, 0x00, 0x0a, index])],
  ])("is torn down in full when the mirror of its journal is %s", async (_, damage) => {
    const run = await newRun();
    await drive(run);
    const { bucket, world } = run;
    journalKeys(bucket).forEach((key, index) => {
      const left = damage(bucket.objects.get(key)!, index);
      if (left === undefined) bucket.objects.delete(key);
      else bucket.objects.set(key, left);
    });
    const record = await reaped({ ...run, folder: await lose(run) });
    expect(record).toMatchObject({ teardown: { state: "clean", swept: [] } });
    expect(world.calls.slice(-2)).toEqual(["destroy gke-coder", "destroy gke-cloud"]);
    expect(world.items.size).toBe(0);
  });

  test("with its state in a bucket and its journal lost has every stack destroyed", async () => {
    const world = new FakeWorld();
    const run = {
      world,
      bucket: new MemoryBucket(),
      folder: await world.makeRun(undefined, { stateBucket: "gs://team/state" }),
    };
    await drive(run);
    for (const key of run.bucket.objects.keys())
      if (/journal|tfstate/.test(key)) run.bucket.objects.delete(key);
    const record = await reaped({ ...run, folder: await lose(run) });
    expect(world.calls.slice(-2)).toEqual(["destroy gke-coder", "destroy gke-cloud"]);
    expect(record).toMatchObject({ teardown: { state: "clean", swept: [] } });
  });

  test("that was never mirrored is a usage error that says where to look", async () => {
    const { world, bucket, folder } = await newRun();
    const id = folder.path.slice(-26);
    const here = { cwd: folder.path, clock: world.clock };
    await expect(restoreRun(bucket, id, here)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(`refbench sweep --run ${id}`),
    });
  });

  test("keeps what this machine has, except an older state", async () => {
    const run = await newRun();
    await drive(run);
    const { world, bucket, folder } = run;
    const cwd = join(folder.path, "..", "..", "..");
    const id = folder.path.slice(-26);
    const path = join(folder.stack("gke-cloud"), "terraform.tfstate");
    const state = (serial: number, lineage = "one") => Buffer.from(JSON.stringify({ serial, lineage }));
    for (const [here, there, kept] of [
      [state(3), state(4), state(4)],
      [state(5), state(4), state(5)],
      [state(3, "other"), state(4), state(3, "other")],
    ] as const) {
      await writeFile(path, here);
      bucket.objects.set(`runs/${id}/files/terraform/gke-cloud/terraform.tfstate`, there);
      await restoreRun(bucket, id, { cwd, clock: world.clock });
      expect((await readFile(path)).toString()).toBe(kept.toString());
    }
    expect(secretsSchema.safeParse(JSON.parse(await readFile(folder.secrets, "utf8"))).success).toBe(true);
  });

  test("takes no file from the bucket that a mirror would not have put there", async () => {
    const run = await newRun();
    await drive(run);
    const id = run.folder.path.slice(-26);
    for (const name of [
      "../../../evil",
      "secrets.json",
      "terraform/../../evil",
      "terraform/gke-cloud/.bashrc",
    ])
      run.bucket.objects.set(`runs/${id}/files/${name}`, Buffer.from("evil"));
    const restored = await lose(run);
    await expect(stat(restored.secrets)).rejects.toThrow("ENOENT");
    await expect(stat(join(restored.stack("gke-cloud"), ".bashrc"))).rejects.toThrow("ENOENT");
  });
});
