import { build, decodeFromCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import {
  type LoadResult,
  loadResult,
  type LoadWindow,
} from "../../../../harness/model/record/worker-result.ts";
import { nothingObserved } from "../../../../harness/model/observation/observation.ts";
import { Latencies } from "../../../../harness/workload/generator/histogram.ts";
import { finishMerge, mergeResults } from "../../../../harness/workload/parts/merge-results.ts";
import { loadResultOf } from "../../../support/results/load-result.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const START = Date.UTC(2026, 0, 1);
const task = loadTaskFor({ url: "http://127.0.0.1:1", token: "t" });

function window(startMs: number, endMs: number, overrides: Partial<LoadWindow> = {}): LoadWindow {
  return {
    ...{ startMs, endMs, activity: "holding", paced: true },
    ...{ queued: 0, building: 0, ready: 1, terminal: 2, ssh: 1, commands: 10, failures: 0 },
    generator: {
      ...{ slipP99Ms: 1, slipMaxMs: 2, lagP99Ms: 3, eventLoopUtilization: 0.4, runQueueShare: 0.1 },
      ...{ retransmits: 5, limited: [] },
    },
    ...overrides,
  };
}

function latencies(...milliseconds: number[]): LoadResult["histograms"] {
  const all = new Latencies();
  for (const each of milliseconds) all.record("api-read", { dueMs: 0, startedMs: 1, endMs: each });
  all.recordFailure("api-read", { dueMs: 0, startedMs: 1, endMs: 2 }, 9_000);
  return all.encoded();
}

/** Three parts that differ in all that is merged. */
const parts: readonly LoadResult[] = [0, 1, 2].map((index) =>
  loadResultOf({
    startedAtMs: START + index * 700,
    users: { asked: 3, created: 3, withWorkspace: 2, deleted: 3, owners: [`u${index}`, "host"] },
    workspaces: {
      asked: 5,
      created: 5,
      ready: 5,
      succeeded: 4 + (index % 2),
      failed: 1 - (index % 2),
      deleted: 5,
    },
    builds: {
      ...{ capacity: 30, peakRunning: 1, timeWeightedRunning: 1 },
      since: START,
      jobs: [
        [0, index * 1_000, index * 1_000 + 1_500, "built"],
        [50_000 + index * 10_000, 50_000 + index * 10_000, 51_000 + index * 10_000, "built"],
      ],
    },
    connections: {
      ...{ asked: 10, held: 9, heldTerminal: 6, heldSsh: 3, verified: 10, lost: index, failed: 1 },
      bytes: { sent: 100, received: 200 },
      serverGauge: { terminal: 10 + index, ssh: 9 },
      ...(index === 1 ? { sshRelayed: 3 } : {}),
    },
    failures: [
      { class: "connection-lost", phase: "held-command", count: index + 1, example: "gone" },
      ...(index === 2 ? [{ class: "tls", phase: "api-read", count: 9, example: "expired" } as const] : []),
    ],
    histograms: latencies(10 + index, 20, 500 * (index + 1)),
    generator: {
      maxRssMib: 100,
      cpuSeconds: 1.5,
      slipP99Ms: index,
      limited: index === 1,
      reasons: index === 1 ? ["part 2: busy"] : [],
    },
    windows: [window(0, 4_000), window(4_000, 9_000 + index * 6_000, { failures: index, commands: 7 })],
    arrivals: { due: 5, late: index, lateMaxMs: index * 2 },
  }),
);
const [a, b, c] = parts as [LoadResult, LoadResult, LoadResult];

test("merging is associative", () => {
  const whole = mergeResults([a, b, c]);
  expect(mergeResults([mergeResults([a, b]), c])).toEqual(whole);
  expect(mergeResults([a, mergeResults([b, c])])).toEqual(whole);
});

test("one part is the result that a single process would have given", () => {
  expect(mergeResults([a])).toEqual(a);
  // `toEqual` takes a field that is undefined for one that is not there.
  const users = { ...a.users, owners: undefined };
  expect(finishMerge(task, mergeResults([a]))).toEqual({ ...a, users });
});

test("the sum of the parts is the whole", () => {
  const whole = mergeResults(parts);
  expect(loadResult.parse(whole)).toEqual(whole);
  expect(whole.workspaces).toEqual({
    asked: 15,
    created: 15,
    ready: 15,
    succeeded: 13,
    failed: 2,
    deleted: 15,
  });
  expect(whole.connections).toMatchObject({
    asked: 30,
    held: 27,
    heldTerminal: 18,
    heldSsh: 9,
    lost: 3,
    failed: 3,
  });
  expect(whole.connections).toMatchObject({ sshRelayed: 3, bytes: { sent: 300, received: 600 } });
  expect(whole.arrivals).toEqual({ due: 15, late: 3, lateMaxMs: 4 });
  expect(whole.failures).toEqual([
    { class: "tls", phase: "api-read", count: 9, example: "expired" },
    { class: "connection-lost", phase: "held-command", count: 6, example: "gone" },
  ]);
});

test("figures that every part read from the whole server are not added up", () => {
  const { builds, connections } = mergeResults(parts);
  expect(builds.capacity).toBe(30);
  expect(connections.serverGauge).toEqual({ terminal: 12, ssh: 9 });
});

test("builds at once are counted over all parts by when they ran, not by adding the parts' peaks", () => {
  const { builds } = mergeResults(parts);
  expect(builds.peakRunning).toBe(2);
  expect(finishMerge(task, mergeResults(parts)).builds.jobs).toHaveLength(6);
});

test("a user that several parts met is one user", () => {
  const whole = finishMerge(task, mergeResults(parts));
  expect(whole.users).toEqual({ asked: 9, created: 9, withWorkspace: 4, deleted: 9 });
  const existing = finishMerge({ ...task, existing: { namePrefix: "x" } }, mergeResults(parts));
  expect(existing.users.asked).toBe(4);
});

test("percentiles are those of all latencies together", () => {
  const [merged] = mergeResults(parts).histograms;
  const all = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  });
  for (const ms of [10, 20, 500, 11, 20, 1_000, 12, 20, 1_500, 9_000, 9_000, 9_000])
    all.recordValue(ms * 1000);
  const decoded = decodeFromCompressedBase64(merged!.hdr);
  expect(merged).toMatchObject({ count: 12, failed: 3 });
  for (const percentile of [10, 50, 90, 99, 100])
    expect(decoded.getValueAtPercentile(percentile)).toBe(all.getValueAtPercentile(percentile));
});

