import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packageFile } from "../../../../reference-architectures/package-file.ts";
import { decodeHistogram } from "../../../../harness/model/record/decode-histogram.ts";
import type { LoadResult } from "../../../../harness/model/record/worker-result.ts";
import { combineHistograms, figuresOfHistogram } from "../../../../harness/results/judge/histogram.ts";
import { Latencies } from "../../../../harness/workload/generator/histogram.ts";
import { mergeResults } from "../../../../harness/workload/parts/merge-results.ts";
import { loadResultOf } from "../../../support/results/load-result.ts";

const HOUR_MS = 3_600_000;
const PERCENTILES = [0, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100] as const;

/** One step of a load: when it was due, how late it started, how long it took, whether it failed, and which part made it. */
const step = fc.record({
  part: fc.nat(6),
  phase: fc.constantFrom("held-command", "ssh-handshake"),
  lateMs: fc.double({ min: 0, max: 500, noNaN: true }),
  tookMs: fc.oneof(
    fc.double({ min: 0, max: 20, noNaN: true }),
    fc.double({ min: 0, max: 90_000, noNaN: true }),
    fc.double({ min: -50, max: 2 * HOUR_MS, noNaN: true }),
  ),
  isFailed: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const steps = fc.array(step, { minLength: 1, maxLength: 300 });

/** What one generator records of these steps. */
function resultOf(recorded: readonly Step[]): LoadResult {
  const latencies = new Latencies();
  for (const { phase, lateMs, tookMs, isFailed } of recorded) {
    const at = { dueMs: 0, startedMs: lateMs, endMs: lateMs + tookMs };
    if (isFailed && tookMs >= 0) latencies.recordFailure(phase, at, 30_000);
    else latencies.record(phase, at);
  }
  return loadResultOf({ histograms: latencies.encoded() });
}

function partsOf(all: readonly Step[]): LoadResult[] {
  const indices = [...new Set(all.map(({ part }) => part))].sort();
  return indices.map((index) => resultOf(all.filter(({ part }) => part === index)));
}

const byName = ({ histograms }: LoadResult) =>
  histograms.toSorted((a, b) => `${a.phase} ${a.basis}`.localeCompare(`${b.phase} ${b.basis}`));

test("any samples, split in any way, give the counts, the bytes and the percentiles of one generator", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const whole = byName(resultOf(all));
      const merged = byName(mergeResults(partsOf(all)));
      expect(merged).toEqual(whole);
      expect(merged.map((one) => one.count > 0 && figuresOfHistogram(one))).toEqual(
        whole.map((one) => one.count > 0 && figuresOfHistogram(one)),
      );
    }),
    { numRuns: 150 },
  );
});

test("parts merged in groups, or when they are read, give the same percentiles", () => {
  fc.assert(
    fc.property(steps, fc.nat(6), (all, at) => {
      const parts = partsOf(all);
      const groups = [parts.slice(0, at), parts.slice(at)].filter(({ length }) => length > 0);
      const whole = byName(resultOf(all));
      expect(byName(mergeResults(groups.map(mergeResults)))).toEqual(whole);
      const read = combineHistograms(parts.flatMap(({ histograms }) => histograms));
      expect(byName({ ...loadResultOf({}), histograms: [...read] }).map(({ hdr }) => valuesOf(hdr))).toEqual(
        whole.map(({ hdr }) => valuesOf(hdr)),
      );
    }),
    { numRuns: 60 },
  );
});

const jar = referenceJar();

test.skipIf(jar === undefined)(
  "the reference HdrHistogram reads a merged histogram and finds the same percentiles",
  () => {
    const loads = fc.sample(fc.array(step, { minLength: 500, maxLength: 3_000 }), { numRuns: 20, seed: 7 });
    const merged = loads.flatMap((all) =>
      mergeResults(partsOf(all)).histograms.filter(({ count }) => count > 0),
    );
    const said = execFileSync(
      "java",
      ["-cp", jar ?? "", join(import.meta.dirname, "ReadHistograms.java"), ...PERCENTILES.map(String)],
      { input: merged.map(({ hdr }) => `${hdr}\n`).join(""), encoding: "utf8" },
    );
    const read = said
      .trim()
      .split("\n")
      .map((line) => line.split(" ").map(Number));
    expect(read).toEqual(merged.map(({ hdr }) => valuesOf(hdr)));
    expect(read.map(([count]) => count)).toEqual(merged.map(({ count }) => count));
  },
  60_000,
);

/** Count, maximum and percentiles, as the product's library reads them. */
function valuesOf(hdr: string): number[] {
  const histogram = decodeHistogram(hdr);
  return [
    histogram.totalCount,
    histogram.maxValue,
    ...PERCENTILES.map((percentile) => histogram.getValueAtPercentile(percentile)),
  ];
}

/** The reference's jar, where scripts/install-hdrhistogram.sh puts it; without it or java, says so aloud. */
function referenceJar(): string | undefined {
  const found =
    process.env["REFBENCH_HDRHISTOGRAM"] ??
    packageFile(".refbench/tools/hdrhistogram/HdrHistogram-2.2.2.jar");
  const lacks = [
    ...(existsSync(found)
      ? []
      : [`no reference HdrHistogram at ${found}: install it with scripts/install-hdrhistogram.sh`]),
    ...(hasJava() ? [] : ["no java on PATH that compiles a source file"]),
  ];
  if (lacks.length === 0) return found;
  console.warn(`SKIPPED: ${lacks.join("; ")}`);
  return undefined;
}

function hasJava(): boolean {
  try {
    execFileSync("java", ["--list-modules"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return true;
  } catch {
    return false;
  }
}
