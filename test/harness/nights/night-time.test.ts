import { describe, expect, test } from "vitest";
import { KILL_MS } from "../../../harness/nights/child-command.ts";
import { NightTime, refuseShortNight, runLimits } from "../../../harness/nights/night-time.ts";
import type { NightRequest } from "../../../harness/nights/request.ts";
import { parseSizes } from "../../../harness/nights/sizes.ts";
import { STEP_KINDS } from "../../../harness/nights/step-kind.ts";
import { TEARDOWN_STAGES } from "../../../harness/model/record/stage.ts";
import { DEADLINES_MS } from "../../../harness/pipeline/folder/plan.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const HOUR = 3_600_000;
const TEARDOWN = TEARDOWN_STAGES.reduce((sum, stage) => sum + DEADLINES_MS[stage], 0);
const LONGEST = 2 * HOUR + TEARDOWN + KILL_MS;

function request(nightTimeMs?: number, sizes = "gke/100"): NightRequest {
  return {
    night: "01kf3zq8v1a2b3c4d5e6f7g8h0",
    sizes: parseSizes(sizes),
    rehearse: false,
    project: "my-project",
    account: "123456789012",
    runTimeMs: 2 * HOUR,
    ...(nightTimeMs === undefined ? {} : { nightTimeMs }),
    faults: new Map(),
    site: "site",
  };
}

/** Returns the minutes that the refusal of a one-minute night asks for. */
function leastOf(asked: (nightTimeMs: number) => NightRequest): number {
  try {
    refuseShortNight(asked(60_000));
  } catch (error) {
    const [, minutes] = /expected at least (\d+)m/.exec((error as Error).message) ?? [];
    return Number(minutes) * 60_000;
  }
  throw new Error("a night of a minute was not refused");
}

test("a run may take its run time and then its whole teardown", () => {
  expect(runLimits(request())).toEqual({ deadlineMs: 2 * HOUR, graceMs: TEARDOWN });
});

describe("a night-time", () => {
  test("too short for one run is refused with the least sufficient time", () => {
    expect(() => refuseShortNight(request(5 * HOUR))).toThrow(
      expect.objectContaining({
        code: "usage",
        message: expect.stringMatching(
          /^--night-time is 300m, but one size with its teardown may take 316m/,
        ) as string,
      }) as Error,
    );
    const least = leastOf(request);
    expect(() => refuseShortNight(request(least - 1))).toThrow("--night-time");
    refuseShortNight(request(least));
    // A hosted job ends after six hours.
    expect(least).toBeLessThan(6 * HOUR);
  });

  test("that is just sufficient lets a run start after steps that took all their reserved time", () => {
    const asked = (ms: number): NightRequest => request(ms, "gke/100,eks/100");
    const clock = fakeClock();
    const time = new NightTime(asked(leastOf(asked)), clock);
    clock.advance(2 * STEP_KINDS.sweepBefore.leastMs + 2 * STEP_KINDS.preflight.leastMs);
    expect(time.over).toBeUndefined();
    clock.advance(60_000);
    expect(time.over).toMatch(
      /^the night's time is over: a run with its teardown may take 316m, but 315m are left/,
    );
  });

  test("is always kept: the longest run leaves enough for the last sweep and the publication", () => {
    const clock = fakeClock();
    const startedAt = clock.now();
    const nightMs = 7 * HOUR;
    const time = new NightTime(request(nightMs), clock);
    clock.advance(20 * 60_000);
    expect(time.over).toBeUndefined();
    clock.advance(LONGEST);
    for (const kind of [STEP_KINDS.sweepAfter, STEP_KINDS.publish, STEP_KINDS.publish]) {
      const { deadlineMs, graceMs } = time.limitsFor(kind)!;
      expect(deadlineMs).toBeGreaterThan(60_000);
      clock.advance(deadlineMs + graceMs + KILL_MS);
    }
    expect(clock.now() - startedAt).toBeLessThanOrEqual(nightMs);
  });

  test("sweeps and publishes even when it is long over", () => {
    const clock = fakeClock();
    const time = new NightTime(request(6 * HOUR), clock);
    clock.advance(100 * HOUR);
    for (const kind of [STEP_KINDS.sweepAfter, STEP_KINDS.publish])
      expect(time.limitsFor(kind)!.deadlineMs).toBeGreaterThan(60_000);
  });

  test("gives no step before the runs the time of the last steps, and starts none without time", () => {
    const clock = fakeClock();
    const time = new NightTime(request(6 * HOUR), clock);
    const { deadlineMs, graceMs } = time.limitsFor(STEP_KINDS.teardown)!;
    expect(deadlineMs + graceMs + KILL_MS).toBeLessThanOrEqual(5 * HOUR);
    clock.advance(5.6 * HOUR);
    expect(time.limitsFor(STEP_KINDS.sweepBefore)).toBeUndefined();
    expect(time.limitsFor(STEP_KINDS.preflight)).toBeDefined();
  });

  test("that is not limited has room for everything, each step within its own limits", () => {
    const clock = fakeClock();
    const time = new NightTime(request(), clock);
    refuseShortNight(request());
    clock.advance(1_000 * HOUR);
    expect(time.over).toBeUndefined();
    expect(time.limitsFor(STEP_KINDS.sweepAfter)).toEqual({ deadlineMs: 4 * HOUR, graceMs: 5 * 60_000 });
  });
});
