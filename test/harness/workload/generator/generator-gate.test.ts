import { expect, test } from "vitest";
import {
  GENERATOR_LIMITS,
  type GeneratorLimits,
  SHARED_MACHINE_LIMITS,
} from "../../../../harness/model/ports/worker-task.ts";
import {
  type HealthSignals,
  findGeneratorLimits,
} from "../../../../harness/workload/generator/generator-gate.ts";

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
  return findGeneratorLimits(
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
  ["slip at p99", { hold: { slipP99Ms: 11 } }, /lateness in the hold p99 11 ms exceeds 10 ms/],
  [
    "one event far too late",
    { ramp: { slipMaxMs: 101 } },
    /lateness in the ramp maximum 101 ms exceeds 100 ms/,
  ],
  ["a late event loop", { lagP99Ms: 21 }, /event-loop delay p99 21 ms/],
  ["a busy event loop", { eventLoopUtilization: 0.9 }, /event-loop utilization 0.9 exceeds/],
  ["cores taken by others", { runQueueShare: 0.3 }, /share of time waiting for a core 0.3 exceeds/],
  [
    "cores taken by other machines",
    { stealShare: 0.05 },
    /share of core time lost to other machines 0.05 exceeds/,
  ],
  ["openings sent again", { synRetransmits: 3 }, /repeated connection requests \(SYN\) 3 exceeds 0/],
  ["full queues", { listenOverflows: 1 }, /connections dropped from full queues 1 exceeds/],
])("%s limits the generator, in words with figure and limit", (_title, change, reason) => {
  expect(reasonsWith(change)).toEqual([expect.stringMatching(reason)]);
});

test("a burst may block the event loop longer than paced events on a shared machine, but not on a separate one", () => {
  const late = { durationMs: 5000, slip: [], lagP99Ms: 900, eventLoopUtilization: 0.3, runQueueShare: 0.1 };
  const limited = (isPaced: boolean, limits: GeneratorLimits): number =>
    findGeneratorLimits({ ...late, isPaced }, limits).length;
  expect([limited(true, SHARED_MACHINE_LIMITS), limited(false, SHARED_MACHINE_LIMITS)]).toEqual([1, 0]);
  expect([limited(true, GENERATOR_LIMITS), limited(false, GENERATOR_LIMITS)]).toEqual([1, 1]);
});

test("slip is judged against what its own window measured", () => {
  expect(reasonsWith({ ramp: { slipP99Ms: 30, measuredP99Ms: 400 } })).toEqual([]);
  expect(reasonsWith({ ramp: { slipP99Ms: 30, measuredP99Ms: 200 } })).toHaveLength(1);
});

test("a window of a moment is judged by its lateness alone: it proves nothing about shares", () => {
  expect(reasonsWith({ durationMs: 400, eventLoopUtilization: 1, runQueueShare: 1 })).toEqual([]);
  expect(reasonsWith({ durationMs: 400, hold: { slipP99Ms: 11 } })).toHaveLength(1);
});

test("a figure without a limit is not judged", () => {
  const { synRetransmits, listenOverflows, stealShare, ...wide } = GENERATOR_LIMITS;
  const signals = {
    durationMs: 5000,
    isPaced: true,
    slip: [],
    lagP99Ms: 2,
    eventLoopUtilization: 0.3,
    runQueueShare: 0.1,
  };
  expect(
    findGeneratorLimits({ ...signals, synRetransmits: 9, listenOverflows: 9, stealShare: 0.5 }, wide),
  ).toEqual([]);
  expect([synRetransmits, listenOverflows, stealShare]).toEqual([0, 0, 0.02]);
});
