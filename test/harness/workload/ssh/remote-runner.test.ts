import { existsSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import { processStart } from "../../../../harness/tools/process/process-start.ts";
import type { RunnerAccess } from "../../../../harness/model/ports/runner.ts";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import type { DrainTask } from "../../../../harness/model/ports/worker-task.ts";
import { programFile } from "../../../../rehearsal/bundle.ts";
import { remoteWorkerRunner, type RemoteRunnerOptions } from "../../../../harness/workload/ssh/ssh-runner.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { hostPidOf, startSshMachine } from "../../../support/network/ssh-machine.ts";

const never = new AbortController().signal;
let program: string;
beforeAll(async () => {
  program = await programFile("worker");
});

function runnerOn(access: RunnerAccess, options: Partial<RemoteRunnerOptions> = {}) {
  return remoteWorkerRunner({
    findRunner: () => Promise.resolve(access),
    program: () => Promise.resolve(program),
    clock: fakeClock(),
    ...options,
  });
}

const nobody = { url: "http://127.0.0.1:9", token: "t" };

function drainTaskFor({ url, token }: { readonly url: string; readonly token: string }): DrainTask {
  return { task: "drain", deployment: { url, ssh: "none" }, token, concurrency: 0, timeoutMs: 30_000 };
}

/** On the fake clock: a handful of tries. */
const SOON_LOST = { lostMs: 20_000 };
const HELD = { connections: { holdMs: 600_000 } };

test("the result and every event arrive once over three cut tunnels, and nothing stays on the runner", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  const stop = new AbortController();
  const events: WorkerEvent[] = [];
  const kept = join(machine.access.folder, "kept.jsonl");
  const cutAt = new Set<number>();
  const result = await runnerOn(machine.access).load(loadTaskFor(coder, HELD), {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "note" && event.message.startsWith("waiting for")) return;
      events.push(event);
      if (events.length === 1) linkSync(join(machine.tasks()[0]!, "events.jsonl"), kept);
      // The first event of a connection is its last, three times.
      if (cutAt.size === 3 && !cutAt.has(machine.commands.length)) stop.abort(new Error("enough"));
      else if (!cutAt.has(machine.commands.length)) machine.cut();
      cutAt.add(machine.commands.length);
    },
  });
  expect(result).toMatchObject({ stopped: true, workspaces: { created: 4 } });
  expect(events.at(-1)).toEqual({ type: "result", result: { task: "load", ...result } });
  const lines = readFileSync(kept, "utf8").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { event: WorkerEvent }).event)).toEqual(events);
  expect(cutAt.size).toBe(4);
  expect(machine.tasks()).toEqual([]);
});

/** Runs until the load holds its connections, then does something. */
function whenHolding(act: () => void): (event: WorkerEvent) => void {
  let isDone = false;
  return (event) => {
    if (isDone || event.type !== "progress" || event.progress.activity !== "holding") return;
    isDone = true;
    act();
  };
}

function isAlive(pid: number): boolean {
  return processStart(pid) !== undefined;
}

test("a runner that is not there yet is waited for, and the program is brought once", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  await machine.close();
  const notes: string[] = [];
  let asked = 0;
  const access: RunnerAccess = {
    ...machine.access,
    hostKeys: (signal) => {
      asked += 1;
      if (asked === 1) throw new RefbenchError("infrastructure", "the machine has not reported any");
      return machine.access.hostKeys(signal);
    },
  };
  const runner = runnerOn(access);
  const onEvent = (event: WorkerEvent): void => {
    if (event.type !== "note") return;
    notes.push(event.message);
    if (notes.length === 2) void machine.open();
  };
  await runner.drain(drainTaskFor(coder), { signal: never, onEvent });
  expect(notes[0]).toBe(
    "waiting for the test's runner: its host keys are not known yet: the machine has not reported any",
  );
  expect(notes[1]).toContain("the tunnel's output: relay: connect ECONNREFUSED");
  const before = machine.programs();
  await runner.drain(drainTaskFor(coder), { signal: never, onEvent });
  expect(before).toHaveLength(1);
  expect(machine.programs()).toEqual(before);
});

test("a host with another key is refused at once and is sent nothing", async () => {
  await using machine = await startSshMachine();
  await using stranger = await startSshMachine();
  const access = { ...machine.access, hostKeys: stranger.access.hostKeys };
  const run = runnerOn(access).drain(drainTaskFor(nobody), { signal: never, onEvent: () => undefined });
  await expect(run).rejects.toMatchObject({
    code: "worker",
    message: expect.stringMatching(/^the server at the test's runner has the host key SHA256:/),
  });
  expect(machine.connections()).toBe(1);
  expect(existsSync(machine.access.folder)).toBe(false);
});

test("a key that the runner refuses is reported", async () => {
  await using machine = await startSshMachine();
  await using stranger = await startSshMachine();
  const access = { ...machine.access, privateKey: stranger.access.privateKey };
  const run = runnerOn(access, { readyMs: 3000 }).drain(drainTaskFor(nobody), {
    signal: never,
    onEvent: () => undefined,
  });
  await expect(run).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringMatching(
      /^the test's runner could not be reached for 3 s, since [\d:]+ UTC: the runner refused the run's key for the user bench$/,
    ),
  });
});

