import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { recordSchema } from "../../../../harness/model/record/record.ts";
import { judgeRecord, OWN_OBJECTIVES } from "../../../../harness/results/judge-record.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { recordOfResult } from "../../../support/results/record-of-result.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

let coder: Awaited<ReturnType<typeof startEmulatedCoder>>;
let record: RunRecord;

beforeAll(async () => {
  coder = await startEmulatedCoder({ buildSpeed: 20 });
  const task = loadTaskFor(coder, { users: 4, workspaces: 16, connections: { total: 16 } });
  const startedMs = Date.now();
  const { result } = await runLoadHere(task, { pace: { windowMs: 300, probeEveryMs: 50 } });
  record = await recordOfResult(task, result, { startedMs });
}, 60_000);
afterAll(() => coder[Symbol.asyncDispose]());

const EDITS: Readonly<Record<string, (value: number) => number>> = {
  "one more": (value) => value + 1,
  twice: (value) => value * 2,
  half: (value) => value / 2,
  below: (value) => -value - 1,
};

/** Figures of which nothing else in a record says what they must be, with why; `*` is a place in a list. */
const CANNOT_BE_CHECKED: Readonly<Record<string, string>> = {
  "load.sshShare": "how SSH is dealt depends on what the machine carries",
  "load.holdMs": "at most the load's length, and else free",
  "load.rampPerSecond": "as asked; how fast the ramp really was is not in the record",
  "load.commandsPerSecond": "as asked; a connection that is closed is sent none",
  "measurements.generator.childCpuSeconds": "seen once, by the process itself",
  "measurements.generator.machine.cores": "seen once, by the machine itself",
  "measurements.generator.machine.memoryGib": "seen once, by the machine itself",
  "provenance.machine.cores": "seen once, by the machine itself",
  "provenance.machine.memoryGib": "seen once, by the machine itself",
  "measurements.startedAtMs": "known to two seconds by the builds, no better than clocks agree",
  "measurements.builds.since": "known to two seconds by the load's begin",
  "measurements.builds.jobs.*.*": "known to 0.15 % by the histograms of all jobs, which hide a change of one",
  "measurements.builds.daemons.asked": "how often it was asked, which nothing else counts",
  "measurements.builds.daemons.most": "daemons that came up meanwhile are no contradiction",
  "measurements.connections.serverGaugeAsked": "how often it was asked, which nothing else counts",
  "measurements.polls.asked": "how often it was asked, which nothing else counts",
  "measurements.connections.lastProof.p50Ms": "at most the greatest, and else free",
  "measurements.connections.lastProof.maxMs": "at most the load's length, and else free",
  "measurements.connections.bytes.sent": "prompts and words differ in length",
  "measurements.connections.bytes.received": "prompts and words differ in length",
  "measurements.clocks.*.offsetMs": "known to its uncertainty; a second more is seen",
  "measurements.clocks.*.uncertaintyMs": "the stamps that it follows from are not kept",
  "measurements.clocks.*.astray": "the stamps that it follows from are not kept; a share of 5 % is seen",
  "measurements.generator.slipP99Ms": "at most the greatest; windows keep no distribution",
  "measurements.generator.eventLoopUtilization": "at most that of the busiest window",
  "measurements.generator.maxRssMib": "seen once, by the process itself",
  "measurements.generator.cpuSeconds": "seen once, by the process itself",
  "measurements.windows.*.queued": "polling sees it late; drawn from the jobs",
  "measurements.windows.*.building": "polling sees it late; drawn from the jobs",
  "measurements.windows.*.ready": "at most the workspaces asked for",
  "measurements.windows.*.terminal": "at most the connections asked for",
  "measurements.windows.*.ssh": "at most the connections asked for",
  "measurements.windows.*.commands": "at most the answers of all phases; some answers have no phase",
  "measurements.windows.*.endMs": "the last window's end is known to two seconds",
  "measurements.windows.*.generator.slipP99Ms": "at most the greatest",
  "measurements.windows.*.generator.slipMaxMs": "only the greatest of all windows is known besides",
  "measurements.windows.*.generator.lagP99Ms": "the event loop's delay is in no other figure",
  "measurements.windows.*.generator.eventLoopUtilization": "a share, and else free",
  "measurements.windows.*.generator.runQueueShare": "the kernel's, in no other figure",
  "measurements.windows.*.generator.retransmits": "the kernel's, in no other figure",
  "measurements.windows.*.generator.synRetransmits": "the kernel's, in no other figure",
  "measurements.windows.*.generator.listenOverflows": "the kernel's, in no other figure",
  "measurements.windows.*.generator.stealShare": "the kernel's, in no other figure",
  "measurements.windows.*.generator.openFiles": "the kernel's, in no other figure",
  "measurements.windows.*.probe.waiting": "probes without an answer are answered in a later window",
  "measurements.windows.*.probe.p50Ms": "at most the slowest of its window",
  "measurements.windows.*.probe.maxMs": "only the slowest of all windows is known besides",
  // Of an emulator alone, hardly a series is observed: edited-observation.test.ts holds the others.
  "observation.samples": "this load observes nothing; with series, each has as many values",
  "observation.startedAtMs": "dates the samples of series, of which the load has few",
  "observation.everyMs": "dates the samples of series, of which the load has few",
  "observation.cost.cpuSeconds": "seen once, by the observing process itself",
  "observation.cost.maxRssMib": "seen once, by the observing process itself",
  "observation.cost.questions": "seen once, by the observing process itself",
  "observation.cost.bytes": "seen once, by the observing process itself",
  "observation.cost.meanMs": "at most the longest",
  "observation.cost.maxMs": "at least the mean",
  "objectives.*.threshold": "what was asked for is a choice; whether it was met is judged again",
};

