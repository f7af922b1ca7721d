import { describe, expect, test } from "vitest";
import { beat, overdue } from "../../../../harness/inventory/sweep/heartbeat.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const DAY = 24 * 3_600_000;

describe("the heartbeat", () => {
  test("is overdue once two periods have passed, and not before", () => {
    const clock = fakeClock();
    const last = beat(undefined, { nowMs: clock.now(), scope: "twin", outcome: "clean", complete: ["twin"] });
    const late = (): string | undefined =>
      overdue(last, { target: "twin", periodMs: DAY, nowMs: clock.now() });
    expect(late()).toBeUndefined();
    clock.advance(2 * DAY);
    expect(late()).toBeUndefined();
    clock.advance(1);
    expect(late()).toMatch(/more than two periods ago/);
  });

  test("is overdue if no sweep was ever complete", () => {
    expect(overdue(undefined, { target: "twin", periodMs: DAY, nowMs: 0 })).toMatch(/never swept completely/);
  });

  test("is not renewed by a pass that could not, nor by one over another target", () => {
    const clock = fakeClock();
    const good = beat(undefined, { nowMs: clock.now(), scope: "twin", outcome: "swept", complete: ["twin"] });
    clock.advance(3 * DAY);
    const bad = beat(good, { nowMs: clock.now(), scope: "twin", outcome: "could-not", complete: [] });
    const other = beat(bad, {
      nowMs: clock.now(),
      scope: "google/p",
      outcome: "clean",
      complete: ["google/p"],
    });
    expect(other.at).toBe(new Date(clock.now()).toISOString());
    expect(overdue(other, { target: "twin", periodMs: DAY, nowMs: clock.now() })).toBeDefined();
    expect(overdue(other, { target: "google/p", periodMs: DAY, nowMs: clock.now() })).toBeUndefined();
  });
});
