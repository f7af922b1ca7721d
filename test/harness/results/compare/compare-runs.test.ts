import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { compareRuns } from "../../../../harness/results/compare/compare-runs.ts";
import { formatRunComparison } from "../../../../harness/results/compare/format-runs.ts";
import { nightOn } from "../nightly-records.ts";
import { histogramOf, sampleMeasurements, sampleRecord, unmeasured, upTo } from "../sample-record.ts";

const [first, second] = [nightOn("2026-11-20"), nightOn("2026-11-21")];
const measuring = (change: Parameters<typeof sampleMeasurements>[0]) =>
  nightOn("2026-11-21", { measurements: sampleMeasurements(change) });

test("figures of the same name appear side by side, percentiles only if their count supports them", () => {
  const { figures } = compareRuns(
    first,
    measuring({
      histograms: [
        histogramOf(upTo(150).map((i) => i * 2000)),
        histogramOf(upTo(300), { phase: "api-probe" }),
      ],
    }),
  );
  const named = new Map(figures.map((figure) => [figure.name, figure]));
  expect(named.get("command, count")).toMatchObject({ first: 1200, second: 150 });
  expect(named.get("command, p50")?.second).toBeCloseTo(150, 0);
  expect(named.get("command, p99")?.first).toBeCloseTo(1188, -1);
  expect(named.get("command, p99")).not.toHaveProperty("second");
  expect(named.get("workspace-ready, p50")).not.toHaveProperty("second");
  expect(named.get("failures: connect-timeout")).toMatchObject({ first: 2, second: 2 });
});

test("a figure that only the second run has keeps the second run's order", () => {
  const { figures } = compareRuns(
    nightOn("2026-11-20", { measurements: sampleMeasurements({ failures: [] }) }),
    second,
  );
  const names = figures.map(({ name }) => name);
  expect(names.indexOf("failures: connect-timeout")).toBe(names.indexOf("generator CPU") - 1);
});

test("two nights of one series are comparable, and their differences are listed", () => {
  const newer = nightOn("2026-11-21", { coderVersion: "2.32.0", conditions: ["rate limits off", "TLS"] });
  expect(compareRuns(first, newer)).toMatchObject({
    notComparable: [],
    differs: [
      "Coder version: 2.31.0 → 2.32.0",
      "condition of the first run only: licence simulated",
      "condition of the second run only: TLS",
    ],
  });
});

describe("the reasons why figures cannot be compared come first", () => {
  const { provenance } = first;
  const { connections, generator } = sampleMeasurements();
  test.each([
    ["a rehearsal with a real run", sampleRecord(), /^the first run is real, the second simulated/],
    ["another size", nightOn("2026-11-21", { size: "100" }), /size: 1200 → 100/],
    [
      "another platform",
      nightOn("2026-11-21", { provenance: { ...provenance, platform: { postgres: "17" } } }),
      /Postgres: unknown → 17/,
    ],
    [
      "another SSH path",
      measuring({ connections: { ...connections, sshPath: "direct" } }),
      /tunnel → direct/,
    ],
    [
      "another pub/sub",
      nightOn("2026-11-21", { network: { ...first.network, pubsub: "nats" } }),
      /pub\/sub: Postgres → NATS/,
    ],
    [
      "proxies that were not seen",
      nightOn("2026-11-21", { network: { ...first.network, workspaceProxies: "unknown" } }),
      /workspace proxies: none → unknown/,
    ],
    ["a run without measurements", unmeasured(second), /has no measurements/],
    [
      "a limited generator",
      measuring({ generator: { ...generator, limited: true } }),
      /generator was the limit/,
    ],
  ] satisfies readonly (readonly [string, RunRecord, RegExp])[])("%s", (_, other, reason) => {
    const comparison = compareRuns(first, other);
    expect(comparison.notComparable.join("\n")).toMatch(new RegExp(reason, "m"));
    expect(formatRunComparison(comparison, "text")).toMatch(/^The figures cannot be compared/);
    expect(formatRunComparison(comparison, "markdown")).toMatch(/^\*\*The figures cannot be compared/);
  });
});

test("a comparison of rehearsals says so, and fits 80 columns", () => {
  const text = formatRunComparison(compareRuns(sampleRecord(), sampleRecord()), "text");
  expect(text).toMatch(/^SIMULATED/);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("the difference shows its sign, its unit and the factor", () => {
  const slower = measuring({ histograms: [histogramOf(upTo(1200).map((i) => i * 1500))] });
  const line = formatRunComparison(compareRuns(first, slower), "text", 120)
    .split("\n")
    .find((each) => each.startsWith("command, p50"));
  expect(line?.split(/ {2,}/)).toEqual(["command, p50", "600 ms", "900 ms", "+300 ms", "× 1.5"]);
});
