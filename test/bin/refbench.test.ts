import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

test("what it makes is not writable by others, whatever the shell's umask allows", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "refbench-umask-"));
  const command = `umask 000; exec "${process.execPath}" "${REFBENCH}" architectures list --output json`;
  const probe = `process.on("exit", () => require("node:fs").writeFileSync("mask", process.umask().toString(8)))`;
  writeFileSync(join(cwd, "probe.cjs"), probe);
  const child = spawn("sh", ["-c", command], {
    cwd,
    stdio: "ignore",
    env: { ...process.env, NODE_OPTIONS: `--require=${join(cwd, "probe.cjs")}` },
  });
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(readFileSync(join(cwd, "mask"), "utf8")).toBe("22");
  rmSync(cwd, { recursive: true });
});
