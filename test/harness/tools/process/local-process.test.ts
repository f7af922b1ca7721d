import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { endProcess, identityOf, isAlive } from "../../../../harness/tools/process/local-process.ts";

async function startProgram(code: string) {
  const child = spawn(process.execPath, ["-e", `${code}; process.stdout.write("ready")`], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  await once(child.stdout, "data");
  return { identity: identityOf(child.pid ?? 0), ended };
}

test("a process may end normally, if it is given time", async () => {
  const { identity, ended } = await startProgram(
    `process.stdin.resume(); process.on("SIGTERM", () => process.exit(7))`,
  );
  expect(isAlive(identity)).toBe(true);
  expect(await endProcess(identity, { graceMs: 60_000 })).toBe(true);
  expect(await ended).toEqual([7, null]);
});

test("a process that ignores SIGTERM is killed", async () => {
  const { identity, ended } = await startProgram(
    `process.stdin.resume(); process.on("SIGTERM", () => undefined)`,
  );
  expect(await endProcess(identity, { graceMs: 50 })).toBe(true);
  expect(await ended).toEqual([null, "SIGKILL"]);
});

test("a later process with the same pid is never signalled", async () => {
  const later = { ...identityOf(process.pid), startTime: "another" };
  expect(isAlive(later)).toBe(false);
  expect(await endProcess(later, { graceMs: 50 })).toBe(true);
});
