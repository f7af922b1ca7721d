import { z } from "zod";
import { type Clock, systemClock } from "../time/clock.ts";
import { waitUntil } from "../time/wait-until.ts";
import { processStart } from "./process-start.ts";

const LOOK_MS = 20;
/** How long the system may take to end a killed process, such as one that waits for a disk. */
const KILLED_MS = 10_000;

/** A process of this machine that cannot be mistaken for a later process with the same pid. */
export const localProcess = z.object({
  pid: z.number().int().positive(),
  /** When it started, as `processStart` returns it; empty when there was no such process. */
  startTime: z.string(),
});
export type LocalProcess = z.infer<typeof localProcess>;

/** Returns the identity of a process; its start time is empty when no process has this pid. */
export function identityOf(pid: number): LocalProcess {
  return { pid, startTime: processStart(pid) ?? "" };
}

/** Returns whether that very process still runs. A zombie does not. */
export function isAlive({ pid, startTime }: LocalProcess): boolean {
  return startTime !== "" && processStart(pid) === startTime;
}

/** Returns false only when that very process is known to be gone: a look fails without a free file descriptor. */
export function mayLive(process: LocalProcess): boolean {
  try {
    return isAlive(process);
  } catch {
    return true;
  }
}

/**
 * Ends a process of this machine and waits until it is gone. With `graceMs`, sends SIGTERM first and waits that
 * long before SIGKILL.
 *
 * @returns whether it is gone
 */
export async function endProcess(
  target: LocalProcess,
  {
    clock = systemClock,
    graceMs = 0,
    signal,
  }: { readonly clock?: Clock; readonly graceMs?: number; readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  if (graceMs > 0) {
    send("SIGTERM");
    if (await isGoneWithin(graceMs)) return true;
  }
  send("SIGKILL");
  return isGoneWithin(KILLED_MS);

  async function isGoneWithin(forMs: number): Promise<boolean> {
    const gone = (): true | undefined => (mayLive(target) ? undefined : true);
    return (await waitUntil(gone, { clock, everyMs: LOOK_MS, forMs, signal })) ?? false;
  }

  function send(name: NodeJS.Signals): void {
    try {
      if (isAlive(target)) process.kill(target.pid, name);
    } catch {
      // It ended between the look and the signal.
    }
  }
}
