import { expect, test } from "vitest";
import {
  GENERATOR_LIMITS,
  type GeneratorLimits,
  SHARED_MACHINE_LIMITS,
} from "../../../../harness/model/ports/worker-task.ts";
import { type HealthSignals, reasonsOf } from "../../../../harness/workload/generator/generator-gate.ts";

type Slip = HealthSignals["slip"][number];
const ramp: Slip = { paced: "ramp", slipP99Ms: 4, slipMaxMs: 20, measuredP99Ms: 40 };
const hold: Slip = { paced: "hold", slipP99Ms: 3, slipMaxMs: 10, measuredP99Ms: 5 };

function reasonsWith(
  change: { ramp?: Partial<Slip>; hold?: Partial<Slip> } & Partial<HealthSignals>,
): string[] {
  const { ramp: rampChange, hold: holdChange, ...whole } = change;
  const slip = [
    { ...ramp, ...rampChange },
    { ...hold, ...holdChange },
  ];
  return reasonsOf(
    {
      durationMs: 5000,
      isPaced: true,
      slip,
      eventLoopUtilization: 0.3,
      lagP99Ms: 2,
      runQueueShare: 0.1,
      ...whole,
    },
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
  [
    "cores taken by other machines",
    { stealShare: 0.05 },
    /lost its cores to other machines, for a share of 0.05/,
  ],
  ["openings sent again", { synRetransmits: 3 }, /ask again for connections, times 3, more than 0/],
  ["full queues", { listenOverflows: 1 }, /dropped connections from full queues, times 1/],
])("%s limits the generator, in words with figure and limit", (_title, change, reason) => {
  expect(reasonsWith(change)).toEqual([expect.stringMatching(reason)]);
});

test("a burst on a shared machine may block its event loop longer than paced events, on a machine of its own no longer", () => {
  const late = { durationMs: 5000, slip: [], lagP99Ms: 900, eventLoopUtilization: 0.3, runQueueShare: 0.1 };
  const limited = (isPaced: boolean, limits: GeneratorLimits): number =>
    reasonsOf({ ...late, isPaced }, limits).length;
  expect([limited(true, SHARED_MACHINE_LIMITS), limited(false, SHARED_MACHINE_LIMITS)]).toEqual([1, 0]);
  expect([limited(true, GENERATOR_LIMITS), limited(false, GENERATOR_LIMITS)]).toEqual([1, 1]);
});

test("slip is judged against what its own window measured", () => {
  expect(reasonsWith({ ramp: { slipP99Ms: 30, measuredP99Ms: 400 } })).toEqual([]);
  expect(reasonsWith({ ramp: { slipP99Ms: 30, measuredP99Ms: 200 } })).toHaveLength(1);
});

test("a window of a moment is judged by its lateness alone: it says nothing about shares", () => {
  expect(reasonsWith({ durationMs: 400, eventLoopUtilization: 1, runQueueShare: 1 })).toEqual([]);
  expect(reasonsWith({ durationMs: 400, hold: { slipP99Ms: 11 } })).toHaveLength(1);
});

test("what the limits do not name is not judged", () => {
  const { synRetransmits, listenOverflows, stealShare, ...wide } = GENERATOR_LIMITS;
  const signals = {
    durationMs: 5000,
    isPaced: true,
    slip: [],
    lagP99Ms: 2,
    eventLoopUtilization: 0.3,
    runQueueShare: 0.1,
  };
  expect(reasonsOf({ ...signals, synRetransmits: 9, listenOverflows: 9, stealShare: 0.5 }, wide)).toEqual([]);
  expect([synRetransmits, listenOverflows, stealShare]).toEqual([0, 0, 0.02]);
});
