import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../model/clock.ts";
import { findJson, writeJson } from "./json-file.ts";
import { identify, livenessOf, processIdentity } from "./process-identity.ts";
import type { RunFolder } from "./run-folder.ts";

const childSchema = z.object({ what: z.string(), identity: processIdentity });

/** How long a Terraform that was asked to stop may take to write its state before it is killed. */
const STOP_MS = 5 * 60_000;

/** Notes a child of this run that outlives its parent, so that whoever goes on can end it. */
export async function noteChild(folder: RunFolder, what: string, pid: number): Promise<void> {
  const identity = identify(pid);
  if (identity !== undefined) await writeJson(join(folder.children, `${pid}.json`), { what, identity });
}

export async function forgetChild(folder: RunFolder, pid: number): Promise<void> {
  await rm(join(folder.children, `${pid}.json`), { force: true });
}

/**
 * Ends every child of the run that still lives: SIGINT first, since a Terraform writes its state on it, SIGKILL
 * after five minutes. Two processes must never work on one state.
 */
export async function endChildren(
  folder: RunFolder,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ended: string[] = [];
  for (const name of (await readdir(folder.children)).filter((file) => file.endsWith(".json"))) {
    const path = join(folder.children, name);
    const child = await findJson(path, childSchema);
    if (child !== undefined && livenessOf(child.identity) === "alive") {
      ended.push(`${child.what} (pid ${child.identity.pid})`);
      send(child.identity.pid, "SIGINT");
      const giveUpAt = clock.now() + STOP_MS;
      while (livenessOf(child.identity) === "alive" && clock.now() < giveUpAt) await clock.sleep(100, signal);
      if (livenessOf(child.identity) === "alive") send(child.identity.pid, "SIGKILL");
    }
    await rm(path, { force: true });
  }
  return ended;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal: what was wanted.
  }
}
