import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identityOf, isAlive, type LocalProcess, localProcess } from "../../tools/process/local-process.ts";
import { TASK_FILES } from "./protocol.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** The state of the process that hosts a task. */
export type Hosting =
  { readonly state: "none" } | { readonly state: "alive"; readonly pid: number } | { readonly state: "gone" };

/** Finds a task's host, by its folder and the system. */
export function findHosting(folder: string): Hosting {
  const file = join(folder, TASK_FILES.host);
  if (!existsSync(file)) return { state: "none" };
  const host = readRecord(file);
  // An unreadable record is being written: its host is just starting.
  if (host === undefined) return { state: "none" };
  return isAlive(host) ? { state: "alive", pid: host.pid } : { state: "gone" };
}

/** Makes this process the task's host; false if it already has one. */
export function claimHosting(folder: string): boolean {
  try {
    writeFileSync(join(folder, TASK_FILES.host), JSON.stringify(identityOf(process.pid)), {
      flag: "wx",
      mode: 0o600,
    });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Kills a task's host by its pid, unless it has ended. */
export function killHost(folder: string): void {
  const hosting = findHosting(folder);
  if (hosting.state !== "alive") return;
  try {
    process.kill(hosting.pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

function readRecord(file: string): LocalProcess | undefined {
  try {
    return localProcess.parse(parseJson(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
