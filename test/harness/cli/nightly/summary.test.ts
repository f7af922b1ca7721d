import { expect, test } from "vitest";
import type { Night } from "../../../../harness/nights/night.ts";
import { nightMarkdown, nightText } from "../../../../harness/cli/nightly/summary.ts";

const night: Night = {
  schemaVersion: 1,
  night: "01kf3zq8v1a2b3c4d5e6f7g8h0",
  simulated: false,
  startedAt: "2026-11-22T02:00:00.000Z",
  finishedAt: "2026-11-22T05:00:00.000Z",
  coderVersion: "2.30.4",
  coderChannel: "stable",
  steps: [{ name: "sweep before my-project", outcome: "found", said: "exit 10: 2 removed" }],
  runs: [
    {
      architecture: "gke",
      size: "1200",
      state: "done",
      verdict: "infrastructure",
      stage: "provision",
      reason: "infrastructure: quota exceeded | twice",
      startedAt: "2026-11-22T02:00:00.000Z",
      finishedAt: "2026-11-22T02:20:00.000Z",
      spent: 1.239,
      budget: 30,
      runId: "01kf3zq8v1a2b3c4d5e6f7g8h9",
    },
    { architecture: "eks", size: "100", state: "done", verdict: "pass", secondZone: "us-east-2b" },
  ],
  unended: [
    {
      night: "01kf3zq8v1a2b3c4d5e6f7g8h1",
      startedAt: "2026-11-21T02:00:00.000Z",
      runs: [{ architecture: "gke", size: "1200", state: "running" }],
    },
  ],
  damaged: [
    { night: "01kf3zq8v1a2b3c4d5e6f7g8h2", problem: "Unexpected end of JSON input", runs: ["01kf3run"] },
  ],
  verdict: "infrastructure",
};

test.each([
  ["text", nightText(night, 400)],
  ["markdown", nightMarkdown(night)],
])("the summary as %s shows verdict, stage, time, money, why, and the night that never ended", (_, text) => {
  const flat = text.replaceAll(/\s+/g, " ");
  for (const part of [
    "of 2026-11-22, Coder 2.30.4 (stable): infrastructure (exit 30), 1 of 2 passed",
    "provision",
    "20 min",
    "$1.24 of 30.00",
    "eks/100 in us-east-2b",
    "gke/1200: infrastructure: quota exceeded",
    "01kf3zq8v1a2b3c4d5e6f7g8h1 of 2026-11-21T02:00:00.000Z never ended: gke/1200 running",
    "night 01kf3zq8v1a2b3c4d5e6f7g8h2 left a file that cannot be read (Unexpected end of JSON input)",
    "torn down yet: 01kf3run",
    "sweep before my-project: exit 10: 2 removed",
  ])
    expect(flat).toContain(part);
  expect(flat).not.toContain("SIMULATED");
});

test("the summary fits 80 columns, and a rehearsed night says so first", () => {
  const text = nightText({ ...night, simulated: true }, 80);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text.startsWith("SIMULATED")).toBe(true);
  expect(nightMarkdown({ ...night, simulated: true }).startsWith("> **SIMULATED")).toBe(true);
});

test.each([
  ["text", nightText],
  ["markdown", (of: Night) => nightMarkdown(of)],
] as const)("the summary as %s says which runs are not in the table, and why", (_, write) => {
  const unofficial = ['no refbench commit in its provenance: git said "fatal: detected dubious ownership"'];
  const runs = night.runs.map((run) => ({ ...run, unofficial }));
  const flat = write({ ...night, runs }, 400).replaceAll(/\s+/g, " ");
  expect(flat).toContain("pass (unofficial)");
  expect(flat).toContain(
    'unofficial, not in the table: gke/1200, eks/100: no refbench commit in its provenance: git said "fatal: detected dubious ownership"',
  );
  expect(write(night, 400)).not.toContain("unofficial");
});
