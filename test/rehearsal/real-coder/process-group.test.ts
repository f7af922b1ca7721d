import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processStart } from "../../../harness/tools/process/process-start.ts";
import { findSetpriv, startProgram } from "../../../rehearsal/real-coder/process-group.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "refbench-group-"));
const ways = [...(findSetpriv() === undefined ? [] : ["kernel" as const]), "watchdog" as const];

async function pidIn(at: string): Promise<number> {
  const read = (): number => {
    try {
      return Number(readFileSync(join(at, "pid"), "utf8"));
    } catch {
      return 0;
    }
  };
  await expect.poll(read, { timeout: 10_000 }).toBeGreaterThan(0);
  return read();
}

test.each(ways)("a program ends with its parent that is killed, by the %s", async (way) => {
  const at = folder();
  const script = join(import.meta.dirname, "parent.ts");
  const parent = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), script, at, way], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = await pidIn(at);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await expect.poll(() => processStart(pid), { timeout: 10_000 }).toBeUndefined();
});

test.each(ways)("a stop ends the program, and by force what it started itself, under the %s", async (way) => {
  const at = folder();
  const program = {
    file: "/bin/sh",
    // The shell goes when it is asked to; what it started does not.
    args: ["-c", "(trap '' TERM; echo $$ > /dev/null; exec sleep 600) & echo $! > pid; wait"],
    cwd: at,
    env: { PATH: process.env["PATH"] ?? "" },
    log: join(at, "log"),
    stopSignal: "SIGTERM" as const,
  };
  const running = startProgram(program, way === "watchdog" ? null : findSetpriv());
  const pid = await pidIn(at);
  await running.stop(2_000);
  expect(processStart(running.identity.pid)).toBeUndefined();
  await expect.poll(() => processStart(pid), { timeout: 5_000 }).toBeUndefined();
});

test("a missing program counts as ended, with the reason", async () => {
  const at = folder();
  const running = startProgram(
    { file: "/nowhere/coder", args: [], cwd: at, env: {}, log: join(at, "log"), stopSignal: "SIGTERM" },
    null,
  );
  expect(await running.ended).toMatch(/127/);
});
