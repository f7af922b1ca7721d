import type { RunRecord } from "../../model/record/record.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import { ANSWER_PHASE_NAMES } from "../../model/scenarios/scenario-phases.ts";
import { readHistogram } from "../judge/histogram.ts";
import { isCutShort } from "./counts.ts";
import { successes } from "./histograms.ts";
import { atMost, type Measured, notNegative, type Rule, same, checkShare, sum } from "./rule.ts";

export const windowsAreContiguous: Rule<Measured> = {
  name: "windows-are-contiguous",
  check: ({ measurements: { windows = [] } }) =>
    windows.flatMap(({ startMs, endMs }, index) => [
      same(
        [`window ${index + 1} begins at ms`, startMs],
        ["the one before it ends at", windows[index - 1]?.endMs ?? 0],
      ),
      atMost([`window ${index + 1} begins at ms`, startMs], ["its end", endMs]),
    ]),
};

/** Phases whose answer counts as a verified command. */
const COMMANDS: readonly Phase[] = [
  "command",
  "opening-command",
  "held-command",
  "closing-command",
  "api-read",
  "app-echo",
  ...ANSWER_PHASE_NAMES,
];

/** The windows add up to the load. */
export const windowsAddUp: Rule<Measured> = {
  name: "windows-add-up",
  check: (of) => {
    const { windows = [], failures, engine } = of.measurements;
    if (windows.length === 0) return [];
    const total = (read: (window: (typeof windows)[number]) => number): number => sum(windows.map(read));
    const commands = total((window) => window.commands);
    const answers = sum(COMMANDS.map((phase) => successes(of, phase)));
    return [
      same(
        ["failures in all windows", total((window) => window.failures)],
        ["of the load", sum(failures.map(({ count }) => count))],
      ),
      engine === undefined
        ? atMost(["commands in all windows", commands], ["answers in the histograms", answers])
        : undefined,
    ];
  },
};

export const probesAddUp: Rule<Measured> = {
  name: "probes-add-up",
  check: (of) => {
    const { windows = [], failures, histograms, lostParts = [] } = of.measurements;
    const probed = windows.flatMap(({ probe }) => (probe === undefined ? [] : [probe]));
    if (windows.length === 0) return [];
    const failed = sum(failures.filter(({ phase }) => phase === "api-probe").map(({ count }) => count));
    const raw = histograms.find(({ phase, basis }) => phase === "api-probe" && basis === "raw");
    // A probe that the end of the load, or of a part, interrupted has waited, but has no sample.
    const slowest =
      raw === undefined || (raw.failed ?? 0) > 0 || isCutShort(of) || lostParts.length > 0
        ? undefined
        : readHistogram(raw).maxUs / 1000;
    const most = Math.max(0, ...probed.map(({ maxMs }) => maxMs));
    return [
      same(
        ["probes in all windows", sum(probed.map(({ count }) => count))],
        ["probes of the load", successes(of, "api-probe") + failed],
      ),
      same(
        ["failed probes in all windows", sum(probed.map(({ errors }) => errors))],
        ["of the load", failed],
      ),
      slowest === undefined
        ? undefined
        : same(
            ["the slowest probe of all windows, ms,", most],
            ["of the load", slowest],
            slowest * 0.0015 + 0.02,
          ),
      ...probed.flatMap(({ count, errors, p50Ms, maxMs }) => [
        atMost(["failed probes of a window", errors], ["its probes", count]),
        atMost(["a window's median probe, ms,", p50Ms], ["its slowest", maxMs]),
        notNegative(["a window's median probe, ms,", p50Ms]),
      ]),
    ];
  },
};

/** No window shows more than the load requested. */
export const windowsFitTheLoad: Rule<Measured> = {
  name: "windows-fit-the-load",
  check: ({ measurements: { windows = [], workspaces, connections, mixed, churn, engine } }) =>
    engine !== undefined
      ? []
      : windows.flatMap(({ queued, building, ready, terminal, ssh }, index) => [
          atMost(
            [`workspaces queued, building and ready in window ${index + 1}`, queued + building + ready],
            ["asked", workspaces.asked],
          ),
          atMost(
            [`connections in window ${index + 1}`, terminal + ssh],
            ["asked", connections.asked + (mixed?.asked ?? 0) + (churn?.places ?? 0)],
          ),
        ]),
};

