import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { openContext, type Ports } from "../../../../harness/pipeline/context/context.ts";
import { CostGuard } from "../../../../harness/pipeline/cost/cost-guard.ts";
import {
  type CostLook,
  CostMeter,
  noteCeiling,
  isCeilingNoted,
} from "../../../../harness/pipeline/cost/cost-meter.ts";
import { recordedCost, spentUntil } from "../../../../harness/pipeline/cost/cost-spent.ts";
import type { StoredEntry } from "../../../../harness/pipeline/folder/journal.ts";
import { buildTimeline } from "../../../../harness/pipeline/folder/timeline.ts";
import { readJson } from "../../../../harness/tools/files/json-file.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import type { RunRequest } from "../../../../harness/pipeline/making/make-run.ts";
import { type Plan, planSchema } from "../../../../harness/pipeline/folder/plan.ts";
import { identify, ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { exitCodeOf, findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const HOUR_MS = 3_600_000;

/** Its estimate is below this, and a little more than half an hour of it reaches it. */
const CEILING = 0.6;

type Cost = NonNullable<Plan["cost"]>;

async function costOf(folder: RunFolder): Promise<Cost> {
  return (await readJson(folder.plan, planSchema)).cost!;
}

async function drive(
  world: FakeWorld,
  folder: RunFolder,
  overrides: Partial<Ports> = {},
): Promise<number | "kept" | "left"> {
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  const options = { reporter: world.reporter, signal: new AbortController().signal };
  const end = await executeRun(folder, world.ports(overrides), options);
  await book.release(standIn);
  return end;
}

async function reaped(world: FakeWorld, folder: RunFolder): Promise<RunRecord> {
  await reap(folder, world.ports(), { reporter: world.reporter, signal: new AbortController().signal });
  return (await findFinalRecord(folder))!;
}

/** A worker whose load takes hours, and ends when it is stopped. */
function longLoad(world: FakeWorld, hours: number): Partial<Ports> {
  const { worker } = world.ports();
  return {
    worker: {
      ...worker,
      load: async (task, options) => {
        world.clock.advance(hours * HOUR_MS);
        await new Promise((resolve) => options.signal.addEventListener("abort", resolve));
        return worker.load(task, options);
      },
    },
  };
}

/** A cloud in which the first create takes hours, and ends when it is stopped. */
function longApply(world: FakeWorld, hours: number): Partial<Ports> {
  const { terraform } = world.ports();
  return {
    terraform: {
      ...terraform,
      apply: async (directory, options) => {
        const summary = await terraform.apply(directory, options);
        world.clock.advance(hours * HOUR_MS);
        await new Promise((_, reject) =>
          options.signal.addEventListener("abort", () => reject(new Error("terraform was interrupted"))),
        );
        return summary;
      },
    },
  };
}

describe("a run that is asked for", () => {
  test("above its ceiling is refused with what would be enough, and nothing is made", async () => {
    const world = new FakeWorld();
    const beside = await world.makeRun();
    const refusal = await world.makeRun(undefined, { maxCost: 0.4 }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "usage",
      message: expect.stringMatching(
        /^--max-cost is \$0\.40, but gke canary is estimated at \$0\.4\d .*nothing was created/,
      ),
    });
    expect(await readdir(dirname(beside.path))).toHaveLength(1);
    const [, least] = /expected at least \$([\d.]+)/.exec((refusal as Error).message) ?? [];
    const enough = Number(least);
    expect(await costOf(await world.makeRun(undefined, { maxCost: enough }))).toMatchObject({
      ceiling: enough,
      basis: "simulated",
    });
  });

  test("in a region without prices reports this in its conditions, and cannot have a ceiling", async () => {
    const world = new FakeWorld();
    const cloud: NonNullable<RunRequest["cloud"]> = {
      provider: "google",
      project: "p",
      region: "europe-west1",
      zone: "europe-west1-b",
      endpoints: {},
      emulated: false,
      stacks: "0",
      skippedChecks: [],
      skippedCanary: false,
    };
    const asked = { rehearsal: undefined, cloud };
    const plan = await readJson((await world.makeRun(undefined, asked)).plan, planSchema);
    expect(plan.cost).toBeUndefined();
    expect(plan.conditions.join()).toContain("cost: not estimated, region europe-west1");
    await expect(world.makeRun(undefined, { ...asked, maxCost: 100 })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("us-central1"),
    });
    const priced = { ...cloud, region: "us-central1", zone: "us-central1-a" };
    expect(await costOf(await world.makeRun(undefined, { ...asked, cloud: priced }))).toMatchObject({
      basis: "estimated",
    });
  });
});

