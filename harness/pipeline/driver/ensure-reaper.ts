import { readFile } from "node:fs/promises";
import type { Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import { LeaseBook } from "../lease/lease.ts";
import { LeaseWatch } from "../lease/lease-watch.ts";
import { identify } from "../../tools/process/process-identity.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { findFinalRecord } from "../record/run-record.ts";

/** How long a reaper may take to acknowledge on a busy machine. */
const ACKNOWLEDGE_MS = 60_000;

const NOTHING_SAID = "it wrote no reason; free space on that disk, then continue with the teardown";

/**
 * Makes sure that a reaper holds the run, and starts one if none does. Returns its pid once it has taken the
 * lease. Nothing may be created before. Throws `run_folder` when no reaper takes the lease in time.
 */
export async function ensureReaper(
  folder: RunFolder,
  { clock, spawnReaper }: { readonly clock: Clock; readonly spawnReaper: (folder: RunFolder) => number },
  signal?: AbortSignal,
): Promise<number> {
  const book = new LeaseBook(folder.leases, clock);
  const giveUpAt = clock.elapsed() + ACKNOWLEDGE_MS;
  const saidBefore = (await logOf(folder)).length;
  let spawned: number | undefined;
  while (clock.elapsed() < giveUpAt) {
    if (await book.isHeld()) return (await book.current())?.holder.pid ?? 0;
    // A short teardown may be over before this process checks.
    if ((await findFinalRecord(folder)) !== undefined) return spawned ?? 0;
    // A reaper that another process started may have taken the lease first.
    if (spawned !== undefined && hasEnded(spawned) && !(await book.isHeld())) break;
    spawned ??= spawnReaper(folder);
    await clock.sleep(50, signal);
  }
  const said = (await logOf(folder)).subarray(saidBefore).toString().split("\n").slice(-4).join(" ").trim();
  throw new RefbenchError(
    "run_folder",
    `the reaper (pid ${spawned ?? 0}) did not take the lease of ${folder.path}, so nothing was created: ${said === "" ? NOTHING_SAID : said}`,
  );
}

async function logOf({ log }: RunFolder): Promise<Buffer> {
  // eslint-disable-next-line no-restricted-syntax -- only used in an error text, which handles an empty log.
  return readFile(log).catch(() => Buffer.alloc(0));
}

function hasEnded(pid: number): boolean {
  try {
    return identify(pid) === undefined;
  } catch {
    return false;
  }
}

/** Watches whether a reaper works on the run. Calls `note` when one hangs. */
export function watchReaperLease(
  folder: RunFolder,
  clock: Clock,
  note?: (message: string) => void,
): LeaseWatch {
  return new LeaseWatch(new LeaseBook(folder.leases, clock), clock, note);
}
