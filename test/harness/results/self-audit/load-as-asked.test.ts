import { expect, test } from "vitest";
import { loadIsAsAsked } from "../../../../harness/results/self-audit/load-as-asked.ts";
import type { Measured } from "../../../../harness/results/self-audit/rule.ts";
import { Latencies } from "../../../../harness/workload/generator/histogram.ts";

const window = (activity: string, startMs: number, endMs: number) => ({ activity, startMs, endMs });

/** A load of 1,000 connections, of which all were held, as far as the rule looks at it. */
function measured(load: Record<string, number> = {}, connections: Record<string, unknown> = {}): Measured {
  const windows = [
    window("connecting", 0, 5_000),
    ...[5, 10, 15, 20].map((s) => window("connecting", s * 1000, (s + 5) * 1000)),
    ...[25, 30, 35, 40].map((s) => window("holding", s * 1000, (s + 5) * 1000)),
  ];
  const latencies = new Latencies();
  for (let sent = 0; sent < 600; sent += 1)
    latencies.record("held-command", { dueMs: 0, startedMs: 0, endMs: 20 });
  const histograms = latencies.encoded();
  return {
    record: {
      load: { holdMs: 20_000, rampPerSecond: 40, commandsPerSecond: 30, sshShare: 0.1, ...load },
      stages: [],
      reasons: [],
    },
    measurements: {
      windows,
      histograms,
      connections: { asked: 1000, held: 1000, heldSsh: 100, sshPath: "tunnel", ...connections },
    },
  } as unknown as Measured;
}

const broken = (of: Measured) => loadIsAsAsked.check(of).filter((one) => typeof one === "string");

test("a load that was as long as it was asked to be breaks no rule", () => {
  expect(broken(measured())).toEqual([]);
});

test.each([
  ["holdMs", 40_000],
  ["holdMs", 10_000],
  ["rampPerSecond", 80],
  ["rampPerSecond", 20],
  ["commandsPerSecond", 60],
  ["sshShare", 0.2],
])("a %s of %d, which the load did not have, is found", (name, value) => {
  expect(broken(measured({ [name]: value }))).not.toEqual([]);
});

test("a load that did not hold all of its connections is not measured by it", () => {
  expect(broken(measured({ holdMs: 40_000 }, { held: 900 }))).toEqual([]);
});