describe("a run that reaches its ceiling", () => {
  test.each([
    ["in its load", longLoad, ["provision ok", "bootstrap ok", "load interrupted"]],
    ["while it is created", longApply, ["provision interrupted"]],
  ] as const)(
    "%s is torn down and exits 50, with the figures as its reason, and is not kept",
    async (_, slow, stages) => {
      const world = new FakeWorld();
      const keep = { keepOnFailure: { ms: 4 * HOUR_MS, max: 1 } };
      const folder = await world.makeRun(undefined, { maxCost: CEILING, ...keep });
      expect(await drive(world, folder, slow(world, 1))).not.toBe("kept");
      const record = await reaped(world, folder);
      expect(record.stages.slice(1, -4).map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual(stages);
      expect(record).toMatchObject({ verdict: "cost-ceiling", teardown: { state: "clean" } });
      expect(record.reasons[0]).toMatch(
        /cost-ceiling: \$0\.\d\d of --max-cost \$0\.60 are spent at \$0\.\d\d an hour/,
      );
      expect(record.reasons.join()).not.toContain("interrupted");
      expect(exitCodeOf(record)).toBe(50);
      expect(world.items.size).toBe(0);
      expect(record.cost?.spent).toBeGreaterThan(0.5);
      // Told beforehand, and while it is at work.
      const told = world.events.map((event) => (event.type === "stage.started" ? event.stage : event.type));
      expect(told.indexOf("cost.estimated")).toBeLessThan(told.indexOf("provision"));
      expect(told.indexOf("cost.progress")).toBeGreaterThan(told.indexOf("provision"));
    },
  );

  test("has none: it is never stopped", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await drive(world, folder);
    world.clock.advance(100 * HOUR_MS);
    expect(await reaped(world, folder)).toMatchObject({ verdict: "pass" });
  });
});

describe("the reaper", () => {
  test("ends a keep window at the ceiling, which does not hide why the run failed", async () => {
    const world = new FakeWorld({ failWorker: "load" });
    const keep = { keepOnFailure: { ms: 4 * HOUR_MS, max: 1 } };
    const folder = await world.makeRun(undefined, { maxCost: CEILING, ...keep });
    expect(await drive(world, folder)).toBe("kept");
    const failedAt = world.clock.now();
    const { perHour, teardownReserve, items } = (await costOf(folder)).estimate;
    const bytes = items.reduce((sum, { per, amount }) => sum + (per === "once" ? amount : 0), 0);
    // A minute before it is reached.
    world.clock.advance(((CEILING - teardownReserve - bytes) / perHour) * HOUR_MS - 60_000);
    const record = await reaped(world, folder);
    expect(world.clock.now() - failedAt).toBeLessThan(HOUR_MS);
    expect(record).toMatchObject({ verdict: "harness-error", teardown: { state: "clean" } });
    expect(record.kept?.reason).toMatch(/load failed; its keep window ended early: \$0\.\d\d of --max-cost/);
    expect(Date.parse(record.kept!.until) - failedAt).toBeLessThan(HOUR_MS);
    const { spent, ceiling } = record.cost!;
    expect(spent).toBeLessThanOrEqual(ceiling!);
  });

  test("tears a staged run down at the ceiling, before its expiry", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, { maxCost: CEILING, ttlMs: 4 * HOUR_MS });
    await drive(world, folder);
    await rm(folder.request);
    await rm(folder.driver);
    world.clock.advance(0.9 * HOUR_MS);
    expect(await reaped(world, folder)).toMatchObject({
      verdict: "cost-ceiling",
      teardown: { state: "clean" },
    });
  });
});

