import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { RefbenchError } from "../model/error.ts";
import type { RunFolder } from "../pipeline/run-folder.ts";

const REFBENCH = join(import.meta.dirname, "..", "..", "bin", "refbench.js");

/** Starts `refbench reaper <folder>` in a session of its own: no Ctrl-C, hang-up or death of this process reaches it. */
export function spawnReaper(folder: RunFolder): number {
  const log = openSync(folder.log, "a", 0o600);
  try {
    const child = spawn(process.execPath, [REFBENCH, "reaper", folder.path], {
      cwd: folder.path,
      detached: true,
      stdio: ["ignore", log, log],
    });
    child.unref();
    if (child.pid === undefined)
      throw new RefbenchError("run_folder", `the reaper of ${folder.path} could not be started`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}
