import { findJson, writeJson } from "./json-file.ts";
import { livenessOf, ownIdentity, processIdentity, type ProcessIdentity } from "./process-identity.ts";
import type { RunFolder } from "./run-folder.ts";

/** Says that this process drives the run: when it dies without handing over, the reaper takes over. */
export async function claimRun(folder: RunFolder): Promise<void> {
  await writeJson(folder.owner, ownIdentity());
}

/** The process that drives the run; undefined for a staged run, which nobody drives. */
export async function findOwner(folder: RunFolder): Promise<ProcessIdentity | undefined> {
  return findJson(folder.owner, processIdentity);
}

/** Whether the run's process lives; `none` for a staged run, `dead` when it cannot be read who it was. */
export async function ownerState(folder: RunFolder): Promise<"alive" | "dead" | "elsewhere" | "none"> {
  try {
    const owner = await findOwner(folder);
    return owner === undefined ? "none" : livenessOf(owner);
  } catch {
    return "dead";
  }
}
