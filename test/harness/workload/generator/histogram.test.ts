import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { phaseHistogram } from "../../../../harness/model/record/worker-result.ts";
import { Latencies } from "../../../../harness/workload/generator/histogram.ts";

test("a latency is recorded from its intended and from its real start, in microseconds", () => {
  const latencies = new Latencies();
  latencies.record("command", { dueMs: 100, startedMs: 150, endMs: 200 });
  const [intended, raw] = latencies.encoded();
  expect(intended).toMatchObject({ phase: "command", basis: "intended", count: 1 });
  expect(decodeFromCompressedBase64(intended!.hdr).maxValue / 1000).toBeCloseTo(100, 0);
  expect(decodeFromCompressedBase64(raw!.hdr).maxValue / 1000).toBeCloseTo(50, 0);
});

test("histograms of two workers merge", () => {
  const [one, two] = [new Latencies(), new Latencies()];
  one.record("build", { dueMs: 0, startedMs: 0, endMs: 10 });
  two.record("build", { dueMs: 0, startedMs: 0, endMs: 30 });
  const merged = decodeFromCompressedBase64(one.encoded()[0]!.hdr);
  merged.add(decodeFromCompressedBase64(two.encoded()[0]!.hdr));
  expect(merged.totalCount).toBe(2);
});

test("a span that ends before it begins is counted and enters nothing", () => {
  const latencies = new Latencies();
  latencies.recordSpan("build-queue", 5, 0);
  latencies.recordSpan("build-queue", 0, 5);
  expect(latencies.encoded()).toMatchObject([
    { basis: "intended", count: 1, negative: 1 },
    { basis: "raw", count: 1, negative: 1 },
  ]);
});

test("a value above an hour is counted as such, by basis, and is in the histogram as an hour", () => {
  const latencies = new Latencies();
  latencies.record("build", { dueMs: 0, startedMs: 1_000_000, endMs: 4_000_000 });
  latencies.record("build", { dueMs: 0, startedMs: 0, endMs: 1 });
  const [intended, raw] = latencies.encoded();
  expect(phaseHistogram.parse(intended)).toMatchObject({ count: 2, beyond: 1 });
  expect(raw).not.toHaveProperty("beyond");
  expect(() => latencies.record("build", { dueMs: NaN, startedMs: 0, endMs: 1 })).toThrow(TypeError);
});

test("a phase without a latency has no histogram", () => {
  expect(new Latencies().encoded()).toEqual([]);
});

test("a failed attempt counts as at least its timeout from both starts, however soon it was refused", () => {
  const latencies = new Latencies();
  latencies.record("ssh-handshake", { dueMs: 0, startedMs: 0, endMs: 5 });
  latencies.recordFailure("ssh-handshake", { dueMs: 0, startedMs: 10, endMs: 20 }, 30_000);
  latencies.recordFailure("ssh-handshake", { dueMs: 0, startedMs: 10, endMs: 40_000 }, 30_000);
  for (const one of latencies.encoded()) {
    expect(one).toMatchObject({ count: 3, failed: 2 });
    const read = decodeFromCompressedBase64(one.hdr);
    expect(read.getValueAtPercentile(60) / 1e6).toBeCloseTo(30, 1);
    expect(read.maxValue / 1e6).toBeCloseTo(40, 1);
  }
});

test("the generator's lateness is never counted against a failed attempt", () => {
  const measured: number[] = [];
  const latencies = new Latencies((_phase, milliseconds) => measured.push(milliseconds));
  latencies.recordFailure("ssh-handshake", { dueMs: 0, startedMs: 0, endMs: 5 }, 30_000);
  expect(measured).toEqual([]);
});
