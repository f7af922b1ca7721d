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

const NOTHING_SAID = "it could not say why; free space where that folder lies, and go on with its teardown";

/**
 * Sees that a reaper holds the run, starting one when none does. Returns its pid once it has acknowledged by
 * taking the lease: nothing may be created before.
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
    // A short teardown may be over before this process looks.
    if ((await findFinalRecord(folder)) !== undefined) return spawned ?? 0;
    // One that another had started may have been faster in that moment.
    if (spawned !== undefined && hasEnded(spawned) && !(await book.isHeld())) break;
    spawned ??= spawnReaper(folder);
    await clock.sleep(50, signal);
  }
  const said = (await logOf(folder)).subarray(saidBefore).toString().split("\n").slice(-4).join(" ").trim();
  throw new RefbenchError(
    "run_folder",
    `the reaper (pid ${spawned ?? 0}) did not take the lease of ${folder.path}, so nothing is created: ${said === "" ? NOTHING_SAID : said}`,
  );
}

async function logOf({ log }: RunFolder): Promise<Buffer> {
  // eslint-disable-next-line no-restricted-syntax -- words for an error, which says that there were none.
  return readFile(log).catch(() => Buffer.alloc(0));
}

function hasEnded(pid: number): boolean {
  try {
    return identify(pid) === undefined;
  } catch {
    return false;
  }
}

/** Watches whether a reaper is at work on the run; `note` hears of one that hangs. */
export function watchReaperLease(
  folder: RunFolder,
  clock: Clock,
  note?: (message: string) => void,
): LeaseWatch {
  return new LeaseWatch(new LeaseBook(folder.leases, clock), clock, note);
}
