import { expect, test } from "vitest";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { localWorkerRunner } from "../../../../harness/workload/worker-process/local-runner.ts";
import { readMachineLimits } from "../../../../harness/workload/generator/machine-limits.ts";
import {
  findShortages,
  machineNeed,
  refuseShortMachine,
} from "../../../../harness/workload/tasks/refuse-machine.ts";
import { programFile } from "../../../../rehearsal/bundle.ts";
import { gatheringSockets, PTY } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const CODER = { url: "http://127.0.0.1:1", token: "t" };
const WORKER = await programFile("worker");

/** A load in a process that may have so many files open. */
function runnerWith(openFiles: number) {
  const script = `ulimit -n ${openFiles}; exec "$0" "$@"`;
  return localWorkerRunner({ command: ["sh", "-c", script, process.execPath, WORKER] });
}

function stdio(total: number, sshShare: number): LoadTask {
  const deployment = { url: CODER.url, ssh: "stdio", coderBinary: "coder" } as const;
  return loadTaskFor(CODER, { deployment, connections: { total, sshShare } });
}

test("a load needs a file and a port for each connection that it holds, and others for its processes", () => {
  const tunnel = machineNeed(loadTaskFor(CODER, { connections: { total: 400 } }), 1);
  expect(tunnel).toMatchObject({ openFiles: 464, localPorts: 400, processes: 0, memoryMib: 0 });
  const processes = machineNeed(stdio(400, 0.5), 1);
  // 200 terminals, and three pipes to each of 200 processes.
  expect(processes).toMatchObject({ openFiles: 864, localPorts: 600, processes: 1200, memoryMib: 4800 });
});

test("requests sent at once need files too, and a load over several processes needs its ports together", () => {
  const atOnce = loadTaskFor(CODER, {
    workspaces: 900,
    users: 900,
    concurrency: 0,
    connections: { total: 1 },
  });
  expect(machineNeed(atOnce, 1).openFiles).toBe(1864);
  expect(machineNeed({ ...atOnce, concurrency: 10 }, 1).openFiles).toBe(84);
  const elsewhere = { ...CODER, url: "https://coder.example.com" };
  const dealt = machineNeed(loadTaskFor(elsewhere, { connections: { total: 400 } }), 4);
  expect(dealt).toMatchObject({ openFiles: 164, localPorts: 400, systemFiles: 656 });
  // On this machine each process connects from an address of its own.
  const here = loadTaskFor({ ...CODER, url: "http://127.20.0.1:7080" }, { connections: { total: 400 } });
  expect(machineNeed(here, 4)).toMatchObject({ openFiles: 164, localPorts: 100, systemFiles: 656 });
});

const ENOUGH = {
  openFiles: 464,
  systemFiles: 464,
  localPorts: 400,
  processes: 0,
  memoryMib: 0,
};

test.each([
  ["openFiles", 463, /needs 464 open files in one process, but its limit is 463; .*"ulimit -n 464"/],
  ["systemFiles", 9, /needs 464 open files in total, but only 9 are free; raise fs.file-max/],
  ["localPorts", 399, /needs 400 local ports .* but only 399 are free; widen net.ipv4.ip_local_port_range/],
] as const)(
  "a load is refused if %s is short, with the figure and the next step",
  async (key, has, words) => {
    const task = loadTaskFor(CODER, { connections: { total: 400 } });
    await refuseShortMachine(task, 1, ENOUGH);
    await expect(refuseShortMachine(task, 1, { ...ENOUGH, [key]: has })).rejects.toMatchObject({
      code: "generator",
      message: expect.stringMatching(words),
    });
  },
);

test.each([
  ["processes", 1199, /needs 1200 processes and threads for coder ssh, but only 1199 are free/],
  ["memoryMib", 4799, /needs 4800 MiB for coder ssh, but only 4799 MiB are free/],
] as const)("processes of Coder's client are counted by %s", (key, has, words) => {
  const enough = {
    ...ENOUGH,
    openFiles: 864,
    systemFiles: 864,
    localPorts: 600,
    processes: 1200,
    memoryMib: 4800,
  };
  const need = machineNeed(stdio(400, 0.5), 1);
  expect(findShortages(need, enough)).toEqual([]);
  expect(findShortages(need, { ...enough, [key]: has })).toEqual([expect.stringMatching(words)]);
});

test("a figure that the kernel does not report refuses nothing", () => {
  expect(findShortages(machineNeed(stdio(40_000, 0.5), 1), {})).toEqual([]);
});

test.runIf(process.platform === "linux")("the limits of this machine are read", async () => {
  const limits = await readMachineLimits("http://127.0.0.1:1");
  for (const figure of [limits.openFiles, limits.localPorts, limits.memoryMib])
    expect(figure).toBeGreaterThan(0);
});

test("a load that cannot be carried creates nothing, whoever runs it", async () => {
  await using coder = await startEmulatedCoder();
  const task = loadTaskFor(coder, { connections: { total: 400 } });
  const run = runnerWith(300).load(task, { signal: new AbortController().signal, onEvent: () => undefined });
  await expect(run).rejects.toMatchObject({
    code: "generator",
    message: expect.stringMatching(/needs 464 open files in one process, but its limit is 300/),
  });
  expect(coder.calls).toEqual([]);
});

test("files that run out in the middle of a load are the generator's fault: Coder is not blamed", async () => {
  // Terminals of all visits are open at once, beside the sockets that created and watched their workspaces.
  const sockets = [gatheringSockets(PTY, 1000)];
  await using coder = await startEmulatedCoder({ buildMs: 10, daemons: 90, sockets });
  const task = loadTaskFor(coder, {
    ...{ users: 90, workspaces: 90, deployment: { url: coder.url, ssh: "tunnel" } },
    connections: { total: 0 },
    timeouts: { connectMs: 3000 },
  });
  const signal = new AbortController().signal;
  const result = await runnerWith(245).load(task, { signal, onEvent: () => undefined });
  expect(result.failures).toContainEqual(
    expect.objectContaining({ class: "generator-exhausted", example: expect.stringContaining("EMFILE") }),
  );
  expect(result.generator.limited).toBe(true);
  expect(result.generator.reasons[0]).toMatch(/ran out of open files of one process \(EMFILE\), \d+ times?/);
}, 60_000);
