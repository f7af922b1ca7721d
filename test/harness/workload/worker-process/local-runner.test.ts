import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { readLines } from "../../../../harness/tools/files/lines.ts";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import { localWorkerRunner } from "../../../../harness/workload/worker-process/local-runner.ts";
import { programFile } from "../../../../rehearsal/bundle.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const never = new AbortController().signal;
const worker = await programFile("worker");

function startWorker() {
  const child = spawn(process.execPath, [worker], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = readLines(child.stdout as AsyncIterable<Buffer>);
  const nextEvent = async (
    type: WorkerEvent["type"],
    isWanted: (event: WorkerEvent) => boolean = () => true,
  ) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the worker ended before ${type}`);
      const event = JSON.parse(value) as WorkerEvent;
      if (event.type === type && isWanted(event)) return event;
    }
  };
  return { child, nextEvent, ended: once(child, "exit") };
}

/** A stop before that, while the deployment is still asked, ends without a result. */
const isBuilding = (event: WorkerEvent): boolean =>
  event.type === "progress" && event.progress.workspaces.building > 0;

test("the worker sends hello, then events, then its result", async () => {
  await using coder = await startEmulatedCoder();
  const events: WorkerEvent[] = [];
  const result = await localWorkerRunner().load(loadTaskFor(coder), {
    signal: never,
    onEvent: (e) => events.push(e),
  });
  expect(events[0]).toMatchObject({ type: "hello", protocol: 1 });
  expect(events.at(-1)).toEqual({ type: "result", result: { task: "load", ...result } });
  expect(result).toMatchObject({ stopped: false, workspaces: { succeeded: 4, deleted: 4 } });
});

test("an abort while holding ends with what was measured, deletes nothing and closes the connections", async () => {
  await using coder = await startEmulatedCoder();
  const stop = new AbortController();
  const result = await localWorkerRunner().load(
    loadTaskFor(coder, { connections: { holdMs: 600_000, total: 12 } }),
    {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === "progress" && event.progress.activity === "holding")
          stop.abort(new Error("Ctrl-C"));
      },
    },
  );
  expect(result).toMatchObject({
    stopped: true,
    workspaces: { succeeded: 4, failed: 0, deleted: 0 },
    connections: { held: 12, verified: 12, lost: 0 },
    users: { deleted: 0 },
  });
  expect(coder.workspacesLeft()).toHaveLength(4);
  await expect.poll(() => coder.openConnections()).toBe(0);
});

test("an abort while workspaces are built ends with a stopped result", async () => {
  await using coder = await startEmulatedCoder({ buildMs: 600_000 });
  const stop = new AbortController();
  const result = await localWorkerRunner().load(loadTaskFor(coder), {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "progress" && event.progress.workspaces.building > 0)
        stop.abort(new Error("Ctrl-C"));
    },
  });
  expect(result).toMatchObject({ stopped: true, workspaces: { created: 4, ready: 0, failed: 0 } });
});

test("SIGTERM stops the worker like a stop line", async () => {
  await using coder = await startEmulatedCoder({ buildMs: 600_000 });
  const worker = startWorker();
  worker.child.stdin.write(`${JSON.stringify(loadTaskFor(coder))}\n`);
  await worker.nextEvent("progress", isBuilding);
  worker.child.kill("SIGTERM");
  expect(await worker.nextEvent("result")).toMatchObject({ result: { stopped: true } });
});

test("SIGINT is ignored: what Ctrl-C means is decided above", async () => {
  await using coder = await startEmulatedCoder();
  const worker = startWorker();
  worker.child.stdin.write(`${JSON.stringify(loadTaskFor(coder, { connections: { holdMs: 700 } }))}\n`);
  await worker.nextEvent("progress");
  worker.child.kill("SIGINT");
  expect(await worker.nextEvent("result")).toMatchObject({
    result: { stopped: false, workspaces: { deleted: 4 } },
  });
});

test("the worker ends when its parent is gone, that is when its stdin ends", async () => {
  await using coder = await startEmulatedCoder({ buildMs: 600_000 });
  const worker = startWorker();
  worker.child.stdin.write(`${JSON.stringify(loadTaskFor(coder))}\n`);
  await worker.nextEvent("progress", isBuilding);
  worker.child.stdin.end();
  expect(await worker.nextEvent("result")).toMatchObject({ result: { stopped: true } });
  await worker.ended;
});

test("a task that is not of the protocol is refused without repeating its secrets", async () => {
  const worker = startWorker();
  worker.child.stdin.write('{"task":"load","token":"secret-token"}\n');
  const event = await worker.nextEvent("error");
  expect(event).toMatchObject({ code: "usage", message: expect.stringContaining("deployment") });
  expect(JSON.stringify(event)).not.toContain("secret-token");
});

test("a deployment that is gone is the error event coder-gone, and a coder error of the runner", async () => {
  const coder = await startEmulatedCoder();
  await coder[Symbol.asyncDispose]();
  const events: WorkerEvent[] = [];
  const task = {
    task: "drain",
    deployment: { url: coder.url, ssh: "none" },
    concurrency: 0,
    timeoutMs: 300,
  } as const;
  const run = localWorkerRunner().drain(task, { signal: never, onEvent: (event) => events.push(event) });
  await expect(run).rejects.toMatchObject({ code: "coder" });
  expect(events.at(-1)).toMatchObject({ type: "error", code: "coder-gone" });
});

test("the result of another kind of task is not the result of a load", async () => {
  const drained = { task: "drain", stopped: false, deleted: 0, remaining: [] };
  const line = JSON.stringify({ type: "result", result: drained });
  const run = localWorkerRunner({ command: ["echo", line] }).load(
    loadTaskFor({ url: "http://127.0.0.1:9", token: "t" }),
    { signal: never, onEvent: () => undefined },
  );
  await expect(run).rejects.toMatchObject({ code: "worker" });
});

test("a program that dies before its result is a worker error with its last words", async () => {
  const command = [
    process.execPath,
    "-e",
    'process.stdin.once("data", () => { console.error("boom"); process.exit(7) })',
  ];
  const run = localWorkerRunner({ command: command as [string, ...string[]] }).load(
    loadTaskFor({ url: "http://127.0.0.1:9", token: "t" }),
    { signal: never, onEvent: () => undefined },
  );
  await expect(run).rejects.toMatchObject({
    code: "worker",
    message: expect.stringMatching(/exit code 7.*boom/),
  });
});

test("a program that prints anything but events breaks the protocol", async () => {
  const command: [string, ...string[]] = [
    process.execPath,
    "-e",
    'console.log("hi"); setInterval(() => {}, 1000)',
  ];
  const run = localWorkerRunner({ command }).load(loadTaskFor({ url: "http://127.0.0.1:9", token: "t" }), {
    signal: never,
    onEvent: () => undefined,
  });
  await expect(run).rejects.toMatchObject({ code: "worker", message: expect.stringContaining('"hi"') });
});

test("a program that ignores the stop is killed after the grace period", async () => {
  const command: [string, ...string[]] = [process.execPath, "-e", "setInterval(() => {}, 1000)"];
  const run = localWorkerRunner({ command, stopGraceMs: 50 }).load(
    loadTaskFor({ url: "http://127.0.0.1:9", token: "t" }),
    { signal: AbortSignal.abort(new Error("Ctrl-C")), onEvent: () => undefined },
  );
  await expect(run).rejects.toMatchObject({
    code: "worker",
    message: expect.stringContaining("signal SIGKILL"),
  });
});

test("a hanging program is killed, and the error names it and the time of its last sign of life", async () => {
  const hangs = [
    process.execPath,
    "-e",
    `console.log('{"type":"alive"}'); process.kill(process.pid, "SIGSTOP")`,
  ];
  const silence = { noteMs: 200, reconnectMs: 300, hungMs: 600, lookMs: 20 };
  const notes: WorkerEvent[] = [];
  const run = localWorkerRunner({ command: hangs as [string, ...string[]], silence }).load(
    loadTaskFor(gone),
    {
      signal: never,
      onEvent: (event) => notes.push(event),
    },
  );
  await expect(run).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringMatching(
      /^process \d+ of this machine has sent nothing since [\d:]+ UTC \(1 s\): its worker or its machine hangs$/,
    ),
  });
  expect(notes.at(-1)).toMatchObject({
    type: "note",
    message: expect.stringContaining("its task ends after 1 s of silence"),
  });
});

const gone = { url: "http://127.0.0.1:9", token: "t" };
