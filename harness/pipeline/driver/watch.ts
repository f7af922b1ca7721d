import type { Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { Reporter } from "../../model/ports/event.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { ensureReaper, watchReaperLease } from "./ensure-reaper.ts";
import { EventTail } from "../folder/event-log.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { findFinalRecord } from "../record/run-record.ts";

/** How many reapers may die on one run before watching gives up. */
const REAPERS = 3;

/**
 * Follows a run until its record is final, and reports the events that other processes store. Replaces a
 * reaper that died. Aborting only stops watching: the reaper continues alone.
 */
export async function watchRun(
  folder: RunFolder,
  ports: { readonly clock: Clock; readonly spawnReaper: (folder: RunFolder) => number },
  options: { readonly reporter: Reporter; readonly signal: AbortSignal; readonly fromOffset?: number },
): Promise<RunRecord> {
  const tail = new EventTail(folder.events, options.fromOffset ?? 0);
  const lease = watchReaperLease(folder, ports.clock, (message) =>
    options.reporter.report({
      type: "note",
      level: "warning",
      message: `waiting for the reaper: ${message}`,
      at: new Date(ports.clock.now()).toISOString(),
    }),
  );
  let hasEnded = false;
  for (let started = 0; ;) {
    const final = await findFinalRecord(folder);
    for (const event of await tail.next()) {
      options.reporter.report(event);
      hasEnded = event.type === "run.finished";
    }
    if (final !== undefined) return final;
    options.signal.throwIfAborted();
    const { isHeld } = await lease.look();
    // The reaper may have written the record and ended since the check above.
    if (!isHeld && (await findFinalRecord(folder)) === undefined) {
      if (hasEnded) {
        throw new RefbenchError(
          "inventory",
          `the teardown ended, but its record could not be written to ${folder.record}: free space, then run "refbench teardown ${folder.path}"`,
        );
      }
      if (started === REAPERS) {
        throw new RefbenchError(
          "inventory",
          `${REAPERS} reapers ended without a verdict on ${folder.path}: read ${folder.log}, then run "refbench teardown ${folder.path}"`,
        );
      }
      started += 1;
      await ensureReaper(folder, ports, options.signal);
    }
    await ports.clock.sleep(200, options.signal);
  }
}
