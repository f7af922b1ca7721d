import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { mergeResults } from "../../../../harness/workload/parts/merge-results.ts";
import { splitLoad } from "../../../../harness/workload/parts/split-load.ts";
import { runTask } from "../../../../harness/workload/tasks/run-task.ts";
import { fakeCoderCli } from "../../../support/coder/fake-coder-cli.ts";
import type { AnswerFault } from "../../../../rehearsal/emulator/faults.ts";
import { answering } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { startTlsFront } from "../../../support/network/tls-front.ts";

const connections = { total: 6, sshShare: 0.5 };
const FETCH = "GET /bin/coder-";

/** Runs a load as the worker does, with a folder of the task's own. */
async function run(task: LoadTask) {
  const folder = mkdtempSync(join(tmpdir(), "refbench-test-task-"));
  const events: WorkerEvent[] = [];
  try {
    const emit = (event: WorkerEvent): void => void events.push(event);
    const signal = new AbortController().signal;
    const result = await runTask(task, { signal, clock: systemClock, emit, folder });
    if (result.task !== "load") throw new Error("no load's result");
    const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : [])).join("\n");
    return { result, notes, left: readdirSync(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Offers the client to machines like this one. */
function offering(text: string): AnswerFault {
  return { call: /^GET \/bin\//, play: () => Promise.resolve({ status: 200, text }) };
}

test("the deployment's own client carries SSH: fetched once, trusting what the load trusts, gone after it", async () => {
  using cli = fakeCoderCli();
  await using coder = await startEmulatedCoder({ answers: [offering(cli.program)] });
  await using front = await startTlsFront(coder.url);
  const deployment = { url: front.url, caPem: front.caPem, ssh: "stdio" } as const;
  const { result, left } = await run(loadTaskFor(coder, { deployment, connections, workspaces: 2 }));
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 6, heldSsh: 3 });
  expect(result.connections.ssh).toEqual({ asked: 3, dealt: 3, client: "v2.31.0" });
  // Each of the two workspaces was visited before.
  expect(cli.calls()).toHaveLength(5);
  expect(coder.calls.filter((call) => call.startsWith(FETCH))).toHaveLength(1);
  expect(left).toEqual([]);
});

test.each([
  ["offers no client", {}, /the deployment answers 404 to GET \/bin\/coder-/],
  [
    "lets only browsers in",
    { answers: [answering(/^GET \/deployment\/config$/, { config: { browser_only: true } })] },
    /only allows browser connections/,
  ],
])("if a deployment %s, terminals replace SSH, and the result says why", async (_, options, why) => {
  await using coder = await startEmulatedCoder(options);
  const deployment = { url: coder.url, ssh: "stdio", sshOptional: true } as const;
  const { result, notes, left } = await run(loadTaskFor(coder, { deployment, connections }));
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 6, heldSsh: 0, heldTerminal: 6 });
  expect(result.connections.ssh).toEqual({ asked: 3, dealt: 0, why: expect.stringMatching(why) });
  expect(notes).toMatch(why);
  expect(left).toEqual([]);
});

test("a load over SSH is refused if no client is offered, and nothing is made", async () => {
  await using coder = await startEmulatedCoder();
  const deployment = { url: coder.url, ssh: "stdio" } as const;
  await expect(run(loadTaskFor(coder, { deployment, connections }))).rejects.toThrow(
    /answers 404 to GET \/bin\/coder-.*give one with --coder-binary/,
  );
  expect(coder.calls).toEqual(["GET /buildinfo", expect.stringMatching(FETCH)]);
});

test("sessions that do not fit become terminals, and the result says how many and why", async () => {
  using cli = fakeCoderCli();
  await using coder = await startEmulatedCoder({ answers: [offering(cli.program)] });
  const deployment = { url: coder.url, ssh: "stdio", stdioSessions: 1 } as const;
  const ask = { deployment, connections: { total: 2, sshShare: 1 }, workspaces: 1 };
  const { connections: carried } = (await run(loadTaskFor(coder, ask))).result;
  expect(carried).toMatchObject({ held: 2, heldSsh: 1, heldTerminal: 1 });
  expect(carried.ssh).toMatchObject({ asked: 2, dealt: 1, why: "at most 1 sessions at once were requested" });
});

test("waiting for a place among the processes is the generator's delay: judged by its gate, and no latency", async () => {
  using cli = fakeCoderCli();
  await using coder = await startEmulatedCoder({ answers: [offering(cli.program)] });
  const deployment = { url: coder.url, ssh: "stdio", stdioSessions: 1 } as const;
  const load = { deployment, connections: { total: 0 }, users: 3, workspaces: 3, concurrency: 0 };
  const { result } = await run(loadTaskFor(coder, load));
  expect(result.failures).toEqual([]);
  expect(result.generator.limited).toBe(true);
  expect(result.generator.reasons.join()).toMatch(/lateness in the (visits|ramp) maximum/);
  const [intended, raw] = (["intended", "raw"] as const).map((basis) => {
    const found = result.histograms.find((one) => one.phase.endsWith("ssh-handshake") && one.basis === basis);
    return decodeFromCompressedBase64(found?.hdr ?? "");
  });
  expect(intended?.totalCount).toBe(3);
  // The last of three would have taken three times as long.
  expect(intended?.maxValue).toBeLessThan(1.2 * (raw?.maxValue ?? 0));
  // The CPU time of the SSH processes is reported beside the generator's own.
  expect(result.generator.childCpuSeconds).toBeGreaterThan(0);
});

test.each([
  ["says so", 'echo "dial tcp 127.0.0.1:1: socket: too many open files" >&2; exit 1'],
  ["is killed", "kill -9 $$"],
])("a client that this machine has no room for and %s is the generator's failure", async (_how, script) => {
  const folder = mkdtempSync(join(tmpdir(), "refbench-test-client-"));
  const coderBinary = join(folder, "coder");
  writeFileSync(coderBinary, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await using coder = await startEmulatedCoder();
  const deployment = { url: coder.url, ssh: "stdio", coderBinary } as const;
  const { result } = await run(loadTaskFor(coder, { deployment, connections: { total: 0 } }));
  rmSync(folder, { recursive: true });
  expect(result.failures.map((failure) => failure.class)).toEqual(["generator-exhausted"]);
  expect(result.generator.limited).toBe(true);
});

test("a part without a program of its own finds one, and parts together say what was carried", async () => {
  using cli = fakeCoderCli();
  await using coder = await startEmulatedCoder({ answers: [offering(cli.program)] });
  const task = loadTaskFor(coder, {
    ...{ deployment: { url: coder.url, ssh: "stdio" }, connections, workspaces: 2, users: 2 },
    parts: 2,
  });
  const parts = await Promise.all(splitLoad(task, 2).map((part) => run(part)));
  expect(parts.map(({ result }) => result.connections.ssh)).toEqual([
    { asked: 2, dealt: 2, client: "v2.31.0" },
    { asked: 1, dealt: 1, client: "v2.31.0" },
  ]);
  const merged = mergeResults(parts.map(({ result }) => result));
  expect(merged.connections.ssh).toEqual({ asked: 3, dealt: 3, client: "v2.31.0" });
});
