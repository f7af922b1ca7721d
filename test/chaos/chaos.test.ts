import { beforeAll, describe, expect, test } from "vitest";
import { countBoundaries, fakePoint, fakeSchedule, fakeSeeds } from "./fake/campaign.ts";
import { inTurns } from "../../harness/tools/time/in-turns.ts";
import { playFakePoint } from "./fake/point.ts";
import { cleanSchedule, type Boundaries, type RunKind, type Schedule } from "./fake/schedule.ts";
import { randomOf } from "./random.ts";
import { breachesOf, type Observed } from "./laws.ts";
import type { PointResult } from "./point-result.ts";
import { chaosSummary, summarize } from "./summary.ts";

const SEED = "ci-2";
let boundaries: Awaited<ReturnType<typeof countBoundaries>>;
let points: readonly PointResult[];

beforeAll(async () => {
  boundaries = await countBoundaries();
  points = await inTurns(fakeSeeds(SEED, 60), 8, (seed) => fakePoint(seed, boundaries));
});

describe("a seeded campaign on a simulated cloud", () => {
  test("breaks no law at any of its points", () => {
    expect(points.flatMap(({ seed, breaches }) => breaches.map(({ what }) => `${seed}: ${what}`))).toEqual(
      [],
    );
  });

  test("disturbs most of its runs, of every kind, and lets some alone", () => {
    const summary = chaosSummary.parse(summarize(SEED, points));
    expect(summary.runs).toEqual({ run: 20, staged: 20, "by-hand": 20 });
    expect(summary.cleanRuns).toBe(12);
    expect(summary.points).toEqual({ fake: 60, real: 0 });
    // A seed whose points never meet a silent inventory or a stuck delete would prove little.
    expect(new Set(points.map(({ teardown }) => teardown))).toEqual(
      // None: the folder was removed, or its maker was killed before there was a run.
      new Set(["clean", "leaked", "unverified", "none"]),
    );
  });

  test("does the same again for the same seed", async () => {
    const seed = fakeSeeds(SEED, 3)[0]!;
    expect(fakeSchedule(seed, boundaries)).toEqual(fakeSchedule(seed, boundaries));
    const [first, again] = [await fakePoint(seed, boundaries), await fakePoint(seed, boundaries)];
    expect(again).toEqual(first);
  });
});

describe("one mishap in an otherwise undisturbed run", () => {
  const kinds = { driven: "run", staged: "staged", "torn down by hand": "by-hand" } as const;
  const undisturbed = (kind: RunKind): Schedule => cleanSchedule(randomOf("mishaps"), kind);
  /** Its clean end is not owed here: only that no law is broken. */
  const play = async (kind: RunKind, mishap: Partial<Schedule>): Promise<Observed> => {
    const { observed } = await playFakePoint({ ...undisturbed(kind), isClean: false, ...mishap });
    return observed;
  };
  const broken = (all: readonly Observed[]): readonly string[] =>
    all.flatMap((observed) => breachesOf(observed).map(({ what }) => what));

  test("knows every file that a run writes, by the writers themselves", () => {
    const { maker, run, reaper } = boundaries.run.files;
    expect(maker.at(-1)).toBe("plan.json");
    expect(run).toEqual(expect.arrayContaining(["owner.json", "provision.json", "load.json"]));
    expect(reaper).toEqual(expect.arrayContaining(["audit.json", "record.json"]));
  });

  test("is a kill right after any file of the run's maker: a run with a plan is torn down at once", async () => {
    const { maker } = boundaries.run.files;
    const all = await inTurns(maker, 4, (madeUpTo) => play("run", { madeUpTo }));
    expect(broken(all)).toEqual([]);
    expect(all.filter(({ neverMade }) => neverMade !== true)).toHaveLength(1);
  });

  test("is a kill right after a file of the run, and of its reaper", async () => {
    const { run, reaper } = boundaries.run.files;
    const some = [...run.filter((_, index) => index % 5 === 0).map((file) => ({ file, of: "run" as const }))];
    const others = reaper
      .filter((_, index) => index % 4 === 0)
      .map((file) => ({ file, of: "reaper" as const }));
    const all = await inTurns([...some, ...others], 4, ({ file, of }) => {
      const fate = { at: { file }, what: "kill" } as const;
      return play("run", of === "run" ? { run: fate } : { reapers: [fate] });
    });
    expect(broken(all)).toEqual([]);
  });

  test.each(Object.entries(kinds))("is a removed folder of a run that is %s", async (_, kind) => {
    const { run, reaper } = boundaries[kind];
    const places = [Math.floor(run * 0.6), run + Math.floor(reaper * 0.2)];
    const all = await inTurns(places, 2, (folderRemovedAt) => play(kind, { folderRemovedAt }));
    expect(broken(all)).toEqual([]);
    expect(all.some(({ left }) => left.length > 0)).toBe(true);
    // Each stage of a staged run is a separate command, which fails by the rules of a stage.
    if (kind !== "staged") expect(all.some(({ failure }) => failure !== undefined)).toBe(true);
  });

  test.each<[string, RunKind, (of: Boundaries) => Partial<Schedule>]>([
    ["driver", "run", ({ run }) => ({ run: { at: Math.floor(run * 0.6), what: "hang" } })],
    ["driver of a run torn down by hand", "by-hand", () => ({ run: { at: 60, what: "hang" } })],
    ["reaper", "run", () => ({ reapers: [{ at: 20, what: "hang" }] })],
    [
      "reaper in its destroy",
      "run",
      ({ reaper }) => ({ reapers: [{ at: Math.floor(reaper / 2), what: "hang" }] }),
    ],
  ])("is a %s that is stopped and lives: it is killed and replaced", async (_, kind, mishap) => {
    const observed = await play(kind, mishap(boundaries[kind]));
    expect(broken([observed])).toEqual([]);
    expect(observed.record?.teardown.state).toBe("clean");
  });

  test("is a host that is renamed before its driver dies: the teardown does not wait for the expiry", async () => {
    const observed = await play("run", { renamedAt: 40, run: { at: 150, what: "kill" } });
    expect(broken([observed])).toEqual([]);
    expect(observed.record?.teardown.state).toBe("clean");
  });

  test.each(["failed", "partial", "empty", "lies"] as const)(
    "is an inventory whose lists are %s for ever, after a destroy that failed",
    async (how) => {
      const observed = await play("run", {
        terraform: { refusedDestroys: 1_000, orphan: "dies" },
        inventory: { lateMs: 0, throttledRemoves: 0, failing: { nth: 2, times: 1_000_000, how } },
      });
      expect(broken([observed])).toEqual([]);
      expect(observed.record?.teardown.state).not.toBe("clean");
    },
  );
});

