import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { GENERATOR_LIMITS } from "../../../../harness/model/ports/worker-task.ts";
import { childCpuMs, readProcessTime } from "../../../../harness/workload/generator/child-counters.ts";
import { HealthWatch } from "../../../../harness/workload/generator/generator-health.ts";

let health: HealthWatch | undefined;
afterEach(() => health?.stop());

/** Nothing else runs meanwhile: the event loop is late by all of it. */
function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

/** A watch notices at its next tick. */
async function blockLoop(): Promise<void> {
  await sleep(20);
  block(1200);
  await sleep(20);
}

test.each(["visit-ssh-handshake", "workspace-ready", "api-probe"] as const)(
  "a window that recorded %s is judged, although nothing was paced in it",
  async (phase) => {
    health = new HealthWatch(GENERATOR_LIMITS);
    health.measured(phase, 36);
    await blockLoop();
    const window = health.window(0);
    expect(window.judged).toBe(true);
    expect(window.limited.join()).toMatch(/event-loop delay/);
    expect(health.stop()).toMatchObject({ limited: true });
  },
);

test("a window without a judged figure proves nothing about the generator", async () => {
  health = new HealthWatch(GENERATOR_LIMITS);
  health.measured("create-user", 36);
  await blockLoop();
  expect(health.window(0)).toMatchObject({ judged: false, limited: [] });
  expect(health.stop()).toMatchObject({ limited: false, reasons: [] });
});

test("a resource that the machine ran out of limits the generator, with its count", () => {
  health = new HealthWatch(GENERATOR_LIMITS);
  const what = "the generator's machine ran out of open files of one process (EMFILE)";
  health.exhausted(what);
  health.exhausted(`POST /users: ${what}: coder ssh u/w could not be started`);
  expect(health.window(0)).toMatchObject({ judged: true, limited: [what] });
  // It is of the window in which it happened, and of the load.
  expect(health.window(1).limited).toEqual([]);
  expect(health.stop()).toMatchObject({ limited: true, reasons: [`${what}, 2 times`] });
});

test("waiting for a place is slip of the kind of event that waited", () => {
  health = new HealthWatch(GENERATOR_LIMITS);
  health.measured("visit-ssh-handshake", 100);
  health.waited("visit-ssh-handshake", 5000);
  expect(health.window(0).limited.join()).toMatch(/lateness in the visits maximum/);
});

test("the generator reports its machine and its version of Node", () => {
  health = new HealthWatch(GENERATOR_LIMITS);
  const { machine } = health.stop();
  expect(machine).toMatchObject({ node: process.version, cpu: expect.any(String) });
  expect(machine?.cores).toBeGreaterThan(0);
});

test.runIf(process.platform === "linux")("CPU of child processes is counted, running and ended", async () => {
  const before = childCpuMs();
  const busy = "console.log(1); while (process.cpuUsage().user < 400_000); process.stdin.resume()";
  const child = spawn(process.execPath, ["-e", busy]);
  await once(child.stdout, "data");
  child.stdin.end();
  await once(child, "close");
  expect(childCpuMs() - before).toBeGreaterThan(300);
  expect(readProcessTime(child.pid ?? 0)).toBeUndefined();
  expect(readProcessTime(process.pid)?.ranMs).toBeGreaterThan(0);
});
