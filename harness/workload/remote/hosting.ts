import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { processStart } from "../../model/process-start.ts";
import { TASK_FILES } from "./protocol.ts";
import { parseJson } from "../../model/parse-json.ts";

const hostRecord = z.object({
  pid: z.number().int().positive(),
  /** With the pid it tells the host from a later process that was given the same pid. */
  startTime: z.string(),
});

/** What a task's folder says about the process that hosts it. */
export type Hosting =
  { readonly state: "none" } | { readonly state: "alive"; readonly pid: number } | { readonly state: "gone" };

/** Whether a task has a host, as its folder and the system know it. */
export function hostingOf(folder: string): Hosting {
  const file = join(folder, TASK_FILES.host);
  if (!existsSync(file)) return { state: "none" };
  const { pid, startTime } = readRecord(file) ?? {};
  // A record that cannot be read is being written: its host is about to live.
  if (pid === undefined) return { state: "none" };
  return processStart(pid) === startTime ? { state: "alive", pid } : { state: "gone" };
}

/** Makes this process the task's host; false when the task has one already. */
export function claimHosting(folder: string): boolean {
  const startTime = processStart(process.pid);
  try {
    writeFileSync(join(folder, TASK_FILES.host), JSON.stringify({ pid: process.pid, startTime }), {
      flag: "wx",
      mode: 0o600,
    });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Kills a task's host by its own pid, unless it is gone. */
export function killHost(folder: string): void {
  const hosting = hostingOf(folder);
  if (hosting.state !== "alive") return;
  try {
    process.kill(hosting.pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}

function readRecord(file: string): z.infer<typeof hostRecord> | undefined {
  try {
    return hostRecord.parse(parseJson(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
