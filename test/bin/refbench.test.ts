import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";

const REFBENCH = join(import.meta.dirname, "..", "..", "bin", "refbench.js");

test("a reader that goes away does not end a command", async () => {
  const child = spawn(process.execPath, [REFBENCH, "emulator"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  child.stderr.destroy();
  const ended = once(child, "exit");
  const early = await Promise.race([ended, sleep(4_000, undefined)]);
  child.kill("SIGTERM");
  expect(early).toBeUndefined();
  expect(await ended).toEqual([0, null]);
});