test("the generator is judged by its worst part, which is named; memory and CPU cover all parts", () => {
  expect(mergeResults(parts).generator).toMatchObject({
    ...{ slipP99Ms: 2, limited: true, reasons: ["part 2: busy"], maxRssMib: 300, cpuSeconds: 4.5 },
  });
});

test("windows are aligned by time: sums stay whole, and counts last until their part's end", () => {
  const whole = mergeResults(parts);
  const windows = whole.windows ?? [];
  const total = (key: "commands" | "failures"): number => windows.reduce((sum, each) => sum + each[key], 0);
  expect(whole.startedAtMs).toBe(START);
  expect(total("commands")).toBe(3 * 17);
  expect(total("failures")).toBe(3);
  expect(windows.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
    [0, 5_000],
    [5_000, 10_000],
    [10_000, 15_000],
    [15_000, 20_000],
    [20_000, 22_400],
  ]);
  // Parts end at 9, 15.7 and 22.4 seconds.
  expect(windows.map(({ terminal }) => terminal)).toEqual([6, 6, 4, 4, 2]);
  // The machine's, which each part saw: in the first stretch two of them had two windows.
  expect(windows.map(({ generator }) => generator.retransmits)).toEqual([
    10,
    5,
    undefined,
    undefined,
    undefined,
  ]);
});

test("probes of all parts are counted, the worst of them kept", () => {
  const probed = (count: number, maxMs: number): LoadResult =>
    loadResultOf({
      startedAtMs: START,
      windows: [window(0, 5_000, { probe: { count, errors: 1, p50Ms: 2, maxMs } })],
    });
  const [merged] = mergeResults([probed(5, 10), probed(4, 90)]).windows ?? [];
  expect(merged?.probe).toEqual({ count: 9, errors: 2, p50Ms: 2, maxMs: 90 });
});

