import { expect, test } from "vitest";
import { sshConditions } from "../../../../harness/pipeline/making/conditions.ts";
import { sshPathOf } from "../../../../harness/pipeline/measurement/deployment-of.ts";
import type { Plan } from "../../../../harness/pipeline/folder/plan.ts";
import { sampleMeasurements } from "../../results/sample-record.ts";

const REAL = {} as Plan;
const { connections } = sampleMeasurements();

test.each([
  [
    { asked: 120, dealt: 120, client: "v2.31.0" },
    "SSH: by the deployment's own client v2.31.0 (coder ssh --stdio), a process for each session",
    "relayed",
  ],
  [
    { asked: 1200, dealt: 1058, client: "v2.31.0", why: "1058 sessions of 24 MiB each fit" },
    "SSH: by the deployment's own client v2.31.0 (coder ssh --stdio), a process for each session, for 1058 of the 1200 connections that were asked for, the others being web terminals: 1058 sessions of 24 MiB each fit",
    "relayed",
  ],
  [
    { asked: 120, dealt: 0, why: "the deployment answers 404" },
    "SSH: none, every connection is a web terminal: the deployment answers 404",
    "none",
  ],
  [{ asked: 0, dealt: 0 }, "SSH: by coder ssh --stdio, a process for each session", "relayed"],
] as const)("a record says of %j what was carried, and how", (ssh, condition, path) => {
  expect(sshConditions({ connections: { ...connections, ssh } })).toEqual([condition]);
  expect(sshPathOf(REAL, { ssh })).toBe(path);
});

test("a load through the emulator's tunnel needs no condition", () => {
  expect(sshConditions({ connections })).toEqual([]);
  expect(sshConditions(undefined)).toEqual([]);
});