export const generatorIsConsistent: Rule<Measured> = {
  name: "generator-is-consistent",
  check: ({ record, measurements: { generator, windows = [] } }) => {
    const isLimited = windows.some((window) => window.generator.limited.length > 0);
    const worst = Math.max(0, ...windows.map((window) => window.generator.slipMaxMs));
    return [
      checkShare(["the generator's event loop in use", generator.eventLoopUtilization]),
      atMost(["the generator's lateness at p99, ms,", generator.slipP99Ms], ["at most", generator.slipMaxMs]),
      notNegative(["the generator's lateness at p99, ms,", generator.slipP99Ms]),
      windows.length > 0
        ? same(
            ["the generator's greatest lateness, ms,", generator.slipMaxMs],
            ["in the windows", worst],
            worst * 0.0015 + 0.02,
          )
        : undefined,
      generator.limited === generator.reasons.length > 0
        ? undefined
        : `the generator is ${generator.limited ? "" : "not "}limited, for ${generator.reasons.length} reasons`,
      isLimited && !generator.limited
        ? "a window was limited by the generator, and the load was not"
        : undefined,
      notNegative(["the generator's CPU, s,", generator.cpuSeconds]),
      notNegative(["the generator's memory, MiB,", generator.maxRssMib]),
      windows.length > 0 &&
        atMost(
          ["the generator's event loop in use", generator.eventLoopUtilization],
          [
            "the most of its windows",
            Math.max(...windows.map((window) => window.generator.eventLoopUtilization)),
          ],
          0.02,
        ),
      ...windows.flatMap(({ generator: one }) => [
        checkShare(["a window's event loop in use", one.eventLoopUtilization]),
        one.stealShare === undefined
          ? undefined
          : checkShare(["a window's share of stolen time", one.stealShare]),
        notNegative(["a window's run queue", one.runQueueShare]),
        notNegative(["a window's event loop delay at p99, ms,", one.lagP99Ms]),
        notNegative(["a window's lateness at p99, ms,", one.slipP99Ms]),
        atMost(["a window's lateness at p99, ms,", one.slipP99Ms], ["its greatest", one.slipMaxMs]),
      ]),
      notNegative(["the CPU of the generator's children, s,", generator.childCpuSeconds ?? 0]),
      notNegative(["the memory of the generator's machine, GiB,", generator.machine?.memoryGib ?? 1]),
      record.provenance.machine.cores > 0 && record.provenance.machine.memoryGib > 0
        ? undefined
        : "the generator's machine has no core or no memory",
    ];
  },
};

/** The load lies within its stage, and the builds within the load. */
export const loadLiesInItsTime: Rule<Measured> = {
  name: "load-lies-in-its-time",
  check: ({ record, measurements }) => {
    const { windows = [], startedAtMs, builds, clocks = [] } = measurements;
    const endMs = windows.at(-1)?.endMs;
    if (startedAtMs === undefined || endMs === undefined) return [];
    const stage = record.stages.findLast((each) => each.stage === "load");
    const { since, jobs = [] } = builds;
    const api = clocks.find(({ clock }) => clock === "api");
    const lastMs = Math.max(0, ...jobs.map(([, , completed]) => completed));
    const firstMs = since === undefined || api === undefined ? undefined : since - api.offsetMs - startedAtMs;
    const otherClockMs = OTHER_MACHINE_MS + steppedMs(record);
    const slackMs = SLACK_MS + (api?.uncertaintyMs ?? 0);
    const { holdMs = 0, rampPerSecond = 0, commandsPerSecond = 0 } = record.load;
    return [
      notNegative(["the ramp's connections a second", rampPerSecond]),
      notNegative(["the hold's commands a second", commandsPerSecond]),
      isCutShort({ record, measurements }) || measurements.connections.held === 0
        ? undefined
        : atMost(["the hold, ms,", holdMs], ["the load's length", endMs], SLACK_MS),
      stage === undefined
        ? undefined
        : atMost(
            ["the load's length, ms,", endMs],
            ["its stage's", Date.parse(stage.finishedAt) - Date.parse(stage.startedAt)],
            SLACK_MS,
          ),
      // The load may come from a machine with its own clock.
      atMost(
        ["the load's begin", startedAtMs],
        ["the run's end", Date.parse(record.finishedAt ?? record.startedAt)],
        otherClockMs,
      ),
      atMost(
        ["the run's begin", Date.parse(record.startedAt)],
        ["the load's begin", startedAtMs],
        otherClockMs,
      ),
      firstMs === undefined
        ? undefined
        : notNegative(["the first build's place in the load, ms,", firstMs + slackMs]),
      firstMs === undefined
        ? undefined
        : atMost(
            ["the last build's end in the load, ms,", firstMs + lastMs],
            ["the load's length", endMs],
            slackMs,
          ),
      atMost(["the length of all builds, ms,", lastMs], ["the load's length", endMs], SLACK_MS),
    ];
  },
};

/** Returns by how much the clock was set. The load's timestamp and the record's may be from before and after. */
function steppedMs({ clock }: RunRecord): number {
  return sum((clock?.steps ?? []).map(({ byMs }) => Math.abs(byMs)));
}

const SLACK_MS = 2000;
const OTHER_MACHINE_MS = 300_000;
