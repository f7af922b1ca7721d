import { expect, test } from "vitest";
import { expectMemory } from "../../../../harness/cli/expectation/expected-memory.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const load = (total: number, sshShare: number, ssh: "tunnel" | "stdio" | "none", stdioSessions?: number) => {
  const task = loadTaskFor(
    { url: "http://127.0.0.1:1", token: "t" },
    { users: 500, workspaces: 500, connections: { total, sshShare } },
  );
  const bound = stdioSessions === undefined ? {} : { stdioSessions };
  return { ...task, deployment: { ...task.deployment, ssh, ...bound } };
};

test.each([1_000, 5_000])(
  "%i mixed connections need what the benchmark measured, within 5 %%",
  (connections) => {
    const measuredMib = { 1_000: 139, 5_000: 178 }[connections] ?? Number.NaN;
    const { memoryMib, workers } = expectMemory(load(connections, 0.12, "tunnel"), false);
    expect(workers).toBe(1);
    expect(Math.abs(memoryMib / measuredMib - 1)).toBeLessThan(0.05);
  },
);

test("a process of Coder's client for each SSH session decides, up to the limit of the load", () => {
  const whole = expectMemory(load(1_000, 0.2, "stdio"), false);
  expect(whole.memoryMib).toBe(129 + 200 * 24 + Math.ceil((800 * 8) / 1024));
  expect(whole.basis).toBe("129 MiB a worker, 8 KiB a terminal, 24 MiB a coder ssh");
  expect(expectMemory(load(1_000, 0.2, "stdio", 50), false).memoryMib).toBe(
    129 + 50 * 24 + Math.ceil((950 * 8) / 1024),
  );
});

test("TLS costs terminals more, and every 10,000 connections a worker more", () => {
  const [plain, tls] = [false, true].map((isTls) => expectMemory(load(20_000, 0, "none"), isTls));
  expect(plain).toMatchObject({ workers: 2, memoryMib: 2 * 129 + Math.ceil((20_000 * 8) / 1024) });
  expect(tls?.memoryMib).toBe(2 * 129 + Math.ceil((20_000 * 53) / 1024));
});
