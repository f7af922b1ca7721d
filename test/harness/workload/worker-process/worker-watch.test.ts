import { describe, expect, test } from "vitest";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import type { WorkerTask } from "../../../../harness/model/ports/worker-task.ts";
import { WorkerWatch } from "../../../../harness/workload/worker-process/worker-watch.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const HOLD_MS = 600_000;
const DRAIN: WorkerTask = {
  task: "drain",
  deployment: { url: "http://127.0.0.1:9", ssh: "none" },
  token: "t",
  concurrency: 0,
  timeoutMs: 30_000,
};
const LOAD = loadTaskFor({ url: "http://127.0.0.1:9", token: "t" }, { connections: { holdMs: HOLD_MS } });

function progress(activity: string, commandsPerSecond = 0): WorkerEvent {
  const workspaces = { total: 2, queued: 0, building: 0, ready: 2, failed: 0, deleted: 0 };
  const connections = { wanted: 4, terminal: 2, ssh: 2, failed: 0 };
  return { type: "progress", progress: { activity, users: 2, workspaces, connections, commandsPerSecond } };
}

/** A watch that looks once a second on a clock that the test moves. */
function start(task: WorkerTask = DRAIN) {
  const clock = fakeClock(0);
  const told: string[] = [];
  const watch = new WorkerWatch({
    name: "the runner",
    task,
    clock,
    // No look happens automatically within a test.
    silence: { lookMs: 1_000 },
    onNote: (message) => told.push(message),
    onHung: (error) => told.push(`${error.code}: ${error.message}`),
    onReconnect: () => told.push("reconnect"),
  });
  watch.listen(true);
  const pass = (seconds: number, event?: WorkerEvent): void => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      if (event !== undefined) watch.hear(event);
      watch.look();
    }
  };
  return { clock, told, watch, pass };
}

describe("a worker that says nothing", () => {
  test("is reported, its connection is reopened, and at last its task ends with its name and its last sign of life", () => {
    const { told, watch, pass } = start();
    pass(600, { type: "alive" });
    expect(told).toEqual([]);
    pass(130);
    watch[Symbol.dispose]();
    expect(told).toEqual([
      "the runner has sent nothing since 00:10:00 UTC: its task ends after 2 minutes of silence",
      "reconnect",
      "infrastructure: the runner has sent nothing since 00:10:00 UTC (2 minutes): its worker or its machine hangs",
    ]);
  });

  test("is forgiven once it is heard", () => {
    const { told, watch, pass } = start();
    pass(100);
    pass(1, { type: "alive" });
    pass(100);
    watch[Symbol.dispose]();
    expect(told.filter((one) => one.startsWith("infrastructure"))).toEqual([]);
    expect(told).toContain("the runner answers again");
  });

  test("is not judged while it is out of reach, nor by the time in which this process stood still itself", () => {
    const { clock, told, watch, pass } = start();
    watch.listen(false);
    pass(1_000);
    watch.listen(true);
    clock.advance(3_600_000);
    watch.look();
    watch[Symbol.dispose]();
    expect(told).toEqual([]);
  });
});

describe("a worker that answers and does nothing", () => {
  test("ends once its hold is over and some minutes more", () => {
    const { told, watch, pass } = start(LOAD);
    pass(1, progress("holding"));
    for (let minute = 0; minute < 15; minute += 1) {
      expect(told).toEqual([]);
      // A changing rate is not progress: it is only the rate of the last looks.
      pass(59, { type: "alive" });
      pass(1, progress("holding", minute % 2));
    }
    pass(1, { type: "alive" });
    watch[Symbol.dispose]();
    expect(told).toEqual([
      "infrastructure: the worker on the runner answers but does nothing: it was holding without a change since 00:00:01 UTC, for longer than 15 minutes",
    ]);
  });

  test("may wait for builds as long as they may take", () => {
    const { told, watch, pass } = start(LOAD);
    pass(1, progress("creating workspaces"));
    const { buildMs } = LOAD.timeouts;
    pass(Math.max(buildMs, HOLD_MS) / 1_000, { type: "alive" });
    expect(told).toEqual([]);
    pass(600, { type: "alive" });
    watch[Symbol.dispose]();
    expect(told).toMatchObject([expect.stringContaining("it was creating workspaces without a change")]);
  });
});
