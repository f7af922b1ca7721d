import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { onTestFinished } from "vitest";
import type { Io } from "../../../../harness/composition/settings/io.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { CapturedStream } from "../progress/captured-stream.ts";

/** Runs one command in a working directory and returns what it printed and its exit code. */
export async function runCommand(
  command: (io: Io) => Command,
  args: readonly string[],
  {
    cwd = "/nonexistent",
    env = process.env,
    columns,
  }: { cwd?: string; env?: NodeJS.ProcessEnv; /** Terminal width; absent = piped. */ columns?: number } = {},
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> {
  const [stdout, stderr] = [1, 2].map(() => new CapturedStream(columns === undefined ? {} : { columns })) as [
    CapturedStream,
    CapturedStream,
  ];
  let code = 0;
  const io: Io = { stdout, stderr, env, cwd, exit: (exitCode) => (code = exitCode) };
  const built = command(io).exitOverride();
  await new Command("refbench").addCommand(built).parseAsync(["node", "refbench", built.name(), ...args]);
  return { stdout: stdout.text, stderr: stderr.text, code };
}

/** A working directory with these records in its runs. */
export async function directoryWith(
  records: readonly (RunRecord | { readonly runId: string; readonly broken: string })[],
): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-runs-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  for (const record of records) {
    const folder = join(cwd, ".refbench", "runs", record.runId);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "plan.json"), "{}");
    const text = "broken" in record ? record.broken : JSON.stringify(record);
    await writeFile(join(folder, "record.json"), text);
  }
  return cwd;
}
