import { expect, test } from "vitest";
import { measuredConditions } from "../../../../harness/pipeline/making/conditions.ts";
import { sshPath } from "../../../../harness/pipeline/measurement/deployment-target.ts";
import type { Plan } from "../../../../harness/pipeline/folder/plan.ts";
import { sampleMeasurements } from "../../results/sample-record.ts";

const REAL = {} as Plan;
const { connections, generator } = sampleMeasurements();

test.each([
  [
    { asked: 120, dealt: 120, client: "v2.31.0" },
    "SSH: by the deployment's own client v2.31.0 (coder ssh --stdio), one process per session",
    "relayed",
  ],
  [
    { asked: 1200, dealt: 1058, client: "v2.31.0", why: "1058 sessions of 24 MiB each fit" },
    "SSH: by the deployment's own client v2.31.0 (coder ssh --stdio), one process per session, for 1058 of the 1200 requested connections, the others are web terminals: 1058 sessions of 24 MiB each fit",
    "relayed",
  ],
  [
    { asked: 120, dealt: 0, why: "the deployment answers 404" },
    "SSH: none, all connections are web terminals: the deployment answers 404",
    "none",
  ],
  [{ asked: 0, dealt: 0 }, "SSH: by coder ssh --stdio, one process per session", "relayed"],
] as const)("a record says of %j what was carried, and how", (ssh, condition, path) => {
  expect(measuredConditions({ generator, connections: { ...connections, ssh } })).toEqual([condition]);
  expect(sshPath(REAL, { ssh, sshRelayed: 3, sshDirect: 0 })).toBe(path);
});

test("a load through the emulator's tunnel needs no condition", () => {
  expect(measuredConditions({ connections, generator })).toEqual([]);
  expect(measuredConditions(undefined)).toEqual([]);
});

test("a part whose clock is known less precisely than a window, or drifts, is a condition; others are none", () => {
  const part = { maxRssMib: 1, cpuSeconds: 1 };
  const clocks = [
    { offsetMs: 90_000, uncertaintyMs: 4_000, driftMs: -900 },
    { offsetMs: 0, uncertaintyMs: 6_000 },
    { offsetMs: 0, uncertaintyMs: 1, driftMs: -2_500 },
  ];
  const parts = clocks.map((clock, index) => ({ ...part, part: index + 1, clock }));
  expect(measuredConditions({ connections, generator: { ...generator, parts } })).toEqual([
    "clock of part 2: it is known to 6000 ms only, more than a window of 5000 ms, so windows may show its figures too early or too late",
    "clock of part 3: it drifted by -2500 ms during the load (at most 1000 ms), so windows may show its figures too early or too late",
  ]);
});
