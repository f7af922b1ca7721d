import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import { ensureReaper } from "./ensure-reaper.ts";
import { LeaseBook } from "../lease/lease.ts";
import { driverState } from "../folder/driver.ts";
import { listRunFolders, type RunFolder } from "../folder/run-folder.ts";
import { findFinalRecord } from "../record/run-record.ts";

/**
 * Starts a reaper for every run of this working directory that has none: after a reboot, or when run and
 * reaper were both killed. Every command that looks at runs calls this. Returns messages for the user.
 */
export async function adoptOrphans(
  cwd: string,
  ports: { readonly clock: Clock; readonly spawnReaper: (folder: RunFolder) => number },
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const folder of await listRunFolders(cwd)) {
    try {
      if ((await findFinalRecord(folder)) !== undefined) continue;
      const driver = await driverState(folder);
      if (
        driver === "alive" ||
        driver === "elsewhere" ||
        (await new LeaseBook(folder.leases, ports.clock).isHeld())
      )
        continue;
      await ensureReaper(folder, ports);
      notes.push(`the run in ${folder.path} had no process to tear it down: a new reaper was started`);
    } catch (error) {
      notes.push(`no reaper could be started for the run in ${folder.path}: ${messageOf(error)}`);
    }
  }
  return notes;
}
