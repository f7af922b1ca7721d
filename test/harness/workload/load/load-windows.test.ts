import { expect, test } from "vitest";
import { type LoadWindow, loadWindow } from "../../../../harness/model/record/worker-result.ts";
import { mergePairs } from "../../../../harness/workload/load/load-windows.ts";

function windowAt(index: number, change: Partial<LoadWindow["generator"]> = {}): LoadWindow {
  return {
    startMs: index * 5000,
    endMs: (index + 1) * 5000,
    activity: `part ${index}`,
    paced: index === 0,
    ...{ queued: 0, building: 0, ready: index, terminal: index, ssh: 0, commands: 10, failures: 1 },
    generator: {
      ...{ slipP99Ms: 1, slipMaxMs: 2, lagP99Ms: 3, eventLoopUtilization: 0.1, runQueueShare: 0 },
      ...{ retransmits: 1, openFiles: 20 + index },
      limited: [],
      ...change,
    },
    probe: { count: 5, errors: index, p50Ms: 1 + index, maxMs: 9 },
  };
}

test("two windows as one add up what happened and keep what was worse", () => {
  const [pair] = mergePairs([windowAt(0, { slipP99Ms: 40, limited: ["late"] }), windowAt(1)]);
  expect(pair).toMatchObject({
    startMs: 0,
    endMs: 10_000,
    paced: true,
    commands: 20,
    failures: 2,
    ready: 1,
    generator: { slipP99Ms: 40, retransmits: 2, openFiles: 21, limited: ["late"] },
    probe: { count: 10, errors: 1, p50Ms: 2, maxMs: 9 },
  });
  expect(loadWindow.parse(pair)).toEqual(pair);
});

test("an odd window out stays as it is, and no time is lost between windows", () => {
  const windows = mergePairs([0, 1, 2, 3, 4].map((index) => windowAt(index)));
  expect(windows.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
    [0, 10_000],
    [10_000, 20_000],
    [20_000, 25_000],
  ]);
});
