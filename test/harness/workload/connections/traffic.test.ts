import { expect, test } from "vitest";
import { histogramOf } from "../../../support/results/histogram-of.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import type { ShellFault } from "../../../../rehearsal/emulator/terminal/shell-faults.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const connections = { total: 8, sshShare: 0.25, holdMs: 400, commandsPerSecond: 20 };

test("every connection carries its bytes on every tick, and all of them come back", async () => {
  await using coder = await startEmulatedCoder();
  const traffic = { bytesPerTick: 1_500, tickMs: 100 };
  const { result } = await runLoadHere(loadTaskFor(coder, { connections, traffic }));
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 8, heldSsh: 2, lost: 0, failed: 0 });
  // 8 connections, 4 ticks each, and the verified commands besides.
  expect(histogramOf(result, "traffic-tick").totalCount).toBe(32);
  const { sent = 0, received } = result.connections.bytes ?? {};
  expect(sent).toBeGreaterThanOrEqual(32 * 1_500);
  // Once, and not as the terminal's echo too.
  expect(received).toBeGreaterThanOrEqual(32 * 1_500);
  expect(received).toBeLessThan(1.2 * sent);
});

test("a tick that is longer than a terminal's line is sent as several lines", async () => {
  await using coder = await startEmulatedCoder();
  const traffic = { bytesPerTick: 7_000, tickMs: 200 };
  const { result } = await runLoadHere(loadTaskFor(coder, { connections, traffic }));
  expect(result.failures).toEqual([]);
  expect(histogramOf(result, "traffic-tick").totalCount).toBe(8 * 2 * 3);
});

test.each<{ shell: ShellFault; class: string; commandMs: number }>([
  { shell: "truncates", class: "truncated-output", commandMs: 20_000 },
  { shell: "garbles", class: "wrong-output", commandMs: 20_000 },
  { shell: "mutes", class: "silent-connection", commandMs: 4_000 },
])("a shell that $shell under traffic is $class, once for each connection", async (one) => {
  await using coder = await startEmulatedCoder({ faults: { shell: { "bench-t-1": one.shell } } });
  const task = loadTaskFor(coder, {
    connections: { ...connections, sshShare: 0, commandsPerSecond: 0 },
    traffic: { bytesPerTick: 200, tickMs: 100 },
    timeouts: { commandMs: one.commandMs },
  });
  const { result } = await runLoadHere(task);
  expect(result.failures.filter(({ phase }) => phase === "traffic-tick")).toEqual([
    expect.objectContaining({ class: one.class, count: 2 }),
  ]);
  expect(result.connections).toMatchObject({ asked: 8, held: 6, lost: 0, failed: 2 });
});
