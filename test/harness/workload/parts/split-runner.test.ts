import { expect, test } from "vitest";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import type { LoadRunner, TaskOptions, WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import type { LoadProgress } from "../../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { localWorkerRunner } from "../../../../harness/workload/worker-process/local-runner.ts";
import { splitRunner } from "../../../../harness/workload/parts/split-runner.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadResultOf } from "../../../support/results/load-result.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const never = new AbortController().signal;
const task = loadTaskFor({ url: "http://127.0.0.1:1", token: "t" }, { users: 4, workspaces: 8 });

type Part = (task: LoadTask, options: TaskOptions) => Promise<void> | void;

/** Runs parts by this script; each part holds the connections that it was asked for. */
function scripted(play: Part): LoadRunner {
  return {
    load: async (part, options) => {
      await play(part, options);
      const { total } = part.connections;
      return loadResultOf({
        stopped: options.signal.aborted,
        connections: { asked: total, held: total },
      });
    },
  };
}

test("a load over three processes is one load, and leaves nothing", async () => {
  await using coder = await startEmulatedCoder();
  const whole = loadTaskFor(coder, {
    ...{ users: 3, workspaces: 6, parts: 3 },
    connections: { total: 20, sshShare: 0.3, holdMs: 300, commandsPerSecond: 60, rampPerSecond: 100 },
  });
  const events: WorkerEvent[] = [];
  const result = await localWorkerRunner().load(whole, {
    signal: never,
    onEvent: (event) => events.push(event),
  });
  expect(result.failures).toEqual([]);
  expect(result.users).toEqual({ asked: 3, created: 3, withWorkspace: 3, deleted: 3 });
  expect(result.workspaces).toMatchObject({ asked: 6, succeeded: 6, failed: 0, deleted: 6 });
  expect(result.connections).toMatchObject({ asked: 20, held: 20, heldSsh: 6, heldTerminal: 14, lost: 0 });
  const ready = result.histograms.find(({ phase, basis }) => phase === "workspace-ready" && basis === "raw");
  expect(ready?.count).toBe(6);
  expect(coder.workspacesLeft()).toEqual([]);
  expect(coder.usersLeft()).toEqual([]);
  expect(events.filter(({ type }) => type === "hello" || type === "result")).toHaveLength(2);
  // All twenty stood at the same time, as the server saw it.
  const most = events.map((event) => (event.type === "progress" ? sockets(event.progress) : 0));
  expect(Math.max(...most)).toBe(20);
}, 60_000);

test("a stop reaches every process, and the measurements so far are reported", async () => {
  await using coder = await startEmulatedCoder();
  const stop = new AbortController();
  const whole = loadTaskFor(coder, { parts: 2, connections: { holdMs: 600_000, total: 8 } });
  const result = await localWorkerRunner().load(whole, {
    signal: stop.signal,
    onEvent: (event) => {
      const isHeld =
        event.type === "progress" && event.progress.activity === "holding" && sockets(event.progress) === 8;
      if (isHeld) stop.abort(new Error("Ctrl-C"));
    },
  });
  expect(result).toMatchObject({ stopped: true, workspaces: { succeeded: 4, deleted: 0 } });
  await expect.poll(() => coder.openConnections()).toBe(0);
}, 60_000);

test("one part is the runner itself", async () => {
  const tasks: LoadTask[] = [];
  const runner = scripted((part) => void tasks.push(part));
  const result = await splitRunner(runner, 1).load(task, { signal: never, onEvent: () => undefined });
  expect(tasks).toEqual([task]);
  expect(result).toEqual(await runner.load(task, { signal: never, onEvent: () => undefined }));
});

test("no part continues before all have arrived", async () => {
  const order: string[] = [];
  let slowMayGo: () => void = () => undefined;
  const runner = scripted(async ({ part }, { onWaiting }) => {
    if (part?.index === 1) await new Promise<void>((resolve) => (slowMayGo = resolve));
    order.push(`${part?.index} arrives`);
    if (order.length === 2) slowMayGo();
    await onWaiting?.("ramp");
    order.push(`${part?.index} goes`);
  });
  await splitRunner(runner, 3).load(task, { signal: never, onEvent: () => undefined });
  expect(order.slice(0, 3).every((line) => line.endsWith("arrives"))).toBe(true);
  expect(order).toHaveLength(6);
});

test("a part that has ended is not waited for", async () => {
  const runner = scripted(async ({ part }, { onWaiting }) => {
    if (part?.index !== 0) await onWaiting?.("ramp");
  });
  await expect(
    splitRunner(runner, 3).load(task, { signal: never, onEvent: () => undefined }),
  ).resolves.toBeDefined();
});

test("when one part stops automatically, the others stop for the same reason and delete what they made", async () => {
  const why = "the API's p95 was 900 ms";
  const followed: unknown[] = [];
  const runner = scripted(async ({ part }, { onEvent, suffering, signal }) => {
    if (part?.index === 1) onEvent({ type: "aborting", why });
    else if (suffering?.aborted !== true)
      await new Promise((resolve) => suffering?.addEventListener("abort", resolve));
    followed.push(suffering?.reason);
    expect(signal.aborted).toBe(false);
  });
  await splitRunner(runner, 3).load(task, { signal: never, onEvent: () => undefined });
  expect(followed).toEqual([new Error(why), new Error(why), new Error(why)]);
});

test("a part that fails is named, and the others are stopped in order", async () => {
  const ended: number[] = [];
  const runner = scripted(async ({ part }, { signal }) => {
    if (part?.index === 1) throw new RefbenchError("coder", "its server went away");
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    ended.push(part?.index ?? -1);
  });
  const run = splitRunner(runner, 3).load(task, { signal: never, onEvent: () => undefined });
  await expect(run).rejects.toMatchObject({
    code: "coder",
    message: "part 2 of 3 failed: its server went away",
  });
  expect(ended).toEqual([0, 2]);
});

test("progress covers all parts together, and a finding of all parts is reported once", async () => {
  const events: WorkerEvent[] = [];
  const runner = scripted(({ part }, { onEvent }) => {
    onEvent({ type: "note", message: "Coder keeps no timings" });
    onEvent({ type: "failure", failure: { class: "tls", phase: "api-read", count: 1, example: "x" } });
    onEvent({ type: "progress", progress: progressOf(part?.index === 0 ? "connecting" : "holding", 5) });
  });
  await splitRunner(runner, 3).load(task, { signal: never, onEvent: (event) => events.push(event) });
  expect(events.filter(({ type }) => type === "note")).toHaveLength(1);
  expect(events.filter(({ type }) => type === "failure")).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({
    progress: { activity: "connecting", connections: { terminal: 15 } },
  });
});

test("a part that was the limit of the generator is named", async () => {
  const runner: LoadRunner = {
    load: (asked) => {
      const isBusy = asked.part?.index === 2;
      const generator = { limited: isBusy, reasons: isBusy ? ["the generator waited for a core"] : [] };
      return Promise.resolve(loadResultOf({ generator }));
    },
  };
  const result = await splitRunner(runner, 3).load(task, { signal: never, onEvent: () => undefined });
  expect(result).toMatchObject({
    generator: { limited: true, reasons: ["part 3: the generator waited for a core"] },
  });
});

function sockets({ connections }: LoadProgress): number {
  return connections.terminal + connections.ssh;
}

function progressOf(activity: string, terminal: number): LoadProgress {
  return {
    ...{ activity, users: 1, commandsPerSecond: 2 },
    workspaces: { total: 1, queued: 0, building: 0, ready: 1, failed: 0, deleted: 0 },
    connections: { wanted: 10, terminal, ssh: 0, failed: 0 },
  };
}
