import { expect, test } from "vitest";
import { loadProgress, type LoadProgress } from "../../../../harness/model/record/worker-result.ts";
import { ProgressBoard } from "../../../../harness/workload/context/progress-board.ts";
import { ProgressSum } from "../../../../harness/workload/parts/progress-sum.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const coder = { url: "http://127.0.0.1:1", token: "t" };

/** Returns a board's last report after these changes. */
function reported(change: (board: ProgressBoard) => void): LoadProgress {
  const events: LoadProgress[] = [];
  const board = new ProgressBoard((event) => {
    if (event.type === "progress") events.push(loadProgress.parse(event.progress));
  }, 4);
  change(board);
  board.stop();
  const last = events.at(-1);
  if (last === undefined) throw new Error("the board reported nothing");
  return last;
}

const task = loadTaskFor(coder, { users: 3, concurrency: 2, connections: { rampPerSecond: 5, holdMs: 700 } });

test("a load reports what it intends to reach, and how long a build took so far", () => {
  const progress = reported((board) => {
    board.setPlan(task, 30);
    board.addBuild(10_000);
    board.addBuild(20_000);
  });
  expect(progress.plan).toEqual({ users: 3, concurrency: 2, connectionsPerSecond: 5, holdMs: 700 });
  expect(progress.builds).toEqual({ daemons: 30, succeeded: 2, meanMs: 15_000 });
});

test("no build time is reported before a build succeeded, without a known number of daemons, or on a schedule", () => {
  const arrival = [{ perSecond: 1, seconds: 1 }];
  for (const [daemons, builds, changes] of [
    [30, 0, {}],
    [0, 2, {}],
    [30, 2, { arrival }],
  ] as const) {
    const progress = reported((board) => {
      board.setPlan(
        { ...task, ...changes, arrival: "arrival" in changes ? [...changes.arrival] : undefined },
        daemons,
      );
      for (let i = 0; i < builds; i++) board.addBuild(10_000);
    });
    expect(progress.builds).toBeUndefined();
  }
});

test("a drain, which has no plan, reports none", () => {
  expect(reported(() => undefined)).not.toHaveProperty("plan");
});

test("the parts of a load add up to its plan, and share the deployment's daemons", () => {
  const part = (builds: readonly number[], concurrency: number): LoadProgress =>
    reported((board) => {
      board.setPlan({ ...task, concurrency }, 30);
      for (const each of builds) board.addBuild(each);
    });
  const sum = new ProgressSum();
  sum.update(0, part([10_000], 2));
  const all = sum.update(1, part([20_000, 30_000], 2));
  expect(all.plan).toEqual({ users: 6, concurrency: 4, connectionsPerSecond: 10, holdMs: 700 });
  expect(all.builds).toEqual({ daemons: 30, succeeded: 3, meanMs: 20_000 });
  expect(sum.update(1, part([], 0)).plan?.concurrency).toBe(0);
});
