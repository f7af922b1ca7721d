import { describe, expect, test } from "vitest";
import { formatBar } from "../../../../harness/cli/progress/bar.ts";
import { liveView } from "../../../../harness/cli/progress/live-view.ts";
import { advance, initialState } from "../../../../harness/cli/progress/state.ts";
import type { StoredEvent } from "../../../../harness/model/ports/event.ts";
import type { LoadProgress } from "../../../../harness/model/record/worker-result.ts";
import { at, instant, load, untilLoad } from "./story.ts";

const plan = { users: 1200, concurrency: 0, connectionsPerSecond: 50, holdMs: 600_000 };
const started = at(9, { type: "stage.started", stage: "load" });

/** The bar of a load whose events are these, each at its second. */
function bar(events: readonly StoredEvent[], seconds: number): string | undefined {
  const state = [started, ...events].reduce(advance, initialState);
  return liveView(state, instant(seconds), { width: 100 })
    .find((line) => line.includes("["))
    ?.trim();
}

const during = (activity: string, changes: Partial<LoadProgress> = {}, seconds = 10): StoredEvent =>
  at(seconds, load({ activity, plan, ...changes }));

const workspaces = (ready: number, deleted = 0): LoadProgress["workspaces"] => ({
  ...{ total: 1200, queued: 0, building: 0, failed: 0 },
  ...{ ready, deleted },
});

describe("how long the builds still take", () => {
  const builds = { daemons: 120, succeeded: 240, meanMs: 60_000 };
  const creating = (changes: Partial<LoadProgress>) =>
    bar([during("creating workspaces", { workspaces: workspaces(240), ...changes })], 10);

  test("is the builds that remain ÷ provisioner daemons × the build time so far", () => {
    expect(creating({ builds })).toBe(
      "[####----------------]  20 %, about 8m 00s left  240 of 1,200 workspaces",
    );
  });

  test("follows the load's own limit if it is lower than the daemons", () => {
    expect(creating({ builds, plan: { ...plan, concurrency: 60 } })).toContain("about 16m 00s left");
  });

  test("is half a build at the end, since the last ones are under way", () => {
    expect(creating({ builds, workspaces: workspaces(1199) })).toContain("about 30 s left");
  });

  test("is not shown before a build has succeeded", () => {
    expect(creating({})).toBe("[####----------------]  20 %  240 of 1,200 workspaces");
  });

  test("is not shown for a load of an earlier version, which reports no plan", () => {
    const { progress } = load({ activity: "creating workspaces" }) as { progress: LoadProgress };
    expect(bar([at(10, { type: "load.progress", progress })], 10)).toMatch(/% {2}1,073 of 1,200 workspaces$/);
  });
});

test("a hold counts down by time, between its events too", () => {
  const events = [during("holding", {}, 10)];
  expect(bar(events, 10)).toContain("0 %, about 10m 00s left  0 of 600 s");
  expect(bar(events, 310)).toBe("[##########----------]  50 %, about 5m 00s left  300 of 600 s");
  expect(bar([...events, during("holding", { commandsPerSecond: 3 }, 300)], 605)).toContain("about 5 s left");
  expect(bar(events, 700)).toBe("[####################] 100 %  600 of 600 s");
});

test("a ramp-up takes the connections that remain ÷ those opened per second", () => {
  expect(bar([during("connecting")], 12)).toMatch(/45 %, about 1m 50s left {2}4,503 of 10,000 connections$/);
});

test("users and deleted workspaces continue at the rate measured since their activity began", () => {
  const users = [during("creating users", { users: 0 }, 10), during("creating users", { users: 300 }, 20)];
  expect(bar(users.slice(0, 1), 12)).toBe("[--------------------]   0 %  0 of 1,200 users");
  expect(bar(users, 20)).toMatch(/25 %, about 30 s left {2}300 of 1,200 users$/);
  // A stall makes the rest longer.
  expect(bar(users, 30)).toContain("about 1m 00s left");
  const deleted = [
    during("deleting workspaces", { workspaces: workspaces(1200, 0) }, 10),
    during("deleting workspaces", { workspaces: workspaces(600, 600) }, 40),
  ];
  expect(bar(deleted, 40)).toMatch(/50 %, about 30 s left {2}600 of 1,200 workspaces$/);
});

test("a drain continues at its own rate, counted from its first event", () => {
  const drain = (seconds: number, deleted: number) =>
    at(seconds, { type: "drain.progress", deleted, remaining: 100 - deleted });
  const events = [at(20, { type: "stage.started", stage: "drain" }), drain(20, 40), drain(30, 60)];
  const lines = liveView(events.reduce(advance, initialState), instant(30), { width: 79 });
  expect(lines.at(-1)).toMatch(/60 %, about 20 s left {2}60 of 100 workspaces$/);
});

test("resources have a bar without a time: each takes as long as it takes", () => {
  const lines = liveView(untilLoad.reduce(advance, initialState), instant(7), { width: 79 });
  expect(lines).toContain("      [######--------------]  33 %  1 of 3 resources of gke-cloud");
});

test("an activity without a known total has no bar", () => {
  expect(bar([during("verifying connections")], 12)).toBeUndefined();
  const nothing = { ...workspaces(0), total: 0 };
  expect(bar([during("creating workspaces", { workspaces: nothing })], 12)).toBeUndefined();
});

test("a finished stage has no bar", () => {
  const over = at(12, { type: "stage.finished", stage: "load", outcome: "ok", durationMs: 3000 });
  expect(bar([during("connecting"), over], 12)).toBeUndefined();
});

test.each([
  [0, "about 1 s"],
  [4_400, "about 4 s"],
  [65_000, "about 1m 05s"],
])("an estimate of %i ms reads %s", (remainingMs, text) => {
  expect(formatBar({ done: 1, total: 2, unit: "users", remainingMs: remainingMs + 1 })).toContain(text);
});

test("counts that do not fit are omitted, never cut off", () => {
  const state = [started, during("connecting")].reduce(advance, initialState);
  const line = liveView(state, instant(12), { width: 59 }).find((each) => each.includes("["));
  expect(line).toMatch(/45 %, about 1m 50s left$/);
});
