import { expect, test } from "vitest";
import { sshConditions } from "../../../../harness/pipeline/making/conditions.ts";
import { sshPath } from "../../../../harness/pipeline/measurement/deployment-target.ts";
import type { Plan } from "../../../../harness/pipeline/folder/plan.ts";
import { sampleMeasurements } from "../../results/sample-record.ts";

const REAL = {} as Plan;
const { connections } = sampleMeasurements();

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
  expect(sshConditions({ connections: { ...connections, ssh } })).toEqual([condition]);
  expect(sshPath(REAL, { ssh })).toBe(path);
});

test("a load through the emulator's tunnel needs no condition", () => {
  expect(sshConditions({ connections })).toEqual([]);
  expect(sshConditions(undefined)).toEqual([]);
});
