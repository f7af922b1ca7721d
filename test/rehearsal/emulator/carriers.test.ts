import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startEmulatorProcess } from "../../../bench/load/emulator-process.ts";
import { localWorkerRunner } from "../../../harness/workload/worker-process/local-runner.ts";
import { countCarriers } from "../../../rehearsal/emulator/carriers/carriers.ts";
import { loadTaskFor } from "../../support/command/load-task.ts";

const TLS = { certificate: "-----BEGIN CERTIFICATE-----", keyFile: "key.pem" };

test("a small deployment is one process, and one with TLS too, whose sockets cannot be passed on", () => {
  expect([1, 4, 5, 10].map((replicas) => countCarriers(replicas, {}))).toEqual([0, 0, 2, 4]);
  expect(countCarriers(10, { tls: TLS })).toBe(0);
});

test("carriers serve a load in parts as one process does: all held, counted once, and gone with the emulator", async () => {
  let children: number[];
  {
    await using coder = await startEmulatorProcess({ replicas: 10 });
    children = childrenOf(coder.pid);
    expect(children).toHaveLength(4);
    const load = loadTaskFor(coder, {
      ...{ users: 6, workspaces: 12, parts: 3 },
      connections: { total: 120, sshShare: 0.2, holdMs: 1_500, commandsPerSecond: 60, rampPerSecond: 300 },
    });
    const result = await localWorkerRunner().load(load, {
      signal: new AbortController().signal,
      onEvent: () => undefined,
    });
    expect(result.failures).toEqual([]);
    expect(result.connections).toMatchObject({
      ...{ asked: 120, held: 120, heldSsh: 24, heldTerminal: 96, verified: 120, lost: 0 },
      serverGauge: { terminal: 96, ssh: 24 },
    });
  }
  // The kernel may need a moment to take them down.
  await expect.poll(() => children.filter(isAlive)).toEqual([]);
}, 60_000);

test("a carrier that dies takes its own connections, and no others", async () => {
  await using coder = await startEmulatorProcess({ replicas: 10 });
  const [victim = 0] = childrenOf(coder.pid);
  const load = loadTaskFor(coder, {
    ...{ users: 6, workspaces: 24 },
    // Long enough for the progress that says that they are held to arrive from a busy machine.
    connections: { total: 96, sshShare: 0, holdMs: 8_000, commandsPerSecond: 60, rampPerSecond: 300 },
  });
  let killed = false;
  const result = await localWorkerRunner().load(load, {
    signal: new AbortController().signal,
    onEvent: (event) => {
      if (killed || event.type !== "progress" || event.progress.activity !== "holding") return;
      killed = true;
      process.kill(victim, "SIGKILL");
    },
  });
  expect(killed).toBe(true);
  expect(result.connections.lost).toBeGreaterThan(0);
  expect(result.connections.held).toBe(96 - result.connections.lost);
  expect(result.connections.held).toBeGreaterThan(0);
}, 60_000);

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
}

function parentOf(pid: number): number | undefined {
  const [, parent] = statOf(pid);
  return parent === undefined ? undefined : Number(parent);
}

/** A process that has ended and that nobody has waited for yet is not alive. */
function isAlive(pid: number): boolean {
  const [state = "Z"] = statOf(pid);
  return state !== "Z";
}

/** State, parent and further fields of a process; none if there is no such process. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
