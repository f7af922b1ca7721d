import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import { ensureReaper } from "./ensure-reaper.ts";
import { LeaseBook } from "../lease/lease.ts";
import { driverState } from "../folder/driver.ts";
import { listRunFolders, type RunFolder } from "../folder/run-folder.ts";
import { findFinalRecord } from "../record/run-record.ts";

/**
 * Gives every run of this working directory that nobody looks after a reaper again: after a reboot, or when run and
 * reaper were both killed. Asked by every command that looks at runs. Returns what it had to say.
 */
export async function adoptOrphans(
  cwd: string,
  ports: { readonly clock: Clock; readonly spawnReaper: (folder: RunFolder) => number },
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const folder of await listRunFolders(cwd)) {
    try {
      if ((await findFinalRecord(folder)) !== undefined) continue;
      const owner = await driverState(folder);
      if (
        owner === "alive" ||
        owner === "elsewhere" ||
        (await new LeaseBook(folder.leases, ports.clock).isHeld())
      )
        continue;
      await ensureReaper(folder, ports);
      notes.push(`the run in ${folder.path} had nobody to tear it down: a reaper looks after it again`);
    } catch (error) {
      notes.push(`the run in ${folder.path} cannot be looked after: ${messageOf(error)}`);
    }
  }
  return notes;
}