test("an unreadable key is reported at once, without retries", async () => {
  await using machine = await startSshMachine();
  const privateKey = machine.access.privateKey.replace("b3BlbnNzaC1rZXk", "b3BlbnNzaC1rXXX");
  const error = await runnerOn({ ...machine.access, privateKey })
    .drain(drainTaskFor(nobody), { signal: never, onEvent: () => undefined })
    .then(String, String);
  expect(error).toMatch(/^RefbenchError: the run's SSH key for the test's runner cannot be read: /);
  expect(error).not.toContain(privateKey.split("\n")[2]);
});

test("a missing tunnel command is reported at once", async () => {
  await using machine = await startSshMachine();
  const access = { ...machine.access, tunnel: { command: "no-such-tunnel", args: [], env: {} } };
  const run = runnerOn(access).drain(drainTaskFor(nobody), { signal: never, onEvent: () => undefined });
  await expect(run).rejects.toMatchObject({
    code: "worker",
    message: expect.stringContaining("needs the command no-such-tunnel, which is not installed"),
  });
});

test("the task's secrets are in no argument, environment, log or event, and its files are its user's alone", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  const secret = coder.token;
  const said: string[] = [];
  const seen: Record<string, string> = {};
  await runnerOn(machine.access).load(loadTaskFor(coder), {
    signal: never,
    onEvent: (event) => {
      said.push(JSON.stringify(event));
      if (said.length > 1) return;
      const task = machine.tasks()[0]!;
      for (const name of readdirSync(task)) {
        seen[name] = (statSync(join(task, name)).mode & 0o777).toString(8);
        if (name !== "task.json") said.push(readFileSync(join(task, name), "utf8"));
      }
      const pid = hostPidOf(task);
      said.push(readFileSync(`/proc/${pid}/cmdline`, "utf8"), readFileSync(`/proc/${pid}/environ`, "utf8"));
    },
  });
  expect(secret.length).toBeGreaterThan(5);
  expect([...said, ...machine.commands].filter((text) => text.includes(secret))).toEqual([]);
  expect(new Set(Object.values(seen))).toEqual(new Set(["600"]));
  expect(Object.keys(seen)).toEqual(expect.arrayContaining(["events.jsonl", "host.json", "host.log"]));
  expect(machine.tasks()).toEqual([]);
});

test("an abort ends in a stopped result, also when the tunnel is cut at that moment", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  const stop = new AbortController();
  const result = await runnerOn(machine.access).load(loadTaskFor(coder, HELD), {
    signal: stop.signal,
    onEvent: whenHolding(() => {
      machine.cut();
      stop.abort(new Error("Ctrl-C"));
    }),
  });
  expect(result).toMatchObject({ stopped: true, connections: { held: 8 } });
  expect(coder.workspacesLeft()).toHaveLength(4);
});

test("an abort before the task was sent sends none", async () => {
  await using machine = await startSshMachine();
  await machine.close();
  const stop = new AbortController();
  const run = runnerOn(machine.access).drain(drainTaskFor(nobody), {
    signal: stop.signal,
    onEvent: () => stop.abort(new Error("Ctrl-C")),
  });
  await expect(run).rejects.toMatchObject({ code: "interrupted" });
  expect(machine.tasks()).toEqual([]);
});

test("a task whose host was killed is lost, and the runner is named", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  const run = runnerOn(machine.access).load(loadTaskFor(coder, HELD), {
    signal: never,
    onEvent: whenHolding(() => process.kill(hostPidOf(machine.tasks()[0]!), "SIGKILL")),
  });
  await expect(run).rejects.toMatchObject({
    code: "worker",
    message: "the test's runner lost its task: its worker ended without a result; its output is empty",
  });
});

test("an attended task may take longer than an unattended one; once its runner is out of reach, it stops automatically", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  let pid = 0;
  let held = 0;
  const run = runnerOn(machine.access, { ...SOON_LOST, unattendedMs: 900 }).load(loadTaskFor(coder, HELD), {
    signal: never,
    onEvent: (event) => {
      if (event.type !== "progress" || event.progress.activity !== "holding") return;
      held += 1;
      // Progress comes four times a second: by now it was held for twice the time.
      if (held !== 8) return;
      pid = hostPidOf(machine.tasks()[0]!);
      void machine.close();
    },
  });
  await expect(run).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringMatching(
      /could not be reached for 20 s.*the tunnel's output: relay: connect ECONNREFUSED/,
    ),
  });
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  expect(coder.openConnections()).toBe(0);
  const events = readFileSync(join(machine.tasks()[0]!, "events.jsonl"), "utf8");
  expect(JSON.parse(events.trim().split("\n").at(-1)!)).toMatchObject({
    event: { type: "result", result: { stopped: true } },
  });
});