test("an observation moves to the shared clock, and lists its own if it differs by more than a second", () => {
  const observation = nothingObserved(START + 9_000, []);
  const moved = (offsetMs: number) =>
    mergeResults([
      { ...a, observation, generator: { ...a.generator, clock: { offsetMs, uncertaintyMs: 1 } } },
    ]).observation;
  expect(moved(900)).toEqual({ ...observation, startedAtMs: START + 8_100 });
  expect(moved(-3_000)).toEqual({
    ...{ ...observation, startedAtMs: START + 12_000 },
    clocks: [{ clock: "load runner", offsetMs: -3_000 }],
  });
});

test("parts whose clocks differ merge as if they had one, and the deployment's clocks stay what they are", () => {
  const clock = { clock: "api", samples: 5, offsetMs: 40, uncertaintyMs: 3, astray: 0 };
  const stamped = parts.map((part) => ({ ...part, clocks: [clock] }));
  const apart = stamped.map((part, index) => {
    const offsetMs = [0, -7_200_000, 90_000][index]!;
    return {
      ...part,
      startedAtMs: part.startedAtMs! + offsetMs,
      clocks: [{ ...clock, offsetMs: clock.offsetMs - offsetMs }],
      generator: { ...part.generator, clock: { offsetMs, uncertaintyMs: 0 } },
    };
  });
  expect(mergeResults(apart)).toEqual(mergeResults(stamped));
  const unsure = apart.map((part) => ({
    ...part,
    generator: { ...part.generator, clock: { ...part.generator.clock, uncertaintyMs: 12 } },
  }));
  expect(mergeResults(unsure).clocks).toMatchObject([{ offsetMs: 40, uncertaintyMs: 15 }]);
});

test("parts that share a network have seen the same TCP counters; those of other networks add up", () => {
  const on = (machine: string, network: string, retransmits: number): LoadResult => ({
    ...a,
    startedAtMs: START,
    generator: { ...a.generator, place: { machine, network } },
    windows: [
      window(0, 4_000, {
        generator: { ...window(0, 1).generator, retransmits, stealShare: retransmits / 100 },
      }),
    ],
  });
  const seen = (...all: LoadResult[]) => mergeResults(all).windows?.[0]?.generator;
  expect(seen(on("m1", "n1", 5), on("m1", "n1", 6))).toMatchObject({ retransmits: 6, stealShare: 0.06 });
  expect(seen(on("m1", "n1", 5), on("m1", "n2", 6))).toMatchObject({ retransmits: 11, stealShare: 0.06 });
  expect(seen(on("m1", "n1", 5), on("m1", "n1", 6), on("m2", "n1", 7))).toMatchObject({ retransmits: 13 });
});

test("a schedule of several parts merges by load and period", () => {
  const cell = (period: string, ...milliseconds: number[]) => ({
    period,
    histograms: latencies(...milliseconds).filter(({ basis }) => basis === "intended"),
    failures: [{ class: "api-error" as const, phase: "api-read" as const, count: 1 }],
  });
  const part = (first: number) =>
    loadResultOf({
      mixed: {
        periods: [{ name: "T0", startMs: 0, endMs: 5 }],
        ...{ asked: 3, held: 2 },
        loads: [
          {
            ...{ name: "dashboard", kind: "dashboard", users: 2 },
            connections: { asked: 3, held: 2, lost: 1, failed: 0 },
            periods: [cell("T0", first, 7)],
          },
        ],
      },
    });
  const { mixed } = mergeResults([part(5), part(6)]);
  expect(mixed).toMatchObject({ asked: 6, held: 4, loads: [{ users: 4, connections: { lost: 2 } }] });
  const [merged] = mixed?.loads[0]?.periods ?? [];
  expect(merged?.failures).toEqual([{ class: "api-error", phase: "api-read", count: 2 }]);
  expect(merged?.histograms).toEqual([expect.objectContaining({ count: 6, failed: 2 })]);
});
