import { expect, test } from "vitest";
import { GENERATOR_LIMITS } from "../../../harness/model/shard.ts";
import { type HealthSignals, reasonsOf } from "../../../harness/workload/generator-health.ts";

type Window = HealthSignals["windows"][number];
const ramp: Window = { window: "ramp", slipP99Ms: 4, slipMaxMs: 20, measuredP99Ms: 40 };
const hold: Window = { window: "hold", slipP99Ms: 3, slipMaxMs: 10, measuredP99Ms: 5 };

function reasonsWith(
  change: { ramp?: Partial<Window>; hold?: Partial<Window> } & Partial<HealthSignals>,
): string[] {
  const { ramp: rampChange, hold: holdChange, ...whole } = change;
  const windows = [
    { ...ramp, ...rampChange },
    { ...hold, ...holdChange },
  ];
  return reasonsOf(
    { windows, eventLoopUtilization: 0.3, lagP99Ms: 2, runQueueShare: 0.1, ...whole },
    GENERATOR_LIMITS,
  );
}

test("a generator in time has no reason to be called limited", () => {
  expect(reasonsWith({})).toEqual([]);
});

test.each([
  ["slip at p99", { hold: { slipP99Ms: 11 } }, /late in the hold, at p99 by ms 11, more than 10/],
  [
    "one event far too late",
    { ramp: { slipMaxMs: 101 } },
    /sent an event late in the ramp, by ms 101, more than 100/,
  ],
  ["a late event loop", { lagP99Ms: 21 }, /late event loop, at p99 by ms 21/],
  ["a busy event loop", { eventLoopUtilization: 0.9 }, /busy event loop, for a share of 0.9/],
  ["cores taken by others", { runQueueShare: 0.3 }, /waited for a core, for a share of 0.3/],
])("%s limits the generator, in words with figure and limit", (_title, change, reason) => {
  expect(reasonsWith(change)).toEqual([expect.stringMatching(reason)]);
});

test("slip is judged against what its own window measured", () => {
  expect(reasonsWith({ ramp: { slipP99Ms: 30, measuredP99Ms: 400 } })).toEqual([]);
  expect(reasonsWith({ ramp: { slipP99Ms: 30, measuredP99Ms: 200 } })).toHaveLength(1);
});