test("a drain stops the load that a lost client left on the runner before it deletes", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  let pid = 0;
  const load = runnerOn(machine.access, SOON_LOST).load(loadTaskFor(coder, HELD), {
    signal: never,
    onEvent: whenHolding(() => {
      pid = hostPidOf(machine.tasks()[0]!);
      void machine.close();
    }),
  });
  await expect(load).rejects.toMatchObject({ code: "infrastructure" });
  expect(isAlive(pid)).toBe(true);
  await machine.open();
  const events: WorkerEvent[] = [];
  const result = await runnerOn(machine.access).drain(drainTaskFor(coder), {
    signal: never,
    onEvent: (event) => events.push(event),
  });
  expect(events[1]).toMatchObject({
    type: "note",
    message: expect.stringMatching(/^stopping load-[0-9a-f]+,/),
  });
  expect(isAlive(pid)).toBe(false);
  expect(result).toMatchObject({ stopped: false, deleted: 4, remaining: [] });
});

test("a caller that throws at an event gets its own error, and the task is killed", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  let pid = 0;
  const run = runnerOn(machine.access).load(loadTaskFor(coder, HELD), {
    signal: never,
    onEvent: whenHolding(() => {
      pid = hostPidOf(machine.tasks()[0]!);
      throw new Error("the caller's disk is full");
    }),
  });
  await expect(run).rejects.toThrow("the caller's disk is full");
  expect(isAlive(pid)).toBe(false);
});

test("an hour of work does not count as out of reach: a tunnel that is cut then is reopened", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  const clock = fakeClock();
  const stop = new AbortController();
  let held = 0;
  const result = await runnerOn(machine.access, { ...SOON_LOST, clock }).load(loadTaskFor(coder, HELD), {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type !== "progress" || event.progress.activity !== "holding") return;
      held += 1;
      if (held === 1) clock.advance(3_600_000);
      if (held === 2) machine.cut();
      if (machine.commands.length > 2) stop.abort(new Error("enough"));
    },
  });
  expect(result).toMatchObject({ stopped: true });
});

test("a program that attaches and dies at once, as on a full disk, is not tried for ever", async () => {
  await using machine = await startSshMachine();
  const program = join(machine.access.folder, "..", "dies.mjs");
  writeFileSync(program, `console.log('{"type":"attached"}'); process.exitCode = 1;`);
  const options = { ...SOON_LOST, readyMs: 5_000, program: () => Promise.resolve(program) };
  const run = runnerOn(machine.access, options).drain(drainTaskFor(nobody), {
    signal: never,
    onEvent: () => undefined,
  });
  await expect(run).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringContaining("the worker ended with exit code 1"),
  });
});

/** Short patience for tests: tenths of seconds, while a worker reports four times a second. */
const IMPATIENT = { noteMs: 1_000, reconnectMs: 1_500, hungMs: 4_000, lookMs: 50 };

test("a host that hangs ends its task with who and since when, and is killed", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  const notes: string[] = [];
  let pid = 0;
  const hold = whenHolding(() => {
    pid = hostPidOf(machine.tasks()[0]!);
    process.kill(pid, "SIGSTOP");
  });
  const options = { clock: systemClock, silence: IMPATIENT };
  const run = runnerOn(machine.access, options).load(loadTaskFor(coder, HELD), {
    signal: never,
    onEvent: (event) => {
      if (event.type === "note") notes.push(event.message);
      hold(event);
    },
  });
  await expect(run).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringMatching(
      /^the test's runner has sent nothing since [\d:]+ UTC \(4 s\): its worker or its machine hangs$/,
    ),
  });
  expect(notes).toContainEqual(expect.stringMatching(/^the test's runner has sent nothing since/));
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

test("a connection that hangs on the way to a working host is replaced, and nothing is lost", async () => {
  await using coder = await startEmulatedCoder();
  await using machine = await startSshMachine();
  const stop = new AbortController();
  let stopped: number | undefined;
  const options = { clock: systemClock, silence: { ...IMPATIENT, hungMs: 60_000 } };
  const result = await runnerOn(machine.access, options).load(loadTaskFor(coder, HELD), {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type !== "progress" || event.progress.activity !== "holding") return;
      if (stopped === undefined) {
        stopped = attachPid(machine.tasks()[0]!);
        process.kill(stopped, "SIGSTOP");
        // The output that was already printed still arrives; the next connection matters.
      } else if (machine.commands.length > 2) stop.abort(new Error("enough"));
    },
  });
  process.kill(stopped!, "SIGKILL");
  expect(result).toMatchObject({ stopped: true, workspaces: { created: 4 } });
});

/** The process that prints the events of a task. */
function attachPid(task: string): number {
  const found = readdirSync("/proc").find((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words.includes("attach") && words.includes(task);
    } catch {
      return false;
    }
  });
  return Number(found);
}