describe("the laws", () => {
  const clean = (): Observed => {
    const record = {
      verdict: "pass",
      startedAt: "2026-01-01T00:00:00Z",
      finishedAt: "2026-01-01T00:10:00Z",
      stages: [],
      teardown: { state: "clean", scope: "", finishedAt: "", left: [], swept: [], problems: [] },
    } as unknown as NonNullable<Observed["record"]>;
    return {
      record,
      left: [],
      leftAfterSweep: [],
      undeletable: [],
      inventoryAnswered: true,
      stateLost: false,
      loadFinished: true,
      elapsedMs: 600_000,
      fencedActs: 0,
    };
  };
  const torn = (state: "leaked" | "unverified", left: readonly string[]): Observed["record"] =>
    ({
      verdict: state,
      startedAt: "2026-01-01T00:00:00Z",
      stages: [],
      teardown: { state, scope: "", left: left.map((id) => ({ id, kind: "", name: id })), problems: [] },
    }) as unknown as Observed["record"];

  test("hold for a run that passed and left nothing", () => {
    expect(breachesOf(clean())).toEqual([]);
  });

  test.each<[string, Partial<Observed>, string]>([
    ["clean with something left", { left: ["disk"] }, "wrong-verdict"],
    ["clean without an answer", { inventoryAnswered: false }, "wrong-verdict"],
    ["a run that took longer than time elapsed", { elapsedMs: 60_000 }, "wrong-verdict"],
    ["pass after an interrupted run", { loadFinished: false }, "wrong-verdict"],
    ["no final record", { record: undefined }, "wrong-verdict"],
    ["a replaced reaper that destroys", { fencedActs: 1 }, "wrong-verdict"],
    ["leaked without a name", { record: torn("leaked", []), left: ["disk"] }, "wrong-verdict"],
    ["leaked with nothing left", { record: torn("leaked", ["disk"]) }, "false-alarm"],
    ["unverified by an inventory that answered", { record: torn("unverified", []) }, "false-alarm"],
    [
      "clean by a lie, with something left that a state names",
      { inventoryLied: true, left: ["network", "disk"], unnamedInStates: ["disk"] },
      "wrong-verdict",
    ],
    ["an end reported as clean with something left", { falseClaims: 1, left: ["disk"] }, "wrong-verdict"],
    ["a dead driver's run that waits for its expiry", { waitedForExpiryMs: 3_600_000 }, "wrong-verdict"],
    [
      "a failure whose code means clean",
      { failure: { code: "run_folder", message: 'run "refbench sweep --run 1"' } },
      "wrong-verdict",
    ],
    ["a failure without a way on", { failure: { code: "after_create", message: "lost" } }, "wrong-verdict"],
    ["a run never made that left something", { neverMade: true, left: ["disk"] }, "leftover"],
    ["something that outlives the sweep", { leftAfterSweep: ["disk"] }, "leftover"],
  ])("are broken by %s", (_, observed, law) => {
    expect(breachesOf({ ...clean(), ...observed }).map((breach) => breach.law)).toContain(law);
  });

  test("owe no record without a folder to hold it", () => {
    expect(breachesOf({ ...clean(), record: undefined, folderRemoved: true, left: ["disk"] })).toEqual([]);
  });

  test("forgive what its cloud never deletes, once the record names it", () => {
    const left = ["disk"];
    expect(
      breachesOf({ ...clean(), record: torn("leaked", left), left, leftAfterSweep: left, undeletable: left }),
    ).toEqual([]);
  });
});
