import { expect, test } from "vitest";
import { drawOrder } from "../../../../harness/model/cloud/load-order.ts";
import type { Measurements } from "../../../../harness/model/record/record.ts";
import { comparisonLines } from "../../../../harness/results/format/compared-versions.ts";
import { compareLoads, type LoadToCompare } from "../../../../harness/results/statistics/compare-loads.ts";
import { goodLoadOf } from "../../../support/world/good-load.ts";

const RESULT = goodLoadOf({ users: 2, workspaces: 2, connections: { total: 100 } });

/** A load that went well, except for what is said. */
function measured(change: Partial<Measurements> = {}): Measurements {
  return { ...RESULT, connections: { ...RESULT.connections, sshPath: "none" }, ...change };
}

const NOTHING_HELD = measured({
  connections: { ...measured().connections, held: 0, heldTerminal: 0, verified: 0 },
});
const NOT_READY = measured({ workspaces: { ...RESULT.workspaces, ready: 0, succeeded: 0, failed: 2 } });

/** Six pairs in which the candidate's loads of some pairs went otherwise. */
function sixPairs(bad: Readonly<Record<number, Measurements>>, whose: "b" | "c" = "c"): LoadToCompare[] {
  return drawOrder(6, 1).map((version, index) => ({
    version,
    measured: (version === whose ? bad[Math.floor(index / 2)] : undefined) ?? measured(),
  }));
}

const conclusionOf = (result: ReturnType<typeof compareLoads>, metric: string) =>
  result.figures.find((figure) => figure.metric === metric)?.conclusion;

test("a candidate that held nothing in 2 of 6 loads is worse, and the loads are named", () => {
  const result = compareLoads(sixPairs({ 1: NOTHING_HELD, 4: NOTHING_HELD }));
  expect(result.failedLoads).toEqual({
    baseline: { failed: 0, of: 6 },
    candidate: { failed: 2, of: 6 },
    // There are 66 ways to choose 2 of 12 loads; 15 take both from the candidate's.
    chance: expect.closeTo(15 / 66, 10),
  });
  for (const { conclusion, pairs } of result.figures) {
    expect(conclusion).toBe("worse-by-failures");
    expect(pairs).toHaveLength(6);
  }
  const order = [...drawOrder(6, 1)];
  const versions = { baseline: { asked: "1", version: "1" }, candidate: { asked: "2", version: "2" } };
  const lines = comparisonLines({ ...versions, seed: 1, order, ...result }).join("\n");
  expect(lines).toContain("6 pairs of loads, each on a new installation, in a random order (seed 1)");
  expect(lines).toContain(
    "failed loads: candidate 2 of 6, baseline 0 of 6: the candidate is worse; equal versions would differ at least this much in 22.7 % of such comparisons",
  );
  expect(lines).toMatch(/load \d+ \(candidate\) failed: no connection was held/);
  expect(lines).toContain(
    "connections held at the same time: worse, missing in 2 of 6 loads of the candidate and 0 of 6 of the baseline",
  );
});

test("so is one in which no workspace became ready, or whose load stopped itself, and the baseline likewise", () => {
  for (const bad of [NOT_READY, measured({ aborted: "errors were 12 %" })]) {
    expect(conclusionOf(compareLoads(sixPairs({ 0: bad })), "connections.held")).toBe("worse-by-failures");
    expect(conclusionOf(compareLoads(sixPairs({ 0: bad }, "b")), "connections.held")).toBe(
      "better-by-failures",
    );
  }
});

test("versions that fail alike are recognized by the exact test, and compared by the other pairs", () => {
  const loads = sixPairs({ 0: NOTHING_HELD }).map((load, index) =>
    load.version === "b" && index >= 10 ? { ...load, measured: NOTHING_HELD } : load,
  );
  const result = compareLoads(loads);
  expect(result.failedLoads).toMatchObject({ baseline: { failed: 1 }, candidate: { failed: 1 } });
  expect(conclusionOf(result, "connections.held")).toBe("no-difference-seen");
});

test("a load whose generator was the limit is excluded with its pair, and counts against neither version", () => {
  const limited = measured({
    ...NOTHING_HELD,
    generator: { ...RESULT.generator, limited: true, reasons: ["steal 30 %"] },
  });
  const result = compareLoads(sixPairs({ 2: limited }));
  expect(result.failedLoads).toMatchObject({
    baseline: { failed: 0, of: 6 },
    candidate: { failed: 0, of: 5 },
  });
  expect(result.figures.every(({ pairs }) => pairs.length === 5)).toBe(true);
  expect(result.loads?.filter(({ outcome }) => outcome === "set-aside")).toEqual([
    { version: "c", outcome: "set-aside", reason: "the generator was the limit: steal 30 %" },
  ]);
});