describe("the reaper, while the run's process lives", () => {
  /** A run that has created everything an hour ago at the ceiling, and whose process lives and has not handed over. */
  async function atWork(
    world: FakeWorld,
  ): Promise<{ readonly folder: RunFolder; readonly hanging: ChildProcess }> {
    const folder = await world.makeRun(undefined, { maxCost: CEILING, ttlMs: 40 * HOUR_MS });
    await drive(world, folder);
    await rm(folder.request);
    const hanging = spawn(process.execPath, [
      "-e",
      "process.on('SIGTERM', () => {}); console.log(); setInterval(() => {}, 9e9)",
    ]);
    await once(hanging.stdout, "data");
    await writeFile(folder.driver, JSON.stringify(identify(hanging.pid!)));
    world.clock.advance(HOUR_MS);
    return { folder, hanging };
  }

  test("ends one that hangs at the ceiling, a minute after that, as at its expiry", async () => {
    const world = new FakeWorld();
    const { folder, hanging } = await atWork(world);
    const ended = once(hanging, "exit");
    const crossedAt = world.clock.now();
    const record = await reaped(world, folder);
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(record).toMatchObject({ verdict: "cost-ceiling", teardown: { state: "clean" } });
    expect(record.reasons[0]).toMatch(/cost-ceiling: \$0\.\d\d of --max-cost \$0\.60 are spent/);
    expect(exitCodeOf(record)).toBe(50);
    const destroyAt = record.stages.find(({ stage }) => stage === "drain")!.startedAt;
    const graces = Date.parse(destroyAt) - crossedAt;
    expect(graces).toBeGreaterThanOrEqual(60_000);
    expect(graces).toBeLessThan(3 * 60_000);
  });

  test("gives a run that ends itself time to hand over", async () => {
    const world = new FakeWorld();
    const { folder, hanging } = await atWork(world);
    const signal = new AbortController().signal;
    const context = await openContext(folder, world.ports(), { reporter: world.reporter, signal });
    await noteCeiling(context, "seen by the run itself");
    const guard = new CostGuard(context);
    expect(await guard.look({ atWork: true })).toBeUndefined();
    world.clock.advance(14 * 60_000);
    expect(await guard.look({ atWork: true })).toBeUndefined();
    world.clock.advance(60_000);
    expect(await guard.look({ atWork: true })).toContain("of --max-cost $0.60 are spent");
    hanging.kill("SIGKILL");
  });
});

test("an unreadable journal leaves unknown whether the ceiling was noted", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun(undefined, { maxCost: CEILING });
  const signal = new AbortController().signal;
  const context = await openContext(folder, world.ports(), { reporter: world.reporter, signal });
  expect(await isCeilingNoted(context)).toBe("no");
  await noteCeiling(context, "seen by the run itself");
  expect(await isCeilingNoted(context)).toBe("yes");
  await rm(folder.journal);
  await mkdir(folder.journal);
  expect(await isCeilingNoted(context)).toBe("unknown");
});

describe("a journal that cannot be read", () => {
  async function meterOf(
    world: FakeWorld,
  ): Promise<{ readonly folder: RunFolder; readonly meter: CostMeter }> {
    const folder = await world.makeRun(undefined, { maxCost: CEILING });
    const signal = new AbortController().signal;
    const context = await openContext(folder, world.ports(), { reporter: world.reporter, signal });
    return { folder, meter: new CostMeter(context) };
  }

  async function looks(meter: CostMeter, times: number): Promise<CostLook | undefined> {
    let last: CostLook | undefined;
    for (let time = 0; time < times; time += 1) last = await meter.look();
    return last;
  }

  test.each([
    ["for good", async (journal: string) => rm(journal).then(() => mkdir(journal))],
    ["any more since it is gone", async (journal: string) => rm(journal)],
  ])("%s is reported once, and the ceiling still ends the run, by the clock", async (_, spoil) => {
    const world = new FakeWorld();
    const { folder, meter } = await meterOf(world);
    expect(await meter.look()).toEqual({ spent: 0 });
    await spoil(folder.journal);
    expect(await looks(meter, 4)).toBeUndefined();
    expect((await looks(meter, 9))?.reached).toBeUndefined();
    expect(world.events.filter((event) => event.type === "note").map(({ message }) => message)).toEqual([
      expect.stringContaining("the cost is counted by the clock"),
    ]);
    world.clock.advance(HOUR_MS);
    expect((await meter.look())?.reached).toMatch(
      /of --max-cost \$0\.60 .* because the journal cannot be read$/,
    );
  });

  test("never since the run was made is counted from then", async () => {
    const world = new FakeWorld();
    const { folder, meter } = await meterOf(world);
    await rm(folder.journal).then(() => mkdir(folder.journal));
    world.clock.advance(HOUR_MS);
    expect((await looks(meter, 5))?.reached).toBeDefined();
  });

  test("for a moment decides nothing, and is forgotten once it can be", async () => {
    const world = new FakeWorld();
    const { folder, meter } = await meterOf(world);
    await rename(folder.journal, `${folder.journal}-away`);
    await mkdir(folder.journal);
    world.clock.advance(HOUR_MS);
    expect(await looks(meter, 4)).toBeUndefined();
    await rmdir(folder.journal);
    await rename(`${folder.journal}-away`, folder.journal);
    expect(await meter.look()).toEqual({ spent: 0 });
    expect(world.events).toEqual([]);
  });
});