test("a record as it was written keeps every rule", () => {
  expect(selfAudit(record)).toEqual([]);
});

test("an edit of any figure that other figures confirm is noticed", () => {
  const unseen = new Map<string, string[]>();
  for (const path of numbersIn(record))
    for (const [name, edit] of Object.entries(EDITS)) {
      if (isSeen(path, edit)) continue;
      const kind = path.map((key) => (/^\d+$/.test(key) ? "*" : key)).join(".");
      unseen.set(kind, [...new Set([...(unseen.get(kind) ?? []), name])]);
    }
  expect([...unseen].filter(([kind]) => !Object.hasOwn(CANNOT_BE_CHECKED, kind))).toEqual([]);
}, 120_000);

test.each<readonly [string, (edited: RunRecord["measurements"] & object) => void]>([
  ["workspaces-add-up", ({ workspaces }) => (workspaces.succeeded -= 1)],
  ["connections-add-up", ({ connections }) => (connections.heldSsh += 1)],
  ["histogram-holds-its-count", ({ histograms }) => (histograms[0]!.count *= 500)],
  ["builds-fit-the-daemons", ({ builds }) => (builds.timeWeightedRunning = -0.15)],
  ["builds-follow-from-jobs", ({ builds }) => (builds.perMinute = 6000)],
  ["jobs-match-histograms", ({ builds }) => (builds.jobs!.length -= 1)],
  ["jobs-go-forward", ({ builds }) => (builds.jobs![3]![1] = -5000)],
  ["clocks-agree", ({ clocks }) => (clocks![0]!.offsetMs += 3000)],
  ["probes-add-up", ({ windows }) => (windows![1]!.probe!.count += 1)],
  ["windows-are-contiguous", ({ windows }) => (windows![0]!.endMs += 1)],
  ["our-clock-holds-theirs", ({ builds }) => (builds.jobs!.at(-1)![2] += 60_000)],
])("%s is reported with the values that break it, and makes the record a harness error", (rule, edit) => {
  const edited = structuredClone(record);
  edit(edited.measurements!);
  expect(selfAudit(edited).map((broken) => broken.rule)).toContain(rule);
  const judgement = judgeRecord(edited, OWN_OBJECTIVES);
  expect(judgement).toMatchObject({ verdict: "harness-error", contradictsItself: true });
  expect(judgement.reasons[0]).toMatch(/^harness-error: the record's own figures cannot be true: .*\d/);
});

/** Whether an edit is refused by the schema, breaks a rule, or leads to another verdict; undone afterwards. */
function isSeen(path: readonly string[], edit: (value: number) => number): boolean {
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], record);
  const figures = parent as Record<string, number>;
  const key = path.at(-1) ?? "";
  const before = figures[key] ?? 0;
  figures[key] = edit(before);
  try {
    if (figures[key] === before || !recordSchema.safeParse(record).success) return true;
    return judgeRecord(record, OWN_OBJECTIVES).contradictsItself;
  } catch {
    return true;
  } finally {
    figures[key] = before;
  }
}

/** Paths of all numbers; of a list its ends and one between stand for all. */
function numbersIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === "number") return [path];
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value);
  const isLong = Array.isArray(value) && value.length > 8 && !path.includes("histograms");
  const chosen = isLong ? [entries[0]!, entries[Math.floor(entries.length / 2)]!, entries.at(-1)!] : entries;
  return chosen.flatMap(([key, each]) => numbersIn(each, [...path, key]));
}
