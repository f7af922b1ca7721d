import { beforeAll, describe, expect, test } from "vitest";
import { countBoundaries, fakePoint, fakeSchedule, fakeSeeds } from "../../scripts/chaos/fake/campaign.ts";
import { inTurns } from "../../harness/model/in-turns.ts";
import { breachesOf, type Observed } from "../../scripts/chaos/laws.ts";
import type { PointResult } from "../../scripts/chaos/point-result.ts";
import { chaosSummary, summarize } from "../../scripts/chaos/summary.ts";

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
      new Set(["clean", "leaked", "unverified"]),
    );
  });

  test("does the same again for the same seed", async () => {
    const seed = fakeSeeds(SEED, 3)[0]!;
    expect(fakeSchedule(seed, boundaries)).toEqual(fakeSchedule(seed, boundaries));
    const [first, again] = [await fakePoint(seed, boundaries), await fakePoint(seed, boundaries)];
    expect(again).toEqual(first);
  });
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
    ["something that outlives the sweep", { leftAfterSweep: ["disk"] }, "leftover"],
  ])("are broken by %s", (_, observed, law) => {
    expect(breachesOf({ ...clean(), ...observed }).map((breach) => breach.law)).toContain(law);
  });

  test("forgive what its cloud never deletes, once the record names it", () => {
    const left = ["disk"];
    expect(
      breachesOf({ ...clean(), record: torn("leaked", left), left, leftAfterSweep: left, undeletable: left }),
    ).toEqual([]);
  });
});