describe("a run's cost", () => {
  const at = (minutes: number, entry: Record<string, unknown>): StoredEntry =>
    ({ ...entry, at: new Date(minutes * 60_000).toISOString() }) as StoredEntry;
  const stage = (name: string, from: number, to: number): readonly StoredEntry[] => [
    at(from, { type: "stage-intent", stage: name }),
    at(to, { type: "stage-outcome", stage: name, outcome: "ok" }),
  ];
  const [provisionBegins, provisionEnds] = stage("provision", 2, 30);
  const ENTRIES = [
    ...stage("preflight", 0, 2),
    provisionBegins!,
    at(10, { type: "stack-intent", stack: "gke-cloud", act: "apply" }),
    provisionEnds!,
    ...stage("bootstrap", 30, 40),
    ...stage("load", 40, 70),
    ...stage("destroy", 70, 80),
  ];
  const timed = (entries: readonly StoredEntry[]) =>
    buildTimeline({ createdAt: new Date(0).toISOString() }, entries, { atMs: 100 * 60_000 });
  const cost: Pick<Cost, "estimate"> = {
    estimate: {
      prices: "2026-08-03",
      region: "us-central1",
      hours: 1,
      perHour: 6,
      teardownReserve: 1,
      total: 6.5,
      items: [
        { what: "all of it", quantity: 1, rate: 6, per: "hour", amount: 6 },
        { what: "bytes", quantity: 1, rate: 0.5, per: "once", amount: 0.5 },
      ],
    },
  };
  const spent = (untilMinutes: number, rehearsal?: Plan["rehearsal"]): number =>
    spentUntil({ cost, rehearsal }, timed(ENTRIES).entries, untilMinutes * 60_000);

  test("counts from the first create, by the hour and what is paid once", () => {
    expect(spent(80)).toBeCloseTo(7 + 0.5, 9);
    expect(spent(40)).toBeCloseTo(3 + 0.5, 9);
    expect(spentUntil({ cost, rehearsal: undefined }, timed(ENTRIES.slice(0, 2)).entries, 1e9)).toBe(0);
  });

  test("counts a rehearsal's hours as the twin's and the emulated Coder's", () => {
    const rehearsal = { twinRoot: "", speed: 200, buildSpeed: 10, failBuilds: 0 };
    // 20 + 10 minutes of the cloud, 40 of Coder.
    expect(spent(80, rehearsal)).toBeCloseTo((6 * (30 * 200 + 40 * 10)) / 60 + 0.5, 6);
  });

  test("ends with the last delete if the teardown is clean, and otherwise continues", () => {
    const entries = [
      ...ENTRIES.slice(0, -1),
      at(78, { type: "stack-outcome", stack: "gke-cloud", act: "destroy", ok: true }),
      at(79, { type: "swept", id: "1", kind: "disk", name: "1" }),
      ...ENTRIES.slice(-1),
      ...stage("audit", 80, 90),
    ];
    const plan = { cost: { ...cost, ceiling: 10, basis: "estimated" as const } };
    const recorded = (state: "clean" | "leaked" | "pending"): number | undefined =>
      recordedCost(plan, timed(entries), state).cost?.spent;
    expect(recorded("clean")).toBeCloseTo(6.9 + 0.5, 9);
    expect(recorded("leaked")).toBeCloseTo(9 + 0.5, 9);
    expect(recorded("pending")).toBeCloseTo(9 + 0.5, 9);
    expect(recordedCost({}, timed(entries), "clean")).toEqual({});
  });

  test("is in its record, with what it was measured on", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, { maxCost: 10 });
    await drive(world, folder);
    world.clock.advance(HOUR_MS);
    const { cost: recorded, provenance } = await reaped(world, folder);
    const { total } = recorded!.estimate;
    expect(recorded).toMatchObject({ ceiling: 10, basis: "simulated" });
    // An hour of it: more than was estimated.
    expect(recorded!.spent).toBeGreaterThan(total);
    expect(recorded!.spent).toBeLessThan(2 * total);
    expect(provenance.platform).toEqual({
      kubernetes: "1.35",
      postgres: "16",
      coderMachine: "n2-standard-4",
      workspaceMachine: "n2-standard-4",
      database: "cloud-sql db-custom-1-3840",
      workspaceImage: "docker.io/codercom/enterprise-minimal:ubuntu-20251117",
      templateProviders: "mirror",
      tls: "off",
      generator: "outside of it",
    });
  });
});
