import { expect, test } from "vitest";
import { compareRecords } from "../../../../harness/loads/engine/compare-records.ts";
import { formatComparison } from "../../../../harness/loads/engine/write-comparison.ts";
import { histogramOf, sampleMeasurements, sampleRecord, upTo } from "../../results/sample-record.ts";

const builds = (factor: number) =>
  histogramOf(
    upTo(200).map((i) => i * 1000 * factor),
    { phase: "build", basis: "raw" },
  );
const ours = sampleRecord({
  measurements: sampleMeasurements({ histograms: [builds(1), histogramOf(upTo(200), { basis: "raw" })] }),
});
const theirs = sampleRecord({
  runId: "01kf3zq8v1a2b3c4d5e6f7g8ha",
  verdict: "slo-failed",
  measurements: sampleMeasurements({
    histograms: [builds(2), histogramOf(upTo(200), { phase: "coder-run", basis: "raw" })],
    failures: [{ class: "silent-connection", phase: "terminal-first-byte", count: 29, example: "" }],
    engine: {
      name: "coder",
      version: "v2.31.0",
      command: "coder exp scaletest",
      notComparable: ["phases: one duration a run"],
      left: [],
    },
  }),
});

test("figures of the same meaning are compared, and a figure of one engine has no value for the other", () => {
  const { figures } = compareRecords(ours, theirs);
  const named = new Map(figures.map((figure) => [figure.name, figure]));
  expect(named.get("build, p50")?.coder).toBeCloseTo(2 * named.get("build, p50")!.refbench!, 0);
  expect(named.get("failures: silent-connection")).toEqual({
    name: "failures: silent-connection",
    unit: "count",
    coder: 29,
  });
  expect(named.get("failures: connect-timeout")).toMatchObject({ refbench: 2 });
  for (const name of named.keys()) expect(name).not.toMatch(/coder-run|command/);
});

test("every form names both runs, states that it was simulated, and lists what is not comparable", () => {
  const comparison = compareRecords(ours, theirs);
  for (const format of ["text", "markdown"] as const) {
    const text = formatComparison(comparison, format).replace(/\s+/g, " ");
    for (const part of [
      ours.runId,
      theirs.runId,
      "SIMULATED",
      "coder v2.31.0",
      "× 2",
      "phases: one duration a run",
    ])
      expect(text, format).toContain(part);
  }
  expect(JSON.parse(formatComparison(comparison, "json"))).toEqual(comparison);
});

test("the text fits its width", () => {
  for (const width of [60, 80, 120])
    for (const line of formatComparison(compareRecords(ours, theirs), "text", width).split("\n"))
      expect(line.length).toBeLessThanOrEqual(width);
});
