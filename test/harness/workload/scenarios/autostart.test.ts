import { afterEach, expect, test, vi } from "vitest";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import type { LoadResult, Phase } from "../../../../harness/model/record/worker-result.ts";
import { readHistogram } from "../../../../harness/results/judge/histogram.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { type Clock, systemClock } from "../../../../harness/tools/time/clock.ts";
import { type CoderOptions, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";
import { recordOfResult } from "../../../support/results/record-of-result.ts";

const HOUR_MS = 3_600_000;
const PHASES = ["autostart-queued", "autostart-started", "autostart-built", "autostart-ready"] as const;

afterEach(() => void vi.unstubAllGlobals());

/**
 * The wall clock of the emulated Coder, ahead of the generator's by some hours. A wait for the minute sets it on, in
 * place of passing.
 */
function skippingClock(aheadMs: number): Clock {
  let byMs = aheadMs;
  const { Date: RealDate } = globalThis;
  vi.stubGlobal(
    "Date",
    class extends RealDate {
      constructor(...given: [] | [string | number]) {
        super(given[0] ?? RealDate.now() + byMs);
      }
      static override now(): number {
        return RealDate.now() + byMs;
      }
    },
  );
  return {
    ...systemClock,
    sleep: async (milliseconds, signal) => {
      const isMinute = milliseconds > 60_000;
      if (isMinute) byMs += milliseconds;
      await systemClock.sleep(isMinute ? 1 : milliseconds, signal);
    },
  };
}

async function startBySchedule(
  options: CoderOptions = {},
  task: Partial<LoadTask["autostart"] & object> = {},
) {
  const clock = skippingClock(3 * HOUR_MS);
  await using coder = await startEmulatedCoder({
    env: { CODER_AUTOBUILD_POLL_INTERVAL: "20ms" },
    ...options,
  });
  const load = loadTaskFor(coder, {
    ...{ scenario: "autostart", autostart: { delayMs: 120_000, buildTimeoutMs: 20_000, ...task } },
    connections: { total: 1, holdMs: 50 },
  });
  const startedMs = Date.now();
  const { result } = await runLoadHere(load, { clock });
  // The minutes that were skipped are in Coder's stamps, and not in the length of the load.
  const broken = selfAudit(await recordOfResult(load, result, { startedMs })).filter(
    ({ rule }) => rule !== "load-lies-in-its-time",
  );
  return { result, broken, left: [...coder.workspacesLeft(), ...coder.usersLeft()], calls: coder.calls };
}

function figures(result: LoadResult, phase: Phase) {
  const found = result.histograms.find((one) => one.phase === phase && one.basis === "raw");
  return {
    count: found?.count,
    failed: found?.failed ?? 0,
    ...(found && { maxMs: readHistogram(found).maxUs / 1000 }),
  };
}

test("Coder starts every workspace at a minute of its own clock, and each phase counts from it", async () => {
  const { result, broken, left, calls } = await startBySchedule();
  expect(result.failures).toEqual([]);
  expect(result.workspaces).toMatchObject({ asked: 4, succeeded: 4, deleted: 4 });
  const measured = PHASES.map((phase) => figures(result, phase));
  for (const { count, failed } of measured) expect({ count, failed }).toEqual({ count: 4, failed: 0 });
  // Hours lie between the clocks, and seconds between the minute and each stamp.
  const most = measured.map(({ maxMs = Infinity }) => maxMs);
  expect(most).toEqual(most.toSorted((a, b) => a - b));
  expect(most.at(-1)).toBeLessThan(20_000);
  // No start is requested by the load.
  expect(calls.filter((call) => call === "POST /workspaces/{id}/builds")).toHaveLength(4 + 4);
  expect(broken).toEqual([]);
  expect(left).toEqual([]);
});

test("a workspace that Coder does not start in time is a failure with at least that time", async () => {
  const { result, broken } = await startBySchedule(
    { env: { CODER_AUTOBUILD_POLL_INTERVAL: "1h" } },
    { buildTimeoutMs: 300 },
  );
  expect(result.failures).toEqual([
    expect.objectContaining({ class: "build-timeout", phase: "autostart-ready", count: 4 }),
  ]);
  expect(result.failures[0]?.example).toContain("Coder did not start it within 300 ms of the minute");
  expect(figures(result, "autostart-ready")).toMatchObject({ count: 4, failed: 4 });
  expect(result.workspaces).toMatchObject({ succeeded: 0, failed: 4 });
  expect(broken).toEqual([]);
});

test("a start that somebody else requested does not count as the schedule's", async () => {
  const { result } = await startBySchedule({
    answers: [
      {
        call: /^GET \/workspaces\/[^/]+$/,
        play: async (_, ask) => {
          const reply = await ask();
          const json = reply?.json as { latest_build?: { reason: string } } | undefined;
          if (json?.latest_build?.reason === "autostart") json.latest_build.reason = "initiator";
          return reply;
        },
      },
    ],
  });
  expect(result.failures[0]).toMatchObject({ phase: "autostart-ready", count: 4 });
  expect(result.failures[0]?.example).toContain('started by "initiator", not by its schedule');
});

test("a schedule that Coder refuses is a failure of its workspace", async () => {
  const { result } = await startBySchedule({
    answers: [
      { call: /^PUT .*\/autostart$/, play: () => Promise.resolve({ status: 400, json: { message: "no" } }) },
    ],
  });
  expect(result.failures[0]).toMatchObject({ phase: "autostart-ready", count: 4 });
  expect(result.failures[0]?.example).toMatch(/its schedule was refused: .*400 no/);
});

test.each([
  [{ allow_user_autostart: false }, /does not allow users to schedule starts/],
  [{ autostart_requirement: { days_of_week: ["monday"] } }, /only allows starts by schedule on monday/],
])("a template with %j is refused before anything is created", async (more, words) => {
  const answers: CoderOptions["answers"] = [
    {
      call: /^GET \/organizations\/[^/]+\/templates\/kubernetes$/,
      play: async (_, ask) => {
        const reply = await ask();
        return reply && { ...reply, json: { ...(reply.json as object), ...more } };
      },
    },
  ];
  await expect(startBySchedule({ answers })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(words),
  });
});

test("a stop ends the wait for the minute, and no workspace has failed", async () => {
  await using coder = await startEmulatedCoder();
  const stop = new AbortController();
  const task = loadTaskFor(coder, {
    ...{ scenario: "autostart", autostart: { delayMs: 120_000, buildTimeoutMs: 20_000 } },
    connections: { total: 0 },
  });
  const { result } = await runLoadHere(task, {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "progress" && event.progress.activity === "waiting for the minute") stop.abort();
    },
  });
  expect(result).toMatchObject({ stopped: true, failures: [], workspaces: { failed: 0 } });
  for (const phase of PHASES) expect(figures(result, phase).count).toBeUndefined();
});
