import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { POD_EXIT } from "../../../../harness/workload/pods/pod-exit.ts";
import { programFile } from "../../../../rehearsal/bundle.ts";

let program: string;
beforeAll(async () => {
  program = await programFile("worker");
});

function tasksFolder(): string {
  const root = mkdtempSync(join(tmpdir(), "refbench-serve-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return join(root, "tasks");
}

function start(...words: readonly string[]) {
  const child = spawn(process.execPath, [program, ...words], { stdio: ["pipe", "ignore", "ignore"] });
  const ended = once(child, "exit") as Promise<[number]>;
  return { child, code: async () => (await ended)[0] };
}

test("a pod to which no task comes ends by itself", async () => {
  expect(await start("serve", tasksFolder(), "--for", "300").code()).toBe(POD_EXIT.unasked);
});

test("a task is received whole into a file of its user's alone, or not at all", async () => {
  const folder = join(tasksFolder(), "t");
  const half = start("receive", folder, "--bytes", "10");
  half.child.stdin.end("short");
  expect(await half.code()).not.toBe(0);
  expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined();
  const whole = start("receive", folder, "--bytes", "10");
  whole.child.stdin.write("0123456789");
  expect(await whole.code()).toBe(0);
  const { mode, size } = statSync(join(folder, "task.json"));
  expect([(mode & 0o777).toString(8), size]).toEqual(["600", 10]);
});
